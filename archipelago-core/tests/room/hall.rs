//! A room with its clock and its sockets, and how clients get in.

use std::collections::{BTreeMap, VecDeque};

use archipelago_core::auth::{Address, ContractQuestion};
use archipelago_core::protocol::bus::{RoomGuest, RoomOrders, RoomReport, RoomReportReply};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::protocol::rfc5::{
    WsIdentification, WsPacket, WsPeerJoin, WsPeerLeave, WsPeerUpdate, WsSignedChallenge,
};
use archipelago_core::room::{Action, ROOM_REPORT_REST_MS, Reason, Room, SocketId};
use archipelago_core::transport::{Pass, RoomId};
use prost::Message as _;

use crate::clients::{NOW_MS, chain, wallet};

pub const HANDSHAKE_MS: u64 = 60_000;

pub fn room_id() -> RoomId {
    RoomId::of_island("main", "I1")
}

pub fn who(number: u8) -> Address {
    wallet(number).address()
}

#[expect(clippy::unnecessary_wraps, reason = "as a room takes it")]
pub fn pass(number: u8, assignment: u64) -> Option<Pass> {
    let address = who(number);
    Some(Pass {
        address,
        assignment,
    })
}

/// As the realm names a guest.
pub fn guest(number: u8, assignment: u64) -> RoomGuest {
    RoomGuest {
        address: who(number).0.to_vec(),
        assignment,
    }
}

pub fn encode(message: Message) -> Vec<u8> {
    let message = Some(message);
    WsPacket { message }.encode_to_vec()
}

pub fn identification(address: &str) -> Vec<u8> {
    encode(Message::PeerIdentification(WsIdentification {
        address: address.to_owned(),
    }))
}

pub fn signed(auth_chain_json: &str) -> Vec<u8> {
    encode(Message::SignedChallengeForServer(WsSignedChallenge {
        auth_chain_json: auth_chain_json.to_owned(),
    }))
}

pub fn update(from_alias: u32, body: &[u8], unreliable: bool) -> Message {
    Message::PeerUpdateMessage(WsPeerUpdate {
        from_alias,
        body: body.to_vec(),
        unreliable,
    })
}

pub fn join(alias: u32, number: u8) -> Message {
    let address = who(number).to_string();
    Message::PeerJoinMessage(WsPeerJoin { alias, address })
}

pub fn leave(alias: u32) -> Message {
    Message::PeerLeaveMessage(WsPeerLeave { alias })
}

/// A room, its clock, and the other ends of its sockets.
pub struct Hall {
    pub room: Room,
    pub now_ms: u64,
    /// What was sent to a socket and has not been looked at.
    pub inbox: BTreeMap<SocketId, Vec<Message>>,
    /// Why sockets were closed.
    pub closed: BTreeMap<SocketId, Reason>,
    /// What is kept with the open sockets.
    pub records: BTreeMap<SocketId, Vec<u8>>,
    /// How many bytes wait to be sent to a socket.
    pub backlog: BTreeMap<SocketId, usize>,
    /// Who got the packets that went to all, in that order.
    pub served: Vec<SocketId>,
    /// About whose chains contracts are asked, and what.
    pub asked: Vec<(SocketId, Vec<ContractQuestion>)>,
    opened: u8,
}

impl Hall {
    pub fn new() -> Self {
        Self {
            room: Room::new(room_id(), HANDSHAKE_MS),
            now_ms: NOW_MS,
            inbox: BTreeMap::new(),
            closed: BTreeMap::new(),
            records: BTreeMap::new(),
            backlog: BTreeMap::new(),
            served: Vec::new(),
            asked: Vec::new(),
            opened: 0,
        }
    }

    /// Does to the room what the closure says, and what the room asks for.
    pub fn act<R>(&mut self, event: impl FnOnce(&mut Room, u64, &mut Vec<Action>) -> R) -> R {
        let mut out = Vec::new();
        let result = event(&mut self.room, self.now_ms, &mut out);
        self.carry_out(out);
        result
    }

    /// In order: what a packet for all brings about comes after what waits.
    fn carry_out(&mut self, out: Vec<Action>) {
        let mut waiting = VecDeque::from(out);
        while let Some(action) = waiting.pop_front() {
            match action {
                Action::Send(socket, frame) => self.deliver(socket, &frame),
                Action::Relay(relay) => {
                    let (mut receivers, mut more) = (Vec::new(), Vec::new());
                    let backlog = |socket| self.backlog.get(&socket).copied().unwrap_or(0);
                    let send = |socket| receivers.push(socket);
                    self.room
                        .relay(&relay, self.now_ms, backlog, send, &mut more);
                    for &socket in &receivers {
                        assert_ne!(Some(socket), relay.except, "an echo");
                        self.deliver(socket, &relay.packet);
                    }
                    self.served.extend(receivers);
                    waiting.extend(more);
                }
                Action::AskContracts(socket, questions) => self.asked.push((socket, questions)),
                Action::Keep(socket, record) => {
                    assert!(!self.closed.contains_key(&socket), "kept when closed");
                    self.records.insert(socket, record);
                }
                Action::Close(socket, reason) => {
                    self.records.remove(&socket).expect("an open socket");
                    assert_eq!(self.closed.insert(socket, reason), None, "closed twice");
                }
            }
        }
    }

    fn deliver(&mut self, socket: SocketId, frame: &[u8]) {
        assert!(!self.closed.contains_key(&socket), "sent after the close");
        let packet = WsPacket::decode(frame).expect("a WsPacket");
        let message = packet.message.expect("never an empty packet");
        self.inbox.entry(socket).or_default().push(message);
    }

    pub fn open(&mut self, pass: Option<Pass>) -> SocketId {
        self.opened = self.opened.wrapping_add(1);
        let random = [self.opened; 16];
        self.act(|room, now_ms, out| room.opened(pass, random, now_ms, out))
    }

    pub fn frame(&mut self, socket: SocketId, frame: &[u8]) {
        self.act(|room, now_ms, out| room.frame(socket, frame, now_ms, out));
    }

    pub fn text(&mut self, socket: SocketId) {
        self.act(|room, now_ms, out| room.text(socket, now_ms, out));
    }

    /// The client has closed its socket.
    pub fn gone(&mut self, socket: SocketId) {
        self.records.remove(&socket);
        self.act(|room, now_ms, out| room.closed(socket, now_ms, out));
    }

    pub fn tick(&mut self) {
        self.act(Room::tick);
    }

    pub fn identify(&mut self, socket: SocketId, number: u8) {
        self.frame(socket, &identification(&who(number).to_string()));
    }

    /// The challenge that the socket was sent last.
    #[track_caller]
    pub fn challenge(&mut self, socket: SocketId) -> (String, bool) {
        match self.take(socket).pop() {
            Some(Message::ChallengeMessage(asked)) => {
                (asked.challenge_to_sign, asked.already_connected)
            }
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// A socket that has been asked to sign: and what.
    #[track_caller]
    pub fn challenged(&mut self, pass: Option<Pass>, number: u8) -> (SocketId, String) {
        let socket = self.open(pass);
        self.identify(socket, number);
        let (challenge, _) = self.challenge(socket);
        (socket, challenge)
    }

    /// The whole handshake; what the client is told in the end has not been looked at.
    #[track_caller]
    pub fn arrive(&mut self, pass: Option<Pass>, number: u8) -> SocketId {
        let (socket, challenge) = self.challenged(pass, number);
        self.frame(socket, &signed(&chain(&wallet(number), &challenge)));
        socket
    }

    /// A member who came without a token, and knows who else is there.
    #[track_caller]
    pub fn enter(&mut self, number: u8) -> SocketId {
        let socket = self.arrive(None, number);
        self.welcome(socket);
        socket
    }

    /// A member with a token.
    #[track_caller]
    pub fn enter_by(&mut self, number: u8, assignment: u64) -> SocketId {
        let socket = self.arrive(pass(number, assignment), number);
        self.welcome(socket);
        socket
    }

    /// The alias that a newcomer is told, and the identities of the others.
    #[track_caller]
    pub fn welcome(&mut self, socket: SocketId) -> (u32, BTreeMap<u32, String>) {
        match self.take(socket).as_slice() {
            [Message::WelcomeMessage(welcome)] => (welcome.alias, welcome.peer_identities.clone()),
            other => panic!("not welcome: {other:?}, {:?}", self.closed.get(&socket)),
        }
    }

    pub fn say(&mut self, socket: SocketId, body: &[u8], unreliable: bool) {
        self.frame(socket, &encode(update(0, body, unreliable)));
    }

    /// What a socket was sent since it was last looked at.
    pub fn take(&mut self, socket: SocketId) -> Vec<Message> {
        self.inbox.remove(&socket).unwrap_or_default()
    }

    pub fn mute(&mut self, names: &[RoomGuest]) {
        self.obey(names, &[]);
    }

    pub fn send_away(&mut self, names: &[RoomGuest]) {
        self.obey(&[], names);
    }

    pub fn obey(&mut self, mute: &[RoomGuest], close: &[RoomGuest]) {
        let orders = orders(mute, close);
        self.act(|room, now_ms, out| room.obey(&orders, now_ms, out));
    }

    /// The report that is due at this moment.
    #[track_caller]
    pub fn report(&mut self) -> RoomReport {
        let due_ms = self.room.report_due_ms().unwrap_or(self.now_ms);
        if due_ms <= self.now_ms + ROOM_REPORT_REST_MS {
            self.now_ms = self.now_ms.max(due_ms);
        }
        let due = self.room.report_due_ms();
        assert!(due.is_some_and(|due| due <= self.now_ms), "due at {due:?}");
        let report = self.room.take_report(self.now_ms).expect("it is due");
        assert_eq!(report.room, room_id().as_str());
        assert_eq!(self.room.report_due_ms(), None, "one at a time");
        assert_eq!(self.room.take_report(u64::MAX), None, "one at a time");
        report
    }

    pub fn answer(&mut self, orders: Option<RoomOrders>) {
        self.answer_with(&RoomReportReply { orders, number: 0 });
    }

    pub fn answer_with(&mut self, reply: &RoomReportReply) {
        self.act(|room, now_ms, out| room.report_answered(reply, now_ms, out));
    }

    /// The report that is due at this moment, answered.
    #[track_caller]
    pub fn report_now(&mut self) -> RoomReport {
        let report = self.report();
        self.answer(None);
        report
    }

    /// The room sleeps and is rebuilt from what was kept with its sockets.
    #[track_caller]
    pub fn sleep(&mut self) {
        self.room = Room::new(room_id(), HANDSHAKE_MS);
        // In whatever order the platform names them.
        for (&socket, record) in self.records.iter().rev() {
            assert_eq!(self.room.resume(record, self.now_ms), Ok(socket));
        }
    }
}

pub fn orders(mute: &[RoomGuest], close: &[RoomGuest]) -> RoomOrders {
    RoomOrders {
        mute: mute.to_vec(),
        close: close.to_vec(),
    }
}
