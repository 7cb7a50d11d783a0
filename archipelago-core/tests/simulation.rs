//! The whole archipelago in random weather: whatever is delayed, lost, repeated and restarted, no island is lost or given
//! twice, and in the end everybody knows the same.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there;
//! `ARCHIPELAGO_TRACE=1` prints what happens in the first of them. `npm run simulate` sets them.

#[path = "support/archipelago/mod.rs"]
mod archipelago;
#[path = "support/clients.rs"]
mod clients;
#[path = "support/disk.rs"]
mod disk;
#[allow(dead_code)]
#[path = "support/rng.rs"]
mod rng;
#[path = "support/seeds.rs"]
mod seeds;

use archipelago::{Tally, World};
use seeds::{play_all, setting};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 500;
const EVENTS: usize = 300;
/// Plays the world of the seed that follows it, and prints what happens.
const REPLAY: &str = "npm run simulate -- --replay";
/// How often each of these must have happened in a hundred worlds, or nothing has been tried.
const EXPECTED: [(&str, u32); 40] = [
    ("told", 1_000),
    ("moved", 500),
    ("kicked", 100),
    ("connector restarts", 500),
    ("cuts", 100),
    ("live at the end", 400),
    ("late repeats", 100),
    ("reports refused", 30),
    ("reports passed over", 50),
    ("logins asked for again", 100),
    ("logins refused", 20),
    ("realm restarts", 50),
    ("dead before the write", 10),
    ("dead after the write", 10),
    ("dead twice", 10),
    ("reconfigured", 5),
    ("writes refused", 300),
    ("written, but refused", 50),
    ("ghosts released", 500),
    ("outages", 20),
    ("storms", 20),
    ("all killed", 10),
    ("back in place", 300),
    ("twins", 50),
    ("realm died, all kept", 10),
    ("all died, all kept", 10),
    ("entered", 1_000),
    ("came back", 500),
    ("replaced", 500),
    ("heard", 1_000),
    ("unheard", 50),
    ("muted in time", 100),
    ("muted at last", 500),
    ("closed by order", 500),
    ("closed in time", 10),
    ("closed at last", 300),
    ("refused at the door", 500),
    ("room restarts", 100),
    ("room cuts", 50),
    ("numbers overtaken", 5),
];

/// What has happened in a world, and how many events that took.
fn play(seed: u32, traced: bool) -> (Tally, u64) {
    let mut world = World::new(seed, traced);
    for _ in 0..EVENTS {
        world.step();
    }
    if seed.is_multiple_of(2) {
        world.cut_off_at_last();
    }
    world.settle();
    world.end();
    (world.tally, world.events)
}

#[test]
fn in_the_end_everybody_knows_the_same() {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let worlds = setting("ARCHIPELAGO_WORLDS", WORLDS);
    let traced = setting("ARCHIPELAGO_TRACE", 0) > 0;
    let worlds = if traced { 1 } else { worlds };
    let tally = play_all(REPLAY, first, worlds, |seed| play(seed, traced));
    // A few worlds need not have seen everything.
    for (what, per_hundred) in EXPECTED.iter().filter(|_| worlds >= WORLDS) {
        let count = tally.get(what).copied().unwrap_or(0);
        let least = u64::from(*per_hundred) * u64::from(worlds) / 100;
        assert!(u64::from(count) >= least, "{what}: only {count} times");
    }
}
