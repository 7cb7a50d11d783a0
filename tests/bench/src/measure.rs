//! One run of a world, and what is found in it.

use archipelago_core::engine::UnknownPolicy;
use archipelago_worlds::figures::{
    Together, islands_min, reassignments_per_player_minute, sizes, together,
};
use archipelago_worlds::{Run, Settings, UnknownWorld};

use crate::SEED;
use crate::clock::timed;
use crate::floor::Floor;
use crate::meter::Meter;
use crate::row::Row;

/// How many flushes lie between two looks at who is with whom.
pub(crate) const SAMPLE_EVERY: u32 = 10;
/// Flushes at the end of a run in which nobody moves any more.
const STILL_FLUSHES: u32 = 11;

/// Where this runs.
const TARGET: &str = if cfg!(target_arch = "wasm32") {
    "wasm"
} else {
    "native"
};

/// Why nothing is measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No world has that name.
    #[error(transparent)]
    World(#[from] UnknownWorld),
    /// No crowd policy has that name.
    #[error(transparent)]
    Policy(#[from] UnknownPolicy),
    /// No rules have that name.
    #[error("there are no rules {name:?}: they must be stable, neighbours, anybody or both")]
    Rules {
        /// What was asked for.
        name: String,
    },
    /// There would be no flush besides the first.
    #[error("flushes is {flushes}: it must be at least 2")]
    Flushes {
        /// What was asked for.
        flushes: u32,
    },
}

/// What is noted from flush to flush.
#[derive(Debug, Default)]
struct Notes {
    floor_ms: Vec<f64>,
    report_ms: Vec<f64>,
    flush_ms: Vec<f64>,
    still_ms: Vec<f64>,
    allocations: Vec<f64>,
    allocated_bytes: Vec<f64>,
    within_20m: Together,
    within_50m: Together,
    still_reassignments: u64,
}

/// Runs the world of that name for so many flushes. Everybody reports before every flush.
///
/// # Errors
/// If there is no such world or policy, or fewer than two flushes are asked for.
pub fn measure(world: &str, policy: &str, flushes: u32) -> Result<Row, Refusal> {
    if flushes < 2 {
        return Err(Refusal::Flushes { flushes });
    }
    let mut run = Run::new(world, SEED, policy.parse()?)?;
    let (mut notes, mut floor) = (Notes::default(), Floor::default());
    for flush in 1..=flushes {
        if flush > 1 {
            run.walk();
        }
        notes.take_flush(&mut run, &mut floor);
        if flush % SAMPLE_EVERY == 0 || flush == flushes {
            notes.take_sample(&run);
        }
    }
    // The last flush has had its time too.
    run.player_seconds += Settings::WORLDS.flush_interval_s * run.world.count() as f64;
    notes.take_stillness(&mut run);
    Ok(notes.into_row(world, policy, run))
}

impl Notes {
    fn take_flush(&mut self, run: &mut Run, floor: &mut Floor) {
        let (positions, extent_m) = (run.world.positions(), run.world.extent());
        let floor_ms = timed(|| floor.sort(positions, extent_m));
        let meter = Meter::start();
        let report_ms = timed(|| run.report());
        let flush_ms = timed(|| run.form());
        let (allocations, bytes) = (meter.allocations(), meter.bytes());
        self.floor_ms.push(floor_ms);
        self.report_ms.push(report_ms);
        self.flush_ms.push(flush_ms);
        self.allocations.push(allocations as f64);
        self.allocated_bytes.push(bytes as f64);
    }

    fn take_sample(&mut self, run: &Run) {
        let (positions, islands) = (run.world.positions(), run.assignments());
        self.within_20m += together(positions, &islands, 20.0);
        self.within_50m += together(positions, &islands, 50.0);
    }

    /// Everybody stays where it is. What happens to them then is not counted among what happens to those who walk.
    fn take_stillness(&mut self, run: &mut Run) {
        let before = run.reassignments;
        for _ in 0..STILL_FLUSHES {
            run.report();
            self.still_ms.push(timed(|| run.form()));
        }
        let all = std::mem::replace(&mut run.reassignments, before);
        self.still_reassignments = all - before;
    }

    fn into_row(self, world: &str, policy: &str, run: Run) -> Row {
        let players = run.world.count();
        let sizes = sizes(run.sizes());
        let settled = self.allocations.len() / 2;
        Row {
            target: TARGET,
            world: world.to_owned(),
            players,
            policy: policy.to_owned(),
            recall_20m: self.within_20m.share(),
            recall_50m: self.within_50m.share(),
            reassignments_per_player_minute: reassignments_per_player_minute(
                run.reassignments,
                run.player_seconds,
            ),
            islands: run.engine.island_count(),
            islands_min: fewest(run.world.positions()),
            size_min: sizes.map_or(0, |sizes| sizes.min),
            size_median: sizes.map_or(0.0, |sizes| sizes.median),
            size_max: sizes.map_or(0, |sizes| sizes.max),
            first_flush_ms: self.flush_ms[0],
            flush_ms_median: quantile(&self.flush_ms[1..], 0.5),
            flush_ms_p99: quantile(&self.flush_ms[1..], 0.99),
            floor_ms_median: quantile(&self.floor_ms, 0.5),
            allocations_per_flush: mean(&self.allocations[settled..]),
            allocated_bytes_per_flush: mean(&self.allocated_bytes[settled..]),
            report_ms_median: quantile(&self.report_ms[1..], 0.5),
            still_flush_ms_median: quantile(&self.still_ms[1..], 0.5),
            still_reassignments: self.still_reassignments,
            fingerprint: format!("{:016x}", run.fingerprint().value()),
            bytes_per_player: held_by_engine(run) as f64 / players.max(1) as f64,
        }
    }
}

/// How few islands there could be.
fn fewest(positions: &[f32]) -> usize {
    let settings = Settings::WORLDS;
    islands_min(
        positions,
        settings.leave_distance_m,
        settings.max_peers as usize,
    )
}

/// How many bytes are given back with the engine.
fn held_by_engine(run: Run) -> i64 {
    let Run { engine, world, .. } = run;
    let meter = Meter::start();
    drop(engine);
    let held = -meter.held_bytes();
    drop(world);
    held
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The nearest rank.
fn quantile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_ranks() {
        let numbers = [4.0, 1.0, 3.0, 2.0];
        let found = [0.0, 0.25, 0.5, 0.51, 0.99, 1.0].map(|share| quantile(&numbers, share));
        assert_eq!(found, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let said =
            |world, policy, flushes| measure(world, policy, flushes).unwrap_err().to_string();
        assert!(said("plaza", "stable", 2).starts_with("there is no world \"plaza\": it must be"));
        let policy = said("plaza-400", "coherence", 2);
        assert!(
            policy.starts_with("there is no crowd policy \"coherence\": it must be stable"),
            "{policy}"
        );
        let flushes = said("plaza-400", "stable", 1);
        assert_eq!(flushes, "flushes is 1: it must be at least 2");
    }
}
