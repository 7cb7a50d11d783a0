//! The ground cut into squares so small that two peers of one square are surely within a given distance.

use super::position::Ground;

/// Side of a cell as a share of the distance. A trifle below 1/√2, so that rounding never puts two points of one cell
/// further apart than the distance.
const SIDE: f64 = 0.707;

/// From this many cells off the origin on, neighbouring f32 coordinates are tens of cells apart. Cells no longer need
/// neighbours there: whoever is within the distance has the very same coordinate.
const FAR: f64 = (1_u64 << 30) as f64;

/// Where the coordinates of far cells start: clear of all near ones.
const FAR_BASE: i64 = 1 << 40;

/// Distance between far cells: wide enough that no offset of [`AROUND`] leads from one to another.
const FAR_STEP: i64 = 8;

/// The coordinates of a cell.
pub(super) type Key = (i64, i64);

/// Cells around a cell are at most that many columns or rows away.
pub(super) const AWAY: i64 = 2;
/// Columns in which they are, the cell itself among them; and rows.
pub(super) const COLUMNS: usize = 5;

/// Offsets of all cells that can hold a peer within the distance of one in the middle. The opposite of the n-th is the
/// n-th from the end.
pub(super) const AROUND: [Key; 24] = around();

const fn around() -> [Key; 24] {
    let mut offsets = [(0, 0); 24];
    let (mut at, mut n) = (0, 0);
    while n < 25 {
        if n != 12 {
            offsets[at] = (n / 5 - 2, n % 5 - 2);
            at += 1;
        }
        n += 1;
    }
    offsets
}

/// A cell has this many spots on each side, to tell which cells around are near enough.
const SPOTS: usize = 8;

/// Which of the cells [`AROUND`] can hold somebody within the distance, by the spot one stands on: bit n stands for the
/// n-th. Hardly more than half of them, so that the others need not be looked at.
const REACH: [u32; SPOTS * SPOTS] = reach();

/// For each column around, the rows of it that are in reach, from the first to the one behind the last; by the spot.
const RUNS: [[(u8, u8); COLUMNS]; SPOTS * SPOTS] = runs();
/// All rows of all columns.
const ALL_RUNS: [(u8, u8); COLUMNS] = [(0, COLUMNS as u8); COLUMNS];

const fn runs() -> [[(u8, u8); COLUMNS]; SPOTS * SPOTS] {
    let mut runs = [[(0, 0); COLUMNS]; SPOTS * SPOTS];
    let mut at = 0;
    while at < runs.len() {
        let mut n = 0;
        while n < COLUMNS * COLUMNS {
            // The middle is left out of the masks.
            let bit = if n > 12 { n - 1 } else { n };
            if n == 12 || REACH[at] >> bit & 1 == 1 {
                let (column, row) = (n / COLUMNS, (n % COLUMNS) as u8);
                let (first, end) = runs[at][column];
                // From the lowest row to the highest, so that only the first one has none before it.
                runs[at][column] = (if end == 0 { row } else { first }, row + 1);
            }
            n += 1;
        }
        at += 1;
    }
    runs
}

/// All cells around.
const EVERYWHERE: u32 = (1 << AROUND.len()) - 1;

const fn reach() -> [u32; SPOTS * SPOTS] {
    // In cells; the excess is far above what rounding can move a spot.
    let distance_squared = 1.0 / (SIDE * SIDE) + 0.001;
    let mut masks = [0; SPOTS * SPOTS];
    let mut at = 0;
    while at < masks.len() {
        let mut n = 0;
        while n < AROUND.len() {
            let dx = gap(AROUND[n].0, at / SPOTS);
            let dz = gap(AROUND[n].1, at % SPOTS);
            if dx * dx + dz * dz <= distance_squared {
                masks[at] |= 1 << n;
            }
            n += 1;
        }
        at += 1;
    }
    masks
}

/// How far the cell at an offset is from a spot along one axis, in cells.
const fn gap(offset: i64, spot: usize) -> f64 {
    let before = spot as f64 / SPOTS as f64;
    let behind = 1.0 - (spot + 1) as f64 / SPOTS as f64;
    match offset {
        0 => 0.0,
        1.. => (offset - 1) as f64 + behind,
        _ => (-offset - 1) as f64 + before,
    }
}

/// Which cell a position is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lattice {
    cells_per_metre: f64,
}

impl Lattice {
    pub fn new(distance_m: f64) -> Self {
        // Distances down to the smallest f64 are allowed: a side of 0 would make cell numbers of NaN.
        let side = (distance_m * SIDE).max(f64::MIN_POSITIVE);
        Self {
            cells_per_metre: 1.0 / side,
        }
    }

    pub fn key(self, position: Ground) -> Key {
        self.locate(position).0
    }

    /// The cell, if it is not far off; else any that is far off.
    pub fn near_key(self, ground: Ground) -> (i32, i32) {
        let axis = |coordinate: f32| below(f64::from(coordinate) * self.cells_per_metre);
        (axis(ground.x()), axis(ground.z()))
    }

    /// Which of the cells around are in reach, as bits in the order of [`AROUND`].
    pub fn reach(self, ground: Ground) -> u32 {
        self.locate(ground).1
    }

    /// For each column around, which rows of it are in reach, counted from the first of those around.
    pub fn runs(self, ground: Ground) -> [(u8, u8); COLUMNS] {
        let x = f64::from(ground.x()) * self.cells_per_metre;
        let z = f64::from(ground.z()) * self.cells_per_metre;
        if x.abs() < FAR && z.abs() < FAR {
            RUNS[spot(x - f64::from(below(x))) * SPOTS + spot(z - f64::from(below(z)))]
        } else {
            ALL_RUNS
        }
    }

    fn locate(self, position: Ground) -> (Key, u32) {
        let x = f64::from(position.x()) * self.cells_per_metre;
        let z = f64::from(position.z()) * self.cells_per_metre;
        let (column, row) = (floor(x), floor(z));
        if column.abs() < FAR && row.abs() < FAR {
            let spot = spot(x - column) * SPOTS + spot(z - row);
            return ((column as i64, row as i64), REACH[spot]);
        }
        let axis = |cell: f64, coordinate: f32| {
            if cell.abs() < FAR {
                cell as i64
            } else {
                FAR_BASE + FAR_STEP * i64::from(coordinate.to_bits())
            }
        };
        let key = (axis(column, position.x()), axis(row, position.z()));
        (key, EVERYWHERE)
    }
}

/// Whether the cell at an offset is among those in reach.
pub(super) fn reaches(reach: u32, columns: i64, rows: i64) -> bool {
    let nth = (columns + AWAY) * (2 * AWAY + 1) + rows + AWAY;
    // The middle is left out.
    let nth = if nth > 12 { nth - 1 } else { nth };
    reach >> nth & 1 == 1
}

/// The same as the library's, which is a call on targets without an instruction for it, where it matters: a number far
/// off counts as it is.
fn floor(number: f64) -> f64 {
    if number.abs() < FAR {
        f64::from(below(number))
    } else {
        number
    }
}

/// The whole number below, of one that is not far off.
fn below(number: f64) -> i32 {
    let whole = number as i32;
    whole.saturating_sub(i32::from(f64::from(whole) > number))
}

fn spot(share: f64) -> usize {
    ((share * SPOTS as f64) as usize).min(SPOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, z: f32) -> Ground {
        Ground::new(x, z)
    }

    #[test]
    fn opposites_are_mirrored() {
        for (n, (x, z)) in AROUND.into_iter().enumerate() {
            assert_eq!(AROUND[23 - n], (-x, -z));
        }
    }

    #[test]
    fn whoever_is_near_is_in_reach() {
        let lattice = Lattice::new(10.0);
        let steps = || (-30_i16..30).map(|n| f32::from(n) * 0.7);
        for (x, z) in steps().flat_map(|x| steps().map(move |z| (x, z))) {
            let (from, reach) = lattice.locate(at(x, z));
            assert!(reach.count_ones() < 20);
            for n in 0..64_u8 {
                let turn = f32::from(n) * 0.1;
                let to = at(x + turn.cos() * 9.999, z + turn.sin() * 9.999);
                let to = lattice.key(to);
                let offset = (to.0 - from.0, to.1 - from.1);
                let nth = AROUND.iter().position(|other| *other == offset);
                assert!(nth.is_none_or(|nth| reach >> nth & 1 == 1));
            }
        }
    }

    #[test]
    fn one_cell_is_within_the_distance_and_neighbours_are_near() {
        for distance in [1e-300, 1e-44, 1e-3, 1.0, 64.0, 1e20, 1e300] {
            let lattice = Lattice::new(distance);
            let mut x = f32::MIN_POSITIVE / 64.0;
            while x < f32::MAX / 4.0 {
                for (a, b) in [(x, x.next_up()), (x, x * 1.5), (-x, x), (0.0, x)] {
                    let apart = at(a, 0.0).squared_distance(at(b, 0.0));
                    let (ka, kb) = (lattice.key(at(a, 0.0)).0, lattice.key(at(b, 0.0)).0);
                    if ka == kb {
                        assert!(apart <= distance * distance, "{distance}: {a} {b}");
                    }
                    if apart <= distance * distance {
                        assert!((ka - kb).abs() <= 2, "{distance}: {a} {b}");
                    }
                }
                x *= 1.7;
            }
        }
    }
}
