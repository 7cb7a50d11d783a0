//! The ground: squares, each the region of one object. Those at the rim have no end.

use archipelago_core::engine::{EngineConfig, Position};

use super::message::{IslandId, RegionId};

/// How the world is cut, and what holds everywhere in it.
#[derive(Clone, Debug)]
pub struct Squares {
    pub columns: usize,
    pub rows: usize,
    pub side_m: f64,
    pub engine: EngineConfig,
    /// So far outside the square of its region the centre of an island has to be before it is handed over.
    pub hysteresis_m: f64,
}

impl Squares {
    pub fn count(&self) -> RegionId {
        self.columns * self.rows
    }

    /// The region in whose square a place is.
    pub fn region_at(&self, x: f64, z: f64) -> RegionId {
        let along = |metres: f64, count: usize| {
            let at = (metres / self.side_m).floor();
            at.clamp(0.0, (count - 1) as f64) as usize
        };
        along(z, self.rows) * self.columns + along(x, self.columns)
    }

    /// How far a place is from the square of a region, in metres; 0 inside.
    pub fn distance(&self, region: RegionId, x: f64, z: f64) -> f64 {
        let beyond = |metres: f64, at: usize, count: usize| {
            let low = self.side_m * at as f64;
            let before = if at == 0 { 0.0 } else { low - metres };
            let after = if at + 1 == count {
                0.0
            } else {
                metres - low - self.side_m
            };
            before.max(after).max(0.0)
        };
        let across = beyond(x, region % self.columns, self.columns);
        across.hypot(beyond(z, region / self.columns, self.rows))
    }

    /// Whether whoever is there may be within the join distance of somebody in the square of that region.
    pub fn is_near(&self, region: RegionId, spot: &Position) -> bool {
        let (x, z) = ground(spot);
        // A bit more: the distance is rounded.
        self.distance(region, x, z) <= self.engine.join_distance_m() + 1e-6
    }

    /// Whether somebody there is in the square of that region.
    pub fn is_in(&self, region: RegionId, spot: &Position) -> bool {
        let (x, z) = ground(spot);
        self.region_at(x, z) == region
    }

    /// Whether two islands are adjacent, by their members.
    pub fn adjacent(&self, a: &[Position], b: &[Position]) -> bool {
        let join = self.engine.join_distance_m();
        a.iter().any(|a| b.iter().any(|b| within(a, b, join)))
    }
}

/// Of two islands that could be one, the lesser goes to the other: the smaller one; of equals, the higher id.
pub fn rank(size: usize, id: IslandId) -> impl Ord {
    (size, std::cmp::Reverse(id))
}

pub fn ground(spot: &Position) -> (f64, f64) {
    (f64::from(spot.x()), f64::from(spot.z()))
}

/// Height does not count.
pub fn within(a: &Position, b: &Position, distance_m: f64) -> bool {
    let ((ax, az), (bx, bz)) = (ground(a), ground(b));
    let (dx, dz) = (ax - bx, az - bz);
    dx * dx + dz * dz <= distance_m * distance_m
}

pub fn centre(spots: &[Position]) -> (f64, f64) {
    let count = spots.len() as f64;
    let sum = spots
        .iter()
        .map(ground)
        .fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    (sum.0 / count, sum.1 / count)
}
