//! What the policy `stable` does differently from the production engine, one thing at a time: there an island goes into
//! any that has room, adjacent or not; and recall there is that of an engine which looks at each island with its
//! neighbours only, not at all of the cluster.
//!
//! The figures: `cargo test --release -p archipelago-worlds --test production -- --ignored --nocapture`.

mod near;
mod rules;

use archipelago_core::engine::CrowdPolicy;
use archipelago_worlds::figures::{Together, reassignments_per_player_minute, together};
use archipelago_worlds::{Run, Settings};
use rules::{Admits, Islands, Reach};

const SEED: u32 = 1;
/// Flushes after which nobody moves any more, and those that follow.
const FLUSHES: u32 = 30;
const STILL_FLUSHES: usize = 10;

const STABLE: (Reach, Admits) = (Reach::Cluster, Admits::Adjacent);
const ANYBODY: (Reach, Admits) = (Reach::Cluster, Admits::Anybody);
const NEIGHBOURS: (Reach, Admits) = (Reach::Neighbours, Admits::Adjacent);
const BOTH: (Reach, Admits) = (Reach::Neighbours, Admits::Anybody);

/// What is found in a run of a world.
struct Found {
    all: Together,
    first: Together,
    last: Together,
    reassignments_per_player_minute: f64,
    /// How many are moved in each flush after everybody has stopped.
    still: Vec<u64>,
}

fn run(world: &str) -> Run {
    Run::new(world, SEED, CrowdPolicy::Stable).expect("a world")
}

/// Recall is sampled every tenth flush; `first` and `last` are those of the first and the last third.
fn find(world: &str, (reach, admits): (Reach, Admits), flushes: u32) -> Found {
    let mut islands = Islands::new(reach, admits);
    let mut run = run(world);
    let [mut all, mut first, mut last] = [Together::default(); 3];
    let mut moved = 0;
    for flush in 1..=flushes {
        moved += islands.flush(run.world.positions());
        if flush % 10 == 0 {
            let found = together(run.world.positions(), islands.assignments(), 20.0);
            all += found;
            if flush <= flushes / 3 {
                first += found;
            } else if flush > flushes - flushes / 3 {
                last += found;
            }
        }
        if flush < flushes {
            run.walk();
        }
    }
    // The last flush has had its time too.
    let last_s = Settings::WORLDS.flush_interval_s * run.world.count() as f64;
    let seconds = run.player_seconds + last_s;
    let still = (0..STILL_FLUSHES).map(|_| islands.flush(run.world.positions()));
    Found {
        all,
        first,
        last,
        reassignments_per_player_minute: reassignments_per_player_minute(moved, seconds),
        still: still.collect(),
    }
}

/// So what the others show is owed to what was changed in the rules, and to nothing else.
#[test]
fn the_unchanged_rules_come_to_the_islands_of_the_engine() {
    for world in ["plaza-400", "sparse", "festival", "surge", "uniform-1000"] {
        let mut islands = Islands::new(STABLE.0, STABLE.1);
        let mut run = run(world);
        for flush in 0..FLUSHES {
            run.flush();
            islands.flush(run.world.positions());
            assert_eq!(
                run.fingerprint(),
                islands.fingerprint(),
                "{world}, flush {flush}"
            );
            run.walk();
        }
    }
}

#[test]
fn who_goes_where_nobody_is_near_is_moved_for_ever() {
    let world = "uniform-2000";
    for rules in [STABLE, NEIGHBOURS] {
        let still = find(world, rules, FLUSHES).still;
        assert_eq!(still, [0; STILL_FLUSHES], "{rules:?}");
    }
    for (rules, least) in [(ANYBODY, 100), (BOTH, 1)] {
        let still = find(world, rules, FLUSHES).still;
        assert!(
            still.iter().all(|moved| *moved >= least),
            "{rules:?}: {still:?}"
        );
    }
}

/// Whoever arrives in the same flush as a whole crowd gets an island that is a place if it is formed of neighbours. As
/// people walk, the islands of both come to overlap; what is left is no more than what seeds make of it.
#[test]
fn islands_of_neighbours_are_more_of_a_place_only_at_first() {
    for world in ["sparse", "festival"] {
        let flushes = Settings::WORLDS.flushes;
        let [stable, neighbours] = [STABLE, NEIGHBOURS].map(|rules| find(world, rules, flushes));
        let gain = |of: fn(&Found) -> Together| of(&neighbours).share() - of(&stable).share();
        let (first, last) = (gain(|found| found.first), gain(|found| found.last));
        assert!(first > 0.04, "{world}: {first}");
        assert!(last.abs() < 0.03, "{world}: {last}");
    }
}

#[test]
#[ignore = "prints the table of docs/engine-figures.md; takes minutes, most of them for the city"]
fn figures() {
    println!("| world | rules | recall | first 100 s | last 100 s | reassignments | still |");
    println!("|---|---|---|---|---|---|---|");
    let worlds = ["plaza-400", "plaza-1000", "plaza-3000", "festival"];
    for world in worlds.into_iter().chain(["sparse", "surge", "city"]) {
        let names = ["`stable`", "neighbours", "anybody", "both"];
        for (name, rules) in names.into_iter().zip([STABLE, NEIGHBOURS, ANYBODY, BOTH]) {
            let found = find(world, rules, Settings::WORLDS.flushes);
            let [all, first, last] =
                [found.all, found.first, found.last].map(|found| format!("{:.3}", found.share()));
            let minutely = found.reassignments_per_player_minute;
            let still = found.still[STILL_FLUSHES - 1];
            println!("| `{world}` | {name} | {all} | {first} | {last} | {minutely:.2} | {still} |");
        }
    }
}
