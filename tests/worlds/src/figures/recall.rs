//! Whether those who are near each other share an island.

/// One player on a grid whose cells are as wide as the radius.
#[derive(Clone, Copy)]
struct Entry {
    row: i64,
    column: i64,
    index: usize,
}

/// The share of the pairs of players within `radius_m` of each other that share an island; 1 where nobody is that near
/// to anybody.
///
/// `positions` are x, y and z per player, in metres, y does not count. `assignments` has the island of each of these
/// players; `I::default()` (0, `None`) stands for none, which is shared with nobody.
///
/// # Panics
/// If there are fewer assignments than players, or `radius_m` is not finite and above 0.
pub fn recall<I: Copy + Default + PartialEq>(
    positions: &[f32],
    assignments: &[I],
    radius_m: f64,
) -> f64 {
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
    let (mut near, mut together) = (0_u64, 0_u64);
    each_near_pair(positions, radius_m, |a, b| {
        near += 1;
        let [a, b] = [assignments[a], assignments[b]];
        together += u64::from(a == b && a != I::default());
    });
    if near == 0 {
        1.0
    } else {
        together as f64 / near as f64
    }
}

/// Calls back for every pair, once.
fn each_near_pair(positions: &[f32], radius_m: f64, mut pair: impl FnMut(usize, usize)) {
    let entries = by_cell(positions, radius_m);
    let is_near = |a: usize, b: usize| {
        let along = |axis| f64::from(positions[3 * a + axis]) - f64::from(positions[3 * b + axis]);
        let (dx, dz) = (along(0), along(2));
        dx * dx + dz * dz <= radius_m * radius_m
    };
    // In the next row, the entries before this one are left of all neighbours of the cells still to come.
    let mut below = 0;
    for (at, entry) in entries.iter().enumerate() {
        let (row, column) = (entry.row, entry.column);
        let right = column.saturating_add(1);
        let beside = entries[at + 1..].iter();
        let beside = beside.take_while(|other| other.row == row && other.column <= right);
        let next_row = row.saturating_add(1);
        let left = (next_row, column.saturating_sub(1));
        while below < entries.len() && (entries[below].row, entries[below].column) < left {
            below += 1;
        }
        // At the edge of what cells can count there is no next row.
        let beneath = entries[below..].iter().filter(|_| next_row > row);
        let beneath = beneath.take_while(|other| other.row == next_row && other.column <= right);
        for other in beside.chain(beneath) {
            if is_near(entry.index, other.index) {
                pair(entry.index, other.index);
            }
        }
    }
}

/// All players by row and column of their cell.
fn by_cell(positions: &[f32], cell_m: f64) -> Vec<Entry> {
    let cell = |coordinate: f32| (f64::from(coordinate) / cell_m).floor() as i64;
    let entry = |(index, at): (usize, &[f32])| Entry {
        row: cell(at[2]),
        column: cell(at[0]),
        index,
    };
    let mut entries: Vec<_> = positions.chunks_exact(3).enumerate().map(entry).collect();
    entries.sort_unstable_by_key(|entry| (entry.row, entry.column));
    entries
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
