//! Sorting by numbers that are mostly small: a few passes over everything, whatever order it was in.

/// Bits of the key that one pass looks at.
const BITS: u32 = 11;
const DIGITS: usize = 1 << BITS;

/// A key, and what it belongs to.
pub(super) type Keyed = (u64, u32);

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Radix {
    spare: Vec<Keyed>,
    counts: Vec<u32>,
}

impl Radix {
    /// Sorts by key; whatever has the same key has to come in the order of the second number, and stays so.
    pub fn sort(&mut self, keys: &mut Vec<Keyed>) {
        let largest = keys.iter().fold(0, |all, (key, _)| all | key);
        let mut shift = 0;
        while shift < u64::BITS && largest >> shift > 0 {
            self.pass(keys, shift);
            shift += BITS;
        }
    }

    fn pass(&mut self, keys: &mut Vec<Keyed>, shift: u32) {
        let digit = |key: u64| (key >> shift) as usize & (DIGITS - 1);
        self.counts.clear();
        self.counts.resize(DIGITS, 0);
        for (key, _) in keys.iter() {
            self.counts[digit(*key)] += 1;
        }
        let mut start = 0;
        for count in &mut self.counts {
            start += std::mem::replace(count, start);
        }
        self.spare.resize(keys.len(), (0, 0));
        for keyed in keys.iter() {
            let place = &mut self.counts[digit(keyed.0)];
            self.spare[*place as usize] = *keyed;
            *place += 1;
        }
        std::mem::swap(keys, &mut self.spare);
    }
}

/// Which whole number a coordinate is above; the highest and lowest stand for all beyond.
pub(super) fn floor(coordinate: f64) -> i32 {
    let towards_zero = coordinate as i32;
    towards_zero.saturating_sub(i32::from(f64::from(towards_zero) > coordinate))
}

/// A number that grows with the row, and inside one with the column. The highest of all stands for none.
pub(super) fn in_rows(row: i32, column: i32) -> u64 {
    let upwards = |at: i32| u64::from((at as u32) ^ (1 << 31));
    upwards(row) << 32 | upwards(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_like_any_other_way() {
        let mut radix = Radix::default();
        for (count, bits) in [(3, 60), (600, 5), (2000, 12), (5000, 40), (1000, 0)] {
            let key = |n: u32| {
                let mixed = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed.checked_shr(u64::BITS - bits).unwrap_or_default()
            };
            let mut keys: Vec<Keyed> = (0..count).map(|n| (key(n), n)).collect();
            let mut expected = keys.clone();
            expected.sort_unstable();
            radix.sort(&mut keys);
            assert_eq!(keys, expected);
        }
    }

    #[test]
    fn floors_on_both_sides_of_zero() {
        for (coordinate, expected) in [
            (0.0, 0),
            (-0.0, 0),
            (2.9, 2),
            (-2.1, -3),
            (-3.0, -3),
            (1e300, i32::MAX),
            (-1e300, i32::MIN),
        ] {
            assert_eq!(floor(coordinate), expected);
        }
    }
}
