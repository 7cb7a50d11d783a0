//! When the islands are formed anew.

use crate::engine::Scope;
use crate::protocol::bus::StatusReply;

/// How long after a newcomer's first heartbeat the arrivals are grouped, in ms: short enough to feel immediate, long
/// enough that those who come together are handled together.
pub const ARRIVALS_DELAY_MS: u64 = 25;

/// In a rush, arrivals are grouped no sooner than this many times the duration of the last flush after it, so that at
/// least three quarters of the time are left for everything else.
pub const RUSH_FACTOR: u64 = 4;

/// A flush that was due may be this many periods late before the realm counts as unhealthy.
const LATE_PERIODS_MAX: u64 = 2;

impl StatusReply {
    /// Whether no flush that was due is more than two periods late. A realm without anybody is healthy.
    pub fn is_healthy(&self, flush_period_ms: u64) -> bool {
        u64::from(self.flush_late_ms) <= flush_period_ms.saturating_mul(LATE_PERIODS_MAX)
    }
}

/// The times of the flushes. The full one comes once a period as long as anybody is there; without anybody nothing is
/// due.
#[derive(Debug)]
pub(super) struct Schedule {
    period_ms: u64,
    full_ms: Option<u64>,
    arrivals_ms: Option<u64>,
    rush_until_ms: u64,
}

impl Schedule {
    pub fn new(period_ms: u64) -> Self {
        Self {
            period_ms,
            full_ms: None,
            arrivals_ms: None,
            rush_until_ms: 0,
        }
    }

    /// A newcomer waits to be grouped.
    pub fn arrival(&mut self, now_ms: u64) {
        let due = now_ms
            .saturating_add(ARRIVALS_DELAY_MS)
            .max(self.rush_until_ms);
        self.arrivals_ms.get_or_insert(due);
        self.full_ms
            .get_or_insert(now_ms.saturating_add(self.period_ms));
    }

    /// Somebody is there from before the start.
    pub fn resume(&mut self, now_ms: u64) {
        self.full_ms = Some(now_ms.saturating_add(self.period_ms));
    }

    /// What is due, the most thorough first.
    pub fn due(&self, now_ms: u64) -> Option<Scope> {
        let is_due = |at: Option<u64>| at.is_some_and(|at| at <= now_ms);
        if is_due(self.full_ms) {
            Some(Scope::Full)
        } else if is_due(self.arrivals_ms) {
            Some(Scope::Arrivals)
        } else {
            None
        }
    }

    /// A flush has been done; `anybody`: whether anybody is there to be grouped again.
    pub fn flushed(&mut self, scope: Scope, anybody: bool, now_ms: u64) {
        self.arrivals_ms = None;
        if scope == Scope::Full {
            self.full_ms = anybody.then(|| now_ms.saturating_add(self.period_ms));
        }
    }

    /// How long the last flush took, and when it ended.
    pub fn measured(&mut self, duration_ms: u64, now_ms: u64) {
        self.rush_until_ms = now_ms.saturating_add(duration_ms.saturating_mul(RUSH_FACTOR));
    }

    /// When the next flush is due.
    pub fn next_ms(&self) -> Option<u64> {
        self.full_ms.into_iter().chain(self.arrivals_ms).min()
    }

    /// By how much the oldest due flush is late, in ms.
    pub fn late_ms(&self, now_ms: u64) -> u64 {
        self.next_ms().map_or(0, |due| now_ms.saturating_sub(due))
    }
}
