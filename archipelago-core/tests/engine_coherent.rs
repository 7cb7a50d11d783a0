//! The crowd policy `coherent`: below capacity against the model of the rules, beyond it by what it promises.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there.

#[path = "support/seeds.rs"]
mod seeds;
mod support;

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, NamedEngine};
use seeds::{Replay, setting};
use support::model::Name;
use support::subject::Handles;
use support::{golden, random, restored, town};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 2000;
const RESTORED_WORLDS: u32 = 1000;

const COHERENT: CrowdPolicy = CrowdPolicy::Coherent(CoherentConfig::balanced());

fn play_all(test: &'static str, worlds: u32, play: impl Fn(u32) -> Result<(), String>) {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let count = setting("ARCHIPELAGO_WORLDS", worlds);
    for seed in (0..count).map(|offset| first.wrapping_add(offset)) {
        let _replay = Replay(seed, test);
        play(seed).unwrap_or_else(|what| panic!("{what}"));
    }
}

#[test]
fn towns() {
    play_all("engine_coherent towns", WORLDS, town::play);
}

#[test]
fn towns_after_a_restart() {
    play_all(
        "engine_coherent towns_after_a_restart",
        RESTORED_WORLDS,
        town::play_restored,
    );
}

/// Whatever fits is one island, by the very rules of the other policy: numbers, orders and updates included.
#[test]
fn below_capacity_the_policy_does_not_matter() {
    play_all("engine_coherent below_capacity", WORLDS, |seed| {
        let mut world = random::World::new(seed);
        world.settings.max_peers = 1000;
        world.settings.policy = COHERENT;
        random::play_in::<Handles>(world)
    });
}

#[test]
fn below_capacity_after_a_restart() {
    play_all(
        "engine_coherent below_capacity_after",
        RESTORED_WORLDS,
        |seed| {
            let mut world = random::World::new(seed);
            world.settings.max_peers = 1000;
            world.settings.policy = COHERENT;
            restored::play_in(world)
        },
    );
}

#[test]
fn golden_traces() {
    for (name, text) in golden::TRACES {
        golden::play_under::<NamedEngine<Name>>(text, COHERENT)
            .unwrap_or_else(|what| panic!("{name}: {what}"));
        golden::play_under::<Handles>(text, COHERENT)
            .unwrap_or_else(|what| panic!("{name}, by handle: {what}"));
    }
}
