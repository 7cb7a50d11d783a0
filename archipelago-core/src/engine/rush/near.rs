//! Who is near whom, where few are.

use super::NONE;
use crate::engine::grid::Entry;
use crate::engine::peers::Peer;
use crate::engine::position::Ground;
use crate::engine::world::World;

/// If there are more in a peer's cell than that, in the mean, there would be too many pairs.
const CROWD_MIN: u64 = 4;
/// There may be so many cells for each peer, and some more.
const SPARE_CELLS: f64 = 8.0;
const CELLS_MIN: f64 = 4096.0;
/// So many rows of cells are as wide as a column: the lower the cells, the fewer are looked at in vain.
const ROWS: u32 = 2;
/// A column is by so much wider than the join distance: far more than what rounding could make of it.
const MARGIN: f64 = 1.0001;

/// Everybody, cell by cell. Each has a seat: those who are near each other are side by side in memory.
#[derive(Debug)]
pub(super) struct Near {
    /// By arrival: the seat.
    pub seats: Vec<u32>,
    /// By seat: where somebody is, with the arrival instead of the handle, and of islands the target it goes into, if
    /// that is known. It is the grid's memory, which has to be sorted anew anyway.
    spots: Vec<Entry>,
    cells: Cells,
    /// By cell, and one more: where its spots start.
    starts: Vec<u32>,
    distance_squared: f64,
}

/// Cells in columns as wide as the join distance: who is near somebody is in its column or in one beside it, and there no
/// more than [`ROWS`] away. At the border nobody is.
#[derive(Clone, Copy, Debug)]
struct Cells {
    left: f64,
    bottom: f64,
    per_metre: f64,
    columns: u32,
    rows: u32,
}

impl Near {
    /// `None` where too many are near each other, or some are so far away that there would be too many cells.
    pub fn find(world: &mut World, queue: &[Peer]) -> Option<Self> {
        let cells = Cells::around(world, queue)?;
        cells.sort(world, queue)
    }

    /// Gives the memory back; by arrival, the target into which it has gone.
    pub fn into_homes(mut self, world: &mut World) -> Vec<u32> {
        for seat in &mut self.seats {
            *seat = self.spots[*seat as usize].home;
        }
        *world.grid.spare() = self.spots;
        self.seats
    }

    /// Which arrival somebody is, in place of a handle.
    pub fn arrival(&self, seat: u32) -> Peer {
        self.spots[seat as usize].peer
    }

    /// The target somebody goes into, or [`NONE`].
    pub fn home(&self, seat: u32) -> u32 {
        self.spots[seat as usize].home
    }

    /// Notes into which target somebody goes.
    pub fn set_home(&mut self, seat: u32, home: u32) {
        self.spots[seat as usize].home = home;
    }

    /// The seats of those near one who came later and do not go into the same target; `found` is where they are put.
    pub fn look_around<'a>(&self, seat: u32, found: &'a mut Vec<u32>) -> &'a [u32] {
        let from = self.spots[seat as usize];
        let (cell, rows) = (self.cells.cell(from.ground), self.cells.rows);
        let run = |cell: u32| [cell - ROWS, cell + ROWS + 1].map(|at| self.starts[at as usize]);
        let [left, here, right] = [cell - rows, cell, cell + rows].map(run);
        // Three runs in one loop: how long each of them is, is hard to foresee, and who is near as well. A few steps in
        // vain cost less than a wrong guess.
        let second = left[1] - left[0];
        let third = second + here[1] - here[0];
        let end = third + right[1] - right[0];
        let (here, right) = (here[0].wrapping_sub(second), right[0].wrapping_sub(third));
        if found.len() < end as usize {
            found.resize(2 * end as usize, 0);
        }
        let mut count = 0;
        for nth in 0..end {
            let from_second = if nth < third { here } else { right };
            let start = if nth < second { left[0] } else { from_second };
            let seat = nth.wrapping_add(start);
            let other = &self.spots[seat as usize];
            found[count] = seat;
            let is_near = from.ground.squared_distance(other.ground) <= self.distance_squared;
            let is_later = other.peer > from.peer;
            let is_elsewhere = other.home != from.home;
            count += usize::from(is_near) & usize::from(is_later) & usize::from(is_elsewhere);
        }
        &found[..count]
    }
}

impl Cells {
    fn around(world: &World, queue: &[Peer]) -> Option<Self> {
        let (mut min, mut max) = (Ground::HIGHEST, Ground::LOWEST);
        for peer in queue {
            let ground = world.peers.ground(*peer);
            (min, max) = (min.least(ground), max.most(ground));
        }
        let per_metre = 1.0 / (world.join_m * MARGIN);
        let count = |min: f32, max: f32, each: u32| {
            let span = (f64::from(max) - f64::from(min)) * per_metre * f64::from(each);
            span.floor() + f64::from(1 + 2 * each)
        };
        let (columns, rows) = (count(min.x(), max.x(), 1), count(min.z(), max.z(), ROWS));
        let peers = queue.len() as f64;
        let cells = columns * rows;
        // In the mean there are at least as many in a peer's cell as in a cell.
        let suits =
            cells <= (SPARE_CELLS * peers).max(CELLS_MIN) && peers <= CROWD_MIN as f64 * cells;
        suits.then(|| Self {
            left: f64::from(min.x()),
            bottom: f64::from(min.z()),
            per_metre,
            columns: columns as u32,
            rows: rows as u32,
        })
    }

    fn cell(&self, ground: Ground) -> u32 {
        let column = (f64::from(ground.x()) - self.left) * self.per_metre;
        let row = (f64::from(ground.z()) - self.bottom) * self.per_metre * f64::from(ROWS);
        (column as u32 + 1) * self.rows + row as u32 + ROWS
    }

    /// Sorts by counting; `None` if too many are together.
    fn sort(self, world: &mut World, queue: &[Peer]) -> Option<Near> {
        let mut spots = std::mem::take(world.grid.spare());
        let grounds = || queue.iter().map(|peer| world.peers.ground(*peer));
        // Two behind: where the next cell starts while they are put in is where it will end.
        let mut starts = vec![0; self.columns as usize * self.rows as usize + 2];
        let mut seats = Vec::with_capacity(queue.len());
        for ground in grounds() {
            let cell = self.cell(ground);
            seats.push(cell);
            starts[cell as usize + 2] += 1;
        }
        let (mut end, mut together) = (0, 0);
        for start in &mut starts {
            together += u64::from(*start) * u64::from(*start);
            end += *start;
            *start = end;
        }
        if together > CROWD_MIN * queue.len() as u64 {
            *world.grid.spare() = spots;
            return None;
        }
        spots.resize(queue.len(), Entry::NOBODY);
        for ((ground, seat), arrival) in grounds().zip(&mut seats).zip(0..) {
            let next = &mut starts[*seat as usize + 1];
            *seat = *next;
            spots[*next as usize] = Entry {
                ground,
                peer: Peer::from_index(arrival),
                home: NONE,
            };
            *next += 1;
        }
        Some(Near {
            seats,
            spots,
            cells: self,
            starts,
            distance_squared: world.join_squared,
        })
    }
}
