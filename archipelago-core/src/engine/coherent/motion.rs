//! Where people are going, as far as two full flushes can tell.

use crate::engine::peers::{Peer, State};
use crate::engine::position::Ground;
use crate::engine::world::World;

/// Slower, in metres per second along both axes together, is standing.
const WALKING_MPS: f64 = 0.5;
/// Faster is no way of walking on: it is a jump to somewhere else, where one stands.
const JUMP_MPS: f64 = 30.0;

/// Where somebody is going.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heading {
    /// Where it will be after the look ahead, if it walks on; x and z in metres.
    pub ahead: (f64, f64),
    /// Where it will be later, likewise.
    pub later: (f64, f64),
    /// How fast it walks; 0 for one that stands.
    pub speed_mps: f64,
    /// Whether it has come from elsewhere.
    pub moved: bool,
}

/// Where everybody was when the last full flush ended.
#[derive(Debug, Default)]
pub(super) struct Motion {
    /// By peer: x and z; NaN for whom was not known.
    before: Vec<[f32; 2]>,
    at_ms: Option<u64>,
}

/// How far ways are followed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outlook {
    /// 1 by the interval: to divide takes longer.
    per_s: f64,
    ahead_s: f64,
    later_s: f64,
}

impl Motion {
    /// Seconds since the last full flush; 0 if there was none.
    pub fn interval_s(&self, now_ms: u64) -> f64 {
        let passed = self.at_ms.map_or(0, |at_ms| now_ms.saturating_sub(at_ms));
        passed as f64 / 1000.0
    }

    /// From the last full flush until now, and so many seconds on: the look ahead, and later.
    pub fn outlook(&self, now_ms: u64, [ahead_s, later_s]: [f64; 2]) -> Outlook {
        Outlook {
            per_s: 1.0 / self.interval_s(now_ms),
            ahead_s,
            later_s,
        }
    }

    /// The handle belongs to a newcomer.
    pub fn forget(&mut self, peer: Peer) {
        if let Some(before) = self.before.get_mut(peer.index()) {
            *before = [f32::NAN; 2];
        }
    }

    /// The end of a full flush in which everybody is where it was.
    pub fn pass(&mut self, now_ms: u64) {
        self.at_ms = Some(now_ms);
    }

    /// The end of a full flush.
    pub fn note(&mut self, world: &World) {
        self.at_ms = Some(world.now_ms);
        self.before.clear();
        let peers = world.peers.state.iter().zip(&world.peers.spots);
        self.before.extend(peers.map(|(state, spot)| match state {
            State::Member => [spot.ground.x(), spot.ground.z()],
            _ => [f32::NAN; 2],
        }));
    }

    /// Where somebody is going.
    pub fn heading(&self, outlook: Outlook, peer: Peer, position: Ground) -> Heading {
        let (x, z) = (f64::from(position.x()), f64::from(position.z()));
        let unknown = [f32::NAN; 2];
        let [was_x, was_z] = self.before.get(peer.index()).unwrap_or(&unknown);
        let vx = (x - f64::from(*was_x)) * outlook.per_s;
        let vz = (z - f64::from(*was_z)) * outlook.per_s;
        let speed = vx.abs() + vz.abs();
        let walks = (WALKING_MPS..JUMP_MPS).contains(&speed);
        // Who walks is hard to foresee: to add nothing costs less than a wrong guess.
        let velocity = |v: f64| if walks { v } else { 0.0 };
        let (vx, vz) = (velocity(vx), velocity(vz));
        // A newcomer was nowhere before.
        let moved = walks || speed >= JUMP_MPS || was_x.is_nan();
        Heading {
            ahead: (x + outlook.ahead_s * vx, z + outlook.ahead_s * vz),
            later: (x + outlook.later_s * vx, z + outlook.later_s * vz),
            speed_mps: (vx * vx + vz * vz).sqrt(),
            moved,
        }
    }
}
