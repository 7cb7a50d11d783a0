//! Pairs of adjacent islands, island by island.

use super::counting::sum_up;
use super::lists::{fit, reset};

/// The neighbours of each island, one after the other.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// By island, and one behind the last: where its neighbours start.
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Neighbours {
    /// So many islands, and who is adjacent to whom.
    pub fn arrange(&mut self, islands: usize, pairs: &[(u32, u32)]) {
        let Self { starts, all } = self;
        reset(starts, islands + 1, 0);
        for (a, b) in pairs {
            starts[*a as usize] += 1;
            starts[*b as usize] += 1;
        }
        fit(all, sum_up(starts) as usize, 0);
        for (a, b) in pairs {
            for (island, other) in [(a, b), (b, a)] {
                let start = &mut starts[*island as usize];
                *start -= 1;
                all[*start as usize] = *other;
            }
        }
    }

    /// Those of one island.
    pub fn of(&self, island: u32) -> &[u32] {
        let [start, end] = [island, island + 1].map(|at| self.starts[at as usize] as usize);
        &self.all[start..end]
    }
}
