use std::collections::{BTreeMap, BTreeSet};

use crate::auth::{Address, ContractAnswer};
use crate::protocol::limits::{
    CONTRACT_CHECKS_MAX, ROOM_FRAME_MAX_BYTES, ROOM_HANDSHAKES_PER_PLAYER_MAX, ROOM_PLAYERS_MAX,
};
use crate::protocol::rfc5::ws_packet::Message;
use crate::session;
use crate::transport::{Pass, RoomId};

use super::guests::{Guest, Guests, Member};
use super::record::{self, Occupant, RecordError};
use super::reports::Reports;
use super::visitor::{Step, Visitor};
use super::{Action, Reason, Relay, SocketId, pace, packet};

/// Who is in one room, and at its door.
#[derive(Clone, Debug)]
pub struct Room {
    id: RoomId,
    handshake_ms: u64,
    // In order of the sockets, so that equal inputs have equal outputs.
    visitors: BTreeMap<SocketId, Visitor>,
    /// About whose chains contracts are being asked, those included who have left meanwhile.
    asking: BTreeSet<SocketId>,
    pub(super) guests: Guests,
    pub(super) reports: Reports,
    last_socket: u64,
}

impl Room {
    /// A room that nobody is in. A client may take `handshake_ms` for each stage of the handshake.
    pub fn new(id: RoomId, handshake_ms: u64) -> Self {
        Self {
            id,
            handshake_ms,
            visitors: BTreeMap::new(),
            asking: BTreeSet::new(),
            guests: Guests::default(),
            reports: Reports::default(),
            last_socket: 0,
        }
    }

    /// Which room it is.
    pub fn id(&self) -> &RoomId {
        &self.id
    }

    /// Takes up a socket that outlived a sleep of the room. How fast and how slow it was is forgotten. When the last
    /// report was is forgotten too, so with guests one is due at once.
    ///
    /// # Errors
    /// The record is unreadable, of another room, or contradicts one that was taken up before: the socket must be
    /// closed with [`session::Reason::Restart`].
    pub fn resume(&mut self, record: &[u8], now_ms: u64) -> Result<SocketId, RecordError> {
        let record = record::read(record)?;
        let socket = record.socket;
        if record.room != self.id || self.has(socket) {
            return Err(RecordError);
        }
        match record.occupant {
            Occupant::Visitor(visitor) => {
                self.visitors.insert(socket, visitor);
            }
            Occupant::Guest(guest, alias) => self.resume_guest(socket, guest, alias, now_ms)?,
        }
        self.last_socket = self.last_socket.max(socket.0);
        Ok(socket)
    }

    fn resume_guest(
        &mut self,
        socket: SocketId,
        guest: Guest,
        alias: Option<u32>,
        now_ms: u64,
    ) -> Result<(), RecordError> {
        if self.guests.socket_of(&guest.address).is_some() {
            return Err(RecordError);
        }
        match alias {
            Some(alias) => {
                if !self.guests.resume_member(socket, guest, alias) {
                    return Err(RecordError);
                }
            }
            None => self.guests.resume_muted(socket, guest),
        }
        self.reports.soon(now_ms);
        Ok(())
    }

    fn has(&self, socket: SocketId) -> bool {
        self.visitors.contains_key(&socket)
            || self.guests.muted(socket).is_some()
            || self.members().any(|member| member.socket == socket)
    }

    fn members(&self) -> impl Iterator<Item = &Member> {
        self.guests.members().iter()
    }

    /// A socket has been opened with a token that lets in `pass`, or with none. `random` comes from a CSPRNG. Somebody who
    /// is at the door too often loses the oldest of these sockets.
    pub fn opened(
        &mut self,
        pass: Option<Pass>,
        random: [u8; 16],
        now_ms: u64,
        out: &mut Vec<Action>,
    ) -> SocketId {
        // No number comes again after a sleep: a late close of an old socket must not hit a new one.
        self.last_socket = now_ms.max(self.last_socket.saturating_add(1));
        let socket = SocketId(self.last_socket);
        if let Some(pass) = pass {
            let mut own = self.visitors_of(&pass.address);
            if let Some(oldest) = own.next()
                && own.count() + 1 >= ROOM_HANDSHAKES_PER_PLAYER_MAX
            {
                self.expel(oldest, Reason::Replaced, now_ms, out);
            }
        }
        let visitor = Visitor::new(pass, random, now_ms);
        out.push(Action::Keep(
            socket,
            record::of_visitor(&self.id, socket, &visitor),
        ));
        self.visitors.insert(socket, visitor);
        socket
    }

    /// The sockets at the door that were opened with this player's tokens, the oldest first.
    fn visitors_of(&self, address: &Address) -> impl Iterator<Item = SocketId> {
        let visitors = self.visitors.iter();
        let own = visitors
            .filter(|(_, visitor)| visitor.pass.is_some_and(|pass| pass.address == *address));
        own.map(|(&socket, _)| socket)
    }

    /// A binary message has arrived. Nobody hears who is muted, whatever it says.
    pub fn frame(&mut self, socket: SocketId, frame: &[u8], now_ms: u64, out: &mut Vec<Action>) {
        if let Some(visitor) = self.visitors.get_mut(&socket) {
            let step = visitor.frame(frame, now_ms);
            self.go_on(socket, step, now_ms, out);
        } else if let Some(member) = self.guests.member_mut(socket) {
            match member.frame(frame, now_ms) {
                Ok(relay) => {
                    self.reports.count().received += 1;
                    self.reports.in_time(now_ms);
                    out.push(Action::Relay(relay));
                }
                Err(reason) => self.expel(socket, reason, now_ms, out),
            }
        }
    }

    /// The contracts have answered that were asked about a visitor's chain.
    pub fn contracts_answered(
        &mut self,
        socket: SocketId,
        answer: ContractAnswer,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        if !self.asking.remove(&socket) {
            return;
        }
        let visitor = self.visitors.get(&socket);
        if let Some(step) = visitor.and_then(|visitor| visitor.answered(answer)) {
            self.go_on(socket, step, now_ms, out);
        }
    }

    /// A text message has arrived: the protocol has none.
    pub fn text(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        if self.guests.muted(socket).is_none() {
            self.expel(socket, Reason::Undecodable, now_ms, out);
        }
    }

    /// A socket is gone.
    pub fn closed(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        self.visitors.remove(&socket);
        self.depart(socket, None, now_ms, out);
    }

    /// Closes the sockets that take too long for the handshake.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Action>) {
        let visitors = self.visitors.iter();
        let late: Vec<SocketId> = visitors
            .filter(|(_, visitor)| self.deadline_of(visitor) <= now_ms)
            .map(|(&socket, _)| socket)
            .collect();
        for socket in late {
            let reason = session::Reason::HandshakeTimeout.into();
            self.expel(socket, reason, now_ms, out);
        }
    }

    fn deadline_of(&self, visitor: &Visitor) -> u64 {
        visitor.since_ms.saturating_add(self.handshake_ms)
    }

    /// When [`tick`](Self::tick) or [`take_report`](Self::take_report) has something to do; none in a room without
    /// sockets that has nothing to report.
    pub fn deadline_ms(&self) -> Option<u64> {
        let visitors = self.visitors.values();
        let handshakes = visitors.map(|visitor| self.deadline_of(visitor));
        handshakes.chain(self.report_due_ms()).min()
    }

    /// Whether nobody is there any more, the realm knows it and no answer is awaited: the room can be forgotten, and with
    /// it which numbers its sockets had.
    pub fn is_over(&self) -> bool {
        self.socket_count() == 0 && self.asking.is_empty() && self.reports.is_quiet()
    }

    /// How many sockets there are, those in the handshake and those that are muted included.
    pub fn socket_count(&self) -> usize {
        self.visitors.len() + self.guests.count()
    }

    fn go_on(
        &mut self,
        socket: SocketId,
        step: Result<Step, Reason>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        match step {
            Ok(step) => self.step(socket, step, now_ms, out),
            Err(reason) => self.expel(socket, reason, now_ms, out),
        }
    }

    fn step(&mut self, socket: SocketId, step: Step, now_ms: u64, out: &mut Vec<Action>) {
        match step {
            Step::Challenge(address) => {
                let Some(visitor) = self.visitors.get(&socket) else {
                    return;
                };
                let already_connected = self.guests.is_member(&address);
                let challenge = packet::challenge(&visitor.challenge, already_connected);
                let record = record::of_visitor(&self.id, socket, visitor);
                out.push(Action::Send(socket, challenge));
                out.push(Action::Keep(socket, record));
            }
            Step::Ask(questions) => {
                let Some(visitor) = self.visitors.get(&socket) else {
                    return;
                };
                if self.asking.len() >= CONTRACT_CHECKS_MAX {
                    let reason = session::Reason::ContractsUnavailable.into();
                    return self.expel(socket, reason, now_ms, out);
                }
                let record = record::of_visitor(&self.id, socket, visitor);
                out.push(Action::Keep(socket, record));
                self.asking.insert(socket);
                out.push(Action::AskContracts(socket, questions));
            }
            Step::Admit(address) => {
                if let Some(visitor) = self.visitors.remove(&socket) {
                    let guest = Guest {
                        pass: visitor.pass,
                        address,
                        since_ms: now_ms,
                    };
                    self.admit(socket, guest, out);
                }
            }
        }
    }

    fn admit(&mut self, socket: SocketId, guest: Guest, out: &mut Vec<Action>) {
        let now_ms = guest.since_ms;
        if self.guests.has_newer(&guest) {
            self.close(socket, Reason::Moved, out);
            return;
        }
        self.replace(&guest.address, socket, now_ms, out);
        if self.guests.members().len() >= ROOM_PLAYERS_MAX {
            self.kick(socket, packet::FULL, out);
            self.close(socket, Reason::Full, out);
            return;
        }
        self.reports.count().admitted += 1;
        let others = self.guests.identities();
        let alias = self.guests.add(socket, guest);
        let record = record::of_guest(&self.id, socket, &guest, Some(alias));
        out.push(Action::Send(socket, packet::welcome(alias, others)));
        out.push(Action::Keep(socket, record));
        out.push(Action::Relay(packet::join(alias, &guest.address, socket)));
        self.reports.soon(now_ms);
    }

    /// Who has the address of a newcomer makes way. The newcomer is not told: it is welcomed by those who stay.
    fn replace(
        &mut self,
        address: &Address,
        newcomer: SocketId,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let Some(old) = self.guests.socket_of(address) else {
            return;
        };
        if self.guests.muted(old).is_none() {
            self.kick(old, packet::ALREADY_CONNECTED, out);
        }
        self.close(old, Reason::Replaced, out);
        self.depart(old, Some(newcomer), now_ms, out);
    }

    /// Closes a socket, if the room has it.
    pub(super) fn expel(
        &mut self,
        socket: SocketId,
        reason: Reason,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        if self.has(socket) {
            self.close(socket, reason, out);
            self.closed(socket, now_ms, out);
        }
    }

    fn depart(
        &mut self,
        socket: SocketId,
        except: Option<SocketId>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let Some(gone) = self.guests.remove(socket) else {
            return;
        };
        if let Some(alias) = gone.alias {
            out.push(Action::Relay(packet::leave(alias, except)));
        }
        if self.guests.count() == 0 {
            self.reports.soon(now_ms);
        } else {
            self.reports.in_time(now_ms);
        }
    }
}

impl Member {
    /// What the others hear of a frame. How much is sent comes first: what is too much is not even read.
    fn frame(&mut self, frame: &[u8], now_ms: u64) -> Result<Relay, Reason> {
        packet::check_length(frame, ROOM_FRAME_MAX_BYTES)?;
        if !pace::allows(&mut self.pace, frame.len(), now_ms) {
            return Err(Reason::TooFast);
        }
        let Message::PeerUpdateMessage(said) = packet::read(frame)? else {
            let expected = "peer_update_message";
            return Err(session::Reason::Unexpected { expected }.into());
        };
        Ok(packet::update(self.alias, said, self.socket))
    }
}
