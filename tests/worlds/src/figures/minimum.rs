//! How few islands there could be.

use super::pairs::each_near_pair;

/// As few islands as there can be: what hangs together by hops of the leave distance, cut into full islands.
///
/// Not of the join distance: whoever was joined once stays together up to the leave distance.
///
/// `positions` are x, y and z per player, in metres, y does not count.
///
/// # Panics
/// If `leave_distance_m` is not finite and above 0, or `max_peers` is 0.
pub fn islands_min(positions: &[f32], leave_distance_m: f64, max_peers: usize) -> usize {
    assert!(
        leave_distance_m.is_finite() && leave_distance_m > 0.0,
        "leave_distance_m is {leave_distance_m}: it must be finite and above 0"
    );
    assert!(max_peers > 0, "max_peers is 0: it must be at least 1");
    let mut parents: Vec<usize> = (0..positions.len() / 3).collect();
    each_near_pair(positions, leave_distance_m, |a, b| {
        let [a, b] = [a, b].map(|player| root(&mut parents, player));
        parents[a.max(b)] = a.min(b);
    });
    let mut sizes = vec![0_usize; parents.len()];
    for player in 0..parents.len() {
        sizes[root(&mut parents, player)] += 1;
    }
    sizes.iter().map(|size| size.div_ceil(max_peers)).sum()
}

/// The first player of a component; shortens the way for the next time.
fn root(parents: &mut [usize], player: usize) -> usize {
    let mut at = player;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_is_cut_into_full_islands() {
        let row: Vec<f32> = [0.0, 64.0, 128.0, 193.0, 250.0, 900.0]
            .into_iter()
            .flat_map(|x| [x, 1e4 * x, 0.0])
            .collect();
        assert_eq!(islands_min(&row, 64.0, 100), 3);
        assert_eq!(islands_min(&row, 64.0, 2), 4);
        assert_eq!(islands_min(&row, 65.0, 5), 2);
        assert_eq!(islands_min(&row, 65.0, 1), 6);
        assert_eq!(islands_min(&[], 64.0, 100), 0);
    }

    #[test]
    #[should_panic(expected = "max_peers is 0: it must be at least 1")]
    fn an_island_has_room() {
        islands_min(&[0.0; 3], 64.0, 0);
    }
}
