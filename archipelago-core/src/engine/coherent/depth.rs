//! How far somebody is past the border between two islands: what is on either side of it is nearer to the one centre or
//! to the other.

/// Depth, in metres, that counts as much as all neighbours.
const DEPTH_M: f64 = 20.0;
/// So deep, as a multiple, somebody can be past a border.
pub(super) const DEPTH_MAX: f64 = 2.0;
/// Centres nearer to each other, in metres, say nothing about where a border is.
const CENTRES_M: f64 = 5.0;

/// How far somebody is past the border between two centres, as a multiple of [`DEPTH_M`].
pub(super) fn depth(at: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    past(at, from, to, per_depth(from, to))
}

/// The same if [`per_depth`] is known of the centres.
pub(super) fn past(at: (f64, f64), from: (f64, f64), to: (f64, f64), per_depth: f64) -> f64 {
    let depth = (squared(at, from) - squared(at, to)) * per_depth;
    depth.clamp(-DEPTH_MAX, DEPTH_MAX)
}

/// What the difference of the squared distances from two centres has to be multiplied by for the depth.
pub(super) fn per_depth(from: (f64, f64), to: (f64, f64)) -> f64 {
    let apart = squared(from, to).sqrt().max(CENTRES_M);
    1.0 / (2.0 * apart * DEPTH_M)
}

fn squared(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dz) = (a.0 - b.0, a.1 - b.1);
    dx * dx + dz * dz
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_from_the_border_up_to_a_limit() {
        let (from, to) = ((0.0, 0.0), (40.0, 0.0));
        let at = |x: f64, z: f64| depth((x, z), from, to);
        assert_eq!((at(20.0, 0.0), at(20.0, 900.0)), (0.0, 0.0));
        assert!((at(30.0, 7.0) - 0.5).abs() < 1e-12);
        assert!((at(0.0, -3.0) + 1.0).abs() < 1e-12);
        assert_eq!((at(90.0, 0.0), at(-90.0, 0.0)), (DEPTH_MAX, -DEPTH_MAX));
        // Centres in one place have no border.
        assert_eq!(depth((3.0, 4.0), from, from), 0.0);
    }
}
