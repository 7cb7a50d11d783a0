//! What clients do in rooms, and what they may rely on there.

use std::collections::BTreeMap;

use archipelago_core::auth::challenge_from;
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::protocol::rfc5::{
    WsChallengeRequired, WsIdentification, WsPacket, WsPeerUpdate, WsSignedChallenge, WsWelcome,
};
use archipelago_core::protocol::v3::IslandChangedMessage;
use archipelago_core::room::SocketId;
use archipelago_core::transport::{Pass, RoomId};
use prost::Message as _;

use super::bus::{Line, Mail, Reply, Request};
use super::{ClientId, ORIGIN, REALM_NAME, World, chain_of, random_of};

pub(super) type VisitId = usize;

/// How often a client tries to get into a room that cannot be reached.
const TRIES_MAX: u32 = 3;

/// What a connection string says.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    room: RoomId,
    token: String,
    pub(super) assignment: u64,
}

/// A client at the door of a room.
#[derive(Clone, Debug)]
pub(super) struct Knock {
    client: ClientId,
    pub(super) ticket: Ticket,
    tries: u32,
}

/// What a guest may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Not admitted, or not there any more.
    Visitor,
    Member,
    Muted,
}

/// One socket in a room, seen by whoever opened it.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) client: ClientId,
    pub(super) who: usize,
    pub(super) room: RoomId,
    pub(super) assignment: u64,
    pub(super) socket: SocketId,
    /// Whether the room has the socket.
    pub(super) open: bool,
    /// Whether the client is no longer at the other end.
    pub(super) gone: bool,
    pub(super) standing: Standing,
    pub(super) admitted_ms: u64,
    /// Whether it has been ordered away.
    pub(super) is_dismissed: bool,
    pub(super) alias: u32,
    /// Who is there, as far as the client was told, itself included.
    pub(super) seen: BTreeMap<u32, String>,
    said: u32,
    /// The last packet of each other visit.
    heard: BTreeMap<VisitId, u32>,
    /// Since when its assignment is not the current one.
    pub(super) stale_since_ms: Option<u64>,
    /// From when on it should be closed.
    pub(super) farewell_ms: Option<u64>,
}

fn encode(message: Message) -> Vec<u8> {
    let message = Some(message);
    WsPacket { message }.encode_to_vec()
}

impl World {
    /// A client is told where to go.
    pub(super) fn told(&mut self, client: ClientId, changed: &IslandChangedMessage) {
        let state = &self.clients[client];
        let url = changed.conn_str.strip_prefix("ws-room:ws://");
        let (url, token) = url.and_then(|url| url.split_once("?token=")).expect("both");
        let host = ORIGIN.strip_prefix("http://").expect("a scheme");
        let room = format!("{REALM_NAME}.{}", changed.island_id);
        assert_eq!(url, format!("{host}/rooms/{room}"));
        let room: RoomId = room.parse().expect("a room");
        let pass = self
            .key
            .verify(&room, &token.parse().expect("a token"), self.now_ms)
            .expect("good");
        assert_eq!(pass.address, chain_of(state.who).0);
        let last = state.tickets.last().map_or(0, |ticket| ticket.assignment);
        assert!(pass.assignment > last, "{last} was told before");
        let ticket = Ticket {
            room,
            token: token.to_owned(),
            assignment: pass.assignment,
        };
        self.clients[client].tickets.push(ticket.clone());
        if self.rng.chance(0.95) {
            self.knock_within(500, client, ticket);
        }
        self.leave_sometime(client);
    }

    /// Clients leave the rooms where they are at once, later, or when they are sent away.
    pub(super) fn leave_sometime(&mut self, client: ClientId) {
        let visits = 0..self.visits.len();
        let own: Vec<VisitId> = visits
            .filter(|&visit| self.visits[visit].client == client && self.visits[visit].open)
            .collect();
        for visit in own {
            match self.rng.below(10) {
                0..=2 => self.leave_room(visit),
                3..=5 => self.post_within(8_000, Mail::Leave(visit)),
                _ => {}
            }
        }
    }

    pub(super) fn knock_within(&mut self, within_ms: usize, client: ClientId, ticket: Ticket) {
        if !self.setting.goes_to_rooms(self.clients[client].who) {
            return;
        }
        let tries = 1;
        let knock = Knock {
            client,
            ticket,
            tries,
        };
        self.post_within(within_ms, Mail::Knock(knock));
    }

    /// At the door: nothing of the room is touched before the token is found to be good.
    pub(super) fn knock(&mut self, knock: Knock) {
        let Ticket { room, token, .. } = &knock.ticket;
        let pass = Pass {
            address: chain_of(self.clients[knock.client].who).0,
            assignment: knock.ticket.assignment,
        };
        assert_eq!(
            self.key
                .verify(room, &token.parse().expect("a token"), self.now_ms),
            Ok(pass)
        );
        self.call(Line::Door, 0, Request::Pass(knock));
    }

    /// What the realm says of somebody at the door; none if it does not know yet.
    pub(super) fn may_pass(&self, knock: &Knock) -> Option<bool> {
        let state = &self.clients[knock.client];
        let assignment = knock.ticket.assignment;
        let may_pass = self.passes(state.who, assignment)?;
        let newest = state.tickets.last().map_or(0, |ticket| ticket.assignment);
        // What the realm has said before its last start, it knows from others only.
        let is_outdated = assignment < newest && newest >> 32 == self.incarnation;
        assert!(!(may_pass && is_outdated), "the client was told {newest}");
        Some(may_pass)
    }

    pub(super) fn door_answered(&mut self, mut knock: Knock, reply: &Reply) {
        match reply {
            Reply::Passed(true) if !self.rng.chance(self.setting.weather.drop) => {
                let wait_ms = 1 + self.setting.weather.delay_ms as usize;
                self.post_within(wait_ms, Mail::Enter(knock));
            }
            Reply::Passed(false) => self.count("refused at the door"),
            _ if knock.tries < TRIES_MAX => {
                knock.tries += 1;
                self.post_within(1_000, Mail::Knock(knock));
            }
            _ => {}
        }
    }

    /// The door has let a client in.
    pub(super) fn enter(&mut self, knock: &Knock) {
        let Knock { client, ticket, .. } = knock;
        let who = self.clients[*client].who;
        let visit = self.visits.len();
        self.visits.push(Visit {
            client: *client,
            who,
            room: ticket.room.clone(),
            assignment: ticket.assignment,
            socket: SocketId(0),
            open: true,
            gone: false,
            standing: Standing::Visitor,
            admitted_ms: 0,
            is_dismissed: false,
            alias: 0,
            seen: BTreeMap::new(),
            said: 0,
            heard: BTreeMap::new(),
            stale_since_ms: None,
            farewell_ms: None,
        });
        let pass = Pass {
            address: chain_of(who).0,
            assignment: ticket.assignment,
        };
        self.open_in_room(visit, pass, random_of(who));
        let address = pass.address.to_string();
        let frame = encode(Message::PeerIdentification(WsIdentification { address }));
        self.post_within(50, Mail::Said { visit, frame });
    }

    /// A client has lost its socket, or the room has closed it: it comes back if it has not gone elsewhere.
    pub(super) fn lost_socket(&mut self, visit: VisitId) {
        let state = &self.visits[visit];
        if state.gone || self.calm || !self.rng.chance(0.7) {
            return;
        }
        let (client, assignment) = (state.client, state.assignment);
        let tickets = self.clients[client].tickets.iter();
        let mut tickets = tickets.filter(|ticket| ticket.assignment == assignment);
        let ticket = tickets.next().expect("its own").clone();
        self.knock_within(1_000, client, ticket);
    }

    pub(super) fn say_in_room(&mut self, visit: VisitId, frame: &[u8]) {
        let state = &self.visits[visit];
        if state.open && !state.gone {
            let (room, socket) = (state.room.clone(), state.socket);
            self.on_room(room.as_str(), |room, now_ms, out| {
                room.frame(socket, frame, now_ms, out);
            });
        }
    }

    /// A client says something to the others: all members hear it if it is one of them, else nobody.
    pub(super) fn speak(&mut self, visit: VisitId) {
        let state = &mut self.visits[visit];
        state.said += 1;
        let (said, room) = (state.said, state.room.clone());
        let is_member = state.standing == Standing::Member;
        let mut body = (visit as u32).to_be_bytes().to_vec();
        body.extend(said.to_be_bytes());
        let update = WsPeerUpdate {
            from_alias: self.rng.below(5) as u32,
            body,
            unreliable: self.rng.chance(0.5),
        };
        self.say_in_room(visit, &encode(Message::PeerUpdateMessage(update)));
        let members = self.members(room.as_str()).into_iter();
        for other in members.filter(|&other| other != visit) {
            let heard = self.visits[other].heard.get(&visit) == Some(&said);
            assert_eq!(heard, is_member, "{visit} by {other}");
            self.count(if is_member { "heard" } else { "unheard" });
        }
    }

    /// A client closes its socket.
    pub(super) fn leave_room(&mut self, visit: VisitId) {
        self.socket_gone(visit);
    }

    /// A client's end of a socket is dead; the room finds out later.
    pub(super) fn lose_socket(&mut self, visit: VisitId) {
        self.lost_socket(visit);
        self.visits[visit].gone = true;
        self.post_within(20_000, Mail::Lost(visit));
    }

    /// A client gets a packet: everything that it may rely on is checked.
    pub(super) fn hear_in_room(&mut self, visit: VisitId, packet: &[u8]) {
        let packet = WsPacket::decode(packet).expect("a WsPacket");
        let message = packet.message.expect("never an empty packet");
        let state = &mut self.visits[visit];
        assert!(state.open, "to a closed socket");
        let is_member = state.standing == Standing::Member;
        match message {
            Message::ChallengeMessage(challenge) => self.challenged(visit, &challenge),
            Message::WelcomeMessage(welcome) => self.welcomed(visit, welcome),
            Message::PeerJoinMessage(join) => {
                assert!(is_member);
                let before = state.seen.insert(join.alias, join.address);
                assert_eq!(before, None);
            }
            Message::PeerLeaveMessage(leave) => {
                assert!(is_member);
                assert_ne!(leave.alias, state.alias);
                assert!(state.seen.remove(&leave.alias).is_some());
            }
            Message::PeerUpdateMessage(update) => {
                assert!(is_member);
                self.heard(visit, &update);
            }
            Message::PeerKicked(_) => assert!(is_member),
            other => panic!("never sent: {other:?}"),
        }
    }

    fn challenged(&mut self, visit: VisitId, challenge: &WsChallengeRequired) {
        let state = &self.visits[visit];
        assert_eq!(state.standing, Standing::Visitor);
        let who = state.who;
        let members = self.members(state.room.as_str());
        let connected = members.iter().any(|&other| self.visits[other].who == who);
        assert_eq!(challenge.already_connected, connected);
        let expected = challenge_from(random_of(who));
        assert_eq!(challenge.challenge_to_sign, expected);
        if self.calm || self.rng.chance(0.97) {
            let auth_chain_json = chain_of(who).1.clone();
            let signed = WsSignedChallenge { auth_chain_json };
            let frame = encode(Message::SignedChallengeForServer(signed));
            self.post_within(300, Mail::Said { visit, frame });
        }
    }

    fn welcomed(&mut self, visit: VisitId, welcome: WsWelcome) {
        self.count("entered");
        let now_ms = self.now_ms;
        let earlier = &self.visits[..visit];
        let (client, assignment) = (self.visits[visit].client, self.visits[visit].assignment);
        let came_before = earlier.iter().any(|other| {
            other.client == client && other.assignment == assignment && other.admitted_ms > 0
        });
        if came_before {
            self.count("came back");
        }
        let state = &mut self.visits[visit];
        assert_eq!(state.standing, Standing::Visitor);
        state.standing = Standing::Member;
        state.admitted_ms = now_ms;
        state.alias = welcome.alias;
        state.seen = welcome.peer_identities;
        let own = chain_of(state.who).0.to_string();
        assert_eq!(state.seen.insert(welcome.alias, own), None);
    }

    fn heard(&mut self, visit: VisitId, update: &WsPeerUpdate) {
        let (from, said) = update.body.split_at(4);
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four"));
        let (from, said) = (number(from) as VisitId, number(said));
        assert_ne!(from, visit, "nobody hears itself");
        let speaker = &self.visits[from];
        assert_eq!(speaker.standing, Standing::Member);
        assert_eq!(speaker.room, self.visits[visit].room);
        assert_eq!(speaker.alias, update.from_alias);
        let before = self.visits[visit].heard.insert(from, said);
        assert!(before < Some(said), "in their order, and once");
    }
}
