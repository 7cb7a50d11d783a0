//! Where people stand in a world, and where they go next.

use crate::rng::Rng;

/// Metres east and north of the middle of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub x: f64,
    pub z: f64,
}

impl Spot {
    pub fn distance_m(self, other: Self) -> f64 {
        let (dx, dz) = (other.x - self.x, other.z - self.z);
        (dx * dx + dz * dz).sqrt()
    }

    /// The spot at that fraction of the way to another.
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * fraction,
            z: self.z + (other.z - self.z) * fraction,
        }
    }
}

/// How a world is laid out.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    /// Plazas on a grid; everybody stays on one of them, at `ih() * scale_m` around its middle.
    Plazas { count: u32, scale_m: f64 },
    /// The five stages.
    Festival,
    /// Anywhere in a square.
    Square { side_m: f64 },
    /// Anywhere in a square, and from there not far.
    City { side_m: f64 },
}

const PLAZA_SPACING_M: f64 = 400.0;
/// How far a trip in a city leads along each axis.
const CITY_TRIP_M: f64 = 150.0;
/// The distance from a plaza's middle, in scales, that nobody exceeds along an axis: three draws of at most a half.
const IH_MAX: f64 = 1.5;

const STAGES: [Spot; 5] = [
    Spot { x: 0.0, z: 160.0 },
    Spot { x: 152.0, z: 49.0 },
    Spot { x: 94.0, z: -129.0 },
    Spot {
        x: -94.0,
        z: -129.0,
    },
    Spot { x: -152.0, z: 49.0 },
];
const STAGE_SHARES: [f64; 5] = [0.36, 0.24, 0.18, 0.13, 0.09];
/// How much each stage attracts those who leave another one. Not the shares themselves: the largest stage would shrink,
/// because nobody comes to it from itself. With these as many come to a stage as leave it.
const STAGE_PULLS: [f64; 5] = [
    0.476_348_492_221_352,
    0.210_679_654_108_457,
    0.146_051_279_264_776,
    0.100_094_729_284_316,
    0.066_825_845_121_098,
];
const STAGE_CHANGE: f64 = 0.5;
/// The scale of the largest stage; that of the others follows from their share.
const STAGE_SCALE_M: f64 = 50.0;

impl Ground {
    /// The place that the walker of that index belongs to at first: a plaza, a stage, or 0 where there are no places.
    pub fn place(&self, index: usize, rng: &mut Rng) -> u32 {
        match self {
            Self::Plazas { count, .. } => index as u32 % count,
            Self::Festival => rng.weighted(&STAGE_SHARES) as u32,
            Self::Square { .. } | Self::City { .. } => 0,
        }
    }

    /// Somewhere at that place.
    pub fn spot(&self, place: u32, rng: &mut Rng) -> Spot {
        match *self {
            Self::Plazas { count, scale_m } => around(plaza(place, count), scale_m, rng),
            Self::Festival => {
                let stage = place as usize;
                around(STAGES[stage], stage_scale_m(stage), rng)
            }
            Self::Square { side_m } | Self::City { side_m } => Spot {
                x: rng.between(-side_m / 2.0, side_m / 2.0),
                z: rng.between(-side_m / 2.0, side_m / 2.0),
            },
        }
    }

    /// Where somebody goes who stands at `from` and belongs to `place`, which changes with the trip.
    pub fn destination(&self, from: Spot, place: &mut u32, rng: &mut Rng) -> Spot {
        if let Self::City { side_m } = *self {
            return Spot {
                x: nearby(from.x, side_m / 2.0, rng),
                z: nearby(from.z, side_m / 2.0, rng),
            };
        }
        if *self == Self::Festival && rng.f() < STAGE_CHANGE {
            let mut pulls = STAGE_PULLS;
            pulls[*place as usize] = 0.0;
            *place = rng.weighted(&pulls) as u32;
        }
        self.spot(*place, rng)
    }

    /// Half the side, in metres, of the square around the middle that holds every destination.
    pub fn extent_m(&self) -> f64 {
        match *self {
            Self::Plazas { count, scale_m } => {
                f64::from(columns(count) - 1) / 2.0 * PLAZA_SPACING_M + IH_MAX * scale_m
            }
            Self::Festival => {
                let reach = |(stage, spot): (usize, &Spot)| {
                    spot.x.abs().max(spot.z.abs()) + IH_MAX * stage_scale_m(stage)
                };
                STAGES.iter().enumerate().map(reach).fold(0.0, f64::max)
            }
            Self::Square { side_m } | Self::City { side_m } => side_m / 2.0,
        }
    }
}

fn around(middle: Spot, scale_m: f64, rng: &mut Rng) -> Spot {
    Spot {
        x: middle.x + rng.ih() * scale_m,
        z: middle.z + rng.ih() * scale_m,
    }
}

fn columns(plazas: u32) -> u32 {
    f64::from(plazas).sqrt().ceil() as u32
}

fn plaza(index: u32, count: u32) -> Spot {
    let columns = columns(count);
    let from_middle = |at| (f64::from(at) - f64::from(columns - 1) / 2.0) * PLAZA_SPACING_M;
    Spot {
        x: from_middle(index % columns),
        z: from_middle(index / columns),
    }
}

fn stage_scale_m(stage: usize) -> f64 {
    STAGE_SCALE_M * (STAGE_SHARES[stage] / STAGE_SHARES[0]).sqrt()
}

/// Somewhere within a trip of `from`. What would lie outside is reflected at the border, so that the crowd stays as
/// even as it began: cut off, the border would attract, and drawn anew it would repel.
fn nearby(from: f64, half_m: f64, rng: &mut Rng) -> f64 {
    // Somebody can have been dragged outside.
    let from = from.clamp(-half_m, half_m);
    let mut to = from + rng.between(-CITY_TRIP_M, CITY_TRIP_M);
    while to.abs() > half_m {
        to = (2.0 * half_m).copysign(to) - to;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_come_to_a_stage_as_leave_it() {
        let total: f64 = STAGE_PULLS.iter().sum();
        let arriving = |to: usize| {
            let from =
                |from: usize| STAGE_SHARES[from] * STAGE_PULLS[to] / (total - STAGE_PULLS[from]);
            (0..5).filter(|at| *at != to).map(from).sum::<f64>()
        };
        for (stage, share) in STAGE_SHARES.iter().enumerate() {
            assert!((arriving(stage) - share).abs() < 1e-12, "{stage}");
        }
    }

    #[test]
    fn stages_are_left_half_of_the_times() {
        let (mut rng, mut left) = (Rng::new(5), 0);
        let nowhere = Spot { x: 0.0, z: 0.0 };
        for stage in (0..5).cycle().take(10_000) {
            let mut place = stage;
            Ground::Festival.destination(nowhere, &mut place, &mut rng);
            left += u32::from(place != stage);
        }
        assert!((4800..5200).contains(&left), "{left}");
    }

    #[test]
    fn plazas_are_on_a_grid_around_the_middle() {
        let four = [0, 1, 2, 3].map(|index| plaza(index, 4));
        let corner = |x, z| Spot { x, z };
        assert_eq!(four[0], corner(-200.0, -200.0));
        assert_eq!(four[1], corner(200.0, -200.0));
        assert_eq!(four[2], corner(-200.0, 200.0));
        assert_eq!(four[3], corner(200.0, 200.0));
        assert_eq!(plaza(0, 1), corner(0.0, 0.0));
    }

    #[test]
    fn trips_in_a_city_are_short_and_stay_inside() {
        let mut rng = Rng::new(9);
        for half_m in [0.01, 40.0, 600.0] {
            for from in [-half_m, -0.9 * half_m, 0.0, half_m] {
                for _ in 0..1000 {
                    let to = nearby(from, half_m, &mut rng);
                    assert!(to.abs() <= half_m && (to - from).abs() <= CITY_TRIP_M);
                }
            }
            assert!(nearby(5000.0, half_m, &mut rng) >= half_m - CITY_TRIP_M);
        }
    }
}
