//! What rooms of our own count.

use crate::protocol::bus::RoomCounters;

use super::counters;
use super::text::Text;

counters! {
    write(RoomCounters), others: upstream;

    one "dcl_ws_rooms_connections_total", "Players who have come into rooms.": admitted;
    one "dcl_ws_rooms_kicks_total", "Players who were told that they are kicked from a room.": kicked;
    one "dcl_ws_rooms_in_messages", "Packets from players in rooms.": received;
    one "dcl_ws_rooms_out_messages", "Packets to players in rooms, once for each receiver.": relayed;
    one "dcl_ws_rooms_dropped_messages_total", "Unreliable packets that slow receivers have not got.": dropped;

    by "reason" "dcl_ws_rooms_closes_total",
    "Sockets that rooms have closed, before or after their clients were welcome.":
    closed_handshake "handshake",
    closed_wrong_address "wrong_address",
    closed_undecodable "undecodable",
    closed_too_large "too_large",
    closed_unexpected "unexpected",
    closed_full "full",
    closed_replaced "replaced",
    closed_moved "moved",
    closed_too_fast "too_fast",
    closed_too_slow "too_slow";
}

/// Whoever sends one of these is closed.
pub(super) fn write_unknown(text: &mut Text, counters: &RoomCounters) {
    text.counter(
        "dcl_ws_rooms_unknown_sent_messages_total",
        "Messages to rooms that are no packets, or not those that were expected.",
        counters
            .closed_undecodable
            .saturating_add(counters.closed_unexpected),
    );
}
