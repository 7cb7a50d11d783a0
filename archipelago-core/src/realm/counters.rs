//! What a realm counts, and what it knows of what others count.

use crate::protocol::bus::{
    CountersReply, Histogram, RealmCounters, RealmFigures, UpstreamCounters,
};

use super::Realm;

/// The longest times that are counted together, in ms: from a flush that nobody notices to one that takes longer than the
/// usual time between two.
pub const FLUSH_BOUNDS_MS: [u64; 10] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];

/// How often something took how long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    counts: [u64; FLUSH_BOUNDS_MS.len() + 1],
    sum_ms: u64,
}

impl Times {
    pub fn add(&mut self, ms: u64) {
        let index = FLUSH_BOUNDS_MS.partition_point(|bound| *bound < ms);
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
        }
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    fn to_message(self) -> Histogram {
        Histogram {
            counts: self.counts.to_vec(),
            sum_ms: self.sum_ms,
        }
    }
}

/// What has happened since the realm has started, as far as it sees it itself.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub heartbeats: u64,
    pub deliveries: u64,
    pub deliveries_retried: u64,
    pub deliveries_failed: u64,
    pub flush_duration: Times,
    pub flush_lateness: Times,
    /// Of the routes, which have no other way to be counted.
    upstream: UpstreamCounters,
}

impl Realm {
    /// The routes have asked services outside for this realm.
    pub fn asked_upstream(&mut self, counters: Option<&UpstreamCounters>) {
        if let Some(counters) = counters {
            self.counts.upstream.add(counters);
        }
    }

    /// What a flush has changed is stored, and those connectors have answered that could be told at once; all of it took
    /// `duration_ms`.
    pub fn flush_told(&mut self, duration_ms: u64) {
        self.counts.flush_duration.add(duration_ms);
    }

    /// What has been counted since the realm has started, and how it is now. What was written is the host's business.
    pub fn counters(&mut self, now_ms: u64) -> CountersReply {
        let timeout_ms = self.config.connector_timeout_ms;
        CountersReply {
            connectors: Some(self.connectors.counters()),
            rooms: Some(self.rooms.counters()),
            realm: Some(self.own_counters()),
            figures: Some(self.figures_now(now_ms)),
            stages: Some(self.connectors.stages(timeout_ms, now_ms)),
            upstream: Some(self.counts.upstream),
        }
    }

    fn own_counters(&self) -> RealmCounters {
        let counts = &self.counts;
        RealmCounters {
            reassignments: self.live.reassignments,
            heartbeats: counts.heartbeats,
            deliveries: counts.deliveries,
            deliveries_retried: counts.deliveries_retried,
            deliveries_failed: counts.deliveries_failed,
            rows_written: 0,
            flush_duration: Some(counts.flush_duration.to_message()),
            flush_lateness: Some(counts.flush_lateness.to_message()),
        }
    }

    fn figures_now(&mut self, now_ms: u64) -> RealmFigures {
        let figures = self.figures(now_ms);
        let (rooms, room_players) = self.rooms.totals(now_ms);
        RealmFigures {
            peers: figures.players.into(),
            islands: figures.islands.into(),
            deliveries_pending: self.connectors.pending(),
            rooms,
            room_players,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_up_to_their_bounds() {
        let mut times = Times::default();
        for ms in [0, 1, 2, 5, 6, 2_500, 2_501, u64::MAX / 2] {
            times.add(ms);
        }
        let Histogram { counts, sum_ms } = times.to_message();
        assert_eq!(counts, [2, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(sum_ms, 14 + 2_500 + 2_501 + u64::MAX / 2);
    }
}
