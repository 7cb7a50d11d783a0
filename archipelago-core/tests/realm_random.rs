//! The whole archipelago in random weather: whatever is delayed, lost, repeated and restarted, in the end everybody
//! knows the same.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there.

#[path = "support/archipelago/mod.rs"]
mod archipelago;
#[path = "support/clients.rs"]
mod clients;
#[allow(dead_code)]
#[path = "support/rng.rs"]
mod rng;
#[path = "support/seeds.rs"]
mod seeds;

use archipelago::{Tally, World};
use seeds::{Replay, setting};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 400;
const EVENTS: usize = 300;
/// Each of these must have happened often, or nothing has been tried.
const EXPECTED: [&str; 19] = [
    "told",
    "moved",
    "kicked",
    "restarts",
    "cuts",
    "live at the end",
    "entered",
    "came back",
    "replaced",
    "heard",
    "unheard",
    "muted in time",
    "muted at last",
    "closed by order",
    "closed in time",
    "closed at last",
    "refused at the door",
    "room restarts",
    "room cuts",
];

fn play(seed: u32) -> Tally {
    let _replay = Replay(seed, "realm_random");
    let mut world = World::new(seed);
    for _ in 0..EVENTS {
        world.step();
    }
    if seed.is_multiple_of(2) {
        world.cut_off_at_last();
    }
    world.settle();
    world.end();
    world.tally
}

#[test]
fn in_the_end_everybody_knows_the_same() {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let worlds = setting("ARCHIPELAGO_WORLDS", WORLDS);
    let mut total = Tally::new();
    for seed in (0..worlds).map(|offset| first.wrapping_add(offset)) {
        for (what, count) in play(seed) {
            *total.entry(what).or_default() += count;
        }
    }
    println!("{total:?}");
    // A few worlds need not have seen everything.
    for what in EXPECTED.iter().filter(|_| worlds >= WORLDS) {
        let count = total.get(what).copied().unwrap_or(0);
        assert!(count >= worlds, "{what}: only {count} times");
    }
}
