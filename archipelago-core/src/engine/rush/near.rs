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
    /// By seat: the arrival.
    pub arrivals: Vec<u32>,
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
        let pairs = Pairs::find(&cells, &sorted, world.join_squared);
        let (starts, later) = pairs.arrange(queue.len());
        Some(Self {
            seats: sorted.seats,
            arrivals: sorted.spots.iter().map(|spot| spot.arrival).collect(),
            starts,
            later,
        })
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

/// The seats of pairs that are near each other, the earlier arrival first; and some that mean nothing behind them.
#[derive(Debug, Default)]
struct Pairs {
    pairs: Vec<(u32, u32)>,
    count: usize,
}

impl Pairs {
    fn find(cells: &Cells, sorted: &Sorted, distance_squared: f64) -> Self {
        let mut pairs = Self::default();
        let rows = cells.rows as usize;
        // From below the lowest row of the first column on: there are three rows in each of two columns.
        let windows = sorted.starts.windows(rows + 4);
        for starts in windows {
            let [here, beside, above] = [starts[1], starts[2], starts[3]].map(|at| at as usize);
            let next = starts[rows] as usize..starts[rows + 3] as usize;
            for at in here..beside {
                pairs.note(&sorted.spots, at, at + 1..above, distance_squared);
                pairs.note(&sorted.spots, at, next.clone(), distance_squared);
            }
        }
        pairs
    }

    /// Notes who of others is near somebody.
    #[inline]
    fn note(&mut self, spots: &[Spot], at: usize, others: Range<usize>, distance_squared: f64) {
        if self.pairs.len() < self.count + others.len() {
            self.pairs.resize(self.count + others.len() + 1024, (0, 0));
        }
        let from = spots[at];
        for (other, to) in spots[others.clone()].iter().zip(others.start as u32..) {
            let at = at as u32;
            // Who is near is hard to foresee: to note it in any case costs less than a wrong guess.
            self.pairs[self.count] = if from.arrival < other.arrival {
                (at, to)
            } else {
                (to, at)
            };
            let is_near = from.ground.squared_distance(other.ground) <= distance_squared;
            self.count += usize::from(is_near);
        }
    }

    /// Lists those near each one after the other.
    fn arrange(mut self, seats: usize) -> (Vec<u32>, Vec<u32>) {
        self.pairs.truncate(self.count);
        let mut starts = vec![0; seats + 2];
        for (a, _) in &self.pairs {
            starts[*a as usize + 2] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut later = vec![0; self.count];
        for (a, b) in &self.pairs {
            let next = &mut starts[*a as usize + 1];
            later[*next as usize] = *b;
            *next += 1;
        }
        (starts, later)
    }
}
