//! All reported members in the cells of a lattice of the join distance, sorted anew when somebody has moved.
//!
//! To sort everybody takes less time than to follow everybody who moves from cell to cell, and leaves those who are near
//! each other side by side in memory: the cells of one column are in the order of their rows.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::counting::sum_up;
use super::lattice::{AWAY, COLUMNS, Key, Lattice, reaches};
use super::lists::{fit, lengthen, reset};
use super::peers::{Peer, Peers, State};
use super::position::Ground;
use super::window::Window;

/// No cell: the peer is on no cell.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The key of the one behind the last cell.
const BEHIND: Key = (i64::MAX / 2, i64::MAX / 2);

/// A peer in a cell, with its place beside it: pair tests read cells from front to back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub ground: Ground,
    pub peer: Peer,
    /// The slot of its island, if [`Grid::know_homes`] was called since that has changed.
    pub home: u32,
}

/// A cell with somebody in it, where not all cells are counted.
#[derive(Clone, Copy, Debug)]
struct Cell {
    key: Key,
    /// For each column around, the first cell there that is not before the rows around.
    near: [u32; COLUMNS],
}

/// Everybody by column and row.
#[derive(Debug)]
pub(super) struct Grid {
    lattice: Lattice,
    /// The cells, if all of a piece of ground are counted, empty ones included.
    window: Window,
    /// The cells, if not, by column and row; with one behind the last.
    cells: Vec<Cell>,
    /// By cell, and one more: where its entries start.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    /// By peer: its cell.
    places: Vec<u32>,
    sorted: Vec<(Key, Peer)>,
    outdated: bool,
    /// Somebody may be on another island than its entry says.
    rehomed: bool,
}

impl Grid {
    pub fn new(distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(distance_m),
            window: Window::default(),
            cells: Vec::new(),
            starts: Vec::new(),
            entries: Vec::new(),
            places: Vec::new(),
            sorted: Vec::new(),
            outdated: false,
            rehomed: false,
        }
    }

    /// Somebody has come, gone or moved: the next [`Self::refresh`] has something to do.
    pub fn expire(&mut self) {
        self.outdated = true;
    }

    /// Takes memory for so many, where nobody is on any cell.
    pub fn expect(&mut self, count: usize) {
        lengthen(&mut self.places, count, NOWHERE);
        lengthen(&mut self.entries, count, Entry::NOBODY);
        self.outdated = true;
    }

    /// Its memory for entries, which is free until the next [`Self::refresh`] where that has something to do.
    pub fn spare(&mut self) -> &mut Vec<Entry> {
        &mut self.entries
    }

    /// How many cells there are, of which many may be empty: all indices are below.
    pub fn cell_bound(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn cell_of(&self, peer: Peer) -> u32 {
        self.expect_fresh();
        self.places.get(peer.index()).copied().unwrap_or(NOWHERE)
    }

    /// Those in a cell, by handle.
    pub fn entries(&self, cell: u32) -> &[Entry] {
        &self.entries[self.span(&(cell..cell + 1))]
    }

    /// Everybody, cell by cell.
    pub fn all_entries(&self) -> &[Entry] {
        self.expect_fresh();
        &self.entries
    }

    /// Somebody is on another island now.
    pub fn expire_homes(&mut self) {
        self.rehomed = true;
    }

    /// Until a [`Self::refresh`] the memory may hold anything: see [`Self::expect`] and [`Self::spare`].
    fn expect_fresh(&self) {
        debug_assert!(!self.outdated, "the grid has to be refreshed first");
    }

    /// Whether the next [`Self::refresh`] has something to do.
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// All entries know their islands.
    pub fn know_homes(&mut self, peers: &Peers) {
        self.expect_fresh();
        if std::mem::take(&mut self.rehomed) {
            for entry in &mut self.entries {
                entry.home = peers.spots[entry.peer.index()].island;
            }
        }
    }

    /// Where the entries of some cells in a row are among all.
    pub fn span(&self, cells: &Range<u32>) -> Range<usize> {
        self.expect_fresh();
        let [start, end] = [cells.start, cells.end].map(|at| self.starts[at as usize] as usize);
        start..end
    }

    /// The cells around a cell with somebody in it, itself included, column by column: a run of cells for each.
    pub fn runs(&self, cell: u32) -> [Range<u32>; COLUMNS] {
        if self.window.is_open() {
            return self.window.runs(cell);
        }
        let Cell { key, near } = self.cells[cell as usize];
        let mut column = key.0 - AWAY;
        near.map(|first| {
            let last = (column, key.1 + AWAY);
            column += 1;
            let cells = self.cells[first as usize..].iter();
            let count = cells.take_while(|other| other.key <= last).count();
            first..first + count as u32
        })
    }

    /// Those of the cells around in which somebody can be within the distance of a place in a cell.
    #[inline]
    pub fn runs_near(&self, cell: u32, ground: Ground) -> [Range<u32>; COLUMNS] {
        if self.window.is_open() {
            self.window.runs_of(cell, self.lattice.runs(ground))
        } else {
            self.runs(cell)
        }
    }

    /// The cells around a cell with somebody in them; none if nobody is in the cell itself.
    pub fn around(&self, cell: u32) -> impl Iterator<Item = u32> + '_ {
        let runs = self.is_occupied(cell).then(|| self.runs(cell));
        let cells = runs.into_iter().flatten().flatten();
        cells.filter(move |other| *other != cell && self.is_occupied(*other))
    }

    /// The cells around a peer's cell in which somebody can be within the distance of it.
    pub fn beside(&self, peer: Peer, ground: Ground) -> impl Iterator<Item = u32> + '_ {
        let (cell, reach) = (self.cell_of(peer), self.lattice.reach(ground));
        let offset = self.offset(cell);
        self.around(cell).filter(move |other| {
            let (columns, rows) = offset(*other);
            reaches(reach, columns, rows)
        })
    }

    /// How many columns and rows another cell is away from one.
    fn offset(&self, cell: u32) -> impl Fn(u32) -> (i64, i64) + '_ {
        let key = move |at: u32| match self.cells.get(at as usize) {
            Some(cell) => cell.key,
            None => self.window.key(at),
        };
        let (column, row) = key(cell);
        move |other| {
            let other = key(other);
            (other.0 - column, other.1 - row)
        }
    }

    fn is_occupied(&self, cell: u32) -> bool {
        self.starts[cell as usize] < self.starts[cell as usize + 1]
    }

    /// Puts everybody where they are now, if anybody has moved.
    pub fn refresh(&mut self, peers: &Peers) {
        if !std::mem::take(&mut self.outdated) {
            return;
        }
        self.rehomed = false;
        self.cells.clear();
        lengthen(&mut self.places, peers.state.len(), NOWHERE);
        if !self.count(peers) {
            self.window = self.window_around(peers);
            if !(self.window.is_open() && self.count(peers)) {
                self.sort(peers);
            }
        }
    }

    /// The one around everybody.
    fn window_around(&self, peers: &Peers) -> Window {
        let (mut min, mut max) = (Ground::HIGHEST, Ground::LOWEST);
        let mut count = 0;
        for (_, ground) in located(peers) {
            (min, max) = (min.least(ground), max.most(ground));
            count += 1;
        }
        // Far cells are in no order, but in no window either.
        Window::around(self.lattice.key(min), self.lattice.key(max), count)
    }

    /// Sorts by counting; `false` if somebody is outside the window, or it is far larger than it need be.
    fn count(&mut self, peers: &Peers) -> bool {
        let Self {
            lattice,
            window,
            starts,
            places,
            entries,
            ..
        } = self;
        reset(starts, window.cells() + 2, 0);
        let all = peers.state.iter().zip(&peers.spots);
        for (place, (state, spot)) in places.iter_mut().zip(all.clone()) {
            *place = NOWHERE;
            if *state == State::Member {
                let Some(cell) = window.cell(lattice.near_key(spot.ground)) else {
                    return false;
                };
                *place = cell;
                // Two behind: where the next cell starts while the entries are put in is where it will end.
                starts[cell as usize + 2] += 1;
            }
        }
        let count = sum_up(starts);
        fit(entries, count as usize, Entry::NOBODY);
        for ((place, spot), peer) in places.iter().zip(&peers.spots).zip(0..) {
            if *place != NOWHERE {
                let next = &mut starts[*place as usize + 1];
                entries[*next as usize] = Entry {
                    ground: spot.ground,
                    peer: Peer::from_index(peer),
                    home: spot.island,
                };
                *next += 1;
            }
        }
        starts.pop();
        window.suits(count as usize)
    }

    fn sort(&mut self, peers: &Peers) {
        self.window = Window::default();
        self.sorted.clear();
        let keys = located(peers).map(|(peer, ground)| (self.lattice.key(ground), peer));
        self.sorted.extend(keys);
        self.sorted.sort_unstable();
        self.entries.clear();
        self.starts.clear();
        self.places.fill(NOWHERE);
        for (key, peer) in &self.sorted {
            if self.cells.last().is_none_or(|cell| cell.key != *key) {
                self.cells.push(Cell {
                    key: *key,
                    near: [0; COLUMNS],
                });
                self.starts.push(self.entries.len() as u32);
            }
            self.places[peer.index()] = self.cells.len() as u32 - 1;
            let spot = peers.spots[peer.index()];
            self.entries.push(Entry {
                ground: spot.ground,
                peer: *peer,
                home: spot.island,
            });
        }
        self.starts.push(self.entries.len() as u32);
        self.find_near();
        self.cells.push(Cell {
            key: BEHIND,
            near: [0; COLUMNS],
        });
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

impl Entry {
    pub const NOBODY: Self = Self {
        ground: Ground::ORIGIN,
        peer: Peer::NOBODY,
        home: u32::MAX,
    };
}

/// Everybody who belongs on the grid, by handle.
fn located(peers: &Peers) -> impl Iterator<Item = (Peer, Ground)> + Clone + '_ {
    let all = peers.state.iter().zip(&peers.spots).enumerate();
    all.filter(|(_, (state, _))| **state == State::Member)
        .map(|(index, (_, spot))| (Peer::from_index(index), spot.ground))
}
