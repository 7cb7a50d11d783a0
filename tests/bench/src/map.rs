//! Who is where and with whom at the end of a run, to be drawn.

use archipelago_core::engine::IslandNumber;
use archipelago_worlds::Run;
use serde::Serialize;

use crate::SEED;
use crate::measure::Refusal;

/// The players of a world, in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Map {
    /// x and z in metres.
    pub at: Vec<[f32; 2]>,
    /// The number of the island.
    pub islands: Vec<u64>,
}

/// Runs the world of that name for so many flushes, as [`measure`](crate::measure) does.
///
/// # Errors
/// If there is no such world or policy.
pub fn map(world: &str, policy: &str, flushes: u32) -> Result<Map, Refusal> {
    let mut run = Run::new(world, SEED, policy.parse()?)?;
    for flush in 0..flushes {
        if flush > 0 {
            run.walk();
        }
        run.report();
        run.form();
    }
    let positions = run.world.positions().chunks_exact(3);
    let islands = run.assignments().into_iter();
    Ok(Map {
        at: positions.map(|at| [at[0], at[2]]).collect(),
        islands: islands
            .map(|island| island.map_or(0, IslandNumber::get))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_on_the_map() {
        let map = map("plaza-400", "stable", 3).unwrap();
        assert_eq!((map.at.len(), map.islands.len()), (400, 400));
        assert!(map.islands.iter().all(|island| *island > 0));
    }
}
