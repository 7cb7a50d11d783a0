//! A whole archipelago in one process: clients, connectors, a realm with its storage, rooms, and a bus between them that
//! delays, reorders, drops and repeats. Everything that happens in a world follows from its seed.

mod bus;
mod calls;
mod check;
mod check_islands;
mod check_rooms;
mod check_sessions;
mod clock;
mod events;
mod phases;
mod players;
mod room_events;
mod rooms;
mod rows;
mod server;
mod setting;
mod storms;
mod trace;
mod visits;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use archipelago_core::auth::{Address, challenge_from};
use archipelago_core::connector::{Connector, ConnectorConfig, SocketId};
use archipelago_core::engine::Position;
use archipelago_core::protocol::bus::RoomReport;
use archipelago_core::realm::{ROOM_SILENCE_MAX_MS, Realm};
use archipelago_core::session::Timeouts;
use archipelago_core::transport::{ROOM_KEY_BYTES, RoomKey, Transport};

use crate::clients::{NOW_MS, account, chain};
use crate::rng::Rng;
use bus::{Call, Mail};
use check_rooms::UNSETTLED_MS;
use check_sessions::Watch;
use rooms::{Host, LineState};
use server::{Server, any_clock};
use setting::{ADDRESSES_MAX, Setting};
use visits::{Ticket, Visit};

const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 10_000,
    idle_ms: 30_000,
};
const CONNECTOR_TIMEOUT_MS: u64 = 25_000;
const RESUME_GRACE_MS: u64 = 12_000;
const FLUSH_PERIOD_MS: u64 = 2_000;
/// By how much two clocks may differ, in ms.
const CLOCKS_APART_MS: usize = 600_000;
/// Within which time everybody comes who is there from the beginning, in ms.
const RUSH_MS: usize = 8_000;
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
    /// By how much its clock is ahead of that of the world, in ms.
    ahead_ms: u64,
    connector: Connector,
    records: BTreeMap<SocketId, Vec<u8>>,
    clients: BTreeMap<SocketId, ClientId>,
    /// Until when nothing gets in or out.
    cut_off_until_ms: u64,
    /// Until when it and the realm may not know what has become of their calls.
    disturbed_ms: u64,
}

/// What has happened in a world, and how often: a test that sees nothing of it tests nothing.
pub type Tally = BTreeMap<&'static str, u32>;

pub struct World {
    rng: Rng,
    now_ms: u64,
    setting: Setting,
    realm: Realm,
    incarnation: u64,
    server: Server,
    watch: Watch,
    /// From when on the realm knows for sure who belongs where; none before it has heard from a room.
    settled_ms: Option<u64>,
    shards: Vec<Shard>,
    clients: Vec<Client>,
    key: RoomKey,
    rooms: BTreeMap<String, Host>,
    lines: BTreeMap<String, LineState>,
    visits: Vec<Visit>,
    /// Whether only time passes.
    calm: bool,
    mail: BTreeMap<(u64, u64), Mail>,
    calls: BTreeMap<u64, Call>,
    /// Whose socket it is, by shard, epoch and number.
    sockets: BTreeMap<(usize, u64, u64), ClientId>,
    taken: u64,
    told_count: usize,
    counter: u64,
    traced: bool,
    pub tally: Tally,
    /// How many messages were handed over, flushes and other events done.
    pub events: u64,
}

/// The chain of every address. Its challenge is always the same here, so that signing is done once.
fn chain_of(who: usize) -> &'static (Address, String) {
    static CHAINS: [OnceLock<(Address, String)>; ADDRESSES_MAX] =
        [const { OnceLock::new() }; ADDRESSES_MAX];
    CHAINS[who].get_or_init(|| {
        let wallet = account(who as u16 + 1);
        let challenge = challenge_from(random_of(who));
        (wallet.address(), chain(&wallet, &challenge))
    })
}

fn random_of(who: usize) -> [u8; 16] {
    (who as u128).to_be_bytes()
}

fn shard_name(shard: usize) -> String {
    format!("connector-{shard}")
}

impl Shard {
    fn start(shard: usize, epoch: u64, now_ms: u64, ahead_ms: u64) -> Self {
        let config = ConnectorConfig {
            timeouts: TIMEOUTS,
            island_prefix: "I".to_owned(),
            transport: Transport::WsRoom {
                realm: REALM_NAME.to_owned(),
            },
            // On some of them clients are welcome at once, on the others after a while.
            vets: shard % 2 == 1,
            ban_sweep_ms: None,
            sockets_per_ip_max: None,
        };
        Self {
            epoch,
            ahead_ms,
            connector: Connector::new(config, shard_name(shard), epoch, now_ms + ahead_ms),
            records: BTreeMap::new(),
            clients: BTreeMap::new(),
            cut_off_until_ms: 0,
            disturbed_ms: 0,
        }
    }

    /// When the connector has something to do, by the clock of the world.
    fn due_ms(&self) -> Option<u64> {
        let connector = &self.connector;
        let due = connector
            .report_due_ms()
            .into_iter()
            .chain(connector.deadline_ms());
        due.min().map(|due| due.saturating_sub(self.ahead_ms))
    }
}

impl World {
    pub fn new(seed: u32, traced: bool) -> Self {
        let mut rng = Rng::new(seed);
        let setting = Setting::new(&mut rng);
        let mut server = Server::default();
        let (realm, incarnation) =
            server.start(setting.realm_config(), any_clock(&mut rng), NOW_MS);
        let start = |shard| Shard::start(shard, 1, NOW_MS, any_clock(&mut rng));
        let mut world = Self {
            now_ms: NOW_MS,
            realm,
            incarnation,
            server,
            watch: Watch::default(),
            settled_ms: Some(NOW_MS),
            shards: (0..setting.shards).map(start).collect(),
            clients: Vec::new(),
            key: RoomKey::from(ROOM_KEY),
            rooms: BTreeMap::new(),
            lines: BTreeMap::new(),
            visits: Vec::new(),
            calm: false,
            mail: BTreeMap::new(),
            calls: BTreeMap::new(),
            sockets: BTreeMap::new(),
            taken: 0,
            told_count: 0,
            counter: 0,
            traced,
            tally: Tally::default(),
            events: 0,
            setting,
            rng,
        };
        world.trace("world", || format!("{:?}", world.setting));
        world.trace("world", || trace::LEGEND.to_owned());
        world.know_everybody();
        world.rush();
        world
    }

    /// The realm has been there for long enough to know who belongs where.
    fn know_everybody(&mut self) {
        let nobody = RoomReport {
            room: format!("{REALM_NAME}.I0"),
            ..RoomReport::default()
        };
        let long_ago_ms = self.realm_ms() - UNSETTLED_MS;
        assert!(self.realm.room_report(&nobody, long_ago_ms).is_ok());
    }

    /// In large worlds everybody comes at once.
    fn rush(&mut self) {
        if self.setting.addresses > 20 {
            for who in 0..self.setting.addresses {
                let position = self.somewhere();
                self.post_within(RUSH_MS, Mail::Come { who, position });
            }
        }
    }

    fn address_of(&self, client: ClientId) -> Address {
        chain_of(self.clients[client].who).0
    }

    /// The time on a connector's clock.
    fn shard_ms(&self, shard: usize) -> u64 {
        self.now_ms + self.shards[shard].ahead_ms
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// One event, whatever is due until the next one, and a look at everything after each of them.
    pub fn step(&mut self) {
        match self.rng.below(1000) {
            0..=159 => self.open(),
            160..=209 => self.leave(),
            210..=229 => self.restart_shard(true),
            230..=239 => self.restart_shard(false),
            240..=254 => self.cut_off(),
            255..=257 if self.setting.crash > 0.0 => self.crash(),
            258..=263 if self.setting.outages => self.begin_outage(),
            264..=271 if self.setting.storms => self.storm(),
            272..=599 => self.live(),
            600..=949 => self.live_in_rooms(),
            950..=969 if self.setting.room_restarts => self.restart_room(true),
            970..=979 if self.setting.room_restarts => self.restart_room(false),
            980..=987 => self.cut_off_room(),
            _ => {}
        }
        self.check();
        let pause = match self.rng.below(20) {
            0..=9 => self.rng.below(40),
            10..=18 => self.rng.below(600),
            _ => self.rng.below(5_000),
        };
        self.events += 1;
        self.advance(self.now_ms + pause as u64);
    }
}
