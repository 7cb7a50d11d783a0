//! The points of one island as columns of numbers, so that several are looked at together.

use super::bounds::Bounds;
use super::position::Ground;

/// So many points are looked at together.
const LANES: usize = 8;
/// There may be so many points: their places fit into the lowest bits of a number.
pub(super) const POINTS_MAX: usize = 512;
const PLACE: u32 = POINTS_MAX as u32 - 1;
/// Whose rounded squared distance is beyond the limit by this factor is surely beyond it.
const EXCESS: f32 = 1.001;

/// Points by their places, and the distance within which two are near each other.
#[derive(Debug, Default)]
pub(super) struct Points {
    xs: Vec<f32>,
    zs: Vec<f32>,
    /// By place: how far it is from the point at hand, see [`key`].
    keys: Vec<f32>,
    distance_squared: f64,
    /// Keys above are of those who are surely not near.
    far: f32,
}

impl Points {
    /// Takes these points, [`POINTS_MAX`] at the most.
    pub fn load(&mut self, grounds: &[Ground], distance_squared: f64) {
        self.distance_squared = distance_squared;
        self.far = distance_squared as f32 * EXCESS + f32::MIN_POSITIVE;
        let count = padded(grounds.len());
        self.xs.clear();
        self.xs.extend(grounds.iter().map(|ground| ground.x()));
        self.xs.resize(count, f32::INFINITY);
        self.zs.clear();
        self.zs.extend(grounds.iter().map(|ground| ground.z()));
        self.zs.resize(count, f32::INFINITY);
        self.keys.resize(count, f32::INFINITY);
    }

    /// The nearest of those near a place who pass. May miss somebody at the very limit.
    pub fn nearest(&mut self, place: u32, passes: impl Fn(u32) -> bool) -> Option<u32> {
        let from = self.get(place);
        let points = self.xs.iter().zip(&self.zs);
        for ((key, (x, z)), place) in self.keys.iter_mut().zip(points).zip(0..) {
            *key = self::key(from, *x, *z, place);
        }
        self.keys[place as usize] = f32::INFINITY;
        loop {
            let nearest = least(&self.keys);
            if nearest > self.far || nearest == f32::INFINITY {
                return None;
            }
            let other = nearest.to_bits() & PLACE;
            if passes(other) {
                return self.is_near(from, other).then_some(other);
            }
            self.keys[other as usize] = f32::INFINITY;
        }
    }

    /// One who is near a place and has a label that passes. The labels, by place, are [`padded`] with some that do not.
    pub fn near(&self, place: u32, labels: &[u32], passes: impl Fn(u32) -> bool) -> Option<u32> {
        let from = self.get(place);
        let mut least = [f32::INFINITY; LANES];
        let points = self.xs.chunks_exact(LANES).zip(self.zs.chunks_exact(LANES));
        let chunks = points.zip(labels.chunks_exact(LANES));
        for (((xs, zs), labels), first) in chunks.zip((0..).step_by(LANES)) {
            for (lane, least) in least.iter_mut().enumerate() {
                let key = key(from, xs[lane], zs[lane], first + lane as u32);
                let key = if passes(labels[lane]) {
                    key
                } else {
                    f32::INFINITY
                };
                *least = if key < *least { key } else { *least };
            }
        }
        let nearest = self::least(&least);
        if nearest > self.far {
            return None;
        }
        let other = nearest.to_bits() & PLACE;
        if nearest < f32::INFINITY && self.is_near(from, other) {
            return Some(other);
        }
        // They are at the very limit, or all too far away for rounded numbers: nobody may be missed.
        let passing = (0..).zip(labels).filter(|(_, label)| passes(**label));
        let mut passing = passing.map(|(other, _)| other);
        passing.find(|other| self.is_near(from, *other))
    }

    /// Whether somebody inside some bounds may be near a place.
    pub fn may_reach(&self, bounds: Bounds, from: Ground) -> bool {
        bounds.may_reach(from, self.distance_squared)
    }

    fn get(&self, place: u32) -> Ground {
        Ground::new(self.xs[place as usize], self.zs[place as usize])
    }

    fn is_near(&self, from: Ground, place: u32) -> bool {
        from.squared_distance(self.get(place)) <= self.distance_squared
    }
}

/// So many places there are for so many points, in order to look at the last ones together too.
pub(super) fn padded(count: usize) -> usize {
    count.next_multiple_of(LANES)
}

/// The rounded squared distance, with the place in its lowest bits: the least says who is the nearest.
fn key(from: Ground, x: f32, z: f32, place: u32) -> f32 {
    let (dx, dz) = (x - from.x(), z - from.z());
    f32::from_bits((dx * dx + dz * dz).to_bits() & !PLACE | place)
}

/// The least key. Those beyond all numbers are none.
fn least(keys: &[f32]) -> f32 {
    let mut least = [f32::INFINITY; LANES];
    for keys in keys.chunks_exact(LANES) {
        for (least, key) in least.iter_mut().zip(keys) {
            *least = if *key < *least { *key } else { *least };
        }
    }
    let less = |least, key| if key < least { key } else { least };
    least.into_iter().fold(f32::INFINITY, less)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_near_is_missed() {
        let grounds: Vec<Ground> = (0..300_u16)
            .map(|n| Ground::new(f32::from(n * 37 % 101), f32::from(n * 53 % 97)))
            .collect();
        let labels: Vec<u32> = (0..padded(300) as u32).map(|n| n % 5).collect();
        for distance in [0.0, 1.0, 5.0, 1e200_f64] {
            let mut points = Points::default();
            points.load(&grounds, distance * distance);
            for (from, place) in grounds.iter().zip(0..) {
                for label in 0..5 {
                    let is_near = |other: u32| {
                        let other = grounds[other as usize];
                        from.squared_distance(other) <= distance * distance
                    };
                    let counts = |other: u32| labels[other as usize] == label && is_near(other);
                    let found = points.near(place, &labels, |other| other == label);
                    assert_eq!(found.is_some(), (0..300).any(counts), "{distance}");
                    assert!(found.is_none_or(counts));
                }
            }
        }
    }
}
