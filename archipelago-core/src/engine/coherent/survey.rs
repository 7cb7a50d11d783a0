//! What hangs together, found for everybody at once: faster than a walk where most have to be looked at anyway.
//!
//! Cells and islands are nodes that become one when they hang together.

use crate::engine::grid::Entry;
use crate::engine::world::World;

/// The nodes: first all cells, then all slots.
#[derive(Debug, Default)]
pub(super) struct Survey {
    cells: usize,
    /// Towards the root of each node.
    parents: Vec<u32>,
}

impl Survey {
    /// Joins what hangs together.
    pub fn join(&mut self, world: &World) {
        self.cells = world.grid.cell_bound();
        let nodes = self.cells + world.islands.slot_bound();
        self.parents.clear();
        self.parents.extend(0..nodes as u32);
        for cell in 0..self.cells as u32 {
            for entry in world.grid.entries(cell) {
                let slot = self.cells as u32 + world.home(entry.peer);
                self.unite(cell, slot);
            }
        }
        for cell in 0..self.cells as u32 {
            let here = world.grid.entries(cell);
            // What is near is mutual.
            for other in world.grid.around(cell).filter(|other| *other > cell) {
                if self.find(cell) != self.find(other)
                    && are_near(here, world.grid.entries(other), world.join_squared)
                {
                    self.unite(cell, other);
                }
            }
        }
    }

    /// The same number for all islands that hang together, and a different one for others.
    pub fn root(&mut self, slot: u32) -> u32 {
        self.find(self.cells as u32 + slot)
    }

    /// An upper bound of the roots.
    pub fn root_bound(&self) -> usize {
        self.parents.len()
    }

    /// The root of a node; shortens the way for the next time.
    fn find(&mut self, mut node: u32) -> u32 {
        while self.parents[node as usize] != node {
            let above = self.parents[self.parents[node as usize] as usize];
            self.parents[node as usize] = above;
            node = above;
        }
        node
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        // Towards the lower one: which it is decides nothing.
        self.parents[a.max(b) as usize] = a.min(b);
    }
}

/// Whether anybody of one cell is near anybody of the other.
fn are_near(here: &[Entry], there: &[Entry], distance_squared: f64) -> bool {
    here.iter().any(|a| {
        let mut distances = there
            .iter()
            .map(|b| a.position.squared_distance(b.position));
        distances.any(|distance| distance <= distance_squared)
    })
}
