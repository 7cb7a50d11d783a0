//! What comes of what a session has decided.

use prost::Message as _;

use crate::auth::Address;
use crate::protocol::bus::{ConnectRequest, SessionHeartbeat};
use crate::protocol::limits::{DESIRED_ROOM_MAX_BYTES, LOOKUPS_PER_SECOND_MAX};
use crate::session::{self, Close, Reason, Session};

use super::crowd::Standing;
use super::{Action, Connector, SocketId};

impl Connector {
    pub(super) fn step(
        &mut self,
        socket: SocketId,
        now_ms: u64,
        out: &mut Vec<Action>,
        event: impl FnOnce(&mut Session) -> session::Action,
    ) {
        let Some(session) = self.sessions.get_mut(&socket) else {
            return;
        };
        let before = Standing::of(session);
        let action = event(session);
        let after = Standing::of(session);
        let deadline_ms = session.deadline_ms(&self.config.timeouts);
        let keep = session.is_record_old();
        if before != after {
            self.crowd.moved(socket, before, after);
        }
        self.not_later_than(deadline_ms);
        match action {
            session::Action::None => {}
            session::Action::PositionRefused => {
                let counters = self.reports.count();
                counters.heartbeats += 1;
                counters.positions_refused += 1;
            }
            session::Action::Send(packet) => out.push(Action::Send(socket, packet.encode_to_vec())),
            session::Action::LookUp(address) => self.look_up(socket, address, now_ms, out),
            session::Action::Vet(address, questions) => {
                self.keep(socket, out);
                self.vet(socket, address, questions, now_ms, out);
            }
            session::Action::Join(address) => {
                self.joining += 1;
                self.announce(socket, address, out);
            }
            session::Action::Heartbeat {
                session,
                position,
                desired_room,
                first,
            } => {
                let heartbeat = SessionHeartbeat {
                    session: session.0,
                    position: Some(position.into()),
                    desired_room: self.read_wish(desired_room),
                };
                self.reports.heartbeat(heartbeat, first, now_ms);
                if first || keep {
                    self.keep(socket, out);
                }
            }
            session::Action::Close(close) => self.close(socket, close, now_ms, out),
        }
    }

    /// A room that is wished for; what is too long for a name is passed over.
    fn read_wish(&mut self, wish: Option<String>) -> Option<String> {
        let is_name = |wish: &String| wish.len() <= DESIRED_ROOM_MAX_BYTES;
        self.reports.count().wishes_refused += u64::from(!wish.iter().all(is_name));
        wish.filter(is_name)
    }

    fn look_up(&mut self, socket: SocketId, address: Address, now_ms: u64, out: &mut Vec<Action>) {
        self.keep(socket, out);
        let asks_realm = self.lookups.allows(LOOKUPS_PER_SECOND_MAX, now_ms);
        out.push(Action::LookUp {
            socket,
            address,
            asks_realm,
        });
    }

    pub(super) fn announce(&mut self, socket: SocketId, address: Address, out: &mut Vec<Action>) {
        let request = ConnectRequest {
            stamp: Some(self.reports.stamp().clone()),
            socket: socket.0,
            address: address.0.to_vec(),
            incarnation: Some(self.reports.incarnation()),
        };
        out.push(Action::Join(socket, request));
    }

    fn close(&mut self, socket: SocketId, close: Close, now_ms: u64, out: &mut Vec<Action>) {
        let ip = self.remove(socket).and_then(|session| session.ip());
        self.crowd.closing(socket, ip);
        self.reports.count().close(&close);
        if let Some(packet) = close.farewell {
            out.push(Action::Send(socket, packet.encode_to_vec()));
        }
        out.push(Action::Close(socket, close.reason));
        if let Some(number) = close.ended {
            self.ended(number, now_ms);
        }
    }

    /// Closes a socket, if it is there.
    pub(super) fn dismiss(
        &mut self,
        socket: SocketId,
        reason: Reason,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        self.step(socket, now_ms, out, |session| session.dismiss(reason));
    }

    pub(super) fn keep(&mut self, socket: SocketId, out: &mut Vec<Action>) {
        if let Some(record) = self
            .sessions
            .get_mut(&socket)
            .and_then(|session| session.to_record(socket.0))
        {
            out.push(Action::Keep(socket, record));
        }
    }
}
