//! Where a peer is.

/// A place in the world, in metres. All three coordinates are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    x: f32,
    y: f32,
    z: f32,
}

impl Position {
    /// Stands for a position that is not known yet.
    pub(super) const ORIGIN: Self = Self {
        x: 0.0,
        y: 0.0,
        z: 0.0,
    };

    /// A position, or `None` unless all coordinates are finite.
    pub fn new(x: f32, y: f32, z: f32) -> Option<Self> {
        (x.is_finite() && y.is_finite() && z.is_finite()).then_some(Self { x, y, z })
    }

    /// Metres to the east.
    pub fn x(self) -> f32 {
        self.x
    }

    /// Height in metres; distances ignore it.
    pub fn y(self) -> f32 {
        self.y
    }

    /// Metres to the north.
    pub fn z(self) -> f32 {
        self.z
    }

    /// Where that is without its height, which nothing depends on.
    pub(super) fn ground(self) -> Ground {
        Ground {
            x: self.x,
            z: self.z,
        }
    }
}

/// A place on the ground, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ground {
    x: f32,
    z: f32,
}

impl Ground {
    /// Stands for a place that is not known yet.
    pub const ORIGIN: Self = Self { x: 0.0, z: 0.0 };

    /// North-east and south-west of everybody: where to begin with [`Self::least`] and [`Self::most`].
    pub const HIGHEST: Self = Self {
        x: f32::MAX,
        z: f32::MAX,
    };
    pub const LOWEST: Self = Self {
        x: f32::MIN,
        z: f32::MIN,
    };

    /// The smaller of both coordinates.
    pub fn least(self, other: Self) -> Self {
        Self {
            x: self.x.min(other.x),
            z: self.z.min(other.z),
        }
    }

    /// The larger of both coordinates.
    pub fn most(self, other: Self) -> Self {
        Self {
            x: self.x.max(other.x),
            z: self.z.max(other.z),
        }
    }

    pub fn new(x: f32, z: f32) -> Self {
        Self { x, z }
    }

    pub fn x(self) -> f32 {
        self.x
    }

    pub fn z(self) -> f32 {
        self.z
    }

    /// The squared distance, in f64, so that every target computes the same bits.
    pub fn squared_distance(self, other: Self) -> f64 {
        let dx = f64::from(self.x) - f64::from(other.x);
        let dz = f64::from(self.z) - f64::from(other.z);
        dx * dx + dz * dz
    }

    /// Whether the two are the same to the last bit.
    pub fn is_same(self, other: Self) -> bool {
        self.x.to_bits() == other.x.to_bits() && self.z.to_bits() == other.z.to_bits()
    }

    /// The position of that height.
    pub fn at_height(self, y: f32) -> Position {
        Position {
            x: self.x,
            y,
            z: self.z,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_coordinates() {
        assert!(Position::new(f32::MAX, f32::MIN, -0.0).is_some());
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(Position::new(bad, 0.0, 0.0), None);
            assert_eq!(Position::new(0.0, bad, 0.0), None);
            assert_eq!(Position::new(0.0, 0.0, bad), None);
        }
    }

    #[test]
    fn height_does_not_count() {
        let a = Position::new(0.0, 0.0, 0.0).unwrap();
        let b = Position::new(3.0, 1000.0, 4.0).unwrap();
        assert_eq!(
            a.ground().squared_distance(b.ground()).to_bits(),
            25.0_f64.to_bits()
        );
    }
}
