//! Rectangles by the plots of ground that they lie on, to find those near each other.

use std::ops::RangeInclusive;

use super::bounds::Bounds;
use super::counting::sum_up;

/// On so many plots a rectangle may lie, on average; and so many rectangles, on average, on each of these.
const PLOTS_MAX: usize = 16;
/// More than what rounding can add to a distance.
const EXCESS: f64 = 1.000_001;

/// One axis, cut into pieces of the same length.
#[derive(Clone, Copy, Debug, Default)]
struct Axis {
    start: f64,
    per_metre: f64,
    count: usize,
}

impl Axis {
    fn new(from: f32, to: f32, side: f64) -> Self {
        let length = f64::from(to) - f64::from(from);
        Self {
            start: f64::from(from),
            per_metre: 1.0 / side,
            // Saturates; without any length there is one.
            count: (length / side) as usize + 1,
        }
    }

    /// The pieces from one place to another; those before the first and behind the last belong to these.
    fn pieces(&self, from: f64, to: f64) -> RangeInclusive<usize> {
        let piece = |at: f64| (((at - self.start) * self.per_metre) as usize).min(self.count - 1);
        piece(from)..=piece(to)
    }
}

/// Numbered rectangles by plot.
#[derive(Debug, Default)]
pub(super) struct Plots {
    x: Axis,
    z: Axis,
    /// By plot, and one more: where the rectangles on it start.
    starts: Vec<u32>,
    rectangles: Vec<u32>,
}

impl Plots {
    /// Takes these rectangles, whose numbers are their places, without the empty ones. `false` if they are too large for
    /// it, or there is none.
    pub fn place(&mut self, all: &[Bounds]) -> bool {
        let all = (0..).zip(all).filter(|(_, bounds)| !bounds.is_empty());
        let (mut ground, mut count, mut sides) = (Bounds::EMPTY, 0, 0.0);
        for (_, bounds) in all.clone() {
            let (width, depth) = bounds.extent();
            sides += f64::midpoint(width, depth);
            ground.include(*bounds);
            count += 1;
        }
        if ground.is_empty() {
            return false;
        }
        self.cut(ground, count, sides / count as f64);
        let all = all.map(|(number, bounds)| (number, *bounds));
        self.sort(all, PLOTS_MAX * count)
    }

    /// Sorts rectangles by plot; `false` if they are on too many, or too many on one.
    fn sort(&mut self, all: impl Iterator<Item = (u32, Bounds)> + Clone, most: usize) -> bool {
        self.starts.clear();
        self.starts.resize(self.x.count * self.z.count + 1, 0);
        let mut sum = 0;
        for (_, bounds) in all.clone() {
            let (columns, rows) = self.span(bounds, 0.0);
            sum += columns.clone().count() * rows.clone().count();
            if sum > most {
                return false;
            }
            for plot in self.plots(columns, rows) {
                self.starts[plot] += 1;
            }
        }
        let together = |count: &u32| u64::from(*count).saturating_mul(u64::from(*count));
        // One that is far from all others makes all plots large.
        if self.starts.iter().map(together).sum::<u64>() > (most * PLOTS_MAX) as u64 {
            return false;
        }
        sum_up(&mut self.starts);
        self.rectangles.resize(sum, 0);
        for (number, bounds) in all {
            let (columns, rows) = self.span(bounds, 0.0);
            for plot in self.plots(columns, rows) {
                self.starts[plot] -= 1;
                self.rectangles[self.starts[plot] as usize] = number;
            }
        }
        true
    }

    /// The rectangles that may be within a distance of one of them, itself included; some several times.
    pub fn around(&self, bounds: Bounds, distance_m: f64) -> impl Iterator<Item = u32> + '_ {
        let (columns, rows) = self.span(bounds, distance_m * EXCESS);
        columns.flat_map(move |column| {
            let first = column * self.z.count;
            let [start, end] = [first + rows.start(), first + rows.end() + 1];
            let [start, end] = [start, end].map(|plot| self.starts[plot] as usize);
            self.rectangles[start..end].iter().copied()
        })
    }

    /// About as many plots as rectangles, or fewer, and none smaller than a rectangle mostly is.
    fn cut(&mut self, ground: Bounds, count: usize, least_side: f64) {
        let (min, max) = ground.corners();
        let (width, depth) = ground.extent();
        let count = count as f64;
        let side = (width * depth / count).sqrt().max(least_side);
        let side = side.max(width / count).max(depth / count);
        // A world without any extent has one plot.
        let side = side.max(f64::MIN_POSITIVE);
        self.x = Axis::new(min.0, max.0, side);
        self.z = Axis::new(min.1, max.1, side);
    }

    /// The columns and rows on which a rectangle lies, with so much around it.
    fn span(&self, bounds: Bounds, more: f64) -> (RangeInclusive<usize>, RangeInclusive<usize>) {
        let (min, max) = bounds.corners();
        let span = |axis: &Axis, from: f32, to: f32| {
            axis.pieces(f64::from(from) - more, f64::from(to) + more)
        };
        (span(&self.x, min.0, max.0), span(&self.z, min.1, max.1))
    }

    fn plots(
        &self,
        columns: RangeInclusive<usize>,
        rows: RangeInclusive<usize>,
    ) -> impl Iterator<Item = usize> + use<> {
        let depth = self.z.count;
        columns.flat_map(move |column| rows.clone().map(move |row| column * depth + row))
    }
}
