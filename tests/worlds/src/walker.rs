//! One player, from destination to destination.

use crate::ground::{Ground, Spot};
use crate::rng::Rng;

pub const SPEED_MIN_MPS: f64 = 1.5;
pub const SPEED_MAX_MPS: f64 = 6.0;

/// What somebody is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doing {
    Idle { left_s: f64 },
    Walking { to: Spot, speed_mps: f64 },
}

/// Somebody who stands and walks by turns.
#[derive(Clone, Debug)]
pub struct Walker {
    pub at: Spot,
    pub doing: Doing,
    /// Where it belongs at the moment, see [`Ground::place`].
    place: u32,
}

/// What all walkers of a world have in common.
#[derive(Clone, Debug)]
pub struct Habits {
    pub ground: Ground,
    pub idle_share: f64,
    pub idle_mean_s: f64,
}

/// Trips of which the mean is taken: it is then within a hundredth.
const SAMPLED_TRIPS: usize = 20_000;

impl Habits {
    /// Those with which that share of the people stand still, as long as nobody disturbs them.
    pub fn new(ground: Ground, idle_share: f64) -> Self {
        let idle_mean_s = mean_trip_s(&ground) * idle_share / (1.0 - idle_share);
        Self {
            ground,
            idle_share,
            idle_mean_s,
        }
    }
}

/// A property of the ground alone: it must not depend on a world's seed.
fn mean_trip_s(ground: &Ground) -> f64 {
    let mut rng = Rng::new(0);
    let mut trip_s = |index| {
        let mut place = ground.place(index, &mut rng);
        let from = ground.spot(place, &mut rng);
        let to = ground.destination(from, &mut place, &mut rng);
        from.distance_m(to) / speed_mps(&mut rng)
    };
    (0..SAMPLED_TRIPS).map(&mut trip_s).sum::<f64>() / SAMPLED_TRIPS as f64
}

fn speed_mps(rng: &mut Rng) -> f64 {
    rng.between(SPEED_MIN_MPS, SPEED_MAX_MPS)
}

impl Walker {
    /// The walker of that index as one meets it: idle at a destination, or in mid-trip.
    pub fn new(index: usize, habits: &Habits, rng: &mut Rng) -> Self {
        let place = habits.ground.place(index, rng);
        let mut walker = Self {
            at: habits.ground.spot(place, rng),
            doing: Doing::Idle { left_s: 0.0 },
            place,
        };
        if rng.f() < habits.idle_share {
            walker.rest(habits, rng);
        } else {
            let to = walker.set_off(habits, rng);
            walker.at = walker.at.towards(to, rng.f());
        }
        walker
    }

    /// Lets time pass, over as many arrivals and departures as fall into it.
    pub fn step(&mut self, dt_s: f64, habits: &Habits, rng: &mut Rng) {
        let mut rest_s = dt_s;
        loop {
            match &mut self.doing {
                Doing::Idle { left_s } if *left_s > rest_s => {
                    *left_s -= rest_s;
                    return;
                }
                Doing::Idle { left_s } => {
                    rest_s -= *left_s;
                    self.set_off(habits, rng);
                }
                Doing::Walking { to, speed_mps } => {
                    let needed_s = self.at.distance_m(*to) / *speed_mps;
                    if needed_s > rest_s {
                        self.at = self.at.towards(*to, rest_s / needed_s);
                        return;
                    }
                    rest_s -= needed_s;
                    self.at = *to;
                    self.rest(habits, rng);
                }
            }
        }
    }

    /// Somebody else puts it there; it stands from now on.
    pub fn put(&mut self, at: Spot, habits: &Habits, rng: &mut Rng) {
        self.at = at;
        self.rest(habits, rng);
    }

    fn rest(&mut self, habits: &Habits, rng: &mut Rng) {
        let left_s = rng.exp(habits.idle_mean_s);
        self.doing = Doing::Idle { left_s };
    }

    fn set_off(&mut self, habits: &Habits, rng: &mut Rng) -> Spot {
        let to = habits.ground.destination(self.at, &mut self.place, rng);
        let speed_mps = speed_mps(rng);
        self.doing = Doing::Walking { to, speed_mps };
        to
    }
}
