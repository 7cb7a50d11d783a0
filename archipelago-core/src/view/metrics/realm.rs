//! What the realm itself counts, and how it is now.

use crate::protocol::bus::{Histogram, RealmCounters, RealmFigures, SessionStages};
use crate::realm::FLUSH_BOUNDS_MS;

use super::text::Text;

/// How things are now.
pub(super) fn write_figures(text: &mut Text, figures: &RealmFigures) {
    let &RealmFigures {
        peers,
        islands,
        deliveries_pending,
        rooms,
        room_players,
    } = figures;
    for (name, help, value) in [
        (
            "dcl_archipelago_peers_count",
            "Players that the stats show.",
            peers,
        ),
        (
            "dcl_archipelago_islands_count",
            "Islands that the stats show.",
            islands,
        ),
        (
            "dcl_archipelago_deliveries_pending",
            "Connectors that have yet to take what they are to tell their clients.",
            deliveries_pending,
        ),
        (
            "dcl_ws_rooms_count",
            "Rooms with players, as of the last seconds.",
            rooms,
        ),
        (
            "dcl_ws_rooms_connections",
            "Players in rooms, as of the last seconds.",
            room_players,
        ),
    ] {
        text.gauge(name, help, value);
    }
}

/// How many sockets are in which stage.
pub(super) fn write_stages(text: &mut Text, stages: &SessionStages) {
    let &SessionStages {
        awaiting_request,
        looking_up,
        awaiting_signature,
        vetting,
        joining,
        live,
    } = stages;
    text.gauges(
        "dcl_archipelago_sessions",
        "Open sockets by the stage of the handshake, or live after it, as connectors have last reported.",
        "stage",
        &[
            ("awaiting_request", awaiting_request),
            ("looking_up", looking_up),
            ("awaiting_signature", awaiting_signature),
            ("vetting", vetting),
            ("joining", joining),
            ("live", live),
        ],
    );
}

/// What has happened.
pub(super) fn write(text: &mut Text, counters: &RealmCounters) {
    let RealmCounters {
        reassignments,
        heartbeats,
        deliveries,
        deliveries_retried,
        deliveries_failed,
        rows_written,
        flush_duration,
        flush_lateness,
    } = counters;
    for (name, help, value) in [
        (
            "dcl_archipelago_change_island_count",
            "Players who were put into another island than the one they had.",
            reassignments,
        ),
        (
            "dcl_archipelago_heartbeats_forwarded_total",
            "Heartbeats of which the realm was told.",
            heartbeats,
        ),
        (
            "dcl_archipelago_deliveries_total",
            "Deliveries sent to connectors, each time that one was.",
            deliveries,
        ),
        (
            "dcl_archipelago_deliveries_retried_total",
            "Deliveries to connectors that have not answered the one before.",
            deliveries_retried,
        ),
        (
            "dcl_archipelago_deliveries_failed_total",
            "Deliveries that were not answered.",
            deliveries_failed,
        ),
        (
            "dcl_archipelago_storage_rows_written_total",
            "Rows that the realm has written to its storage, its alarm included.",
            rows_written,
        ),
    ] {
        text.counter(name, help, *value);
    }
    write_flushes(text, flush_duration.as_ref(), flush_lateness.as_ref());
}

fn write_flushes(text: &mut Text, duration: Option<&Histogram>, lateness: Option<&Histogram>) {
    for (name, help, times) in [
        (
            "dcl_archipelago_flush_duration_seconds",
            "From the beginning of a flush until what it has changed is stored and each connector that could be told at once has answered, or has failed to. The platform's clock may stand still while code runs: one that changes nothing may take no time.",
            duration,
        ),
        (
            "dcl_archipelago_flush_lateness_seconds",
            "How late flushes have begun.",
            lateness,
        ),
    ] {
        let none = Histogram::default();
        text.histogram(name, help, &FLUSH_BOUNDS_MS, times.unwrap_or(&none));
    }
}
