//! Who is adjacent to an island: a walk over the cells around its members.

use super::position::Position;
use super::world::World;

/// Which islands a search has found, and which cells it need not look at again.
#[derive(Debug, Default)]
pub(super) struct Marks {
    round: u64,
    /// By slot: the round in which the island was found.
    islands: Vec<u64>,
    /// By cell: the round in which nothing was left to be found there.
    cells: Vec<u64>,
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
        self.cells.resize(world.grid.cell_bound(), 0);
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
        for (peer, cell) in world.located(slot) {
            let position = world.peers.position[peer.index()];
            let inside = std::iter::once((None, cell));
            let around = world.grid.beside(peer);
            for (from, cell) in inside.chain(around.map(|beside| (Some(position), beside))) {
                if self.cells[cell as usize] != self.round {
                    let first = found.len();
                    self.sweep_cell(world, from, cell, sizes, found);
                    if found[first..].iter().any(|slot| enough(*slot)) {
                        return;
                    }
                }
            }
        }
    }

    /// Looks at one cell, from a position beside it, or for somebody inside it, to whom everybody there is near.
    fn sweep_cell(
        &mut self,
        world: &World,
        from: Option<Position>,
        cell: u32,
        sizes: Sizes,
        found: &mut Vec<u32>,
    ) {
        let near = |position: Position| {
            from.is_none_or(|from| from.squared_distance(position) <= world.join_squared)
        };
        let mut exhausted = true;
        for entry in world.grid.entries(cell) {
            let slot = world.home(entry.peer);
            if self.has(slot) {
                continue;
            }
            let size = world.islands.size(slot);
            if size <= sizes.here && near(entry.position) {
                self.find(slot);
                found.push(slot);
            } else {
                exhausted &= size > sizes.anywhere;
            }
        }
        if exhausted {
            self.cells[cell as usize] = self.round;
        }
    }
}
