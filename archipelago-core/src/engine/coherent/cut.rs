//! A crowd without islands is cut up: halved along its longer side, the halves again, until the parts are small enough.

use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Somebody, and where; in metres.
type Point = (f32, f32, Peer);

/// Cuts people into parts of at most `most`, and calls back for each part.
pub(super) fn cut(points: &mut [Point], most: usize, part: &mut impl FnMut(&[Point])) {
    let parts = points.len().div_ceil(most);
    if parts <= 1 {
        if !points.is_empty() {
            part(points);
        }
        return;
    }
    // So many parts to one side; of the people as many as are in proportion, but no more than fit on either side.
    let (near, far) = (parts / 2, parts - parts / 2);
    let count = points.len();
    let share = count * near / parts;
    let share = share.clamp(count - (far * most).min(count), near * most);
    let is_wide = is_wide(points);
    let along = |point: &Point| if is_wide { point.0 } else { point.1 };
    points.select_nth_unstable_by(share, |a, b| {
        along(a).total_cmp(&along(b)).then(a.2.cmp(&b.2))
    });
    let (near, far) = points.split_at_mut(share);
    cut(near, most, part);
    cut(far, most, part);
}

fn is_wide(points: &[Point]) -> bool {
    let (mut min, mut max) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    for (x, z, _) in points {
        min = [min[0].min(*x), min[1].min(*z)];
        max = [max[0].max(*x), max[1].max(*z)];
    }
    let along = |axis: usize| f64::from(max[axis]) - f64::from(min[axis]);
    along(0) >= along(1)
}

/// The points of some peers.
pub(super) fn points(world: &World, peers: &[Peer], points: &mut Vec<Point>) {
    points.clear();
    points.extend(peers.iter().map(|peer| {
        let position = world.peers.ground(*peer);
        (position.x(), position.z(), *peer)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_small_and_have_everybody() {
        for (count, most) in [(1, 1), (7, 1), (101, 100), (1000, 85), (1019, 4), (50, 7)] {
            let spot = |n: usize| ((n * 37 % 101) as f32, (n * 53 % 67) as f32);
            let point = |n| (spot(n).0, spot(n).1, Peer::from_index(n));
            let mut points: Vec<Point> = (0..count).map(point).collect();
            let mut sizes = Vec::new();
            cut(&mut points, most, &mut |part| sizes.push(part.len()));
            assert_eq!(sizes.iter().sum::<usize>(), count);
            assert_eq!(sizes.len(), count.div_ceil(most));
            assert!(sizes.iter().all(|size| (1..=most).contains(size)));
        }
    }
}
