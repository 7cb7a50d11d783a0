//! A room and its host.

mod client;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use archipelago_core::auth::{Address, ContractAnswer, ContractQuestion};
use archipelago_core::protocol::bus::room_record::{self, Stage};
use archipelago_core::protocol::bus::{
    RoomGuest, RoomOrders, RoomRecord, RoomReport, RoomReportReply,
};
use archipelago_core::protocol::limits::{
    CLOSE_REASON_MAX_BYTES, CONTRACT_CHECKS_MAX, ROOM_HANDSHAKES_PER_PLAYER_MAX, ROOM_PLAYERS_MAX,
    ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};
use archipelago_core::protocol::rfc5::WsPacket;
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::room::{Action, ROOM_RECORD_MAX_BYTES, Relay, Room, SocketId};
use archipelago_core::transport::{Pass, RoomId};
use prost::Message as _;

use crate::clients::NOW_MS;

pub use client::Client;

/// How long a client may take for each stage of the handshake.
pub const HANDSHAKE_MS: u64 = 60_000;

/// The host.
pub struct Hall {
    room: Room,
    /// Its clock.
    pub now_ms: u64,
    /// The sockets that neither side has closed.
    pub clients: BTreeMap<SocketId, Client>,
    records: BTreeMap<SocketId, RoomRecord>,
    /// How many bytes wait for a socket.
    pub backlog: BTreeMap<SocketId, usize>,
    /// About whom contracts are asked.
    pub asked: Vec<SocketId>,
    /// Whether a report is under way.
    pub reported: bool,
}

/// A packet for all.
struct Relayed {
    except: Option<SocketId>,
    /// Who was there.
    members: Vec<SocketId>,
    got: BTreeSet<SocketId>,
}

fn room_id() -> RoomId {
    RoomId::of_island("main", "I1")
}

impl Hall {
    /// A room with so many members already.
    pub fn new(members: u8) -> Self {
        let mut hall = Self {
            room: Room::new(room_id(), HANDSHAKE_MS),
            now_ms: NOW_MS,
            clients: BTreeMap::new(),
            records: BTreeMap::new(),
            backlog: BTreeMap::new(),
            asked: Vec::new(),
            reported: false,
        };
        hall.fill(members);
        hall
    }

    fn fill(&mut self, count: u8) {
        let identity = |number: u8| Address([number; 20]).to_string();
        let everybody: BTreeMap<u32, String> = (1..=count)
            .map(|number| (number.into(), identity(number)))
            .collect();
        for number in 1..=count {
            let (alias, address) = (u32::from(number), vec![number; 20]);
            let record = RoomRecord {
                version: 1,
                socket: number.into(),
                room: room_id().as_str().to_owned(),
                pass: None,
                since_ms: NOW_MS,
                stage: Some(Stage::Member(room_record::Member { address, alias })),
            };
            let mut others = everybody.clone();
            others.remove(&alias);
            let client = Client {
                alias: Some(alias),
                others,
                ..Client::default()
            };
            self.clients.insert(SocketId(number.into()), client);
            self.records.insert(SocketId(number.into()), record);
        }
        self.sleep(false);
    }

    /// Does something to the room, and what it asks for, in order: what a packet for all brings about comes last.
    fn act<R>(&mut self, event: impl FnOnce(&mut Room, u64, &mut Vec<Action>) -> R) -> R {
        let mut out = Vec::new();
        let result = event(&mut self.room, self.now_ms, &mut out);
        let (mut waiting, mut relayed) = (VecDeque::from(out), Vec::new());
        while let Some(action) = waiting.pop_front() {
            match action {
                Action::Send(socket, frame) => self.deliver(socket, &frame),
                Action::Relay(relay) => waiting.extend(self.relay(&relay, &mut relayed)),
                Action::AskContracts(socket, questions) => self.ask(socket, &questions),
                Action::Keep(socket, record) => self.keep(socket, &record),
                Action::Close(socket, reason) => {
                    self.clients.remove(&socket).expect("it is open");
                    self.records.remove(&socket);
                    assert!(reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
                }
            }
        }
        self.check_relayed(&relayed);
        result
    }

    fn relay(&mut self, relay: &Relay, relayed: &mut Vec<Relayed>) -> Vec<Action> {
        let (mut receivers, mut more) = (Vec::new(), Vec::new());
        let backlog = |socket| self.backlog.get(&socket).copied().unwrap_or(0);
        let send = |socket| receivers.push(socket);
        self.room
            .relay(relay, self.now_ms, backlog, send, &mut more);
        let got: BTreeSet<SocketId> = receivers.iter().copied().collect();
        assert_eq!(got.len(), receivers.len(), "twice");
        relayed.push(Relayed {
            except: relay.except,
            members: self.members().into_values().collect(),
            got,
        });
        for socket in receivers {
            assert!(self.is_member(socket), "{socket:?} is no member");
            self.deliver(socket, &relay.packet);
        }
        more
    }

    /// Whoever was a member, and still is, got the packet but who is left out; who is slow may have missed it.
    fn check_relayed(&self, relayed: &[Relayed]) {
        let is_slow = |socket| {
            let backlog = self.backlog.get(&socket).copied().unwrap_or(0);
            backlog > ROOM_UNRELIABLE_BACKLOG_MAX_BYTES
        };
        for packet in relayed {
            let there = packet.members.iter().copied();
            for socket in there.filter(|&socket| self.is_member(socket)) {
                let is_left_out = packet.except == Some(socket);
                let has_got = packet.got.contains(&socket);
                assert!(has_got != is_left_out || is_slow(socket) && !is_left_out);
            }
        }
    }

    fn ask(&mut self, socket: SocketId, questions: &[ContractQuestion]) {
        assert!(self.clients.contains_key(&socket) && !questions.is_empty());
        self.asked.push(socket);
    }

    fn keep(&mut self, socket: SocketId, record: &[u8]) {
        assert!(self.clients.contains_key(&socket), "{socket:?} is closed");
        assert_eq!(SocketId::of_record(record), Some(socket));
        assert!(record.len() <= ROOM_RECORD_MAX_BYTES);
        let record = RoomRecord::decode(record).expect("a record");
        self.records.insert(socket, record);
    }

    fn deliver(&mut self, socket: SocketId, frame: &[u8]) {
        let client = self.clients.get_mut(&socket).expect("it is open");
        let packet = WsPacket::decode(frame).expect("a packet");
        client.read(packet.message.expect("never an empty packet"));
    }

    /// A client comes with a token, or without one.
    pub fn come(&mut self, pass: Option<Pass>, random: [u8; 16]) {
        let mut out = Vec::new();
        let socket = self.room.opened(pass, random, self.now_ms, &mut out);
        let client = Client {
            pass,
            ..Client::default()
        };
        assert!(
            self.clients.insert(socket, client).is_none(),
            "{socket:?} again"
        );
        self.act(|_, _, actions| actions.append(&mut out));
    }

    /// A binary message.
    pub fn frame(&mut self, socket: SocketId, frame: &[u8]) {
        if let Some(client) = self.clients.get_mut(&socket)
            && let Ok(packet) = WsPacket::decode(frame)
            && let Some(Message::SignedChallengeForServer(signed)) = packet.message
            && client.alias.is_none()
        {
            client.chain = Some((signed.auth_chain_json, self.now_ms));
        }
        self.act(|room, now_ms, out| room.frame(socket, frame, now_ms, out));
    }

    /// A text message.
    pub fn text(&mut self, socket: SocketId) {
        self.act(|room, now_ms, out| room.text(socket, now_ms, out));
    }

    /// A client has closed its socket.
    pub fn gone(&mut self, socket: SocketId) {
        self.clients.remove(&socket);
        self.records.remove(&socket);
        self.act(|room, now_ms, out| room.closed(socket, now_ms, out));
    }

    /// Contracts have answered about somebody who may be gone.
    pub fn answered(&mut self, socket: SocketId, answer: ContractAnswer) {
        self.act(|room, now_ms, out| room.contracts_answered(socket, answer, now_ms, out));
        let is_in = answer == ContractAnswer::Confirmed;
        assert!(is_in || !self.clients.contains_key(&socket));
    }

    /// The time of a deadline has come.
    pub fn tick(&mut self) {
        self.act(Room::tick);
        let due = self.room.deadline_ms().filter(|&due| due <= self.now_ms);
        assert!(due.is_none() || due == self.room.report_due_ms());
    }

    /// The realm orders something; twice, because that changes nothing.
    pub fn obey(&mut self, orders: &RoomOrders) {
        self.act(|room, now_ms, out| room.obey(orders, now_ms, out));
        let before = self.records.clone();
        self.act(|room, now_ms, out| room.obey(orders, now_ms, out));
        assert_eq!(self.records, before);
        let names = self.names();
        assert!(orders.close.iter().all(|closed| !names.contains(closed)));
    }

    /// A report goes out, if one is due.
    pub fn take_report(&mut self) {
        let Some(report) = self.room.take_report(self.now_ms) else {
            return;
        };
        self.reported = true;
        self.check_report(&report);
        assert_eq!(self.room.take_report(u64::MAX), None, "one at a time");
    }

    fn check_report(&self, report: &RoomReport) {
        let mut listed = report.guests.clone();
        listed.sort_by(|a, b| a.address.cmp(&b.address));
        assert_eq!(listed, self.names());
        assert_eq!(report.players as usize, self.members().len());
    }

    /// The report has arrived, or has not.
    pub fn report_settled(&mut self, reply: Option<&RoomReportReply>) {
        match reply {
            Some(reply) => {
                self.act(|room, now_ms, out| room.report_answered(reply, now_ms, out));
            }
            None => self.room.report_failed(self.now_ms),
        }
        self.reported = false;
    }

    /// The room falls asleep, and goes on from what was kept, in either order. Who waits for an answer is lost.
    pub fn sleep(&mut self, backwards: bool) {
        self.room = Room::new(room_id(), HANDSHAKE_MS);
        self.reported = false;
        self.asked.clear();
        let mut records: Vec<_> = std::mem::take(&mut self.records).into_iter().collect();
        if backwards {
            records.reverse();
        }
        for (socket, record) in records {
            let waits = record.stage.is_none();
            let resumed = self.room.resume(&record.encode_to_vec(), self.now_ms);
            assert_eq!(resumed.is_err(), waits, "{record:?}");
            if resumed.is_ok() {
                self.records.insert(socket, record);
            } else {
                self.clients.remove(&socket);
            }
        }
    }

    /// Where a socket stands, as it is kept.
    pub fn stage(&self, socket: SocketId) -> Option<&Stage> {
        self.records.get(&socket)?.stage.as_ref()
    }

    /// Whether a socket is a member's.
    pub fn is_member(&self, socket: SocketId) -> bool {
        matches!(self.stage(socket), Some(Stage::Member(_)))
    }

    /// The members' sockets by alias.
    pub fn members(&self) -> BTreeMap<u32, SocketId> {
        let alias = |(&socket, record): (&SocketId, &RoomRecord)| match &record.stage {
            Some(Stage::Member(member)) => Some((member.alias, socket)),
            _ => None,
        };
        self.records.iter().filter_map(alias).collect()
    }

    /// All guests as the realm names them, by address.
    pub fn names(&self) -> Vec<RoomGuest> {
        let name = |record: &RoomRecord| {
            let address = match record.stage.clone()? {
                Stage::Member(member) => member.address,
                Stage::Muted(muted) => muted.address,
                _ => return None,
            };
            let assignment = record.pass.as_ref().map_or(0, |pass| pass.assignment);
            Some(RoomGuest {
                address,
                assignment,
            })
        };
        let mut names: Vec<RoomGuest> = self.records.values().filter_map(name).collect();
        names.sort_by(|a, b| a.address.cmp(&b.address));
        names
    }

    /// What holds at any time: who is there has proven to be who it is, and knows who is there.
    pub fn check(&mut self) {
        assert_eq!(self.room.socket_count(), self.clients.len());
        assert!(self.clients.keys().eq(self.records.keys()));
        let members = self.members();
        assert!(members.len() <= ROOM_PLAYERS_MAX);
        assert!(!members.contains_key(&0) && !members.contains_key(&u32::MAX));
        let names = self.names();
        let is_twice = |pair: &[RoomGuest]| pair[0].address == pair[1].address;
        assert!(!names.windows(2).any(is_twice), "an address twice");
        assert!(self.asked.len() <= CONTRACT_CHECKS_MAX);
        let mut at_the_door: BTreeMap<Address, usize> = BTreeMap::new();
        for (socket, client) in &mut self.clients {
            let record = &self.records[socket];
            match &record.stage {
                Some(Stage::Member(member)) => {
                    assert_eq!(client.alias, Some(member.alias));
                    client.check_proof(&member.address);
                }
                Some(Stage::Muted(muted)) => client.check_proof(&muted.address),
                _ => {
                    assert_eq!(client.alias, None);
                    if let Some(pass) = client.pass {
                        *at_the_door.entry(pass.address).or_default() += 1;
                    }
                }
            }
        }
        let mut counts = at_the_door.values();
        assert!(counts.all(|&count| count <= ROOM_HANDSHAKES_PER_PLAYER_MAX));
        for (alias, socket) in &members {
            self.check_others(&self.clients[socket], *alias, &members);
        }
    }

    fn check_others(&self, client: &Client, own: u32, members: &BTreeMap<u32, SocketId>) {
        let others = members.iter().filter(|&(&alias, _)| alias != own);
        let address = |socket: &SocketId| match self.stage(*socket) {
            Some(Stage::Member(member)) => Address::try_from(&member.address[..]).ok(),
            _ => None,
        };
        assert!(
            client.others.len() + 1 == members.len(),
            "{client:?} is mistaken"
        );
        for (alias, socket) in others {
            let known = client.others.get(alias).and_then(|text| text.parse().ok());
            assert!(
                known.is_some() && known == address(socket),
                "{client:?} is mistaken"
            );
        }
    }

    /// Everybody leaves, and nothing is left of the room.
    pub fn drain(&mut self) {
        let open: Vec<SocketId> = self.clients.keys().copied().collect();
        for socket in open {
            self.gone(socket);
        }
        for socket in std::mem::take(&mut self.asked) {
            self.answered(socket, ContractAnswer::Unavailable);
        }
        // Later than all that has been put off.
        self.now_ms = 1 << 60;
        for _ in 0..4 {
            self.report_settled(Some(&RoomReportReply::default()));
            self.now_ms += 60_000;
            self.take_report();
        }
        assert!(self.room.is_over() && self.room.deadline_ms().is_none());
    }
}
