//! The crowd policy `coherent`: below capacity against the model of the rules, beyond it by what it promises.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there.

#[path = "support/seeds.rs"]
mod seeds;
mod support;

use std::sync::{Mutex, PoisonError};

use archipelago_core::engine::{
    CoherentConfig, CrowdPolicy, Engine, EngineConfig, NamedEngine, Position, Scope,
};
use seeds::setting;
use support::model::Name;
use support::rng::Rng;
use support::subject::Handles;
use support::town::Tally;
use support::{golden, random, restored, town};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 2000;
const RESTORED_WORLDS: u32 = 1000;

const COHERENT: CrowdPolicy = CrowdPolicy::Coherent(CoherentConfig::balanced());

/// How often each of these must have happened in a hundred worlds, or nothing has been tried.
const EXPECTED: [(&str, u32); 13] = [
    ("walked in a crowd", 60),
    ("stood in a crowd", 30),
    ("teleported in a crowd", 35),
    ("contracted into a crowd", 40),
    ("expanded as a crowd", 25),
    ("surged into a crowd", 80),
    ("left a crowd", 20),
    ("came back into a crowd", 30),
    ("travelled in a crowd", 30),
    ("flushed for arrivals in a crowd", 110),
    ("reassigned", 1_500),
    ("still in a crowd", 20),
    // Flushes in which people are still moved after the last stir: without them, that it ends would say nothing.
    ("settled in a crowd", 4),
];

static ALONE: Mutex<()> = Mutex::new(());

fn play_all(
    test: &'static str,
    worlds: u32,
    expected: &[(&str, u32)],
    play: impl Fn(u32) -> Result<Tally, String> + Sync,
) {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let count = setting("ARCHIPELAGO_WORLDS", worlds);
    let replay = format!(
        "ARCHIPELAGO_WORLDS=1 cargo test -p archipelago-core --test engine_coherent {test} with ARCHIPELAGO_SEED set to"
    );
    // They say what has failed by the hook for panics, of which there is only one.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let tally = seeds::play_all(&replay, first, count, |seed| {
        let played = play(seed);
        (played.unwrap_or_else(|what| panic!("{what}")), 1)
    });
    // A few worlds need not have seen everything.
    for (what, per_hundred) in expected.iter().filter(|_| count >= worlds) {
        let times = tally.get(what).copied().unwrap_or(0);
        assert!(
            times >= per_hundred * worlds / 100,
            "{what}: only {times} times"
        );
    }
}

#[test]
fn towns() {
    play_all("towns", WORLDS, &EXPECTED, town::play);
}

#[test]
fn towns_after_a_restart() {
    play_all(
        "towns_after_a_restart",
        RESTORED_WORLDS,
        &[],
        town::play_restored,
    );
}

#[test]
fn towns_with_a_restart_in_the_middle() {
    let expected = [("restarted in a crowd", 50)];
    play_all(
        "towns_with_a_restart_in_the_middle",
        RESTORED_WORLDS,
        &expected,
        town::play_restarted,
    );
}

#[test]
fn towns_are_the_same_everywhere() {
    assert_eq!(town::fingerprint(), Ok(town::FINGERPRINT));
}

/// There is room for everybody on one island, and for nobody else.
fn just_fit(world: &mut random::World) {
    world.settings.max_peers = world.population as u32;
    world.settings.policy = COHERENT;
}

/// Whatever fits is one island, by the very rules of the other policy: numbers, orders and updates included.
#[test]
fn below_capacity_the_policy_does_not_matter() {
    play_all("below_capacity_the", WORLDS, &[], |seed| {
        let mut world = random::World::new(seed);
        just_fit(&mut world);
        random::play_in::<Handles>(world).map(|()| Tally::new())
    });
}

#[test]
fn below_capacity_after_a_restart() {
    play_all("below_capacity_after", RESTORED_WORLDS, &[], |seed| {
        let mut world = random::World::new(seed);
        just_fit(&mut world);
        restored::play_in(world).map(|()| Tally::new())
    });
}

/// Far more islands in one place than anybody looks at, half of the people on the move: alone, and with as many all over
/// the country, for whom the ground is divided into larger bins.
#[test]
fn everybody_on_one_square() {
    for country_m in [0.0, 20_000.0] {
        let config = EngineConfig::default().with_crowd_policy(COHERENT);
        let (mut engine, mut rng) = (Engine::new(config), Rng::new(1));
        let mut spot = |side_m: f64| {
            let mut along = || (rng.f() * side_m) as f32;
            let (x, z) = (along(), along());
            Position::new(x, 0.0, z).expect("finite")
        };
        let peers: Vec<_> = (0..5000).map(|_| engine.insert(spot(20.0), None)).collect();
        for _ in 0..if country_m > 0.0 { 5000 } else { 0 } {
            engine.insert(spot(country_m), None);
        }
        for flush in 0..6 {
            engine.flush(flush * 2000, Scope::Full);
            for peer in peers.iter().step_by(2) {
                engine.update(*peer, spot(20.0), None);
            }
        }
        engine.flush(12_000, Scope::Full);
        engine.check(Scope::Full).expect("sound");
    }
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
