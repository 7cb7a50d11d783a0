//! What the policy `stable` does differently from the production engine, one thing at a time: there an island goes into
//! any that has room, adjacent or not; and recall there is that of an engine which looks at each island with its
//! neighbours only, not at all of the cluster.

mod near;
mod rules;

use archipelago_core::engine::CrowdPolicy;
use archipelago_worlds::figures::{Together, reassignments_per_player_minute, together};
use archipelago_worlds::{Run, Settings};
use serde::Serialize;

use crate::SEED;
use crate::measure::{Refusal, SAMPLE_EVERY};
use rules::{Admits, Islands, Reach};

/// Flushes at the end of a run in which nobody moves any more.
const STILL_FLUSHES: usize = 10;

type Rules = (Reach, Admits);

const STABLE: Rules = (Reach::Cluster, Admits::Adjacent);
const NEIGHBOURS: Rules = (Reach::Neighbours, Admits::Adjacent);
const ANYBODY: Rules = (Reach::Cluster, Admits::Anybody);
const BOTH: Rules = (Reach::Neighbours, Admits::Anybody);

/// By name: the rules of `stable`, and what one or the other difference makes of them.
const RULES: [(&str, Rules); 4] = [
    ("stable", STABLE),
    ("neighbours", NEIGHBOURS),
    ("anybody", ANYBODY),
    ("both", BOTH),
];

/// What some rules come to in a world.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deviation {
    /// Share of the pairs of players within 20 m of each other that share an island, over every tenth flush.
    pub recall: f64,
    /// The same in the first third of the flushes.
    pub recall_first: f64,
    /// In the last third.
    pub recall_last: f64,
    /// Changes that a player is told in a minute, its first island excluded.
    pub reassignments_per_player_minute: f64,
    /// How many are moved in each flush after everybody has stopped.
    pub still: Vec<u64>,
}

/// Runs the world of that name for so many flushes under the rules of that name: `stable`, `neighbours`, `anybody` or
/// `both`.
///
/// # Errors
/// If there is no such world, or there are no such rules.
pub fn deviation(world: &str, rules: &str, flushes: u32) -> Result<Deviation, Refusal> {
    let found = RULES.iter().find(|(name, _)| *name == rules);
    let (_, rules) = found.ok_or_else(|| Refusal::Rules {
        name: rules.to_owned(),
    })?;
    let mut run = Run::new(world, SEED, CrowdPolicy::Stable)?;
    Ok(find(&mut run, *rules, flushes))
}

fn find(run: &mut Run, (reach, admits): Rules, flushes: u32) -> Deviation {
    let mut islands = Islands::new(reach, admits);
    let [mut all, mut first, mut last] = [Together::default(); 3];
    let mut moved = 0;
    for flush in 1..=flushes {
        moved += islands.flush(run.world.positions());
        if flush % SAMPLE_EVERY == 0 {
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
    Deviation {
        recall: all.share(),
        recall_first: first.share(),
        recall_last: last.share(),
        reassignments_per_player_minute: reassignments_per_player_minute(moved, seconds),
        still: still.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flushes after which nobody moves any more.
    const FLUSHES: u32 = 30;

    /// So what the others show is owed to what was changed in the rules, and to nothing else.
    #[test]
    fn the_unchanged_rules_come_to_the_islands_of_the_engine() {
        for world in ["plaza-400", "sparse", "festival", "surge", "uniform-1000"] {
            let mut islands = Islands::new(STABLE.0, STABLE.1);
            let mut run = Run::new(world, SEED, CrowdPolicy::Stable).unwrap();
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
        let still = |rules| deviation("uniform-2000", rules, FLUSHES).unwrap().still;
        for rules in ["stable", "neighbours"] {
            assert_eq!(still(rules), [0; STILL_FLUSHES], "{rules}");
        }
        for (rules, least) in [("anybody", 100), ("both", 1)] {
            let still = still(rules);
            assert!(
                still.iter().all(|moved| *moved >= least),
                "{rules}: {still:?}"
            );
        }
    }

    /// Whoever arrives in the same flush as a whole crowd gets an island that is a place if it is formed of neighbours.
    /// As people walk, the islands of both come to overlap; what is left is no more than what seeds make of it.
    #[test]
    fn islands_of_neighbours_are_more_of_a_place_only_at_first() {
        for world in ["sparse", "festival"] {
            let flushes = Settings::WORLDS.flushes;
            let [stable, neighbours] =
                ["stable", "neighbours"].map(|rules| deviation(world, rules, flushes).unwrap());
            let first = neighbours.recall_first - stable.recall_first;
            let last = neighbours.recall_last - stable.recall_last;
            assert!(first > 0.04, "{world}: {first}");
            assert!(last.abs() < 0.03, "{world}: {last}");
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        let said = |world, rules| deviation(world, rules, 1).unwrap_err().to_string();
        assert!(said("plaza", "both").starts_with("there is no world \"plaza\": it must be"));
        assert_eq!(
            said("plaza-400", "none"),
            "there are no rules \"none\": they must be stable, neighbours, anybody or both"
        );
    }
}
