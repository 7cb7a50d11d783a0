//! What is counted of sockets: who is kicked, and why they are closed.

use crate::protocol::bus::RoomCounters;
use crate::session::Reason as SessionReason;

use super::{Action, Reason, Room, SocketId, packet};

impl Room {
    /// Tells a player that it has lost its place.
    pub(super) fn kick(&mut self, socket: SocketId, reason: &str, out: &mut Vec<Action>) {
        self.reports.count().kicked += 1;
        out.push(Action::Send(socket, packet::kicked(reason)));
    }

    /// Has a socket closed.
    pub(super) fn close(&mut self, socket: SocketId, reason: Reason, out: &mut Vec<Action>) {
        *self.reports.count().closed_because(&reason) += 1;
        out.push(Action::Close(socket, reason));
    }

    /// What is counted, to which the host adds what only it can know.
    pub fn count(&mut self) -> &mut RoomCounters {
        self.reports.count()
    }
}

impl RoomCounters {
    fn closed_because(&mut self, reason: &Reason) -> &mut u64 {
        match reason {
            Reason::Session(SessionReason::TooLarge { .. }) => &mut self.closed_too_large,
            Reason::Session(SessionReason::Unexpected { .. }) => &mut self.closed_unexpected,
            Reason::Session(_) => &mut self.closed_handshake,
            Reason::Undecodable => &mut self.closed_undecodable,
            Reason::WrongAddress => &mut self.closed_wrong_address,
            Reason::Full => &mut self.closed_full,
            Reason::Replaced => &mut self.closed_replaced,
            Reason::Moved => &mut self.closed_moved,
            Reason::TooFast => &mut self.closed_too_fast,
            Reason::TooSlow => &mut self.closed_too_slow,
        }
    }
}
