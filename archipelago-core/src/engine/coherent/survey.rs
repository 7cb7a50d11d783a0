//! What hangs together, found for everybody at once: faster than a walk where most have to be looked at anyway.
//!
//! Islands become one when they hang together. Everybody in a cell of the grid is near everybody else there, so that
//! one island stands for all of a cell.

use std::ops::Range;

use crate::engine::grid::Entry;
use crate::engine::lattice::COLUMNS;
use crate::engine::lists::make_room;
use crate::engine::world::World;

/// Joins islands.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// By slot: towards the root of each island.
    parents: Vec<u32>,
    /// Of everybody in the order of the grid: the root when the cells had been joined.
    pub roots: Vec<u32>,
}

impl Survey {
    /// Joins what hangs together. All entries of the grid have to know their homes.
    pub fn join(&mut self, world: &World) {
        self.parents.clear();
        self.parents.extend(0..world.islands.slot_bound() as u32);
        self.join_inside(world);
        for cell in 0..world.grid.cell_bound() as u32 {
            let here = world.grid.entries(cell);
            let span = world.grid.span(&(cell..cell + 1));
            let Some(root) = self.roots.get(span.start).filter(|_| !here.is_empty()) else {
                continue;
            };
            let root = *root;
            // What is near is mutual.
            for run in &world.grid.runs(cell)[COLUMNS / 2..] {
                let Range { start, end } = world.grid.span(run);
                self.join_ahead(world, here, root, start.max(span.end).min(end)..end);
            }
        }
    }

    /// Joins those of a cell with those of others.
    fn join_ahead(&mut self, world: &World, here: &[Entry], root: u32, span: Range<usize>) {
        let roots = self.roots[span.clone()].iter();
        // Mostly there is nobody else: found out without a guess.
        if roots.filter(|other| **other != root).count() == 0 {
            return;
        }
        let mut own = self.root(root);
        for at in span {
            let other = self.root(self.roots[at]);
            if other != own && is_near(here, &world.grid.all_entries()[at], world.join_squared) {
                own = self.unite(own, other);
            }
        }
    }

    /// Joins whoever shares a cell.
    fn join_inside(&mut self, world: &World) {
        let homes = world.grid.all_entries().iter().map(|entry| entry.home);
        self.roots.clear();
        make_room(&mut self.roots, homes.len());
        self.roots.extend(homes);
        for cell in 0..world.grid.cell_bound() as u32 {
            let span = world.grid.span(&(cell..cell + 1));
            for at in span.clone().skip(1) {
                if self.roots[at] != self.roots[span.start] {
                    let [a, b] = [span.start, at].map(|at| self.root(self.roots[at]));
                    self.unite(a, b);
                }
            }
        }
        for at in 0..self.roots.len() {
            self.roots[at] = self.root(self.roots[at]);
        }
    }

    /// The same number for all islands that hang together, and a different one for others; shortens the way for the
    /// next time.
    pub fn root(&mut self, mut slot: u32) -> u32 {
        while self.parents[slot as usize] != slot {
            let above = self.parents[self.parents[slot as usize] as usize];
            self.parents[slot as usize] = above;
            slot = above;
        }
        slot
    }

    /// An upper bound of the roots.
    pub fn root_bound(&self) -> usize {
        self.parents.len()
    }

    /// Joins two roots; the one of both from now on.
    fn unite(&mut self, a: u32, b: u32) -> u32 {
        // Towards the lower one: which it is decides nothing.
        let (above, below) = (a.min(b), a.max(b));
        self.parents[below as usize] = above;
        above
    }
}

/// Whether anybody of a cell is near somebody.
fn is_near(here: &[Entry], other: &Entry, distance_squared: f64) -> bool {
    let mut distances = here
        .iter()
        .map(|entry| entry.ground.squared_distance(other.ground));
    distances.any(|distance| distance <= distance_squared)
}
