//! How much ground there is between those who are farthest apart.

use super::lattice::Key;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub min: Key,
    pub max: Key,
}

impl Extent {
    /// Of nobody.
    pub const EMPTY: Self = Self {
        min: (i64::MAX, i64::MAX),
        max: (i64::MIN, i64::MIN),
    };

    pub fn add(&mut self, (x, z): Key) {
        self.min = (self.min.0.min(x), self.min.1.min(z));
        self.max = (self.max.0.max(x), self.max.1.max(z));
    }

    /// How many cells one above the other.
    pub fn rows(self) -> u64 {
        self.max.1.abs_diff(self.min.1).saturating_add(1)
    }

    /// How many cells, at most as many as can be counted.
    pub fn cells(self) -> u64 {
        let columns = self.max.0.abs_diff(self.min.0).saturating_add(1);
        columns.saturating_mul(self.rows())
    }

    /// Whether all coordinates are such that [`pack`] keeps them.
    pub fn is_packed(self) -> bool {
        let all = [self.min.0, self.min.1, self.max.0, self.max.1];
        all.iter().all(|at| i16::try_from(*at).is_ok())
    }
}

/// Both coordinates in one number, if they are small.
pub(super) fn pack((x, z): Key) -> u32 {
    u32::from(x as u16) << 16 | u32::from(z as u16)
}

/// The coordinates that were packed.
pub(super) fn unpack(packed: u32) -> (i32, i32) {
    let coordinate = |bits: u32| i32::from(bits as u16 as i16);
    (coordinate(packed >> 16), coordinate(packed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_coordinates_are_packed() {
        for (x, z) in [(0, 0), (-1, 1), (32_767, -32_768)] {
            let mut extent = Extent::EMPTY;
            extent.add((x, z));
            assert!(extent.is_packed());
            let (found_x, found_z) = unpack(pack((x, z)));
            assert_eq!((i64::from(found_x), i64::from(found_z)), (x, z));
            extent.add((40_000, 0));
            assert!(!extent.is_packed());
        }
    }

    #[test]
    fn cells_are_columns_by_rows() {
        let mut extent = Extent::EMPTY;
        extent.add((-2, 5));
        extent.add((3, 4));
        assert_eq!((extent.rows(), extent.cells()), (2, 12));
        extent.add((i64::MAX / 2, i64::MIN / 2));
        assert_eq!(extent.cells(), u64::MAX);
    }
}
