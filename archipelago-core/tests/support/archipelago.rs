//! A whole archipelago in one process: clients, connectors, a realm, and a bus between them that delays, reorders,
//! drops and repeats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use archipelago_core::auth::{Address, challenge_from};
use archipelago_core::connector::{Action, Connector, ConnectorConfig, SocketId};
use archipelago_core::engine::{EngineConfig, IslandNumber, Position};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, Delivery, LookupReply, LookupRequest, Report, ReportReply,
};
use archipelago_core::protocol::v3::server_packet::Message;
use archipelago_core::realm::{Realm, RealmConfig};
use archipelago_core::session::Timeouts;
use archipelago_core::transport::Transport;

use super::clients::{
    NOW_MS, at, chain, challenge_request, heartbeat_of, read, signed_challenge, wallet,
};
use super::rng::Rng;

pub const ADDRESSES: usize = 20;
const SHARDS: usize = 3;
const MAX_PEERS: u32 = 4;
const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 10_000,
    idle_ms: 30_000,
};
const CONNECTOR_TIMEOUT_MS: u64 = 25_000;
const RESUME_GRACE_MS: u64 = 10_000;
/// How long a caller waits for an answer.
const CALL_LIMIT_MS: f64 = 5_000.0;
/// Long enough for every time-out and grace to pass, one after the other.
const QUIET_MS: u64 = 60_000;

/// What the bus does to calls.
#[derive(Clone, Copy, Debug)]
struct Weather {
    delay_ms: f64,
    drop: f64,
    repeat: f64,
}

const FAIR: Weather = Weather {
    delay_ms: 5.0,
    drop: 0.0,
    repeat: 0.0,
};

type ClientId = usize;

/// One socket, seen by whoever opened it.
#[derive(Debug)]
struct Client {
    who: usize,
    shard: usize,
    socket: SocketId,
    open: bool,
    welcome: bool,
    heard: bool,
    kicked: bool,
    told: Option<String>,
    position: Position,
    /// When the realm first took it: later ones of the same address replace it.
    taken: Option<u64>,
}

struct Shard {
    epoch: u64,
    connector: Connector,
    records: BTreeMap<SocketId, Vec<u8>>,
    clients: BTreeMap<SocketId, ClientId>,
    /// Until when nothing gets in or out.
    cut_off_until_ms: u64,
}

#[derive(Clone, Debug)]
enum Request {
    LookUp(LookupRequest),
    Connect(ConnectRequest),
    Report(Report),
    Deliver(Delivery),
}

#[derive(Clone, Debug)]
enum Reply {
    LookedUp(LookupReply),
    Connected(ConnectReply),
    Reported(ReportReply),
    Delivered,
    Failed,
}

/// A call that has not been answered.
#[derive(Debug)]
struct Call {
    shard: usize,
    /// The caller's epoch; for deliveries the realm's incarnation.
    start: u64,
    socket: SocketId,
    request: Request,
}

#[derive(Debug)]
enum Mail {
    Request {
        call: u64,
        shard: usize,
        request: Request,
    },
    Reply {
        call: u64,
        reply: Reply,
    },
    Frame {
        client: ClientId,
        frame: Vec<u8>,
    },
}

/// What has happened in a world: a test that sees nothing of it tests nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub told: u32,
    pub moved: u32,
    pub kicked: u32,
    pub restarts: u32,
    pub cuts: u32,
    pub live_at_end: u32,
}

pub struct World {
    rng: Rng,
    now_ms: u64,
    weather: Weather,
    realm: Realm,
    incarnation: u64,
    realm_restarts: bool,
    shards: Vec<Shard>,
    clients: Vec<Client>,
    mail: BTreeMap<(u64, u64), Mail>,
    calls: BTreeMap<u64, Call>,
    /// Whose socket it is, by shard, epoch and number.
    sockets: BTreeMap<(usize, u64, u64), ClientId>,
    taken: u64,
    counter: u64,
    pub tally: Tally,
}

/// The chain of every address. Its challenge is always the same here, so that signing is done once.
fn chain_of(who: usize) -> &'static (Address, String) {
    static CHAINS: OnceLock<Vec<(Address, String)>> = OnceLock::new();
    &CHAINS.get_or_init(|| {
        (0..ADDRESSES)
            .map(|who| {
                let wallet = wallet(who as u8 + 1);
                (
                    wallet.address(),
                    chain(&wallet, &challenge_from(random_of(who))),
                )
            })
            .collect()
    })[who]
}

fn random_of(who: usize) -> [u8; 16] {
    [who as u8; 16]
}

fn realm_config() -> RealmConfig {
    RealmConfig {
        engine: EngineConfig::new(MAX_PEERS, 20.0, None).expect("valid"),
        flush_period_ms: 2_000,
        connector_timeout_ms: CONNECTOR_TIMEOUT_MS,
        resume_grace_ms: RESUME_GRACE_MS,
    }
}

fn shard_name(shard: usize) -> String {
    format!("connector-{shard}")
}

impl Shard {
    fn start(shard: usize, epoch: u64, now_ms: u64) -> Self {
        let config = ConnectorConfig {
            timeouts: TIMEOUTS,
            island_prefix: "I".to_owned(),
            transport: Transport::Offline,
        };
        Self {
            epoch,
            connector: Connector::new(config, shard_name(shard), epoch, now_ms),
            records: BTreeMap::new(),
            clients: BTreeMap::new(),
            cut_off_until_ms: 0,
        }
    }
}

impl World {
    pub fn new(seed: u32) -> Self {
        let mut rng = Rng::new(seed);
        let weather = Weather {
            delay_ms: rng.pick(&[5.0, 50.0, 300.0, 2_000.0]),
            drop: rng.pick(&[0.0, 0.05, 0.3]),
            repeat: rng.pick(&[0.0, 0.2]),
        };
        Self {
            now_ms: NOW_MS,
            weather,
            realm: Realm::new(realm_config(), 1, IslandNumber::FIRST),
            incarnation: 1,
            realm_restarts: rng.chance(0.3),
            shards: (0..SHARDS)
                .map(|shard| Shard::start(shard, 1, NOW_MS))
                .collect(),
            clients: Vec::new(),
            mail: BTreeMap::new(),
            calls: BTreeMap::new(),
            sockets: BTreeMap::new(),
            taken: 0,
            counter: 0,
            tally: Tally::default(),
            rng,
        }
    }

    /// One event, whatever is due until the next one, and a look at everything.
    pub fn step(&mut self) {
        match self.rng.below(1000) {
            0..=139 => self.open(),
            140..=219 => self.leave(),
            220..=239 => self.restart_shard(true),
            240..=259 => self.restart_shard(false),
            260..=269 => self.cut_off(),
            270..=274 if self.realm_restarts => self.restart_realm(),
            275..=849 => self.live(),
            _ => {}
        }
        let pause = match self.rng.below(20) {
            0..=9 => self.rng.below(40),
            10..=18 => self.rng.below(600),
            _ => self.rng.below(5_000),
        };
        self.advance(self.now_ms + pause as u64);
        self.check();
    }

    /// Everything that is on the way arrives, everybody stays where it is; then all know the same.
    pub fn settle(&mut self) {
        self.weather = FAIR;
        for shard in &mut self.shards {
            shard.cut_off_until_ms = 0;
        }
        let end = self.now_ms + QUIET_MS;
        while self.now_ms < end {
            for client in self.live_clients() {
                let position = self.clients[client].position;
                self.heartbeat(client, position, None);
            }
            self.advance(self.now_ms + 2_000);
            self.check();
        }
        // A last moment without news, so that nothing is on the way.
        self.advance(self.now_ms + 1_000);
        self.check_agreement();
    }

    /// Everybody leaves, and nothing is left to be done.
    pub fn end(&mut self) {
        for client in 0..self.clients.len() {
            self.hang_up(client);
        }
        self.advance(self.now_ms + QUIET_MS);
        assert_eq!(self.realm.status(self.now_ms).users, 0);
        assert_eq!(self.realm.snapshot().islands.len(), 0);
        assert_eq!(self.realm.next_ms(), None, "an empty realm sleeps");
        assert_eq!(self.present_addresses().len(), 0, "nobody is connected");
        for shard in &self.shards {
            assert_eq!(shard.connector.socket_count(), 0);
            assert_eq!(shard.connector.deadline_ms(), None);
            assert_eq!(shard.connector.report_due_ms(), None);
        }
        assert!(self.mail.is_empty() && self.calls.is_empty());
    }
}

/// Events.
impl World {
    fn open(&mut self) {
        let who = self.rng.below(ADDRESSES);
        let shard = self.rng.below(SHARDS);
        let mut out = Vec::new();
        let socket = self.shards[shard].connector.opened(self.now_ms, &mut out);
        let client = self.clients.len();
        let position = self.somewhere();
        self.clients.push(Client {
            who,
            shard,
            socket,
            open: true,
            welcome: false,
            heard: false,
            kicked: false,
            told: None,
            position,
            taken: None,
        });
        self.shards[shard].clients.insert(socket, client);
        let epoch = self.shards[shard].epoch;
        self.sockets.insert((shard, epoch, socket.0), client);
        self.carry_out(shard, out);
        let address = chain_of(who).0.to_string();
        self.say_later(client, challenge_request(&address), 50);
    }

    fn leave(&mut self) {
        let open: Vec<ClientId> = self.open_clients();
        if !open.is_empty() {
            let client = self.rng.pick(&open);
            self.hang_up(client);
        }
    }

    fn hang_up(&mut self, client: ClientId) {
        let Client { shard, socket, .. } = self.clients[client];
        if std::mem::replace(&mut self.clients[client].open, false) {
            let shard = &mut self.shards[shard];
            shard.clients.remove(&socket);
            shard.records.remove(&socket);
            shard.connector.closed(socket, self.now_ms);
        }
    }

    fn live(&mut self) {
        let live = self.live_clients();
        if live.is_empty() {
            return;
        }
        let client = self.rng.pick(&live);
        let here = self.clients[client].position;
        let position = match self.rng.below(10) {
            0 => self.somewhere(),
            1..=3 => here,
            _ => at(
                here.x() + self.rng.between(-10.0, 10.0) as f32,
                here.z() + self.rng.between(-10.0, 10.0) as f32,
            ),
        };
        let wish = format!("I{}", self.rng.below(9));
        let wish = self.rng.chance(0.1).then_some(wish.as_str());
        self.heartbeat(client, position, wish);
    }

    fn heartbeat(&mut self, client: ClientId, position: Position, wish: Option<&str>) {
        self.clients[client].position = position;
        self.clients[client].heard = true;
        self.say(client, &heartbeat_of(Some(position.into()), wish));
    }

    /// The shard starts again; its sockets live on, or are lost.
    fn restart_shard(&mut self, sockets_live: bool) {
        self.tally.restarts += 1;
        let index = self.rng.below(SHARDS);
        let epoch = self.shards[index].epoch + 1;
        let fresh = Shard::start(index, epoch, self.now_ms);
        let old = std::mem::replace(&mut self.shards[index], fresh);
        let shard = &mut self.shards[index];
        shard.cut_off_until_ms = old.cut_off_until_ms;
        if !sockets_live {
            for client in old.clients.into_values() {
                self.clients[client].open = false;
            }
            return;
        }
        for (socket, client) in old.clients {
            let record = &old.records[&socket];
            assert_eq!(SocketId::of_record(record), Some(socket));
            assert_eq!(shard.connector.resume(record, self.now_ms), Ok(socket));
            self.sockets.insert((index, epoch, socket.0), client);
            shard.clients.insert(socket, client);
        }
        shard.records = old.records;
    }

    fn cut_off(&mut self) {
        self.tally.cuts += 1;
        let shard = self.rng.below(SHARDS);
        let pause = self.rng.below(60_000) as u64;
        self.shards[shard].cut_off_until_ms = self.now_ms + pause;
    }

    /// The realm starts again. Calls to it and from it that are under way fail.
    fn restart_realm(&mut self) {
        self.tally.restarts += 1;
        self.incarnation += 1;
        let next_island = self.realm.next_island();
        self.realm = Realm::new(realm_config(), self.incarnation, next_island);
        let lost: BTreeSet<u64> = self
            .mail
            .extract_if(.., |_, mail| {
                matches!(mail, Mail::Request { request, .. } if !matches!(request, Request::Deliver(_)))
            })
            .filter_map(|(_, mail)| match mail {
                Mail::Request { call, .. } => Some(call),
                _ => None,
            })
            .collect();
        for call in lost {
            self.reply_in(call, Reply::Failed, 100.0);
        }
    }

    fn somewhere(&mut self) -> Position {
        at(
            self.rng.between(-60.0, 60.0) as f32,
            self.rng.between(-60.0, 60.0) as f32,
        )
    }
}

/// Clients.
impl World {
    fn open_clients(&self) -> Vec<ClientId> {
        (0..self.clients.len())
            .filter(|&client| self.clients[client].open)
            .collect()
    }

    fn live_clients(&self) -> Vec<ClientId> {
        let open = self.open_clients().into_iter();
        open.filter(|&client| self.clients[client].welcome)
            .collect()
    }

    fn say_later(&mut self, client: ClientId, frame: Vec<u8>, within_ms: usize) {
        let wait = self.rng.below(within_ms) as u64;
        self.post(wait, Mail::Frame { client, frame });
    }

    fn say(&mut self, client: ClientId, frame: &[u8]) {
        let Client {
            shard,
            socket,
            open,
            ..
        } = self.clients[client];
        if open {
            let mut out = Vec::new();
            let connector = &mut self.shards[shard].connector;
            connector.frame(socket, frame, self.now_ms, &mut out);
            self.carry_out(shard, out);
        }
    }

    /// A client gets a packet: everything that it may rely on is checked.
    fn hear(&mut self, client: ClientId, frame: &[u8]) {
        let state = &mut self.clients[client];
        assert!(state.open, "to a closed socket");
        assert!(!state.kicked, "after a kick");
        let (address, chain) = chain_of(state.who);
        match read(frame) {
            Message::ChallengeResponse(response) => {
                assert_eq!(
                    response.challenge_to_sign,
                    challenge_from(random_of(state.who))
                );
                self.say_later(client, signed_challenge(chain), 300);
            }
            Message::Welcome(welcome) => {
                assert_eq!(welcome.peer_id, address.to_string());
                assert!(!std::mem::replace(&mut state.welcome, true));
                if self.rng.chance(0.8) {
                    let frame = heartbeat_of(Some(state.position.into()), None);
                    self.say_later(client, frame, 1_000);
                }
            }
            Message::IslandChanged(changed) => {
                assert!(state.heard, "told before its first heartbeat");
                assert_eq!(changed.from_island_id, state.told);
                assert_ne!(state.told.as_ref(), Some(&changed.island_id));
                assert_eq!(changed.conn_str, "offline:offline");
                assert!(changed.peers.contains_key(&address.to_string()));
                assert!(changed.peers.len() <= MAX_PEERS as usize);
                self.tally.told += 1;
                self.tally.moved += u32::from(state.told.is_some());
                state.told = Some(changed.island_id);
            }
            Message::Kicked(_) => {
                state.kicked = true;
                self.tally.kicked += 1;
                self.check_kick(client);
            }
            other => panic!("never sent: {other:?}"),
        }
    }

    /// Only a session that the realm has taken later takes over.
    fn check_kick(&self, client: ClientId) {
        let kicked = &self.clients[client];
        assert!(
            self.clients
                .iter()
                .any(|other| other.who == kicked.who && other.taken > kicked.taken),
            "kicked for nobody: {kicked:?}"
        );
    }
}

/// The bus.
impl World {
    fn post(&mut self, wait_ms: u64, mail: Mail) {
        self.counter += 1;
        self.mail
            .insert((self.now_ms + wait_ms, self.counter), mail);
    }

    fn reply_in(&mut self, call: u64, reply: Reply, within_ms: f64) {
        let wait = self.rng.between(0.0, within_ms) as u64;
        self.post(wait, Mail::Reply { call, reply });
    }

    fn call(&mut self, shard: usize, start: u64, socket: SocketId, request: Request) {
        self.counter += 1;
        let call = self.counter;
        let weather = self.weather;
        if self.is_cut_off(shard) || self.rng.chance(weather.drop) {
            self.reply_in(call, Reply::Failed, CALL_LIMIT_MS);
        } else {
            let delay = self.rng.between(0.0, weather.delay_ms) as u64;
            let mail = |request| Mail::Request {
                call,
                shard,
                request,
            };
            self.post(delay, mail(request.clone()));
            if self.rng.chance(weather.repeat) {
                let later = delay + self.rng.below(3_000) as u64;
                self.post(later, mail(request.clone()));
            }
            if self.rng.chance(weather.drop) {
                // The caller gives up, perhaps before the request has even arrived.
                self.reply_in(call, Reply::Failed, 2.0 * weather.delay_ms);
            }
        }
        let open = Call {
            shard,
            start,
            socket,
            request,
        };
        self.calls.insert(call, open);
    }

    fn is_cut_off(&self, shard: usize) -> bool {
        self.now_ms < self.shards[shard].cut_off_until_ms
    }

    fn arrive(&mut self, mail: Mail) {
        match mail {
            Mail::Frame { client, frame } => {
                self.clients[client].heard |= self.clients[client].welcome;
                self.say(client, &frame);
            }
            Mail::Request {
                call,
                shard,
                request,
            } => {
                let reply = self.serve(shard, request);
                if self.is_cut_off(shard) || self.rng.chance(self.weather.drop) {
                    self.reply_in(call, Reply::Failed, CALL_LIMIT_MS);
                } else {
                    self.reply_in(call, reply, self.weather.delay_ms);
                }
            }
            Mail::Reply { call, reply } => {
                if let Some(call) = self.calls.remove(&call) {
                    self.answered(call, reply);
                }
            }
        }
    }

    fn serve(&mut self, shard: usize, request: Request) -> Reply {
        let now_ms = self.now_ms;
        match request {
            Request::LookUp(request) => {
                let reply = self.realm.lookup(&request);
                reply.map_or(Reply::Failed, Reply::LookedUp)
            }
            Request::Connect(request) => match self.realm.connect(&request, now_ms) {
                Ok(reply) => {
                    let epoch = request.stamp.map_or(0, |stamp| stamp.epoch);
                    let client = self.sockets[&(shard, epoch, request.socket)];
                    self.taken += 1;
                    self.clients[client].taken.get_or_insert(self.taken);
                    Reply::Connected(reply)
                }
                Err(_) => Reply::Failed,
            },
            Request::Report(report) => {
                let reply = self.realm.report(&report, now_ms);
                reply.map_or(Reply::Failed, Reply::Reported)
            }
            Request::Deliver(delivery) => {
                let mut out = Vec::new();
                let connector = &mut self.shards[shard].connector;
                let reply = connector.delivered(&delivery, now_ms, &mut out);
                assert_eq!(reply.epoch, self.shards[shard].epoch);
                self.carry_out(shard, out);
                Reply::Delivered
            }
        }
    }

    fn answered(&mut self, call: Call, reply: Reply) {
        let Call {
            shard: index,
            start,
            socket,
            request,
        } = call;
        if let Request::Deliver(delivery) = request {
            if start == self.incarnation {
                let name = shard_name(index);
                match reply {
                    Reply::Delivered => self.realm.delivered(&name, &delivery),
                    _ => self.realm.undelivered(&name, self.now_ms),
                }
            }
            return;
        }
        if start != self.shards[index].epoch {
            return;
        }
        let who = self.shards[index].clients.get(&socket);
        let random = who.map_or([0; 16], |&client| random_of(self.clients[client].who));
        let connector = &mut self.shards[index].connector;
        let (now_ms, mut out) = (self.now_ms, Vec::new());
        match (request, reply) {
            (Request::LookUp(_), reply) => {
                let connected = matches!(reply, Reply::LookedUp(reply) if reply.already_connected);
                connector.looked_up(socket, connected, random, now_ms, &mut out);
            }
            (_, Reply::Connected(reply)) => connector.joined(socket, &reply, now_ms, &mut out),
            (Request::Connect(_), _) => connector.join_failed(socket, now_ms, &mut out),
            (_, Reply::Reported(reply)) => connector.report_answered(&reply, now_ms),
            _ => connector.report_failed(now_ms),
        }
        self.carry_out(index, out);
    }

    fn carry_out(&mut self, shard: usize, actions: Vec<Action>) {
        for action in actions {
            let (epoch, state) = (self.shards[shard].epoch, &mut self.shards[shard]);
            match action {
                Action::Send(socket, frame) => {
                    if let Some(&client) = state.clients.get(&socket) {
                        self.hear(client, &frame);
                    }
                }
                Action::Close(socket, _) => {
                    state.records.remove(&socket);
                    if let Some(client) = state.clients.remove(&socket) {
                        self.clients[client].open = false;
                    }
                }
                Action::Keep(socket, record) => {
                    state.records.insert(socket, record);
                }
                Action::LookUp(socket, address) => {
                    let address = address.0.to_vec();
                    let request = Request::LookUp(LookupRequest { address });
                    self.call(shard, epoch, socket, request);
                }
                Action::Join(socket, request) => {
                    self.call(shard, epoch, socket, Request::Connect(request));
                }
            }
        }
    }
}

/// Time.
impl World {
    /// Does whatever is due until then, in order.
    fn advance(&mut self, until_ms: u64) {
        let mut turns = 0;
        while let Some(due) = self.due_ms().filter(|&due| due <= until_ms) {
            turns = if due > self.now_ms { 0 } else { turns + 1 };
            assert!(turns < 5_000, "something is due again and again");
            self.now_ms = self.now_ms.max(due);
            self.turn();
        }
        self.now_ms = until_ms;
    }

    fn due_ms(&self) -> Option<u64> {
        let mail = self.mail.first_key_value().map(|(&(at, _), _)| at);
        let shards = self.shards.iter().flat_map(|shard| {
            [
                shard.connector.report_due_ms(),
                shard.connector.deadline_ms(),
            ]
        });
        let realm = self.realm.next_ms();
        shards.flatten().chain(mail).chain(realm).min()
    }

    fn turn(&mut self) {
        let now_ms = self.now_ms;
        while let Some(first) = self
            .mail
            .first_entry()
            .filter(|first| first.key().0 <= now_ms)
        {
            let mail = first.remove();
            self.arrive(mail);
        }
        for index in 0..SHARDS {
            let shard = &mut self.shards[index];
            let epoch = shard.epoch;
            if let Some(report) = shard.connector.take_report(now_ms) {
                self.call(index, epoch, SocketId(0), Request::Report(report));
            }
            let mut out = Vec::new();
            self.shards[index].connector.tick(now_ms, &mut out);
            self.carry_out(index, out);
        }
        if self.realm.next_ms().is_some_and(|next| next <= now_ms) {
            if self.realm.tick(now_ms).is_some() {
                let duration = self.rng.pick(&[0, 0, 3, 40]);
                self.realm.measured(duration, now_ms);
            }
            for (name, delivery) in self.realm.take_deliveries(now_ms) {
                let shard = (0..SHARDS)
                    .find(|&shard| shard_name(shard) == name)
                    .expect("a known connector");
                let incarnation = self.incarnation;
                let request = Request::Deliver(delivery);
                self.call(shard, incarnation, SocketId(0), request);
            }
        }
    }
}

/// What must hold.
impl World {
    /// At any time.
    fn check(&self) {
        let snapshot = self.realm.snapshot();
        let addresses: BTreeSet<&[u8]> = snapshot
            .peers
            .iter()
            .map(|peer| peer.address.as_slice())
            .collect();
        assert_eq!(addresses.len(), snapshot.peers.len(), "a peer twice");
        let members = snapshot.islands.iter().flat_map(|island| &island.members);
        let members: Vec<u32> = members.copied().collect();
        let everybody: Vec<u32> = (0..snapshot.peers.len() as u32).collect();
        assert_eq!(members, everybody, "everybody is on one island");
        for island in &snapshot.islands {
            assert!((1..=MAX_PEERS as usize).contains(&island.members.len()));
        }
        let ids: BTreeSet<&str> = snapshot.islands.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids.len(), snapshot.islands.len());
        let users = self.realm.status(self.now_ms).users;
        assert_eq!(users as usize, snapshot.peers.len());
    }

    /// When nothing is on the way any more.
    fn check_agreement(&mut self) {
        let snapshot = self.realm.snapshot();
        let mut shown: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for island in &snapshot.islands {
            for &member in &island.members {
                let address = snapshot.peers[member as usize].address.clone();
                shown.insert(address, island.id.clone());
            }
        }
        let mut told: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for client in self.live_clients() {
            let state = &self.clients[client];
            assert!(state.heard);
            let address = chain_of(state.who).0.0.to_vec();
            let island = state.told.clone().unwrap_or_default();
            let other = told.insert(address, island);
            assert_eq!(other, None, "two live sessions: {state:?}");
        }
        assert_eq!(told, shown, "what clients were told, and what is");
        assert_eq!(self.realm.status(self.now_ms).users as usize, told.len());
        let connected: BTreeSet<Vec<u8>> = told.into_keys().collect();
        assert_eq!(self.present_addresses(), connected);
        assert!(self.realm.next_ms().is_none_or(|next| next > self.now_ms));
        assert!(self.mail.is_empty() && self.calls.is_empty());
        self.tally.live_at_end += connected.len() as u32;
    }

    /// Who is connected, by asking for everybody.
    fn present_addresses(&self) -> BTreeSet<Vec<u8>> {
        (0..ADDRESSES)
            .map(|who| chain_of(who).0.0.to_vec())
            .filter(|address| {
                let address = address.clone();
                let reply = self.realm.lookup(&LookupRequest { address });
                reply.is_ok_and(|reply| reply.already_connected)
            })
            .collect()
    }
}
