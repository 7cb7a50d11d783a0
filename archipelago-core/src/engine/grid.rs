//! All reported members in the cells of a lattice of the join distance, sorted anew when somebody has moved.
//!
//! To sort everybody takes less time than to follow everybody who moves from cell to cell, and leaves those who are near
//! each other side by side in memory: the cells of one column are in the order of their rows.

use std::ops::Range;

use super::extent::{Extent, pack, unpack};
use super::lattice::{Key, Lattice};
use super::peers::{Peer, Peers, State};
use super::position::Position;

/// No cell: the peer is on no cell.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Cells around a cell are at most that many columns or rows away.
const AWAY: i64 = 2;
/// Columns in which they are, and rows.
const COLUMNS: usize = 5;
/// The cell itself among these.
const MIDDLE: u32 = 12;

/// The key of the one behind the last cell.
const BEHIND: Key = (i64::MAX / 2, i64::MAX / 2);

/// A rectangle of cells is counted through, empty ones included, if it has at most this many for each peer, and some
/// more. Otherwise the cells are sorted.
const SPARE_CELLS: u64 = 4;
const CELLS_MIN: u64 = 4096;

/// A peer in a cell, with its position beside it: pair tests read cells from front to back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub peer: Peer,
    pub position: Position,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    key: Key,
    /// Its first entry; the last one is before the first of the next cell.
    start: u32,
    /// For each column around, the first cell there that is not before the rows around.
    near: [u32; COLUMNS],
}

#[derive(Clone, Copy, Debug)]
struct Place {
    cell: u32,
    /// Which cells around are in reach, as bits.
    reach: u32,
}

impl Place {
    const NOWHERE: Self = Self {
        cell: NOWHERE,
        reach: 0,
    };
}

/// Cells with somebody in them, by column and row.
#[derive(Debug)]
pub(super) struct Grid {
    lattice: Lattice,
    /// With one behind the last, where its entries would start.
    cells: Vec<Cell>,
    entries: Vec<Entry>,
    /// By peer.
    places: Vec<Place>,
    /// By cell of the rectangle around all: how many peers are there, and then which cell is the first from there on.
    counts: Vec<u32>,
    /// By cell: where the next entry goes.
    next: Vec<u32>,
    /// Peers by cell, where there is too much ground for that.
    sorted: Vec<(Key, Peer)>,
    outdated: bool,
}

impl Grid {
    pub fn new(distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(distance_m),
            cells: Vec::new(),
            entries: Vec::new(),
            places: Vec::new(),
            counts: Vec::new(),
            next: Vec::new(),
            sorted: Vec::new(),
            outdated: false,
        }
    }

    /// Somebody has come, gone or moved: the next [`Self::refresh`] has something to do.
    pub fn expire(&mut self) {
        self.outdated = true;
    }

    /// How many cells there are: all indices are below.
    pub fn cell_bound(&self) -> usize {
        self.cells.len().saturating_sub(1)
    }

    pub fn cell_of(&self, peer: Peer) -> u32 {
        self.places
            .get(peer.index())
            .map_or(NOWHERE, |place| place.cell)
    }

    /// Those in a cell, by handle.
    pub fn entries(&self, cell: u32) -> &[Entry] {
        &self.entries[self.range(cell)]
    }

    /// Everybody, cell by cell.
    pub fn all_entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where a cell's entries are among all.
    pub fn range(&self, cell: u32) -> Range<usize> {
        let [start, end] = [cell, cell + 1].map(|at| self.cells[at as usize].start as usize);
        start..end
    }

    /// Where the entries of those cells around are that come later than the cell itself.
    pub fn ranges_ahead(&self, cell: u32) -> [Range<usize>; 3] {
        let Cell { key, near, .. } = self.cells[cell as usize];
        let firsts = [cell as usize + 1, near[3] as usize, near[4] as usize];
        [0, 1, 2].map(|ahead| {
            let first = firsts[ahead];
            let last = (key.0 + ahead as i64, key.1 + AWAY);
            let cells = self.cells[first..].iter();
            let count = cells.take_while(|other| other.key <= last).count();
            let [start, end] = [first, first + count].map(|at| self.cells[at].start as usize);
            start..end
        })
    }

    /// The cells around a cell with somebody in them.
    pub fn around(&self, cell: u32) -> impl Iterator<Item = u32> + '_ {
        self.reached(cell, u32::MAX)
    }

    /// The cells around a peer's cell in which somebody can be within the distance of it.
    pub fn beside(&self, peer: Peer) -> impl Iterator<Item = u32> + '_ {
        let place = self.places[peer.index()];
        self.reached(place.cell, place.reach)
    }

    fn reached(&self, cell: u32, reach: u32) -> Reached<'_> {
        Reached {
            cells: &self.cells,
            cell,
            reach,
            column: 0,
            at: NOWHERE,
        }
    }

    /// Puts everybody where they are now, if anybody has moved.
    pub fn refresh(&mut self, peers: &Peers) {
        if !std::mem::take(&mut self.outdated) {
            return;
        }
        self.places.clear();
        self.cells.clear();
        let mut extent = Extent::EMPTY;
        let mut count = 0;
        for (state, position) in peers.state.iter().zip(&peers.position) {
            let mut place = Place::NOWHERE;
            if *state == State::Member {
                let (key, reach) = self.lattice.locate(*position);
                extent.add(key);
                count += 1;
                place = Place {
                    cell: pack(key),
                    reach,
                };
            }
            self.places.push(place);
        }
        let most = (count * SPARE_CELLS).max(CELLS_MIN);
        if count > 0 && extent.is_packed() && extent.cells() <= most {
            self.count(peers, extent);
        } else {
            self.sort(peers);
        }
        self.cells.push(Cell {
            key: BEHIND,
            start: count as u32,
            near: [0; COLUMNS],
        });
    }

    fn count(&mut self, peers: &Peers, extent: Extent) {
        self.counts.clear();
        self.counts.resize(extent.cells() as usize, 0);
        let (rows, first) = (extent.rows() as u32, extent.min);
        let (left, below) = (first.0 as i32, first.1 as i32);
        for (place, state) in self.places.iter_mut().zip(&peers.state) {
            if *state == State::Member {
                let (x, z) = unpack(place.cell);
                place.cell = (x - left) as u32 * rows + (z - below) as u32;
                self.counts[place.cell as usize] += 1;
            }
        }
        let (mut start, mut key) = (0, extent.min);
        self.next.clear();
        for count in &mut self.counts {
            let cell = self.cells.len() as u32;
            if *count > 0 {
                self.cells.push(Cell {
                    key,
                    start,
                    near: [0; COLUMNS],
                });
                self.next.push(start);
                start += *count;
            }
            // From here on: the first cell that is here or later.
            *count = cell;
            key = if key.1 < extent.max.1 {
                (key.0, key.1 + 1)
            } else {
                (key.0 + 1, extent.min.1)
            };
        }
        self.entries.resize(start as usize, Entry::NOBODY);
        let places = self.places.iter_mut().zip(0..);
        for ((place, peer), position) in places.zip(&peers.position) {
            if place.cell != NOWHERE {
                place.cell = self.counts[place.cell as usize];
                let next = &mut self.next[place.cell as usize];
                self.entries[*next as usize] = Entry {
                    peer: Peer::from_index(peer),
                    position: *position,
                };
                *next += 1;
            }
        }
        self.find_near_counted(extent);
    }

    /// The same as [`Self::find_near`], in the counted rectangle.
    fn find_near_counted(&mut self, extent: Extent) {
        let last = self.cells.len() as u32;
        let rows = extent.rows() as usize;
        for cell in &mut self.cells {
            let row = (cell.key.1 - AWAY - extent.min.1).max(0) as usize;
            for (nth, first) in cell.near.iter_mut().enumerate() {
                let column = cell.key.0 + nth as i64 - AWAY - extent.min.0;
                // To the left of the rectangle nobody is in the column that the first cell is in.
                let index = column.max(0) as usize * rows + row;
                *first = self.counts.get(index).copied().unwrap_or(last);
            }
        }
    }

    fn sort(&mut self, peers: &Peers) {
        self.sorted.clear();
        let keys = located(peers).map(|(peer, position)| (self.lattice.key(position), peer));
        self.sorted.extend(keys);
        self.sorted.sort_unstable();
        self.entries.clear();
        for (key, peer) in &self.sorted {
            if self.cells.last().is_none_or(|cell| cell.key != *key) {
                self.cells.push(Cell {
                    key: *key,
                    start: self.entries.len() as u32,
                    near: [0; COLUMNS],
                });
            }
            self.places[peer.index()].cell = self.cells.len() as u32 - 1;
            let position = peers.position[peer.index()];
            self.entries.push(Entry {
                peer: *peer,
                position,
            });
        }
        self.find_near();
    }

    /// From cell to cell, what is near only moves on.
    fn find_near(&mut self) {
        let cells = &mut self.cells;
        let mut near = [0_usize; COLUMNS];
        for at in 0..cells.len() {
            let (x, z) = cells[at].key;
            for (nth, first) in near.iter_mut().enumerate() {
                let from = (x + nth as i64 - AWAY, z - AWAY);
                while cells.get(*first).is_some_and(|cell| cell.key < from) {
                    *first += 1;
                }
            }
            cells[at].near = near.map(|first| first as u32);
        }
    }
}

/// The cells around a cell, as far as they are in reach.
struct Reached<'a> {
    cells: &'a [Cell],
    cell: u32,
    reach: u32,
    /// The column that comes next.
    column: usize,
    /// The cell that comes next, if it is still in the column before.
    at: u32,
}

impl Iterator for Reached<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let Cell { key, near, .. } = self.cells[self.cell as usize];
        loop {
            if let Some(other) = self.cells.get(self.at as usize) {
                let (dx, dz) = (other.key.0 - key.0 + AWAY, other.key.1 - key.1 + AWAY);
                if dx + 1 == self.column as i64 && dz < COLUMNS as i64 {
                    let at = self.at;
                    self.at += 1;
                    let bit = (dx * COLUMNS as i64 + dz) as u32;
                    // The bits leave out the middle.
                    if at != self.cell && self.reach >> (bit - u32::from(bit > MIDDLE)) & 1 == 1 {
                        return Some(at);
                    }
                    continue;
                }
            }
            self.at = *near.get(self.column)?;
            self.column += 1;
        }
    }
}

impl Entry {
    const NOBODY: Self = Self {
        peer: Peer::NOBODY,
        position: Position::ORIGIN,
    };
}

/// Everybody who belongs on the grid, by handle.
fn located(peers: &Peers) -> impl Iterator<Item = (Peer, Position)> + '_ {
    let all = peers.state.iter().zip(&peers.position).enumerate();
    all.filter(|(_, (state, _))| **state == State::Member)
        .map(|(index, (_, position))| (Peer::from_index(index), *position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(places: &[(f32, f32)]) -> Grid {
        let mut peers = Peers::default();
        for (x, z) in places {
            peers.add(State::Member, Position::new(*x, 0.0, *z).unwrap());
        }
        let mut grid = Grid::new(10.0);
        grid.expire();
        grid.refresh(&peers);
        grid
    }

    fn beside(grid: &Grid, peer: usize) -> Vec<u32> {
        grid.beside(Peer::from_index(peer)).collect()
    }

    #[test]
    fn cells_hold_those_who_are_there() {
        // With somebody so far away that cells have to be sorted, and without.
        for far in [50.0, 1e30] {
            let grid = grid(&[(1.0, 1.0), (9.0, 2.0), (2.0, 2.0), (far, -far), (1.0, 40.0)]);
            let cells = [0, 1, 2, 3, 4].map(|peer| grid.cell_of(Peer::from_index(peer)));
            assert_eq!(cells[0], cells[2]);
            let entries = grid.entries(cells[0]).iter();
            let peers: Vec<_> = entries.map(|entry| entry.peer.index()).collect();
            assert_eq!(peers, [0, 2]);
            assert_eq!(beside(&grid, 0), [cells[1]]);
            assert_eq!(beside(&grid, 1), [cells[0]]);
            assert_eq!((beside(&grid, 3), beside(&grid, 4)), (vec![], vec![]));
            assert_eq!(grid.around(cells[0]).collect::<Vec<_>>(), [cells[1]]);
            assert_eq!(grid.cell_bound(), 4);
        }
        assert_eq!(grid(&[]).cell_bound(), 0);
    }

    #[test]
    fn nobody_near_is_missed() {
        let near = |n: u16| f32::from(n % 101 * 37 % 101) * 0.9;
        for far in [0.0, 1e9] {
            let mut places: Vec<_> = (0..300).map(|n| (near(n), near(n * 7 + 3))).collect();
            places.push((far, far));
            let grid = grid(&places);
            let at = |peer: usize| Position::new(places[peer].0, 0.0, places[peer].1).unwrap();
            for (a, b) in (0..300).flat_map(|a| (0..300).map(move |b| (a, b))) {
                if at(a).squared_distance(at(b)) <= 100.0 {
                    let cell = grid.cell_of(Peer::from_index(b));
                    let is_here = cell == grid.cell_of(Peer::from_index(a));
                    assert!(is_here || beside(&grid, a).contains(&cell), "{a} {b}");
                }
            }
        }
    }
}
