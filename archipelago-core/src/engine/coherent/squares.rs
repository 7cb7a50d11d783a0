//! The ground in squares, and these in bins, so that those around a spot are a few runs of bins.
//!
//! A bin is one square where people stand close together, as many as can be around a spot where they do not. The bins of
//! a row, which goes from south to north as the columns of the grid do, follow each other. Where there is too much ground for that, it is folded: what is as far as the table is long,
//! or a multiple of it, is in the same bin, so somebody in a bin need not be near and has to be asked for its square.

use std::ops::Range;

use super::kernel::Square;
use super::spread::Spread;
use crate::engine::position::Ground;

/// Rows and columns beyond are one: so far out nobody stands close to anybody.
const FAR: f64 = (1 << 29) as f64;
/// Whole numbers from here on, and so far below, have no bits for halves.
const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;
/// So many bins for each person, or so many in all if that is more.
const BINS_EACH: usize = 2;
const BINS_MIN: usize = 4096;
/// A table is longer than the bins around a spot, so that none is met twice.
const SIDE_MIN: usize = 10;

/// How the ground is divided.
#[derive(Debug, Default)]
pub(super) struct Squares {
    per_m: f64,
    /// The side of a bin in squares, as a power of two.
    bin: u32,
    rows: i32,
    columns: i32,
    /// The first row and column of bins.
    origin: Square,
}

impl Squares {
    /// For people who are so spread over the ground; squares have such sides.
    pub fn start(&mut self, spread: Spread, side_m: f64, reach: i32) {
        self.per_m = 1.0 / side_m;
        let most = (BINS_EACH * spread.people()).max(BINS_MIN);
        self.bin = 0;
        let (mut rows, mut columns) = self.measure(spread);
        if rows.saturating_mul(columns) > most {
            self.bin = (2 * reach as u32).next_power_of_two().ilog2();
            (rows, columns) = self.measure(spread);
        }
        // No sides shorter than those of a square table, unless there is no more ground.
        columns = columns.min(most.isqrt().max(most / rows));
        rows = rows.min(most / columns);
        (self.rows, self.columns) = (rows as i32, columns as i32);
    }

    /// How many rows and columns of bins there are, from now on counted from the first ones.
    fn measure(&mut self, spread: Spread) -> (usize, usize) {
        let [(left, right), (bottom, top)] = [0, 1].map(|axis| spread.span(axis));
        let low = self.bin_of(self.square((left, bottom)));
        let high = self.bin_of(self.square((right, top)));
        let across = |low: i32, high: i32| ((high - low).max(0) as usize + 1).max(SIDE_MIN);
        self.origin = low;
        (across(low.row, high.row), across(low.column, high.column))
    }

    /// The square of a spot.
    pub fn square(&self, (x, z): (f64, f64)) -> Square {
        let cell = |coordinate: f64| floor(coordinate * self.per_m);
        Square {
            row: cell(x),
            column: cell(z),
        }
    }

    /// The square of a place.
    pub fn square_of(&self, at: Ground) -> Square {
        self.square((f64::from(at.x()), f64::from(at.z())))
    }

    /// Whether people stand so close together that bins are single squares.
    pub fn are_close(&self) -> bool {
        self.bin == 0
    }

    /// How many bins there are.
    pub fn bins(&self) -> usize {
        (self.rows * self.columns) as usize
    }

    /// Runs of bins that have all squares around a square in them, each bin once.
    pub fn around(&self, square: Square, reach: i32) -> impl Iterator<Item = Range<usize>> {
        let (rows, columns, origin) = (self.rows, self.columns, self.origin);
        let first = self.bin_of(Square {
            row: square.row - reach,
            column: square.column - reach,
        });
        let last = self.bin_of(Square {
            row: square.row + reach,
            column: square.column + reach,
        });
        let left = fold(first.column - origin.column, columns);
        let right = left + last.column - first.column + 1;
        let (end, mut from) = (rows * columns, fold(first.row - origin.row, rows) * columns);
        // Beyond the end of a row they go on at its beginning, and beyond the last row in the first one.
        let folded = i32::from(right > columns);
        (0..(last.row - first.row + 1) << folded).map(move |nth| {
            if nth & folded == 1 {
                let start = from - columns + if from == 0 { end } else { 0 };
                return start as usize..(start + right - columns) as usize;
            }
            let start = from;
            from += columns;
            from = if from == end { 0 } else { from };
            (start + left) as usize..(start + right.min(columns)) as usize
        })
    }

    fn bin_of(&self, square: Square) -> Square {
        Square {
            row: square.row >> self.bin,
            column: square.column >> self.bin,
        }
    }

    /// The bin in which a square is.
    pub fn bin(&self, square: Square) -> usize {
        let Square { row, column } = self.bin_of(square);
        let row = fold(row - self.origin.row, self.rows);
        (row * self.columns + fold(column - self.origin.column, self.columns)) as usize
    }
}

/// Where that is in a table of such a length.
fn fold(at: i32, length: i32) -> i32 {
    if (0..length).contains(&at) {
        at
    } else {
        at.rem_euclid(length)
    }
}

/// Which whole number a coordinate is above; the highest and lowest stand for all beyond.
fn floor(coordinate: f64) -> i32 {
    let coordinate = coordinate.clamp(-FAR, FAR);
    // The last bits of so large a number are the nearest whole one: that takes far less time than to convert it.
    let shifted = coordinate + SHIFT;
    let nearest = shifted.to_bits() as i32;
    nearest - i32::from(shifted - SHIFT > coordinate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_on_both_sides_of_zero() {
        for (coordinate, expected) in [
            (0.0, 0),
            (-0.0, 0),
            (2.9, 2),
            (-2.1, -3),
            (-3.0, -3),
            (0.5, 0),
            (1.5, 1),
            (-0.5, -1),
            (-1e-300, -1),
            (7e7 - 1e-8, 69_999_999),
            (1e300, 1 << 29),
            (-1e300, -(1 << 29)),
        ] {
            assert_eq!(floor(coordinate), expected);
        }
    }

    fn divided(spots: &[Ground]) -> Squares {
        let mut spread = Spread::new(1);
        for spot in spots {
            spread.add(*spot);
        }
        let mut squares = Squares::default();
        squares.start(spread, 10.0, 2);
        squares
    }

    /// Everybody in reach is found once, near and far out, also where the ground is folded.
    #[test]
    fn nobody_around_is_missed_or_met_twice() {
        let near = |n: usize| ((n * 37 % 101) as f32, (n * 53 % 97) as f32);
        for (close, far) in [(true, 0.0), (false, 3e3), (false, 2e9)] {
            let spot = |n: usize| {
                let far = [0.0, 0.0, far / 7.0, far][n % 4];
                Ground::new(near(n).0 + far, near(n).1 - far)
            };
            let spots: Vec<_> = (0..400).map(spot).collect();
            let all = divided(&spots);
            assert_eq!(all.are_close(), close);
            let square = |at: Ground| all.square_of(at);
            let bins: Vec<_> = spots.iter().map(|spot| all.bin(square(*spot))).collect();
            assert!(bins.iter().all(|bin| *bin < all.bins()));
            for spot in &spots {
                let aim = square(Ground::new(spot.x() + 15.0, spot.z() - 15.0));
                let mut found: Vec<_> = all.around(aim, 2).flatten().collect();
                found.sort_unstable();
                assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
                for (other, bin) in spots.iter().zip(&bins) {
                    let Square { row, column } = square(*other);
                    let is_near = row.abs_diff(aim.row) <= 2 && column.abs_diff(aim.column) <= 2;
                    assert!(!is_near || found.binary_search(bin).is_ok());
                }
            }
        }
    }
}
