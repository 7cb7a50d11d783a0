//! Walkers, whom a move serves only until the next one.
//!
//! Where half of a crowd walks, nearly everybody who is moved walks. Most of them cross islands that they leave again in
//! a moment, and would be moved twice for little company.

/// At such a pace, in metres per second, a move is worth half of what it is to one who stands.
const PACE_MPS: f64 = 5.0;

/// The share of a move's worth that remains: the faster somebody walks, the sooner it is gone from there.
pub(super) fn lasting(speed_mps: f64) -> f64 {
    1.0 / (1.0 + speed_mps / PACE_MPS)
}

/// Which of some centres is nearest to a spot, the first on a tie; `None` if the one of its own island is. Where a walker
/// will be in a while, that is the only island worth going to: on those in between it would not stay.
pub(super) fn nearest(
    spot: (f64, f64),
    own: (f64, f64),
    centres: impl Iterator<Item = (f64, f64)>,
) -> Option<usize> {
    let squared = |centre: (f64, f64)| {
        let (dx, dz) = (spot.0 - centre.0, spot.1 - centre.1);
        dx * dx + dz * dz
    };
    let mut best = (squared(own), usize::MAX);
    for (at, centre) in centres.enumerate() {
        let distance = squared(centre);
        best = if distance < best.0 {
            (distance, at)
        } else {
            best
        };
    }
    (best.1 != usize::MAX).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_lasts_half_as_long_at_that_pace() {
        assert_eq!([0.0, PACE_MPS].map(lasting), [1.0, 0.5]);
    }

    #[test]
    fn the_first_of_the_nearest() {
        let nearest = |spot| {
            let centres = [(0.0, 2.0), (2.0, 0.0), (9.0, 0.0)];
            nearest(spot, (9.0, 0.0), centres.into_iter())
        };
        assert_eq!(nearest((0.0, 0.0)), Some(0));
        assert_eq!(nearest((2.0, 1.0)), Some(1));
        assert_eq!(nearest((8.0, 1.0)), None);
    }
}
