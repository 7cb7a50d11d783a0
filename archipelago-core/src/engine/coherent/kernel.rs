//! How many neighbours the people of one square are to those of another.

/// In how many steps the side of a square is divided to find out.
const STEPS: i32 = 16;

/// For the offset between two squares: the share of the pairs, one of each, closer to each other than the radius.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    reach: i32,
    shares: Vec<f64>,
}

impl Kernel {
    /// For a radius in squares.
    pub fn new(radius: f64) -> Self {
        let reach = radius.ceil() as i32;
        let offsets = || -reach..=reach;
        let shares = offsets().flat_map(|dz| offsets().map(move |dx| share(dx, dz, radius)));
        Self {
            reach,
            shares: shares.collect(),
        }
    }

    /// The largest offset, along either axis, at which there are neighbours.
    pub fn reach(&self) -> i32 {
        self.reach
    }

    /// The shares for one offset of rows, for columns from the lowest offset to the highest.
    pub fn row(&self, offset: i32) -> &[f64] {
        let width = (2 * self.reach + 1) as usize;
        let from = (offset + self.reach) as usize * width;
        &self.shares[from..from + width]
    }

    /// The share for an offset; 0 beyond the reach.
    pub fn share(&self, columns: i32, rows: i32) -> f64 {
        if columns.abs() > self.reach || rows.abs() > self.reach {
            0.0
        } else {
            self.row(rows)[(columns + self.reach) as usize]
        }
    }
}

/// Sums up over all differences between two spots, each as often as it occurs: no function is needed of which targets
/// have their own.
fn share(dx: i32, dz: i32, radius: f64) -> f64 {
    let steps = || (1 - STEPS)..STEPS;
    let often = |step: i32| f64::from(STEPS - step.abs());
    let along = |offset: i32, step: i32| f64::from(offset) + f64::from(step) / f64::from(STEPS);
    let mut sum = 0.0;
    for (sx, sz) in steps().flat_map(|sx| steps().map(move |sz| (sx, sz))) {
        let (x, z) = (along(dx, sx), along(dz, sz));
        if x * x + z * z < radius * radius {
            sum += often(sx) * often(sz);
        }
    }
    sum / f64::from(STEPS.pow(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_area() {
        let kernel = Kernel::new(2.0);
        assert_eq!(kernel.reach(), 2);
        assert_eq!((kernel.share(0, 0), kernel.share(3, 0)), (1.0, 0.0));
        assert_eq!(kernel.share(-2, 1), kernel.share(1, 2));
        // Whoever stands in one square has a disc full of neighbours in all of them together.
        let offsets = || -2..=2;
        let all = offsets().flat_map(|x| offsets().map(move |z| (x, z)));
        let area: f64 = all.map(|(x, z)| kernel.share(x, z)).sum();
        assert!((area - 4.0 * std::f64::consts::PI).abs() < 0.1, "{area}");
    }
}
