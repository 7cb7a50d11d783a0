//! Rectangles around positions: who is out of reach of the rectangle is out of reach of all inside.

use super::position::Ground;

/// The smallest rectangle, along the axes, around some positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    min: (f32, f32),
    max: (f32, f32),
}

impl Bounds {
    /// Around nobody.
    pub const EMPTY: Self = Self {
        min: (f32::INFINITY, f32::INFINITY),
        max: (f32::NEG_INFINITY, f32::NEG_INFINITY),
    };

    pub fn is_empty(&self) -> bool {
        self.min.0 > self.max.0
    }

    /// Around these.
    pub fn around(grounds: &[Ground]) -> Self {
        let mut several = [Self::EMPTY; 4];
        let chunks = grounds.chunks_exact(several.len());
        let rest = chunks.remainder();
        for chunk in chunks {
            for (bounds, ground) in several.iter_mut().zip(chunk) {
                bounds.min = (
                    less(ground.x(), bounds.min.0),
                    less(ground.z(), bounds.min.1),
                );
                bounds.max = (
                    more(ground.x(), bounds.max.0),
                    more(ground.z(), bounds.max.1),
                );
            }
        }
        let mut bounds = Self::EMPTY;
        for ground in rest {
            bounds.add(*ground);
        }
        for part in several {
            bounds.include(part);
        }
        bounds
    }

    /// The least and the greatest coordinates, x and z of each.
    pub fn corners(&self) -> ((f32, f32), (f32, f32)) {
        (self.min, self.max)
    }

    /// How far it extends, along x and z; of a rectangle around somebody.
    pub fn extent(&self) -> (f64, f64) {
        let axis = |min, max| f64::from(max) - f64::from(min);
        (axis(self.min.0, self.max.0), axis(self.min.1, self.max.1))
    }

    pub fn add(&mut self, position: Ground) {
        self.min = (
            less(position.x(), self.min.0),
            less(position.z(), self.min.1),
        );
        self.max = (
            more(position.x(), self.max.0),
            more(position.z(), self.max.1),
        );
    }

    /// Becomes large enough for all that others are around.
    pub fn include(&mut self, other: Self) {
        let Self { min, max } = other;
        self.min = (self.min.0.min(min.0), self.min.1.min(min.1));
        self.max = (self.max.0.max(max.0), self.max.1.max(max.1));
    }

    /// Whether somebody inside may be within a distance. Rounding does no harm: this rounds no other way than the
    /// distance between two positions, so that it never denies what that one would grant.
    pub fn may_reach(&self, from: Ground, distance_squared: f64) -> bool {
        let dx = gap(self.min.0, from.x(), self.max.0);
        let dz = gap(self.min.1, from.z(), self.max.1);
        dx * dx + dz * dz <= distance_squared
    }

    /// Whether somebody inside may be within a distance of somebody inside another one; with the same reservation.
    pub fn may_meet(&self, other: Self, distance_squared: f64) -> bool {
        let dx = between((self.min.0, self.max.0), (other.min.0, other.max.0));
        let dz = between((self.min.1, self.max.1), (other.min.1, other.max.1));
        dx * dx + dz * dz <= distance_squared
    }
}

fn less(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

fn more(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

fn between(here: (f32, f32), there: (f32, f32)) -> f64 {
    let before = f64::from(here.0) - f64::from(there.1);
    let behind = f64::from(there.0) - f64::from(here.1);
    before.max(behind).max(0.0)
}

fn gap(min: f32, at: f32, max: f32) -> f64 {
    let at = f64::from(at);
    (f64::from(min) - at).max(at - f64::from(max)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_of_a_rectangle() {
        let at = Ground::new;
        let mut bounds = Bounds::EMPTY;
        assert!(bounds.is_empty() && !bounds.may_reach(at(0.0, 0.0), f64::MAX));
        bounds.add(at(2.0, 5.0));
        bounds.add(at(-1.0, 9.0));
        assert!(bounds.may_reach(at(0.0, 6.0), 0.0));
        assert!(bounds.may_reach(at(5.0, 1.0), 25.0));
        assert!(!bounds.may_reach(at(5.0, 1.0), 24.9));
        assert!(!bounds.may_reach(at(f32::MAX, f32::MIN), 1e70));
    }
}
