//! How much ground people stand on, as far as some of them can tell.

use crate::engine::grid::Entry;
use crate::engine::position::Ground;

/// So many are asked where people stand.
const SAMPLE: usize = 4096;
/// So many times as far as is usual from the middle, there are few.
const MOST: f64 = 2.0;

/// How people are spread over the ground.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    low: [f32; 2],
    high: [f32; 2],
    /// Of all coordinates, and of their squares.
    sums: [f64; 2],
    squares: [f64; 2],
    count: usize,
    weight: usize,
}

impl Spread {
    /// Nobody stands anywhere; each one added stands for so many.
    pub fn new(weight: usize) -> Self {
        Self {
            low: [f32::INFINITY; 2],
            high: [f32::NEG_INFINITY; 2],
            sums: [0.0; 2],
            squares: [0.0; 2],
            count: 0,
            weight,
        }
    }

    /// Those of the entries that take part, as far as some of them can tell.
    pub fn of(entries: &[Entry], takes_part: impl Fn(&Entry) -> bool) -> Self {
        let mut spread = Self::new(entries.len().div_ceil(SAMPLE));
        for nth in 0..entries.len().min(SAMPLE) {
            let at = if entries.len() > SAMPLE {
                scatter(nth as u32, entries.len())
            } else {
                nth
            };
            if takes_part(&entries[at]) {
                spread.add(entries[at].ground);
            }
        }
        spread
    }

    /// Somebody stands there.
    pub fn add(&mut self, at: Ground) {
        for (axis, at) in [at.x(), at.z()].into_iter().enumerate() {
            self.low[axis] = self.low[axis].min(at);
            self.high[axis] = self.high[axis].max(at);
            self.sums[axis] += f64::from(at);
            self.squares[axis] += f64::from(at) * f64::from(at);
        }
        self.count += 1;
    }

    /// For how many people those stand that were added.
    pub fn people(&self) -> usize {
        self.count * self.weight
    }

    /// From where to where most of them are along an axis, in metres: few can stand far from all others.
    pub fn span(&self, axis: usize) -> (f64, f64) {
        let count = self.count as f64;
        let mean = self.sums[axis] / count;
        let spread = (self.squares[axis] / count - mean * mean).max(0.0).sqrt();
        let [low, high] = [self.low, self.high].map(|end| f64::from(end[axis]));
        (
            low.max(mean - MOST * spread),
            high.min(mean + MOST * spread),
        )
    }
}

/// The place of a number in a list, such that numbers from 0 on are all over it and in step with nothing.
fn scatter(nth: u32, length: usize) -> usize {
    let share = u64::from(nth.wrapping_mul(0x9e37_79b1));
    ((share * length as u64) >> u32::BITS) as usize
}
