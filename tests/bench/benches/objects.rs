//! What a player costs in the objects' own code, without what the platform takes:
//! `cargo bench -p archipelago-bench --bench objects`. Of each, memory is weighed first, then criterion measures time.
//!
//! As many bytes as here, where numbers and pointers that have the machine's size take eight, are more than in
//! WebAssembly, where they take four.

use archipelago_bench::{Meter, SEED};
use archipelago_core::auth::{Wallet, challenge_from};
use archipelago_core::connector::{Action, Connector, ConnectorConfig, SocketId};
use archipelago_core::engine::{CoherentConfig, CrowdPolicy, IslandNumber, Position};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, ConnectorStamp, LiveSessions, Report, ReportReply,
    SessionHeartbeat,
};
use archipelago_core::realm::{Realm, RealmConfig};
use archipelago_core::transport::Transport;
use archipelago_worlds::{Settings, World};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use prost::Message;

use clients::{
    NOW_MS, TIMEOUTS, account, at, chain, challenge_request, heartbeat, signed_challenge,
};

#[path = "../../../archipelago-core/tests/support/clients.rs"]
mod clients;

const WORLD: &str = "city";
const CONNECTORS: usize = 20;
/// Of one connector.
const SOCKETS: usize = 500;
const PLAYERS: usize = CONNECTORS * SOCKETS;
/// The first that the first incarnation of a realm gives.
const FIRST_SESSION: u64 = (1 << 32) + 1;
const FLUSH_MS: u64 = 2_000;

/// Where everybody is, at two moments in turn.
struct Walk {
    moments: [Vec<Position>; 2],
}

impl Walk {
    fn new() -> Self {
        let mut world = World::named(WORLD, SEED).expect("it is known");
        let mut moment = || {
            world.step(1.0);
            let places = world.positions().chunks_exact(3).take(PLAYERS);
            places.map(|place| at(place[0], place[2])).collect()
        };
        Self {
            moments: [moment(), moment()],
        }
    }

    fn of(&self, second: u64) -> &[Position] {
        &self.moments[(second % 2) as usize]
    }
}

/// A realm with everybody in it.
struct Hosted {
    realm: Realm,
}

impl Hosted {
    fn new() -> Self {
        let policy = CrowdPolicy::Coherent(CoherentConfig::balanced());
        let config = RealmConfig {
            engine: Settings::WORLDS.engine_config(policy),
            flush_period_ms: FLUSH_MS,
            connector_timeout_ms: 60_000,
            resume_grace_ms: 30_000,
            own_rooms: Some("main".to_owned()),
        };
        Self {
            realm: Realm::new(config, 1, IslandNumber::FIRST),
        }
    }

    /// Everybody logs in, is somewhere, and is told an island.
    fn populate(&mut self, places: &[Position]) {
        for report in reports(1, &[]) {
            self.hear(&report);
        }
        for player in 0..PLAYERS {
            let mut address = vec![0; 20];
            address[..8].copy_from_slice(&(player as u64 + 1).to_le_bytes());
            let request = ConnectRequest {
                stamp: Some(stamp(player / SOCKETS)),
                socket: (player % SOCKETS) as u64 + 1,
                address,
                incarnation: None,
            };
            let reply = self.realm.connect(&request, NOW_MS).expect("it is taken");
            assert_eq!(reply.session, FIRST_SESSION + player as u64);
        }
        for report in reports(2, places) {
            self.hear(&report);
        }
        for flush in 1..=2 {
            let now_ms = NOW_MS + flush * FLUSH_MS;
            self.realm.tick(now_ms);
            for (connector, delivery) in self.realm.take_deliveries(now_ms) {
                self.realm.delivered(&connector, &delivery, now_ms);
            }
            if self.realm.unstored().is_some() {
                self.realm.stored();
            }
        }
        assert_eq!(self.realm.member_count(), PLAYERS);
    }

    fn hear(&mut self, report: &[u8]) {
        let report = Report::decode(report).expect("a report");
        self.realm.report(&report, NOW_MS).expect("it is taken");
    }
}

/// The report of that number of each connector, encoded: where its players are, if that is known. Who sends the first one
/// lists nobody.
fn reports(sequence: u64, places: &[Position]) -> Vec<Vec<u8>> {
    let report = |connector| {
        let first: usize = connector * SOCKETS;
        let players = (FIRST_SESSION + first as u64..).zip(places.iter().skip(first).take(SOCKETS));
        let heartbeats = players.map(|(session, place)| SessionHeartbeat {
            session,
            position: Some((*place).into()),
            desired_room: None,
        });
        Report {
            stamp: Some(stamp(connector)),
            sequence,
            full: (sequence == 1).then(LiveSessions::default),
            heartbeats: heartbeats.collect(),
            ..Report::default()
        }
    };
    let reports = (0..CONNECTORS).map(report);
    reports.map(|report| report.encode_to_vec()).collect()
}

fn stamp(connector: usize) -> ConnectorStamp {
    ConnectorStamp {
        connector: format!("connector-{connector}"),
        epoch: 1,
    }
}

/// A connector with players who have logged in.
struct Shard {
    connector: Connector,
    sockets: Vec<SocketId>,
    out: Vec<Action>,
}

impl Shard {
    fn new() -> Self {
        let config = ConnectorConfig {
            timeouts: TIMEOUTS,
            island_prefix: "I".to_owned(),
            transport: Transport::Offline,
            vets: false,
            ban_sweep_ms: None,
            sockets_per_ip_max: None,
        };
        Self {
            connector: Connector::new(config, "connector-0".to_owned(), 1, NOW_MS),
            sockets: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Everybody logs in.
    fn populate(&mut self, wallets: &[Wallet]) {
        let random = [7; 16];
        for (wallet, session) in wallets.iter().zip(1..) {
            let (connector, out) = (&mut self.connector, &mut self.out);
            let origin = "https://realm.example".to_owned();
            let socket = connector.opened(origin, None, NOW_MS, out);
            let request = challenge_request(&wallet.address().to_string());
            connector.frame(socket, &request, NOW_MS, out);
            connector.looked_up(socket, false, random, NOW_MS, out);
            let answer = signed_challenge(&chain(wallet, &challenge_from(random)));
            connector.frame(socket, &answer, NOW_MS, out);
            let reply = ConnectReply {
                session,
                incarnation: 1,
            };
            connector.joined(socket, &reply, NOW_MS, out);
            assert!(
                connector
                    .session(socket)
                    .is_some_and(|session| session.live().is_some())
            );
            self.sockets.push(socket);
            out.clear();
        }
    }

    /// A heartbeat of each, and the report of them, encoded.
    fn second(&mut self, heartbeats: &[Vec<u8>], now_ms: u64) -> Vec<u8> {
        for (socket, heartbeat) in self.sockets.iter().zip(heartbeats) {
            self.connector
                .frame(*socket, heartbeat, now_ms, &mut self.out);
        }
        // What was kept after the first heartbeat.
        self.out.clear();
        let report = self
            .connector
            .take_report(now_ms)
            .expect("there is something to tell");
        let reply = ReportReply {
            incarnation: 1,
            full_wanted: false,
        };
        self.connector.report_answered(&reply, now_ms);
        report.encode_to_vec()
    }
}

fn heartbeats(places: &[Position]) -> Vec<Vec<u8>> {
    places
        .iter()
        .take(SOCKETS)
        .copied()
        .map(heartbeat)
        .collect()
}

/// Bytes that are held for each of so many.
fn say_held(what: &str, meter: Meter, each: usize) {
    println!("{what}: {} bytes", meter.held_bytes() / each as i64);
}

fn realm(criterion: &mut Criterion) {
    let walk = Walk::new();
    let meter = Meter::start();
    let mut hosted = Hosted::new();
    hosted.populate(walk.of(0));
    say_held("realm, each of 10,000 players", meter, PLAYERS);

    let mut group = criterion.benchmark_group("realm");
    group.throughput(Throughput::Elements(PLAYERS as u64));
    let mut second = 2;
    group.bench_function("heartbeats in reports", |bencher| {
        bencher.iter_batched(
            || {
                second += 1;
                reports(second, walk.of(second))
            },
            |reports| reports.iter().for_each(|report| hosted.hear(report)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn connector(criterion: &mut Criterion) {
    let walk = Walk::new();
    let frames = [0, 1].map(|second| heartbeats(walk.of(second)));
    let wallets: Vec<Wallet> = (0..SOCKETS as u16).map(account).collect();
    let meter = Meter::start();
    let mut shard = Shard::new();
    shard.populate(&wallets);
    shard.second(&frames[0], NOW_MS + 1_000);
    say_held("connector, each of 500 players", meter, SOCKETS);

    let mut group = criterion.benchmark_group("connector");
    group.throughput(Throughput::Elements(SOCKETS as u64));
    let mut now_ms = NOW_MS + 1_000;
    group.bench_function("heartbeats, and their report", |bencher| {
        bencher.iter(|| {
            now_ms += 1_000;
            shard.second(&frames[(now_ms / 1_000 % 2) as usize], now_ms)
        });
    });
    group.finish();
}

criterion_group!(objects, realm, connector);
criterion_main!(objects);
