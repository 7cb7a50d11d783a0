//! Figures of a crowd policy: `cargo run --release -p archipelago-worlds --example crowd -- POLICY WORLD… [name=value…]`.

use std::time::Instant;

use archipelago_core::engine::{CrowdPolicy, Engine, EngineConfig, Peer, Position, Scope, Update};
use archipelago_worlds::figures::{reassignments_per_player_minute, recall};
use archipelago_worlds::{Settings, World};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut policy = CrowdPolicy::named(&arguments[0]).unwrap();
    let mut seeds = 1;
    let mut flushes = 150;
    for argument in &arguments[1..] {
        if let Some((name, value)) = argument.split_once('=') {
            let value: f64 = value.parse().unwrap();
            match (name, &mut policy) {
                ("seeds", _) => seeds = value as u32,
                ("flushes", _) => flushes = value as u32,
                (name, CrowdPolicy::Coherent(config)) => {
                    *config = config.with(name, value).unwrap()
                }
                _ => {}
            }
        }
    }
    for world in arguments[1..].iter().filter(|name| !name.contains('=')) {
        for seed in 1..=seeds {
            measure(world, seed, policy, flushes);
        }
    }
}

fn measure(name: &str, seed: u32, policy: CrowdPolicy, flushes: u32) {
    let settings = Settings::WORLDS;
    let config = EngineConfig::new(
        settings.max_peers,
        settings.join_distance_m,
        Some(settings.leave_distance_m),
    )
    .unwrap()
    .with_crowd_policy(policy);
    let mut engine = Engine::new(config);
    let mut world = World::named(name, seed).unwrap();
    let (mut known, mut now_ms, mut moved, mut seconds) = (0, 0, 0_u64, 0.0);
    let (mut r20, mut r50, mut samples) = (0.0, 0.0, 0.0);
    let mut times = Vec::new();
    for flush in 0..flushes {
        for (index, at) in world.positions().chunks_exact(3).enumerate() {
            let position = Position::new(at[0], at[1], at[2]).unwrap();
            if index < known {
                engine.update(Peer::from_index(index), position, None);
            } else {
                engine.insert(position, None);
            }
        }
        known = world.count();
        let started = Instant::now();
        let updates = engine.flush(now_ms, Scope::Full);
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        let is_move = |update: &&Update| matches!(update, Update::ChangeTo { from: Some(_), .. });
        moved += updates.iter().filter(is_move).count() as u64;
        if known <= 3000 && flush % 10 == 0 {
            engine.check(Scope::Full).unwrap();
        }
        if flush % 10 == 9 && known > 0 {
            let islands: Vec<_> = (0..known)
                .map(|index| engine.island_of(Peer::from_index(index)))
                .collect();
            r20 += recall(world.positions(), &islands, 20.0);
            r50 += recall(world.positions(), &islands, 50.0);
            samples += 1.0;
        }
        seconds += settings.flush_interval_s * known as f64;
        now_ms += 2000;
        world.step(settings.flush_interval_s);
    }
    let first = times.remove(0);
    times.sort_by(f64::total_cmp);
    println!(
        "{name:14} seed {seed} {:.3} {:.3} {:.2}  islands {}  first {first:.2} median {:.2} max {:.2} ms",
        r20 / samples,
        r50 / samples,
        reassignments_per_player_minute(moved, seconds),
        engine.island_count(),
        times[times.len() / 2],
        times[times.len() - 1],
    );
}
