//! Where people are going, as far as two full flushes can tell.

use super::patience::since;
use crate::engine::grid::Entry;
use crate::engine::lists::lengthen;
use crate::engine::peers::{Peer, State};
use crate::engine::position::Ground;
use crate::engine::world::World;

/// Slower, in metres per second along both axes together, is standing.
const WALKING_MPS: f64 = 0.5;
/// Faster is no way of walking on: it is a jump to somewhere else, where one stands.
const JUMP_MPS: f64 = 30.0;

/// So many pasts are fetched at a time.
const FETCHED: usize = 64;

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

/// What is remembered of somebody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    /// Where it was when the last full flush ended, x and z; NaN if that was not known.
    at: [f32; 2],
    /// For how many flushes it has been [quiet](since)…
    pub quiet: f32,
    /// …until it was last looked at, in this full flush.
    pub seen: u32,
}

impl Past {
    const UNKNOWN: Self = Self {
        at: [f32::NAN; 2],
        quiet: 0.0,
        seen: 0,
    };
}

/// What is remembered of everybody from one full flush to the next.
#[derive(Debug, Default)]
pub(super) struct Motion {
    /// By peer.
    pasts: Vec<Past>,
    at_ms: Option<u64>,
    /// Full flushes, the one at hand included.
    flush: u32,
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
        if let Some(past) = self.pasts.get_mut(peer.index()) {
            *past = Past::UNKNOWN;
        }
    }

    /// There is something remembered of everybody: of newcomers nothing.
    pub fn know(&mut self, world: &World) {
        lengthen(&mut self.pasts, world.peers.state.len(), Past::UNKNOWN);
    }

    /// Calls back for everybody, with what is remembered. That is all over the memory: it is fetched faster if nothing
    /// else is done meanwhile.
    pub fn each(&self, entries: &[Entry], mut found: impl FnMut(&Entry, Past)) {
        let mut pasts = [Past::UNKNOWN; FETCHED];
        for entries in entries.chunks(FETCHED) {
            for (past, entry) in pasts.iter_mut().zip(entries) {
                *past = self.past(entry.peer);
            }
            for (entry, past) in entries.iter().zip(pasts) {
                found(entry, past);
            }
        }
    }

    /// What is remembered of somebody.
    pub fn past(&self, peer: Peer) -> Past {
        self.pasts[peer.index()]
    }

    /// Somebody is looked at who moves or stands where it is so [quiet](super::patience::quiet): for how many flushes it
    /// has been.
    pub fn stand(&mut self, peer: Peer, moved: bool, quiet: f32) -> f32 {
        let past = &mut self.pasts[peer.index()];
        let flushes = self.flush - std::mem::replace(&mut past.seen, self.flush);
        past.quiet = since(past.quiet, flushes, moved, quiet);
        past.quiet
    }

    /// The number of the full flush at hand.
    pub fn flush(&self) -> u32 {
        self.flush
    }

    /// A full flush begins, whether or not there is anything to do.
    pub fn begin(&mut self) {
        self.flush += 1;
    }

    /// The end of a full flush in which everybody is where it was.
    pub fn pass(&mut self, now_ms: u64) {
        self.at_ms = Some(now_ms);
    }

    /// The end of a full flush.
    pub fn note(&mut self, world: &World) {
        let outlook = self.outlook(world.now_ms, [0.0; 2]);
        self.at_ms = Some(world.now_ms);
        self.know(world);
        let peers = world.peers.state.iter().zip(&world.peers.spots);
        for (past, (state, spot)) in self.pasts.iter_mut().zip(peers) {
            let at = match state {
                State::Member => [spot.ground.x(), spot.ground.z()],
                _ => Past::UNKNOWN.at,
            };
            // It may have walked where nobody looked.
            if past.at != at && outlook.heading(*past, spot.ground).moved {
                (past.quiet, past.seen) = (0.0, self.flush);
            }
            past.at = at;
        }
    }
}

impl Outlook {
    /// Where somebody is going who is there now.
    #[allow(
        clippy::manual_range_contains,
        clippy::needless_bitwise_bool,
        reason = "no guesses"
    )]
    pub fn heading(self, past: Past, position: Ground) -> Heading {
        let (x, z) = (f64::from(position.x()), f64::from(position.z()));
        let [was_x, was_z] = past.at;
        let vx = (x - f64::from(was_x)) * self.per_s;
        let vz = (z - f64::from(was_z)) * self.per_s;
        let speed = vx.abs() + vz.abs();
        let walks = (speed >= WALKING_MPS) & (speed < JUMP_MPS);
        // Masked instead of chosen, because a branch would mostly be guessed wrong.
        let mask = 0_u64.wrapping_sub(u64::from(walks));
        let [vx, vz] = [vx, vz].map(|v| f64::from_bits(v.to_bits() & mask));
        // A newcomer was nowhere before.
        let moved = walks | (speed >= JUMP_MPS) | was_x.is_nan();
        Heading {
            ahead: (x + self.ahead_s * vx, z + self.ahead_s * vz),
            later: (x + self.later_s * vx, z + self.later_s * vz),
            speed_mps: (vx * vx + vz * vz).sqrt(),
            moved,
        }
    }
}

/// As exact as positions are.
pub(super) fn rounded((x, z): (f64, f64)) -> (f64, f64) {
    (f64::from(x as f32), f64::from(z as f32))
}
