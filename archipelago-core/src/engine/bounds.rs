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

    pub fn add(&mut self, position: Ground) {
        self.min = (self.min.0.min(position.x()), self.min.1.min(position.z()));
        self.max = (self.max.0.max(position.x()), self.max.1.max(position.z()));
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
