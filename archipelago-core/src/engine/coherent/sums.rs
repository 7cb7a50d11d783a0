//! Where the members of islands are, as a whole.

use super::crowd::NOBODY;
use super::patience::quiet;
use crate::engine::position::Ground;

/// Where the members of an island are, summed up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    x: f64,
    z: f64,
    count: f64,
    /// Members who had come from elsewhere when the flush began.
    pub moving: f64,
    /// The crowd it belongs to, or [`NOBODY`].
    pub crowd: u32,
}

/// An island when the flush began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// The mean of the members' positions; x and z in metres.
    pub centre: (f64, f64),
    /// See [`quiet`].
    pub quiet: f32,
    /// Whoever is less far from the centre than this, squared, in square metres, is nearer to it than to any other.
    pub own_squared: f64,
    /// It is an island of a crowd, with members who have reported where they are: somebody could want to be there.
    pub is_met: bool,
    /// All of its members have, too.
    pub is_known: bool,
}

impl Sum {
    /// Nobody, and no crowd.
    pub const NOTHING: Self = Self {
        x: 0.0,
        z: 0.0,
        count: 0.0,
        moving: 0.0,
        crowd: NOBODY,
    };

    /// Somebody has come there, or gone if the sign is negative.
    pub fn add(&mut self, at: Ground, sign: f64) {
        self.x += sign * f64::from(at.x());
        self.z += sign * f64::from(at.z());
        self.count += sign;
    }

    /// The mean of the members' positions; x and z in metres.
    pub fn centre(&self) -> (f64, f64) {
        (self.x / self.count, self.z / self.count)
    }
}

impl Site {
    /// Whether a spot is nearer to this centre than to any other, as far as can be told at a glance.
    pub fn is_nearest(&self, spot: (f64, f64)) -> bool {
        let (dx, dz) = (spot.0 - self.centre.0, spot.1 - self.centre.1);
        dx * dx + dz * dz < self.own_squared
    }

    /// An island of such members; `reported` if all of them have said where they are.
    pub fn of(sum: &Sum, reported: bool) -> Self {
        let is_met = sum.crowd != NOBODY && sum.count > 0.0;
        Self {
            centre: sum.centre(),
            quiet: quiet(sum.moving / sum.count),
            own_squared: 0.0,
            is_met,
            is_known: is_met && reported,
        }
    }

    /// What stands for one where there is none.
    pub const NONE: Self = Self {
        centre: (0.0, 0.0),
        quiet: 0.0,
        own_squared: 0.0,
        is_met: false,
        is_known: false,
    };
}
