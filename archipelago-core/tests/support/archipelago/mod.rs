//! A whole archipelago in one process: clients, connectors, a realm, and a bus between them that delays, reorders,
//! drops and repeats.

mod bus;
mod check;
mod clock;
mod events;
mod players;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use archipelago_core::auth::{Address, challenge_from};
use archipelago_core::connector::{Connector, ConnectorConfig, SocketId};
use archipelago_core::engine::{EngineConfig, IslandNumber, Position};
use archipelago_core::realm::{Realm, RealmConfig};
use archipelago_core::session::Timeouts;
use archipelago_core::transport::Transport;

use crate::clients::{NOW_MS, chain, wallet};
use crate::rng::Rng;
use bus::{Call, FAIR, Mail, Weather};

const ADDRESSES: usize = 20;
const SHARDS: usize = 3;
const MAX_PEERS: u32 = 4;
const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 10_000,
    idle_ms: 30_000,
};
const CONNECTOR_TIMEOUT_MS: u64 = 25_000;
const RESUME_GRACE_MS: u64 = 10_000;
/// Long enough for every time-out and grace to pass, one after the other.
const QUIET_MS: u64 = 60_000;

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
        own_rooms: None,
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
            260..=274 => self.cut_off(),
            275..=279 if self.realm_restarts => self.restart_realm(),
            280..=849 => self.live(),
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

    /// One connector is cut off for about as long as it takes to be presumed dead, while life goes on everywhere.
    pub fn cut_off_at_last(&mut self) {
        self.cut_off();
        let end =
            self.now_ms + CONNECTOR_TIMEOUT_MS + self.rng.below(RESUME_GRACE_MS as usize) as u64;
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
