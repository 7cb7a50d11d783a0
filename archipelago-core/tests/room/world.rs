//! A room and its clients, each of whom goes by what it is told.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::Address;
use archipelago_core::protocol::bus::room_record::{self, Stage};
use archipelago_core::protocol::bus::{RoomGuest, RoomRecord};
use archipelago_core::protocol::limits::{ROOM_PLAYERS_MAX, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::room::{Reason, SocketId};
use archipelago_core::transport::Pass;
use prost::Message as _;

use crate::clients::{NOW_MS, address};
use crate::hall::{Hall, room_id};

/// What one client knows.
#[derive(Default)]
pub struct Client {
    pub pass: Option<Pass>,
    /// What it was asked to sign.
    pub challenge: Option<String>,
    /// Its own alias, once it is welcome.
    alias: Option<u32>,
    /// The others, by alias.
    others: BTreeMap<u32, String>,
    /// What it has heard in this step, in order.
    heard: Vec<Message>,
    /// Whether it was sent anything at all in this step.
    spoken_to: bool,
}

pub struct World {
    pub hall: Hall,
    pub clients: BTreeMap<SocketId, Client>,
    /// What a member has said in this step, as the others must hear it.
    said: Option<(SocketId, Vec<Message>)>,
    pub packets_heard: u32,
}

impl World {
    /// A room that nobody is in, or one that is almost full.
    pub fn new(crowded: bool) -> Self {
        let mut world = Self {
            hall: Hall::new(),
            clients: BTreeMap::new(),
            said: None,
            packets_heard: 0,
        };
        if crowded {
            world.fill(ROOM_PLAYERS_MAX as u8 - 3);
        }
        world
    }

    fn fill(&mut self, count: u8) {
        let others: BTreeMap<u32, String> = (1..=count)
            .map(|number| (number.into(), address(number).to_string()))
            .collect();
        for number in 1..=count {
            let (alias, address) = (number.into(), address(number).0.to_vec());
            let record = RoomRecord {
                version: 1,
                socket: number.into(),
                room: room_id().as_str().to_owned(),
                pass: None,
                since_ms: NOW_MS,
                stage: Some(Stage::Member(room_record::Member { address, alias })),
            };
            let mut client = Client {
                alias: Some(alias),
                others: others.clone(),
                ..Client::default()
            };
            client.others.remove(&alias);
            let socket = SocketId(number.into());
            self.hall.records.insert(socket, record.encode_to_vec());
            self.clients.insert(socket, client);
        }
        self.hall.sleep();
    }

    pub fn stage(&self, socket: SocketId) -> Option<Stage> {
        let record = self.hall.records.get(&socket)?;
        let record = RoomRecord::decode(record.as_slice()).expect("a record");
        assert_eq!((record.version, record.socket), (1, socket.0));
        record.stage
    }

    pub fn is_member(&self, socket: SocketId) -> bool {
        matches!(self.stage(socket), Some(Stage::Member(_)))
    }

    /// The assignment by which an address is in the room, as it is kept; 0 without a token.
    pub fn assignment_of(&self, address: &Address) -> Option<u64> {
        let mut sockets = self.hall.records.keys();
        sockets.find_map(|&socket| {
            let there = match self.stage(socket)? {
                Stage::Member(member) => member.address,
                Stage::Muted(muted) => muted.address,
                _ => return None,
            };
            let pass = self.clients[&socket].pass;
            (there == address.0).then_some(pass.map_or(0, |pass| pass.assignment))
        })
    }

    /// The members' addresses by alias, as they are kept.
    pub fn members(&self) -> BTreeMap<u32, String> {
        let mut members = BTreeMap::new();
        for &socket in self.hall.records.keys() {
            if let Some(Stage::Member(member)) = self.stage(socket) {
                let text = format!("0x{}", crate::clients::hex(&member.address));
                assert_eq!(members.insert(member.alias, text), None, "an alias twice");
            }
        }
        members
    }

    /// All guests, as they are kept.
    pub fn guests(&self) -> BTreeMap<Vec<u8>, u64> {
        let mut guests = BTreeMap::new();
        for (&socket, record) in &self.hall.records {
            let record = RoomRecord::decode(record.as_slice()).expect("a record");
            let assignment = record.pass.map_or(0, |pass| pass.assignment);
            let address = match record.stage {
                Some(Stage::Member(member)) => member.address,
                Some(Stage::Muted(muted)) => muted.address,
                _ => continue,
            };
            assert_eq!(guests.insert(address, assignment), None, "{socket:?}");
        }
        guests
    }

    pub fn names(&self) -> Vec<RoomGuest> {
        let guests = self.guests().into_iter();
        guests
            .map(|(address, assignment)| RoomGuest {
                address,
                assignment,
            })
            .collect()
    }

    /// These frames arrive at once; what they say to the others is noted.
    pub fn frames(&mut self, socket: SocketId, frames: &[Vec<u8>]) {
        let mut said = Vec::new();
        for frame in frames {
            let before = self.stage(socket);
            self.hall.frame(socket, frame);
            // Who is too slow has been heard, and is closed by the leave of another one.
            let is_heard = matches!(self.hall.closed.get(&socket), None | Some(Reason::TooSlow));
            if let Some(Stage::Member(member)) = before
                && is_heard
            {
                said.push(heard_as(member.alias, frame));
            }
        }
        self.said = Some((socket, said));
    }

    /// Clients read what they were sent, and all that must hold is looked at.
    pub fn check(&mut self) {
        for (socket, messages) in std::mem::take(&mut self.hall.inbox) {
            let client = self.clients.get_mut(&socket).expect("a client");
            client.spoken_to = true;
            for message in messages {
                client.read(message);
            }
        }
        let members = self.members();
        for &alias in members.keys() {
            assert!(alias != 0 && alias != u32::MAX);
        }
        let addresses: BTreeSet<&String> = members.values().collect();
        assert_eq!(addresses.len(), members.len(), "an address twice");
        assert!(members.len() <= ROOM_PLAYERS_MAX);
        self.guests();
        let count = self.hall.room.socket_count();
        assert_eq!(count, self.hall.records.len());
        for &socket in self.hall.records.keys() {
            self.check_socket(socket, &members);
        }
        if count == 0 && self.hall.room.report_due_ms().is_none() {
            assert_eq!(self.hall.room.deadline_ms(), None);
        }
        let open = &self.hall.records;
        self.clients.retain(|socket, _| open.contains_key(socket));
        for client in self.clients.values_mut() {
            self.packets_heard += client.heard.len() as u32;
            client.heard.clear();
            client.spoken_to = false;
        }
        self.said = None;
    }

    fn check_socket(&self, socket: SocketId, members: &BTreeMap<u32, String>) {
        let client = &self.clients[&socket];
        match self.stage(socket).expect("a stage") {
            Stage::Member(member) => {
                assert_eq!(client.alias, Some(member.alias));
                let others = members.iter().filter(|&(&alias, _)| alias != member.alias);
                assert!(client.others.iter().eq(others), "{socket:?} is mistaken");
                self.check_heard(socket, client);
            }
            Stage::Muted(_) => assert!(!client.spoken_to, "{socket:?} is muted"),
            Stage::AwaitingIdentification(_) => assert!(!client.spoken_to),
            Stage::AwaitingSignature(_) => assert_eq!(client.alias, None),
        }
    }

    /// Everybody but the speaker hears all of it, in order; the slow may miss what is unreliable.
    fn check_heard(&self, socket: SocketId, client: &Client) {
        let said: &[Message] = match &self.said {
            Some((speaker, said)) if *speaker != socket => said,
            _ => &[],
        };
        let backlog = self.hall.backlog.get(&socket).copied().unwrap_or(0);
        let is_slow = backlog > ROOM_UNRELIABLE_BACKLOG_MAX_BYTES;
        let expected = said.iter().filter(|message| match message {
            Message::PeerUpdateMessage(said) => !(is_slow && said.unreliable),
            _ => false,
        });
        assert!(client.heard.iter().eq(expected), "what {socket:?} hears");
    }
}

/// What the others hear of a frame that has not closed its sender.
fn heard_as(alias: u32, frame: &[u8]) -> Message {
    use archipelago_core::protocol::rfc5::WsPacket;
    match WsPacket::decode(frame).expect("a packet").message {
        Some(Message::PeerUpdateMessage(mut said)) => {
            said.from_alias = alias;
            Message::PeerUpdateMessage(said)
        }
        other => panic!("taken from a member: {other:?}"),
    }
}

impl Client {
    fn read(&mut self, message: Message) {
        match message {
            Message::ChallengeMessage(asked) => {
                assert_eq!((self.alias, &self.challenge), (None, &None));
                self.challenge = Some(asked.challenge_to_sign);
            }
            Message::WelcomeMessage(welcome) => {
                assert_eq!(self.alias.replace(welcome.alias), None);
                assert!(!welcome.peer_identities.contains_key(&welcome.alias));
                self.others = welcome.peer_identities;
            }
            Message::PeerKicked(_) => {}
            other => {
                let own = self.alias.expect("nothing before the welcome");
                match other {
                    Message::PeerJoinMessage(join) => {
                        assert_ne!(join.alias, own);
                        assert_eq!(self.others.insert(join.alias, join.address), None);
                    }
                    Message::PeerLeaveMessage(leave) => {
                        self.others.remove(&leave.alias).expect("was there");
                    }
                    Message::PeerUpdateMessage(said) => {
                        assert!(self.others.contains_key(&said.from_alias));
                        self.heard.push(Message::PeerUpdateMessage(said));
                    }
                    other => panic!("not for clients: {other:?}"),
                }
            }
        }
    }
}
