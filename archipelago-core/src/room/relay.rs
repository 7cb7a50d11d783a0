//! One packet for many sockets: who gets it, and who is too slow.

use crate::protocol::limits::{
    ROOM_BACKLOG_MAX_BYTES, ROOM_SLOW_MAX_MS, ROOM_STALL_MIN_MS, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};

use super::guests::Member;
use super::{Action, Reason, Relay, Room, SocketId};

/// What becomes of a packet for one member.
enum Turn {
    Send,
    Drop,
    Close,
}

impl Room {
    /// Calls `send` for every member who gets the packet now, in the order in which they came in; `backlog` says how
    /// many bytes wait to be sent to a socket. Whoever is too slow misses it, or is closed; nobody waits for anybody.
    pub fn relay(
        &mut self,
        relay: &Relay,
        now_ms: u64,
        backlog: impl Fn(SocketId) -> usize,
        mut send: impl FnMut(SocketId),
        out: &mut Vec<Action>,
    ) {
        let counters = self.reports.count();
        let mut too_slow = Vec::new();
        for member in self.guests.members_mut() {
            let socket = member.socket;
            if relay.except == Some(socket) {
                continue;
            }
            match member.turn(backlog(socket), relay.unreliable, now_ms) {
                Turn::Send => {
                    counters.relayed += 1;
                    send(socket);
                }
                Turn::Drop => counters.dropped += 1,
                Turn::Close => too_slow.push(socket),
            }
        }
        for socket in too_slow {
            self.expel(socket, Reason::TooSlow, now_ms, out);
        }
    }

    /// So many packets for single members were left out after all.
    pub fn left_out(&mut self, packets: u64) {
        let counters = self.reports.count();
        counters.relayed = counters.relayed.saturating_sub(packets);
        counters.dropped += packets;
    }
}

impl Member {
    fn turn(&mut self, backlog: usize, unreliable: bool, now_ms: u64) -> Turn {
        if backlog <= ROOM_UNRELIABLE_BACKLOG_MAX_BYTES {
            self.slow_since_ms = None;
            return Turn::Send;
        }
        let since_ms = *self.slow_since_ms.get_or_insert(now_ms);
        let slow_ms = now_ms.saturating_sub(since_ms);
        let is_too_much = backlog > ROOM_BACKLOG_MAX_BYTES && slow_ms >= ROOM_STALL_MIN_MS;
        if is_too_much || slow_ms >= ROOM_SLOW_MAX_MS {
            Turn::Close
        } else if unreliable {
            Turn::Drop
        } else {
            Turn::Send
        }
    }
}
