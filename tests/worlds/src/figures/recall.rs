//! Whether those who are near each other share an island.

use std::ops::AddAssign;

use super::pairs::each_near_pair;

/// Pairs of players that are near each other, and those of them that share an island.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// Pairs within the radius.
    pub near: u64,
    /// Of these, the pairs on one island.
    pub together: u64,
}

impl Together {
    /// The share of the pairs that share an island; 1 where there are no pairs.
    pub fn share(self) -> f64 {
        if self.near == 0 {
            1.0
        } else {
            self.together as f64 / self.near as f64
        }
    }
}

impl AddAssign for Together {
    fn add_assign(&mut self, other: Self) {
        self.near += other.near;
        self.together += other.together;
    }
}

/// The share of the pairs of players within `radius_m` of each other that share an island; 1 where nobody is that near
/// to anybody. See [`together`] for the arguments.
///
/// # Panics
/// If there are fewer assignments than players, or `radius_m` is not finite and above 0.
pub fn recall<I: Copy + Default + PartialEq>(
    positions: &[f32],
    assignments: &[I],
    radius_m: f64,
) -> f64 {
    together(positions, assignments, radius_m).share()
}

/// Counts the pairs of players within `radius_m` of each other, and those of them that share an island.
///
/// `positions` are x, y and z per player, in metres, y does not count. `assignments` has the island of each of these
/// players; `I::default()` (0, `None`) stands for none, which is shared with nobody.
///
/// # Panics
/// If there are fewer assignments than players, or `radius_m` is not finite and above 0.
pub fn together<I: Copy + Default + PartialEq>(
    positions: &[f32],
    assignments: &[I],
    radius_m: f64,
) -> Together {
    let players = positions.len() / 3;
    assert!(
        assignments.len() >= players,
        "assignments has {} entries: it must have one for each of {players} players",
        assignments.len()
    );
    assert!(
        radius_m.is_finite() && radius_m > 0.0,
        "radius_m is {radius_m}: it must be finite and above 0"
    );
    let mut found = Together::default();
    each_near_pair(positions, radius_m, |a, b| {
        let [a, b] = [assignments[a], assignments[b]];
        found.near += 1;
        found.together += u64::from(a == b && a != I::default());
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn brute_force(positions: &[f32], assignments: &[u64], radius_m: f64) -> f64 {
        let (mut near, mut together) = (0, 0);
        for (a, island) in assignments.iter().enumerate() {
            for (b, other) in assignments.iter().enumerate().skip(a + 1) {
                let along =
                    |axis| f64::from(positions[3 * a + axis]) - f64::from(positions[3 * b + axis]);
                if along(0).powi(2) + along(2).powi(2) <= radius_m * radius_m {
                    near += 1;
                    together += u32::from(island == other && *island != 0);
                }
            }
        }
        if near == 0 {
            1.0
        } else {
            f64::from(together) / f64::from(near)
        }
    }

    #[test]
    fn the_grid_misses_no_pair() {
        for seed in 0..500 {
            let mut rng = Rng::new(seed);
            let radius_m = [20.0, 50.0, 0.7, 1e-30][rng.weighted(&[3.0, 3.0, 1.0, 0.2])];
            let half_m = radius_m * rng.between(0.1, 12.0);
            let middle = [0.0, 1e6][rng.weighted(&[4.0, 1.0])] * radius_m;
            let mut positions = Vec::new();
            let mut assignments = Vec::new();
            for _ in 0..rng.between(0.0, 120.0) as usize {
                // On multiples of half a radius distances of exactly one occur, and borders of cells.
                let mut at = || {
                    let free = rng.between(-half_m, half_m);
                    let snapped = (free / radius_m * 2.0).round() / 2.0 * radius_m;
                    (middle + [free, snapped][rng.weighted(&[1.0, 1.0])]) as f32
                };
                positions.extend([at(), at() * 1000.0, at()]);
                assignments.push(rng.between(0.0, 4.0) as u64);
            }
            let found = recall(&positions, &assignments, radius_m);
            let expected = brute_force(&positions, &assignments, radius_m);
            assert_eq!(found, expected, "seed {seed}");
        }
    }

    #[test]
    fn pairs_of_several_moments_are_added() {
        let mut all = Together::default();
        assert_eq!(all.share(), 1.0);
        all += together(&[0.0; 9], &[1, 1, 2], 20.0);
        all += together(&[0.0; 6], &[1, 2], 20.0);
        assert_eq!((all.near, all.together, all.share()), (4, 1, 0.25));
    }

    #[test]
    fn nobody_shares_no_island() {
        let together = [0.0, 0.0, 0.0, 20.0, 0.0, 0.0];
        assert_eq!(recall(&together, &[1.0, 1.0], 20.0), 1.0);
        assert_eq!(recall(&together, &[1.0, 2.0], 20.0), 0.0);
        assert_eq!(recall(&together, &[0.0, 0.0], 20.0), 0.0);
        assert_eq!(recall(&together, &[0.0, 0.0], 19.99), 1.0);
        assert_eq!(recall::<f64>(&[], &[], 20.0), 1.0);
    }

    #[test]
    fn cells_that_cannot_be_counted_are_one() {
        let far = [1.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 2.0, 2.0, 0.0, 1.0];
        assert_eq!(recall(&far, &[1, 1, 1, 2], 1e-30), 0.0);
        assert_eq!(recall(&far, &[1, 2, 1, 2], 1e-30), 1.0);
    }

    #[test]
    #[should_panic(expected = "assignments has 1 entries: it must have one for each of 2 players")]
    fn every_player_has_an_assignment() {
        recall(&[0.0; 6], &[1], 20.0);
    }

    #[test]
    #[should_panic(expected = "radius_m is -1: it must be finite and above 0")]
    fn a_radius_is_above_zero() {
        recall(&[0.0; 6], &[1, 2], -1.0);
    }
}
