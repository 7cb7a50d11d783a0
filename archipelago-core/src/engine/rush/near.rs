//! Who is near whom, where few are.

use std::ops::Range;

use crate::engine::peers::{Peer, Peers};
use crate::engine::position::Ground;
use crate::engine::world::World;

/// If there are more in a peer's cell than that, in the mean, there would be too many pairs.
const CROWD_MIN: u64 = 8;
/// There may be so many cells for each peer, and some more.
const SPARE_CELLS: f64 = 4.0;
const CELLS_MIN: f64 = 4096.0;
/// A cell is by so much wider than the join distance: far more than what rounding could make of it.
const MARGIN: f64 = 1.0001;

/// Who is near whom. Everybody has a seat: those who are near each other are side by side in memory.
#[derive(Debug)]
pub(super) struct Near {
    /// By arrival: the seat.
    pub seats: Vec<u32>,
    /// By seat.
    spots: Vec<Spot>,
    /// By seat, and one more: where those near it start.
    starts: Vec<u32>,
    later: Vec<u32>,
}

/// Somebody in a cell.
#[derive(Clone, Copy, Debug)]
struct Spot {
    ground: Ground,
    arrival: u32,
}

/// Everybody, cell by cell.
#[derive(Debug)]
struct Sorted {
    /// By arrival: where they are.
    seats: Vec<u32>,
    spots: Vec<Spot>,
    /// By cell, and one more: where its spots start.
    starts: Vec<u32>,
}

/// Cells in columns, as wide as the join distance: who is near somebody is in its cell or in one beside it. There is a row
/// below and one above, and a column behind the last one, where nobody is.
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
    pub fn find(world: &World, queue: &[Peer]) -> Option<Self> {
        let cells = Cells::around(world, queue)?;
        let sorted = cells.sort(&world.peers, queue)?;
        Some(Search::over(&cells, sorted, world.join_squared))
    }

    /// Which arrival somebody is.
    pub fn arrival(&self, seat: u32) -> u32 {
        self.spots[seat as usize].arrival
    }

    /// The seats of those near one who came later.
    pub fn later(&self, seat: u32) -> &[u32] {
        let [start, end] = [seat, seat + 1].map(|at| self.starts[at as usize] as usize);
        &self.later[start..end]
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
        let count = |min: f32, max: f32, more: f64| {
            ((f64::from(max) - f64::from(min)) * per_metre).floor() + more
        };
        let (columns, rows) = (count(min.x(), max.x(), 2.0), count(min.z(), max.z(), 3.0));
        let peers = queue.len() as f64;
        let cells = columns * rows;
        // In the mean there are at least as many in a peer's cell as in a cell.
        let suits =
            cells <= (SPARE_CELLS * peers).max(CELLS_MIN) && peers <= CROWD_MIN as f64 * cells;
        suits.then(|| Self {
            left: f64::from(min.x()),
            bottom: f64::from(min.z()),
            per_metre,
            columns: columns as u32 - 1,
            rows: rows as u32,
        })
    }

    fn cell(&self, ground: Ground) -> u32 {
        let column = (f64::from(ground.x()) - self.left) * self.per_metre;
        let row = (f64::from(ground.z()) - self.bottom) * self.per_metre;
        column as u32 * self.rows + row as u32 + 1
    }

    /// Sorts by counting; `None` if too many are together.
    fn sort(&self, peers: &Peers, queue: &[Peer]) -> Option<Sorted> {
        let grounds = || queue.iter().map(|peer| peers.ground(*peer));
        // Two behind: where the next cell starts while they are put in is where it will end.
        let mut starts = vec![0; (self.columns + 1) as usize * self.rows as usize + 2];
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
            return None;
        }
        let nobody = Spot {
            ground: Ground::ORIGIN,
            arrival: 0,
        };
        let mut spots = vec![nobody; queue.len()];
        for ((ground, seat), arrival) in grounds().zip(&mut seats).zip(0..) {
            let next = &mut starts[*seat as usize + 1];
            *seat = *next;
            spots[*next as usize] = Spot { ground, arrival };
            *next += 1;
        }
        Some(Sorted {
            seats,
            spots,
            starts,
        })
    }
}

/// Looks for those near each other column by column, so that no more than two columns of pairs have to be kept.
struct Search {
    near: Near,
    distance_squared: f64,
    /// The seats of pairs that are near each other, the earlier arrival first; and some that mean nothing behind them.
    pairs: Vec<(u32, u32)>,
    count: usize,
    /// How many of them were found from the column before.
    known: usize,
}

impl Search {
    fn over(cells: &Cells, sorted: Sorted, distance_squared: f64) -> Near {
        let Sorted {
            seats,
            spots,
            starts,
        } = sorted;
        let mut search = Self {
            near: Near {
                starts: vec![0; seats.len() + 2],
                later: Vec::new(),
                seats,
                spots,
            },
            distance_squared,
            pairs: Vec::new(),
            count: 0,
            known: 0,
        };
        let rows = cells.rows as usize;
        for column in 0..cells.columns as usize {
            // From below the lowest row on: there are three rows in each of two columns.
            let cells = &starts[column * rows..];
            for starts in cells.windows(rows + 4).take(rows) {
                let [here, beside, above] = [starts[1], starts[2], starts[3]].map(|at| at as usize);
                let next = starts[rows] as usize..starts[rows + 3] as usize;
                for at in here..beside {
                    search.note(at, at + 1..above);
                    search.note(at, next.clone());
                }
            }
            search.arrange(cells[1] as usize..cells[rows + 1] as usize);
        }
        search.near
    }

    /// Notes who of others is near somebody.
    #[inline]
    fn note(&mut self, at: usize, others: Range<usize>) {
        let end = self.count + others.len();
        if self.pairs.len() < end {
            self.pairs.resize(end + 1024, (0, 0));
        }
        let pairs = &mut self.pairs[self.count..end];
        let (from, seat, seats) = (self.near.spots[at], at as u32, others.start as u32..);
        let mut count = 0;
        for (to, other) in self.near.spots[others].iter().zip(seats) {
            // Who is near is hard to foresee: to note it in any case costs less than a wrong guess.
            pairs[count] = if from.arrival < to.arrival {
                (seat, other)
            } else {
                (other, seat)
            };
            let is_near = from.ground.squared_distance(to.ground) <= self.distance_squared;
            count += usize::from(is_near);
        }
        self.count += count;
    }

    /// Lists those near each one of a column one after the other, and keeps the pairs of the next column.
    fn arrange(&mut self, seats: Range<usize>) {
        let Near { starts, later, .. } = &mut self.near;
        for (a, _) in &self.pairs[self.known..self.count] {
            starts[*a as usize + 2] += 1;
        }
        let mut end = later.len() as u32;
        // Where the next one starts while they are put in is where it will end.
        starts[seats.start + 1] = end;
        for start in &mut starts[seats.start + 2..seats.end + 2] {
            end += *start;
            *start = end;
        }
        later.resize(end as usize, 0);
        self.known = 0;
        for at in 0..self.count {
            let (a, b) = self.pairs[at];
            if (a as usize) < seats.end {
                let next = &mut starts[a as usize + 1];
                later[*next as usize] = b;
                *next += 1;
            } else {
                self.pairs[self.known] = (a, b);
                self.known += 1;
            }
        }
        self.count = self.known;
    }
}
