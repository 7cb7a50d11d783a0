//! What a world is like: chosen once, by its seed.

use archipelago_core::engine::EngineConfig;
use archipelago_core::realm::RealmConfig;

use super::bus::{LATE_MAX_MS, Weather};
use super::{CONNECTOR_TIMEOUT_MS, FLUSH_PERIOD_MS, REALM_NAME, RESUME_GRACE_MS};
use crate::rng::Rng;

/// The most addresses that a world has.
pub(super) const ADDRESSES_MAX: usize = 400;

/// The area that twenty players walk about in is a square with this half side, in metres.
const HALF_SIDE_M: f64 = 40.0;

#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) addresses: usize,
    pub(super) shards: usize,
    pub(super) max_peers: u32,
    pub(super) join_distance_m: f64,
    /// Positions are between minus this and this.
    pub(super) half_side_m: f64,
    /// One player in so many goes into rooms: who is in a room costs far more than who is not.
    pub(super) room_goer_in: usize,
    pub(super) weather: Weather,
    /// How late a call may come once more, in ms, even when the weather has cleared up.
    pub(super) late_ms: u64,
    /// How likely it is that the realm dies with a write.
    pub(super) crash: f64,
    /// How likely it is that a write fails.
    pub(super) write_failure: f64,
    pub(super) outages: bool,
    pub(super) room_restarts: bool,
    pub(super) storms: bool,
}

impl Setting {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let addresses = match rng.below(100) {
            0..=89 => 20,
            90..=93 => 60,
            _ => 200 + rng.below(ADDRESSES_MAX - 199),
        };
        let is_small = addresses == 20;
        let late = rng.pick(&[0.0, 0.0, 0.05]);
        Self {
            addresses,
            shards: if is_small {
                rng.pick(&[3, 3, 1, 2, 4, 6])
            } else {
                1 + rng.below(6)
            },
            max_peers: match addresses {
                20 => rng.pick(&[4, 4, 4, 20]),
                60 => rng.pick(&[4, 20]),
                _ => rng.pick(&[20, 100]),
            },
            join_distance_m: 20.0,
            half_side_m: HALF_SIDE_M * (addresses as f64 / 20.0).sqrt(),
            room_goer_in: if is_small { 1 } else { addresses / 20 },
            weather: Weather {
                delay_ms: rng.pick(&[5.0, 50.0, 300.0, 2_000.0]),
                drop: rng.pick(&[0.0, 0.0, 0.05, 0.3]),
                repeat: rng.pick(&[0.0, 0.0, 0.2]),
                late,
            },
            late_ms: if late > 0.0 { LATE_MAX_MS } else { 0 },
            crash: rng.pick(&[0.0, 0.005, 0.03]),
            write_failure: rng.pick(&[0.0, 0.0, 0.02, 0.2]),
            outages: rng.chance(0.3),
            room_restarts: rng.chance(0.5),
            storms: rng.chance(0.5),
        }
    }

    pub(super) fn realm_config(&self) -> RealmConfig {
        RealmConfig {
            engine: EngineConfig::new(self.max_peers, self.join_distance_m, None).expect("valid"),
            flush_period_ms: FLUSH_PERIOD_MS,
            connector_timeout_ms: CONNECTOR_TIMEOUT_MS,
            resume_grace_ms: RESUME_GRACE_MS,
            own_rooms: Some(REALM_NAME.to_owned()),
        }
    }

    /// Somebody has configured the realm anew while it was down.
    pub(super) fn reconfigure(&mut self, rng: &mut Rng) {
        self.max_peers = rng.pick(&[2, 4, 20, 100]);
        self.join_distance_m = rng.pick(&[10.0, 20.0, 35.0]);
    }

    pub(super) fn goes_to_rooms(&self, who: usize) -> bool {
        who.is_multiple_of(self.room_goer_in)
    }
}
