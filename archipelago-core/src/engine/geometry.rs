//! Where an island is.

use super::position::Position;

/// The mean of the positions, on the ground, and the distance to the farthest of them, in metres. In the middle of the
/// world and of no extent if there are none.
pub(super) fn centre_and_radius(
    positions: impl Iterator<Item = Position> + Clone,
) -> ([f64; 3], f64) {
    let (mut x, mut z, mut count) = (0.0, 0.0, 0.0);
    for position in positions.clone() {
        x += f64::from(position.x());
        z += f64::from(position.z());
        count += 1.0;
    }
    if count == 0.0 {
        return ([0.0; 3], 0.0);
    }
    let (x, z) = (x / count, z / count);
    let farthest = positions
        .map(|position| {
            let dx = f64::from(position.x()) - x;
            let dz = f64::from(position.z()) - z;
            dx * dx + dz * dz
        })
        .fold(0.0, f64::max);
    ([x, 0.0, z], farthest.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_farthest() {
        let at = |x, z| Position::new(x, 7.0, z).unwrap();
        let positions = [at(0.0, 0.0), at(0.0, 6.0), at(12.0, 0.0)];
        let (centre, radius) = centre_and_radius(positions.into_iter());
        let expected = [4.0, 0.0, 2.0];
        assert!((0..3).all(|n| (centre[n] - expected[n]).abs() < 1e-12));
        assert!((radius - 68.0_f64.sqrt()).abs() < 1e-12);
        let nobody = std::iter::empty();
        assert_eq!(centre_and_radius(nobody), ([0.0; 3], 0.0));
    }
}
