//! Who is adjacent to an island: a walk over the cells around its members.

use super::bounds::Bounds;
use super::position::Ground;
use super::world::World;

/// No island.
const NOBODY: u32 = u32::MAX;

/// Which islands a search has found, and what is left to be found in the cells.
#[derive(Debug, Default)]
pub(super) struct Marks {
    round: u64,
    /// By slot: the round in which the island was found.
    islands: Vec<u64>,
    cells: Vec<CellMark>,
}

/// What a search knows of a cell, if it has the round of the search.
#[derive(Clone, Copy, Debug)]
struct CellMark {
    round: u64,
    /// Where those are that may still be found. Crowds within a cell, but out of reach, must not be looked through for
    /// everybody beside it.
    left: Bounds,
    /// The last island with a member inside for which it was looked through: all it can find here is found.
    seen_by: u32,
}

impl CellMark {
    const UNKNOWN: Self = Self {
        round: 0,
        left: Bounds::EMPTY,
        seen_by: NOBODY,
    };
}

/// What sizes are of interest; islands above them are passed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// To the island whose neighbours are sought.
    pub here: usize,
    /// To any island of the search.
    pub anywhere: usize,
}

impl Sizes {
    pub const ALL: Self = Self {
        here: usize::MAX,
        anywhere: usize::MAX,
    };
}

impl Marks {
    /// A new search: nothing is found yet.
    pub fn start(&mut self, world: &World) {
        self.round += 1;
        self.islands.resize(world.islands.slot_bound(), 0);
    }

    pub fn has(&self, slot: u32) -> bool {
        self.islands[slot as usize] == self.round
    }

    /// Marks an island as found; whether it was not before.
    pub fn find(&mut self, slot: u32) -> bool {
        let round = self.round;
        std::mem::replace(&mut self.islands[slot as usize], round) != round
    }

    /// Marks the islands adjacent to one, and appends to `found` those that were not marked before. Stops as soon as
    /// `enough` says so of one of them.
    pub fn sweep(
        &mut self,
        world: &World,
        slot: u32,
        sizes: Sizes,
        found: &mut Vec<u32>,
        mut enough: impl FnMut(u32) -> bool,
    ) {
        self.cells
            .resize(world.grid.cell_bound(), CellMark::UNKNOWN);
        for (peer, cell) in world.located(slot) {
            let position = world.peers.ground(peer);
            let inside = std::iter::once((None, cell));
            let around = world.grid.beside(peer, position);
            for (from, cell) in inside.chain(around.map(|beside| (Some(position), beside))) {
                if self.may_find(world, slot, from, cell) {
                    let first = found.len();
                    self.look_through(world, from, cell, sizes, found);
                    if from.is_none() {
                        self.cells[cell as usize].seen_by = slot;
                    }
                    if found[first..].iter().any(|slot| enough(*slot)) {
                        return;
                    }
                }
            }
        }
    }

    /// Whether it makes sense to look through a cell from a position beside it, or from inside, for that island.
    fn may_find(&self, world: &World, slot: u32, from: Option<Ground>, cell: u32) -> bool {
        let mark = &self.cells[cell as usize];
        mark.round != self.round
            || !mark.left.is_empty()
                && mark.seen_by != slot
                && from.is_none_or(|from| mark.left.may_reach(from, world.join_squared))
    }

    /// Looks through a cell from a position beside it, or from inside, where everybody is near.
    fn look_through(
        &mut self,
        world: &World,
        from: Option<Ground>,
        cell: u32,
        sizes: Sizes,
        found: &mut Vec<u32>,
    ) {
        let near = |position: Ground| {
            from.is_none_or(|from| from.squared_distance(position) <= world.join_squared)
        };
        let mut left = Bounds::EMPTY;
        for entry in world.grid.entries(cell) {
            let slot = world.home(entry.peer);
            if self.has(slot) {
                continue;
            }
            let size = world.islands.size(slot);
            if size <= sizes.here && near(entry.ground) {
                self.find(slot);
                found.push(slot);
            } else if size <= sizes.anywhere {
                left.add(entry.ground);
            }
        }
        self.cells[cell as usize] = CellMark {
            round: self.round,
            left,
            seen_by: NOBODY,
        };
    }
}
