//! A whole archipelago in one process: clients, connectors, a realm, and a bus between them that delays, reorders,
//! drops and repeats.

mod bus;
mod calls;
mod check;
mod check_rooms;
mod clock;
mod events;
mod players;
mod room_events;
mod rooms;
mod visits;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use archipelago_core::auth::{Address, challenge_from};
use archipelago_core::connector::{Connector, ConnectorConfig, SocketId};
use archipelago_core::engine::{EngineConfig, IslandNumber, Position};
use archipelago_core::protocol::bus::RoomReport;
use archipelago_core::realm::{ROOM_SILENCE_MAX_MS, Realm, RealmConfig};
use archipelago_core::session::Timeouts;
use archipelago_core::transport::{ROOM_KEY_BYTES, RoomKey, Transport};

use crate::clients::{NOW_MS, chain, wallet};
use crate::rng::Rng;
use bus::{CALL_LIMIT_MS, Call, FAIR, Mail, Weather};
use check_rooms::UNSETTLED_MS;
use rooms::{Host, LineState};
use visits::{Ticket, Visit};

const ADDRESSES: usize = 20;
const SHARDS: usize = 3;
const MAX_PEERS: u32 = 4;
const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 10_000,
    idle_ms: 30_000,
};
const CONNECTOR_TIMEOUT_MS: u64 = 25_000;
const RESUME_GRACE_MS: u64 = 10_000;
const REALM_NAME: &str = "main";
const ROOM_KEY: [u8; ROOM_KEY_BYTES] = [7; ROOM_KEY_BYTES];
const ORIGIN: &str = "http://realm.test";
/// Long enough for every time-out and grace to pass, one after the other.
const QUIET_MS: u64 = ROOM_SILENCE_MAX_MS + 2 * CONNECTOR_TIMEOUT_MS;

type ClientId = usize;

/// One socket, seen by whoever opened it.
#[derive(Debug)]
struct Client {
    who: usize,
    shard: usize,
    socket: SocketId,
    open: bool,
    stage: Stage,
    kicked: bool,
    told: Option<String>,
    position: Position,
    /// When the realm first took it: later ones of the same address replace it.
    taken: Option<u64>,
    /// Where it was told to go, the newest last.
    tickets: Vec<Ticket>,
}

/// How far a client has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Handshake,
    Welcome,
    /// It has sent a heartbeat.
    Heard,
}

struct Shard {
    epoch: u64,
    connector: Connector,
    records: BTreeMap<SocketId, Vec<u8>>,
    clients: BTreeMap<SocketId, ClientId>,
    /// Until when nothing gets in or out.
    cut_off_until_ms: u64,
}

/// What has happened in a world, and how often: a test that sees nothing of it tests nothing.
pub type Tally = BTreeMap<&'static str, u32>;

pub struct World {
    rng: Rng,
    now_ms: u64,
    weather: Weather,
    realm: Realm,
    incarnation: u64,
    realm_restarts: bool,
    /// From when on the realm knows for sure who belongs where; none before it has heard from a room.
    settled_ms: Option<u64>,
    shards: Vec<Shard>,
    clients: Vec<Client>,
    key: RoomKey,
    rooms: BTreeMap<String, Host>,
    room_restarts: bool,
    lines: BTreeMap<String, LineState>,
    visits: Vec<Visit>,
    /// Whether only time passes.
    calm: bool,
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
        own_rooms: Some(REALM_NAME.to_owned()),
    }
}

/// A realm that has been there for long enough to know who belongs where.
fn settled_realm() -> Realm {
    let mut realm = Realm::new(realm_config(), 1, IslandNumber::FIRST);
    let nobody = RoomReport {
        room: format!("{REALM_NAME}.I0"),
        ..RoomReport::default()
    };
    let reply = realm.room_report(&nobody, NOW_MS - UNSETTLED_MS);
    assert!(reply.is_ok());
    realm
}

fn shard_name(shard: usize) -> String {
    format!("connector-{shard}")
}

impl Shard {
    fn start(shard: usize, epoch: u64, now_ms: u64) -> Self {
        let config = ConnectorConfig {
            timeouts: TIMEOUTS,
            island_prefix: "I".to_owned(),
            transport: Transport::WsRoom {
                realm: REALM_NAME.to_owned(),
            },
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
            drop: rng.pick(&[0.0, 0.0, 0.05, 0.3]),
            repeat: rng.pick(&[0.0, 0.0, 0.2]),
        };
        Self {
            now_ms: NOW_MS,
            weather,
            realm: settled_realm(),
            incarnation: 1,
            realm_restarts: rng.chance(0.3),
            settled_ms: Some(NOW_MS),
            shards: (0..SHARDS)
                .map(|shard| Shard::start(shard, 1, NOW_MS))
                .collect(),
            clients: Vec::new(),
            key: RoomKey::from(ROOM_KEY),
            rooms: BTreeMap::new(),
            room_restarts: rng.chance(0.5),
            lines: BTreeMap::new(),
            visits: Vec::new(),
            calm: false,
            mail: BTreeMap::new(),
            calls: BTreeMap::new(),
            sockets: BTreeMap::new(),
            taken: 0,
            counter: 0,
            tally: Tally::default(),
            rng,
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// One event, whatever is due until the next one, and a look at everything.
    pub fn step(&mut self) {
        match self.rng.below(1000) {
            0..=159 => self.open(),
            160..=209 => self.leave(),
            210..=229 => self.restart_shard(true),
            230..=239 => self.restart_shard(false),
            240..=254 => self.cut_off(),
            255..=259 if self.realm_restarts => self.restart_realm(),
            260..=599 => self.live(),
            600..=949 => self.live_in_rooms(),
            950..=969 if self.room_restarts => self.restart_room(true),
            970..=979 if self.room_restarts => self.restart_room(false),
            980..=987 => self.cut_off_room(),
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

    /// One connector is cut off until it is presumed dead and its players may be given up, while life goes on
    /// everywhere.
    pub fn cut_off_at_last(&mut self) {
        self.cut_off();
        let grace = self.rng.below(2 * RESUME_GRACE_MS as usize) as u64;
        let end = self.now_ms + CONNECTOR_TIMEOUT_MS + grace;
        while self.now_ms < end {
            for client in self.live_clients() {
                let stays = self.rng.chance(0.8);
                let position = if stays {
                    self.clients[client].position
                } else {
                    self.somewhere()
                };
                self.heartbeat(client, position, None);
            }
            self.advance(self.now_ms + 2_000);
            self.check();
        }
    }

    /// Everything that is on the way arrives, everybody stays where it is; then all know the same.
    pub fn settle(&mut self) {
        self.weather = FAIR;
        self.calm = true;
        for shard in &mut self.shards {
            shard.cut_off_until_ms = 0;
        }
        // What is on its way is as slow as before.
        for room in self.rooms.keys() {
            self.lines.entry(room.clone()).or_default();
        }
        for line in self.lines.values_mut() {
            line.cut_off_until_ms = 0;
            line.disturbed_until_ms = self.now_ms + CALL_LIMIT_MS;
        }
        let end = self.now_ms + QUIET_MS;
        while self.now_ms < end {
            for client in self.live_clients() {
                let position = self.clients[client].position;
                self.heartbeat(client, position, None);
                self.return_to_room(client);
            }
            self.advance(self.now_ms + 2_000);
            self.check();
        }
        // A last moment without news, so that nothing is on the way but the reports of rooms.
        self.advance(self.now_ms + 1_000);
        while !self.mail.is_empty() {
            self.advance(self.now_ms + 10);
        }
        self.check_agreement();
        self.check_everybody_has_entered();
    }

    /// Everybody leaves, and nothing is left to be done.
    pub fn end(&mut self) {
        for client in 0..self.clients.len() {
            self.hang_up(client);
        }
        self.advance(self.now_ms + QUIET_MS);
        assert_eq!(self.rooms.len(), 0, "a room without anybody is nothing");
        assert_eq!(self.realm.rooms(self.now_ms).rooms, []);
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
