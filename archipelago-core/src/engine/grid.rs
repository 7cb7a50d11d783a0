//! All reported members on a lattice of the join distance, kept up to date as they move.

use std::collections::HashMap;

use super::lattice::{AROUND, BuildKeyHasher, Key, Lattice};
use super::peers::Peer;
use super::position::Position;

/// No cell: nobody is there, or the peer is on no cell.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A peer in a cell, with its position beside it: pair tests read cells from front to back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub peer: Peer,
    pub position: Position,
}

#[derive(Debug)]
struct Cell {
    key: Key,
    /// In no particular order: only whether somebody is there may decide anything.
    entries: Vec<Entry>,
    /// The cells at the offsets of [`AROUND`]; means something where [`Self::present`] says so.
    around: [u32; 24],
    /// Which of these there are, as bits.
    present: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    cell: u32,
    entry: u32,
    /// Which cells around are in reach, as bits.
    reach: u32,
}

/// Cells with somebody in them, each knowing those around it.
#[derive(Debug)]
pub(super) struct Grid {
    lattice: Lattice,
    index: HashMap<Key, u32, BuildKeyHasher>,
    cells: Vec<Cell>,
    free: Vec<u32>,
    /// By peer.
    places: Vec<Place>,
}

impl Grid {
    pub fn new(distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(distance_m),
            index: HashMap::default(),
            cells: Vec::new(),
            free: Vec::new(),
            places: Vec::new(),
        }
    }

    /// How many cells there are or were: an upper bound of their indices.
    pub fn cell_bound(&self) -> usize {
        self.cells.len()
    }

    pub fn cell_of(&self, peer: Peer) -> u32 {
        self.places
            .get(peer.index())
            .map_or(NOWHERE, |place| place.cell)
    }

    pub fn entries(&self, cell: u32) -> &[Entry] {
        &self.cells[cell as usize].entries
    }

    /// The cells around a cell with somebody in them.
    pub fn around(&self, cell: u32) -> impl Iterator<Item = u32> + '_ {
        let cell = &self.cells[cell as usize];
        let around = cell.around.iter().zip(0..);
        around.filter_map(|(beside, n)| (cell.present >> n & 1 == 1).then_some(*beside))
    }

    /// The cells around a peer's cell in which somebody can be within the distance of it.
    pub fn beside(&self, peer: Peer) -> impl Iterator<Item = u32> + '_ {
        let place = self.places[peer.index()];
        let cell = &self.cells[place.cell as usize];
        let mut rest = place.reach & cell.present;
        std::iter::from_fn(move || {
            let n = rest.trailing_zeros();
            // Clears the lowest bit; there is none when the end has come.
            rest &= rest.wrapping_sub(1);
            cell.around.get(n as usize).copied()
        })
    }

    /// Puts a peer where it is now, whether it was on the grid before or not.
    pub fn put(&mut self, peer: Peer, position: Position) {
        if self.places.len() <= peer.index() {
            let nowhere = Place {
                cell: NOWHERE,
                entry: 0,
                reach: 0,
            };
            self.places.resize(peer.index() + 1, nowhere);
        }
        let (key, reach) = self.lattice.locate(position);
        let place = &mut self.places[peer.index()];
        place.reach = reach;
        if place.cell != NOWHERE {
            let cell = &mut self.cells[place.cell as usize];
            if cell.key == key {
                cell.entries[place.entry as usize].position = position;
                return;
            }
            self.remove(peer);
        }
        let cell = self.open(key);
        let entries = &mut self.cells[cell as usize].entries;
        self.places[peer.index()] = Place {
            cell,
            entry: entries.len() as u32,
            reach,
        };
        entries.push(Entry { peer, position });
    }

    pub fn remove(&mut self, peer: Peer) {
        let Some(place) = self.places.get_mut(peer.index()) else {
            return;
        };
        let Place { cell, entry, .. } = *place;
        if cell == NOWHERE {
            return;
        }
        place.cell = NOWHERE;
        let entries = &mut self.cells[cell as usize].entries;
        entries.swap_remove(entry as usize);
        match entries.get(entry as usize) {
            Some(moved) => self.places[moved.peer.index()].entry = entry,
            None if entries.is_empty() => self.close(cell),
            None => {}
        }
    }

    fn open(&mut self, key: Key) -> u32 {
        if let Some(cell) = self.index.get(&key) {
            return *cell;
        }
        let cell = self.free.pop().unwrap_or(self.cells.len() as u32);
        if cell as usize == self.cells.len() {
            self.cells.push(Cell {
                key,
                entries: Vec::new(),
                around: [NOWHERE; 24],
                present: 0,
            });
        }
        self.index.insert(key, cell);
        self.cells[cell as usize].key = key;
        self.cells[cell as usize].present = 0;
        for (n, (dx, dz)) in AROUND.into_iter().enumerate() {
            if let Some(beside) = self.index.get(&(key.0 + dx, key.1 + dz)).copied() {
                self.cells[cell as usize].around[n] = beside;
                self.cells[cell as usize].present |= 1 << n;
                let opposite = AROUND.len() - 1 - n;
                self.cells[beside as usize].around[opposite] = cell;
                self.cells[beside as usize].present |= 1 << opposite;
            }
        }
        cell
    }

    fn close(&mut self, cell: u32) {
        let Cell {
            key,
            around,
            present,
            ..
        } = self.cells[cell as usize];
        self.index.remove(&key);
        for (n, beside) in around.into_iter().enumerate() {
            if present >> n & 1 == 1 {
                self.cells[beside as usize].present &= !(1 << (AROUND.len() - 1 - n));
            }
        }
        self.free.push(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, z: f32) -> Position {
        Position::new(x, 0.0, z).unwrap()
    }

    #[test]
    fn cells_come_and_go_with_their_peers() {
        let mut grid = Grid::new(10.0);
        let [a, b, c] = [0, 1, 2].map(Peer::from_index);
        grid.put(a, at(1.0, 1.0));
        grid.put(b, at(2.0, 2.0));
        grid.put(c, at(9.0, 2.0));
        assert_eq!(grid.cell_of(a), grid.cell_of(b));
        assert_eq!(grid.beside(a).collect::<Vec<_>>(), [grid.cell_of(c)]);
        grid.put(a, at(1e30, -1e30));
        grid.remove(c);
        assert_eq!(grid.cell_of(c), NOWHERE);
        assert_eq!((grid.beside(a).count(), grid.beside(b).count()), (0, 0));
        grid.put(a, at(3.0, 3.0));
        assert_eq!(grid.entries(grid.cell_of(b)).len(), 2);
        assert_eq!(grid.index.len(), 1);
    }
}
