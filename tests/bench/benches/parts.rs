//! The parts of a flush, one by one: `cargo bench -p archipelago-bench --bench parts`, or with a name behind it.
//!
//! Each part is measured from outside, by something to do that hardly any other part takes part in. So the figures mean
//! the same whatever is inside.

use std::hint::black_box;

use archipelago_bench::{Floor, SEED};
use archipelago_core::engine::{CoherentConfig, CrowdPolicy, Engine, Peer, Position, Scope};
use archipelago_worlds::{Settings, World};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const PLAYERS: usize = 10_000;
/// As many as an island holds.
const FULL: usize = 100;
/// Far beyond the leave distance.
const APART_M: f32 = 1000.0;
/// Between two flushes.
const INTERVAL_MS: u64 = 2000;

const COHERENT: CrowdPolicy = CrowdPolicy::Coherent(CoherentConfig::balanced());

fn at(x: f32, z: f32) -> Position {
    Position::new(x, 0.0, z).expect("finite")
}

/// Two moments of a world in turn: everybody who walks has moved from the one to the other.
fn moments(world: &str) -> [Vec<Position>; 2] {
    let mut world = World::named(world, SEED).expect("it is known");
    let mut moment = || {
        world.step(2.0);
        let positions = world.positions().chunks_exact(3);
        positions.map(|place| at(place[0], place[2])).collect()
    };
    [moment(), moment()]
}

fn populated(policy: CrowdPolicy, positions: &[Position]) -> Engine {
    let mut engine = Engine::new(Settings::WORLDS.engine_config(policy));
    for position in positions {
        engine.insert(*position, None);
    }
    engine.flush(0, Scope::Full);
    engine
}

fn report(engine: &mut Engine, positions: &[Position]) {
    for (index, position) in positions.iter().enumerate() {
        engine.update(Peer::from_index(index), *position, None);
    }
}

/// Places of `count` players for each of the islands, on squares of `gap_m` that lie far from each other; every second
/// time, each has moved a little.
fn squares(count: usize, gap_m: f32) -> [Vec<Position>; 2] {
    let side = (count as f64).sqrt().ceil() as usize;
    [0.0, 0.25].map(|moved| {
        let place = |player: usize| {
            let (island, member) = (player / count, player % count);
            let x = island as f32 * APART_M + (member % side) as f32 * gap_m;
            at(x + moved, (member / side) as f32 * gap_m)
        };
        (0..PLAYERS).map(place).collect()
    })
}

/// A flush after everybody has moved from one moment to the other.
fn flushes(criterion: &mut Criterion, name: &str, moments: &[Vec<Position>; 2]) {
    flushes_under(CrowdPolicy::Stable, criterion, name, moments);
}

fn flushes_under(
    policy: CrowdPolicy,
    criterion: &mut Criterion,
    name: &str,
    moments: &[Vec<Position>; 2],
) {
    let mut engine = populated(policy, &moments[0]);
    let mut now_ms = 0;
    let mut turns = moments.iter().cycle().skip(1);
    let mut group = criterion.benchmark_group("part");
    group.throughput(Throughput::Elements(PLAYERS as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let mut took = std::time::Duration::ZERO;
            for _ in 0..times {
                report(&mut engine, turns.next().expect("they never end"));
                now_ms += INTERVAL_MS;
                let started = std::time::Instant::now();
                black_box(engine.flush(now_ms, Scope::Full));
                took += started.elapsed();
            }
            took
        });
    });
}

/// What is done with each report before the flush.
fn reports(criterion: &mut Criterion) {
    let moments = moments("uniform-10000");
    let mut engine = populated(CrowdPolicy::Stable, &moments[0]);
    let mut turns = moments.iter().cycle().skip(1);
    let mut group = criterion.benchmark_group("part");
    group.throughput(Throughput::Elements(PLAYERS as u64));
    group.bench_function("reports", |bencher| {
        bencher.iter(|| report(&mut engine, turns.next().expect("they never end")));
    });
}

/// Everybody alone, and others far off: people are put into the cells of the grid, and those around are looked at in
/// vain. Any farther apart, and empty cells would not be worth counting.
fn grid(criterion: &mut Criterion) {
    flushes(criterion, "grid", &squares(PLAYERS, 80.0));
}

/// Full islands that stay as they are: nobody looks for neighbours, but each might have come apart.
fn split(criterion: &mut Criterion) {
    flushes(criterion, "split", &squares(FULL, 10.0));
}

/// Everybody alone, with others just out of reach, to whom distances are measured: nothing to split, nothing to merge.
fn cluster(criterion: &mut Criterion) {
    flushes(criterion, "cluster", &squares(PLAYERS, 65.0));
}

/// A crowd in which islands have room and look for it.
fn policy(criterion: &mut Criterion) {
    flushes(criterion, "policy", &moments("crowd-10000"));
}

/// The same crowd where islands are places.
fn coherent(criterion: &mut Criterion) {
    flushes_under(COHERENT, criterion, "coherent", &moments("crowd-10000"));
}

/// Half of each island goes over to the next one, and comes back: all of these have to be told.
fn updates(criterion: &mut Criterion) {
    let [here, _] = squares(FULL, 10.0);
    let place = |player: usize| {
        let goes = player % FULL >= FULL / 2;
        here[(player + usize::from(goes) * FULL) % PLAYERS]
    };
    let there = (0..PLAYERS).map(place).collect();
    flushes(criterion, "updates", &[here, there]);
}

/// All islands as the stats show them.
fn snapshot(criterion: &mut Criterion) {
    let engine = populated(CrowdPolicy::Stable, &moments("uniform-10000")[0]);
    let mut group = criterion.benchmark_group("part");
    group.throughput(Throughput::Elements(PLAYERS as u64));
    group.bench_function("snapshot", |bencher| {
        bencher.iter(|| {
            for island in engine.islands() {
                black_box((
                    island.id(),
                    island.center(),
                    island.radius(),
                    island.members(),
                ));
            }
        });
    });
}

/// The unit of the other figures.
fn floor(criterion: &mut Criterion) {
    let world = World::named("uniform-10000", SEED).expect("it is known");
    let mut floor = Floor::default();
    let mut group = criterion.benchmark_group("part");
    group.throughput(Throughput::Elements(PLAYERS as u64));
    group.bench_function("floor", |bencher| {
        bencher.iter(|| floor.sort(black_box(world.positions()), world.extent()));
    });
}

criterion_group!(
    parts, floor, reports, grid, split, cluster, policy, coherent, updates, snapshot
);
criterion_main!(parts);
