//! What connectors count.

use crate::protocol::bus::ConnectorCounters;

use super::counters;
use super::text::Text;

counters! {
    write(ConnectorCounters), others: upstream;

    one "dcl_archipelago_heartbeats_received_total", "Heartbeats of players who are logged in.": heartbeats;
    one "dcl_archipelago_wishes_refused_total", "Wishes for rooms whose names are too long.": wishes_refused;
    one "dcl_archipelago_contract_checks_total", "Chains about which contract wallets were asked.": contract_checks;
    one "dcl_archipelago_contract_checks_failed_total",
    "Chains about which contract wallets could not be asked, or gave no answer.": contract_checks_failed;

    by "reason" "dcl_archipelago_heartbeats_dropped_total",
    "Heartbeats of which the realm was not told: without a position in the world, replaced by a newer one before they were due, or of sessions that have ended meanwhile.":
    positions_refused "no_position",
    heartbeats_superseded "superseded",
    heartbeats_outlived "session_ended";

    by "outcome" "dcl_archipelago_handshakes_total",
    "Handshakes that are over, by how they have ended.":
    welcomed "welcomed",
    refused_message "bad_message",
    refused_chain "bad_chain",
    refused_banned "banned",
    refused_denied "denied",
    refused_too_fast "too_fast",
    refused_crowded "crowded",
    refused_unavailable "unavailable",
    timed_out "timed_out",
    gave_up "disconnected";

    by "reason" "dcl_archipelago_closes_total",
    "Sockets that were closed, before or after their clients had logged in.":
    closed_undecodable "undecodable",
    closed_too_large "too_large",
    closed_unexpected "unexpected",
    closed_invalid_address "invalid_address",
    closed_bad_chain "bad_chain",
    closed_realm_unavailable "realm_unavailable",
    closed_handshake_timeout "handshake_timeout",
    closed_idle_timeout "idle_timeout",
    closed_new_session "new_session",
    closed_banned "banned",
    closed_denied "denied",
    closed_contracts_unavailable "contracts_unavailable",
    closed_too_fast "too_fast",
    closed_crowded_network "crowded_network",
    closed_crowded_address "crowded_address",
    closed_restart "restart",
    closed_by_client "client";

    by "reason" "dcl_archipelago_sockets_refused_total",
    "Clients that got no socket: the connector was full, too many closed sockets from there go on sending, or too many are of their IP.":
    rejected_full "full",
    rejected_restless "restless",
    rejected_ip "ip";
}

/// Those who are closed for these reasons, and nobody else, are told so before.
pub(super) fn write_kicks(text: &mut Text, counters: &ConnectorCounters) {
    text.counters(
        "dcl_archipelago_kicks_total",
        "Clients that were told that they are kicked, and closed.",
        "reason",
        &[
            ("new_session", counters.closed_new_session),
            ("banned", counters.closed_banned),
        ],
    );
}
