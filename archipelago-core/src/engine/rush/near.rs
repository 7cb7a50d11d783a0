//! Who is near whom, where few are.

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

/// Everybody who is near somebody and has arrived later, by arrival.
#[derive(Debug)]
pub(super) struct Near {
    /// By arrival, and one more: where those near it start.
    starts: Vec<u32>,
    later: Vec<u32>,
}

/// Somebody in a cell.
#[derive(Clone, Copy, Debug)]
struct Spot {
    ground: Ground,
    arrival: u32,
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
        let (starts, spots) = cells.sort(&world.peers, queue)?;
        let mut pairs = Pairs::default();
        for column in 0..cells.columns {
            for cell in column * cells.rows + 1..(column + 1) * cells.rows - 1 {
                let [here, beside, above] =
                    [cell, cell + 1, cell + 2].map(|at| starts[at as usize] as usize);
                let next = [cell + cells.rows - 1, cell + cells.rows + 2]
                    .map(|at| starts[at as usize] as usize);
                for at in here..beside {
                    pairs.find(spots[at], &spots[at + 1..above], world.join_squared);
                    pairs.find(spots[at], &spots[next[0]..next[1]], world.join_squared);
                }
            }
        }
        Some(pairs.arrange(queue.len()))
    }

    /// Those near an arrival who came later, by arrival.
    pub fn later(&self, arrival: u32) -> &[u32] {
        let [start, end] = [arrival, arrival + 1].map(|at| self.starts[at as usize] as usize);
        &self.later[start..end]
    }
}

impl Cells {
    fn around(world: &World, queue: &[Peer]) -> Option<Self> {
        let mut min = (f32::INFINITY, f32::INFINITY);
        let mut max = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for peer in queue {
            let ground = world.peers.ground(*peer);
            min = (min.0.min(ground.x()), min.1.min(ground.z()));
            max = (max.0.max(ground.x()), max.1.max(ground.z()));
        }
        let per_metre = 1.0 / (world.join_m * MARGIN);
        let count = |min: f32, max: f32, more: f64| {
            ((f64::from(max) - f64::from(min)) * per_metre).floor() + more
        };
        let (columns, rows) = (count(min.0, max.0, 2.0), count(min.1, max.1, 3.0));
        let peers = queue.len() as f64;
        let cells = columns * rows;
        // In the mean there are at least as many in a peer's cell as in a cell.
        let suits =
            cells <= (SPARE_CELLS * peers).max(CELLS_MIN) && peers <= CROWD_MIN as f64 * cells;
        suits.then_some(Self {
            left: f64::from(min.0),
            bottom: f64::from(min.1),
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

    /// Everybody by cell; and by cell, and one more, where they start.
    fn sort(&self, peers: &Peers, queue: &[Peer]) -> Option<(Vec<u32>, Vec<Spot>)> {
        let grounds = || queue.iter().map(|peer| peers.ground(*peer));
        // Two behind: where the next cell starts while they are put in is where it will end.
        let mut starts = vec![0; (self.columns + 1) as usize * self.rows as usize + 2];
        let mut places = Vec::with_capacity(queue.len());
        for ground in grounds() {
            let cell = self.cell(ground);
            places.push(cell);
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
        for ((ground, cell), arrival) in grounds().zip(&places).zip(0..) {
            let next = &mut starts[*cell as usize + 1];
            spots[*next as usize] = Spot { ground, arrival };
            *next += 1;
        }
        Some((starts, spots))
    }
}

/// Pairs that are near each other, the earlier arrival first; and some that mean nothing behind them.
#[derive(Debug, Default)]
struct Pairs {
    pairs: Vec<(u32, u32)>,
    count: usize,
}

impl Pairs {
    /// Notes who of others is near somebody.
    #[inline]
    fn find(&mut self, from: Spot, others: &[Spot], distance_squared: f64) {
        if self.pairs.len() < self.count + others.len() {
            self.pairs.resize(self.count + others.len() + 1024, (0, 0));
        }
        for other in others {
            // Who is near is hard to foresee: to note it in any case costs less than a wrong guess.
            let (a, b) = (from.arrival, other.arrival);
            self.pairs[self.count] = (a.min(b), a.max(b));
            let is_near = from.ground.squared_distance(other.ground) <= distance_squared;
            self.count += usize::from(is_near);
        }
    }

    fn arrange(mut self, arrivals: usize) -> Near {
        self.pairs.truncate(self.count);
        let mut starts = vec![0; arrivals + 2];
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
        Near { starts, later }
    }
}
