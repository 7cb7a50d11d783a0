//! How many neighbours the people of one square are to those of another.
//!
//! Counted in whole parts of a neighbour: sums of them are exact, in whatever order.

use super::config::CoherentConfig;

/// In how many steps the side of a square is divided to find out.
const STEPS: i32 = 16;
/// So many parts are one neighbour.
pub(super) const PARTS: f64 = (STEPS * STEPS * STEPS * STEPS) as f64;

/// More than all offsets along an axis.
const SIDE: usize = 16;
const _: () = assert!(2.0 * CoherentConfig::REACH_MAX + 1.0 < SIDE as f64);

/// A square of the ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Square {
    pub row: i32,
    pub column: i32,
}

/// For the offset between two squares: the share of the pairs, one of each, closer to each other than the radius.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    reach: i32,
    /// By row and column of the offset, from the lowest; nothing behind the last.
    parts: [[u32; SIDE]; SIDE],
}

impl Kernel {
    /// For a radius in squares.
    pub fn new(radius: f64) -> Self {
        let reach = radius.ceil() as i32;
        let mut parts = [[0; SIDE]; SIDE];
        for (dz, row) in (-reach..=reach).zip(&mut parts) {
            for (dx, parts) in (-reach..=reach).zip(row) {
                *parts = share(dx, dz, radius);
            }
        }
        Self { reach, parts }
    }

    /// The largest offset, along either axis, at which there are neighbours.
    pub fn reach(&self) -> i32 {
        self.reach
    }

    /// How much of a neighbour somebody in one square is to somebody in another; 0 beyond the reach.
    pub fn parts(&self, of: Square, to: Square) -> u32 {
        // Lower ones than the lowest are the highest of all.
        let row = of.row.wrapping_sub(to.row - self.reach) as u32;
        let column = of.column.wrapping_sub(to.column - self.reach) as u32;
        let last = SIDE as u32 - 1;
        self.parts[row.min(last) as usize][column.min(last) as usize]
    }
}

/// Sums up over all differences between two spots, each as often as it occurs: no function is needed of which targets
/// have their own.
fn share(dx: i32, dz: i32, radius: f64) -> u32 {
    let steps = || (1 - STEPS)..STEPS;
    let often = |step: i32| (STEPS - step.abs()) as u32;
    let along = |offset: i32, step: i32| f64::from(offset) + f64::from(step) / f64::from(STEPS);
    let mut sum = 0;
    for (sx, sz) in steps().flat_map(|sx| steps().map(move |sz| (sx, sz))) {
        let (x, z) = (along(dx, sx), along(dz, sz));
        if x * x + z * z < radius * radius {
            sum += often(sx) * often(sz);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_area() {
        let kernel = Kernel::new(2.0);
        let share = |column, row| {
            let from = Square { row: -7, column: 5 };
            let to = Square {
                row: row - 7,
                column: column + 5,
            };
            f64::from(kernel.parts(to, from)) / PARTS
        };
        assert_eq!(kernel.reach(), 2);
        assert_eq!((share(0, 0), share(3, 0), share(0, -3)), (1.0, 0.0, 0.0));
        assert_eq!(share(-2, 1), share(1, 2));
        // Whoever stands in one square has a disc full of neighbours in all of them together.
        let offsets = || -4..=4;
        let all = offsets().flat_map(|x| offsets().map(move |z| (x, z)));
        let area: f64 = all.map(|(x, z)| share(x, z)).sum();
        assert!((area - 4.0 * std::f64::consts::PI).abs() < 0.1, "{area}");
    }

    #[test]
    fn nobody_is_near_from_the_other_end_of_the_world() {
        let kernel = Kernel::new(4.0);
        let at = |row, column| Square { row, column };
        let far = 1 << 29;
        for (a, b) in [(at(far, 0), at(-far, 0)), (at(0, -far), at(0, far))] {
            assert_eq!((kernel.parts(a, b), kernel.parts(b, a)), (0, 0));
        }
    }
}
