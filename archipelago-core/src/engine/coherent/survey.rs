//! What hangs together, found for everybody at once: faster than a walk where most have to be looked at anyway.
//!
//! Cells are sorted into rows, so that those around a cell are runs of neighbours in memory. Cells and islands are nodes
//! that become one when they hang together.

use super::radix::{Keyed, Radix, in_rows};
use crate::engine::lattice::Lattice;
use crate::engine::peers::State;
use crate::engine::position::Position;
use crate::engine::world::World;

/// Cells further out are left to the walk: there are hardly ever any.
const FAR: i64 = 1 << 28;

/// Offsets to the cells that come later in rows, as rows, and columns from and to; the nearest first: once these are
/// joined, there is little left to find out about the others.
const LATER: [(i32, i32, i32); 5] = [(0, 1, 1), (1, -1, 1), (0, 2, 2), (1, -2, 2), (2, -2, 2)];

#[derive(Clone, Copy, Debug)]
struct Cell {
    row: i32,
    column: i32,
    /// Its first spot.
    first: u32,
}

/// Somebody.
#[derive(Clone, Copy, Debug)]
struct Spot {
    position: Position,
    slot: u32,
}

/// Working memory, and the nodes: first all cells, then all slots.
#[derive(Debug)]
pub(super) struct Survey {
    lattice: Lattice,
    arrived: Vec<(i32, i32, Spot)>,
    keys: Vec<Keyed>,
    radix: Radix,
    spots: Vec<Spot>,
    cells: Vec<Cell>,
    /// Of the cells; the end is behind all.
    orders: Vec<u64>,
    parents: Vec<u32>,
}

impl Survey {
    pub fn new(join_distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(join_distance_m),
            arrived: Vec::new(),
            keys: Vec::new(),
            radix: Radix::default(),
            spots: Vec::new(),
            cells: Vec::new(),
            orders: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// Joins what hangs together; whether that was possible.
    pub fn join(&mut self, world: &World) -> bool {
        if !self.sort(world) {
            return false;
        }
        self.parents.clear();
        let nodes = self.cells.len() + world.islands.slot_bound();
        self.parents.extend(0..nodes as u32);
        for cell in 0..self.cells.len() {
            for spot in self.first_of(cell)..self.first_of(cell + 1) {
                let slot = self.cells.len() as u32 + self.spots[spot].slot;
                unite(&mut self.parents, cell as u32, slot);
            }
        }
        for (rows, from, to) in LATER {
            self.join_later(rows, from, to, world.join_squared);
        }
        true
    }

    /// The same number for all islands that hang together, and a different one for others.
    pub fn root(&mut self, slot: u32) -> u32 {
        find(&mut self.parents, self.cells.len() as u32 + slot)
    }

    /// An upper bound of the roots.
    pub fn root_bound(&self) -> usize {
        self.parents.len()
    }

    fn sort(&mut self, world: &World) -> bool {
        self.arrived.clear();
        let (mut min, mut max) = ((i32::MAX, i32::MAX), (i32::MIN, i32::MIN));
        let peers = &world.peers;
        for ((state, position), slot) in peers.state.iter().zip(&peers.position).zip(&peers.island)
        {
            if *state != State::Member {
                continue;
            }
            let (column, row) = self.lattice.key(*position);
            if column.abs() > FAR || row.abs() > FAR {
                return false;
            }
            let (row, column) = (row as i32, column as i32);
            min = (min.0.min(row), min.1.min(column));
            max = (max.0.max(row), max.1.max(column));
            let spot = Spot {
                position: *position,
                slot: *slot,
            };
            self.arrived.push((row, column, spot));
        }
        let width = i64::from(max.1) - i64::from(min.1) + 1;
        self.keys.clear();
        for (at, (row, column, _)) in (0..).zip(&self.arrived) {
            let key = i64::from(row - min.0) * width + i64::from(column - min.1);
            self.keys.push((key as u64, at));
        }
        self.radix.sort(&mut self.keys);
        self.fill();
        true
    }

    fn fill(&mut self) {
        self.spots.clear();
        self.cells.clear();
        let mut last = u64::MAX;
        for (key, at) in &self.keys {
            let (row, column, spot) = self.arrived[*at as usize];
            if *key != last {
                last = *key;
                self.cells.push(Cell {
                    row,
                    column,
                    first: self.spots.len() as u32,
                });
            }
            self.spots.push(spot);
        }
        self.orders.clear();
        let cells = self.cells.iter();
        self.orders
            .extend(cells.map(|cell| in_rows(cell.row, cell.column)));
        self.orders.push(u64::MAX);
    }

    fn first_of(&self, cell: usize) -> usize {
        let first = self.cells.get(cell).map(|cell| cell.first as usize);
        first.unwrap_or(self.spots.len())
    }

    /// Joins every cell with those at some offsets. All cells are in rows, so both ends only ever go forward.
    fn join_later(&mut self, rows: i32, from: i32, to: i32, near: f64) {
        let (mut start, mut end) = (0, 0);
        for cell in 0..self.cells.len() {
            let Cell { row, column, .. } = self.cells[cell];
            let first = in_rows(row + rows, column + from);
            let last = in_rows(row + rows, column + to);
            while self.orders[start] < first {
                start += 1;
            }
            end = end.max(start);
            while self.orders[end] <= last {
                end += 1;
            }
            for other in start..end {
                let (a, b) = (cell as u32, other as u32);
                if find(&mut self.parents, a) != find(&mut self.parents, b)
                    && self.are_near(cell, other, near)
                {
                    unite(&mut self.parents, a, b);
                }
            }
        }
    }

    /// Whether anybody of one cell is near anybody of the other.
    fn are_near(&self, cell: usize, other: usize, near: f64) -> bool {
        let here = &self.spots[self.first_of(cell)..self.first_of(cell + 1)];
        let there = &self.spots[self.first_of(other)..self.first_of(other + 1)];
        here.iter().any(|a| {
            let mut distances = there
                .iter()
                .map(|b| a.position.squared_distance(b.position));
            distances.any(|distance| distance <= near)
        })
    }
}

/// The root of a node; shortens the way for the next time.
fn find(parents: &mut [u32], mut node: u32) -> u32 {
    while parents[node as usize] != node {
        let above = parents[parents[node as usize] as usize];
        parents[node as usize] = above;
        node = above;
    }
    node
}

fn unite(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    // Towards the lower one: which it is decides nothing.
    parents[a.max(b) as usize] = a.min(b);
}
