//! Islands that are handed over between regions, in random weather: whatever is delayed, lost, repeated and restarted,
//! everybody is in one island of one region, and in the end the islands are as if there were no borders.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there;
//! `ARCHIPELAGO_TRACE=1` prints what happens in the first of them. `npm run simulate -- --regions` sets them.

#[path = "support/regions/mod.rs"]
mod regions;
#[allow(dead_code)]
#[path = "support/rng.rs"]
mod rng;
#[path = "support/seeds.rs"]
mod seeds;

use regions::{FLAWS, Flaw, Tally, World};
use seeds::{play_all, setting};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 400;
/// In one of so many worlds each flaw must be noticed.
const FLAWED_WORLDS: u32 = 20;
/// Plays the world of the seed that follows it, and prints what happens.
const REPLAY: &str = "npm run simulate -- --regions --replay";
/// How often each of these must have happened in a hundred worlds, or nothing has been tried.
const EXPECTED: [(&str, u32); 16] = [
    ("told", 1_000),
    ("leaves", 100),
    ("advised", 100),
    ("offers", 500),
    ("taken to merge", 100),
    ("taken for its centre", 100),
    ("refused", 50),
    ("came back", 50),
    ("repeated offers", 100),
    ("overtaken offers", 10),
    ("left on the way", 10),
    ("gone when told", 10),
    ("dead before the write", 100),
    ("dead after the write", 100),
    ("compared with one engine", 15),
    ("islands compared", 50),
];

/// What has happened in a world, and how many events that took.
fn play(seed: u32, flaw: Flaw, traced: bool) -> (Tally, u64) {
    let mut world = World::new(seed, flaw, traced);
    let played = world.play();
    assert_eq!(played, Ok(()), "at {:?}", world.events);
    (world.tally, world.events)
}

#[test]
fn islands_are_as_if_there_were_no_borders() {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let worlds = setting("ARCHIPELAGO_WORLDS", WORLDS);
    let traced = setting("ARCHIPELAGO_TRACE", 0) > 0;
    let worlds = if traced { 1 } else { worlds };
    let tally = play_all(REPLAY, first, worlds, |seed| play(seed, Flaw::None, traced));
    for (what, per_hundred) in EXPECTED.iter().filter(|_| worlds >= WORLDS) {
        let count = tally.get(what).copied().unwrap_or(0);
        let least = u64::from(*per_hundred) * u64::from(worlds) / 100;
        assert!(u64::from(count) >= least, "{what}: only {count} times");
    }
}

#[test]
fn what_is_wrong_with_a_hand_over_is_noticed() {
    for (flaw, expected) in FLAWS {
        let noticed = (FIRST_SEED..=FLAWED_WORLDS)
            .find_map(|seed| Some((seed, World::new(seed, flaw, false).play().err()?)));
        let (seed, what) = noticed.unwrap_or_else(|| panic!("{flaw:?} is not noticed"));
        println!("{flaw:?}: seed {seed}: {what}");
        assert!(what.contains(expected), "{flaw:?}, seed {seed}: {what:?}");
    }
}
