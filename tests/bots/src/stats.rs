//! What is counted while players play.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::trouble::Trouble;

/// Nothing takes longer than an hour, in µs.
const LONGEST_US: u64 = 3_600_000_000;
/// A thousandth: more than anybody reads.
const SIGNIFICANT_DIGITS: u8 = 3;

/// How long something took, each time.
pub struct Times(Histogram<u64>);

/// Times in milliseconds; all 0 when there were none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many there were.
    pub count: u64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Default for Times {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, SIGNIFICANT_DIGITS);
        Self(histogram.expect("bounds that are allowed"))
    }
}

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.saturating_record(time.as_micros() as u64);
    }

    pub fn quantiles(&self) -> Quantiles {
        let ms = |us: u64| us as f64 / 1000.0;
        let at = |quantile| ms(self.0.value_at_quantile(quantile));
        Quantiles {
            count: self.0.len(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: ms(self.0.max()),
        }
    }
}

/// Everything that is counted of all players together.
#[derive(Default)]
pub struct Stats {
    /// From dialling to `welcome`.
    pub handshake: Times,
    /// From the first heartbeat of a session to the island.
    pub first_island: Times,
    /// From the first heartbeat beyond a border to the other island; as much as it may take if that is not told.
    pub crossing: Times,
    /// From the loss of a connection to the island in the next session.
    pub absence: Times,
    /// How late heartbeats were sent.
    pub heartbeat_late: Times,
    /// How late the generator itself came to step the world.
    pub generator_late: Times,
    /// Players that have been told an island, and those that are connected now.
    pub arrived: u64,
    pub online: u64,
    /// Players that were lost for good; of those: before they were told an island.
    pub lost: u64,
    pub lost_before_arrival: u64,
    /// How often a lost player has come back, and how often to the island it had.
    pub returned: u64,
    pub returned_to_same_island: u64,
    /// Islands told besides the first of each session.
    pub island_changes: u64,
    pub heartbeats: u64,
    /// Heartbeats that were due and left out, for the next one was due already.
    pub heartbeats_skipped: u64,
    pub meetings: Meetings,
    pub chat: ChatStats,
    troubles: BTreeMap<String, (u64, Trouble)>,
}

/// Connection strings told, by what they name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Meetings {
    pub livekit: u64,
    pub ws_room: u64,
    pub offline: u64,
}

/// What is counted in rooms.
#[derive(Default)]
pub struct ChatStats {
    /// From dialling to the room's welcome.
    pub entry: Times,
    /// From saying something to hearing it.
    pub latency: Times,
    pub said: u64,
    /// For each packet said: how many others were in the room.
    pub due: u64,
    pub heard: u64,
    /// Players that have lost their room for good.
    pub lost: u64,
}

impl Stats {
    pub fn trouble(&mut self, trouble: Trouble) {
        self.troubles
            .entry(trouble.kind())
            .or_insert((0, trouble))
            .0 += 1;
    }

    /// Something that went wrong in a room.
    pub fn room_trouble(&mut self, trouble: Trouble) {
        let kind = format!("room_{}", trouble.kind());
        self.troubles.entry(kind).or_insert((0, trouble)).0 += 1;
    }

    /// What went wrong by kind: how often, and the first time.
    pub fn troubles(&self) -> impl Iterator<Item = (&str, u64, &Trouble)> {
        self.troubles
            .iter()
            .map(|(kind, (count, first))| (kind.as_str(), *count, first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_times() {
        let mut times = Times::default();
        let none = times.quantiles();
        assert_eq!((none.count, none.p50, none.max), (0, 0.0, 0.0));
        for ms in 1..=1000 {
            times.add(Duration::from_millis(ms));
        }
        let Quantiles {
            count,
            p50,
            p95,
            p99,
            max,
        } = times.quantiles();
        assert_eq!(count, 1000);
        for (found, expected) in [(p50, 500.0), (p95, 950.0), (p99, 990.0), (max, 1000.0)] {
            assert!((found / expected - 1.0).abs() < 0.002, "{found}");
        }
    }

    #[test]
    fn times_beyond_the_longest_count_as_it() {
        let mut times = Times::default();
        times.add(Duration::ZERO);
        times.add(Duration::from_secs(10_000));
        let quantiles = times.quantiles();
        assert_eq!(quantiles.count, 2);
        assert!((quantiles.max / 3_600_000.0 - 1.0).abs() < 0.002);
    }

    #[test]
    fn troubles_are_counted_by_kind_and_the_first_is_kept() {
        let closed = |code, reason: &str| Trouble::Closed {
            code,
            reason: reason.to_owned(),
        };
        let mut stats = Stats::default();
        stats.trouble(closed(1013, "first"));
        stats.trouble(closed(1013, "second"));
        stats.trouble(Trouble::Kicked);
        stats.room_trouble(closed(1013, "room"));
        let all: Vec<_> = stats.troubles().collect();
        assert_eq!(
            all,
            [
                ("closed_1013", 2, &closed(1013, "first")),
                ("kicked", 1, &Trouble::Kicked),
                ("room_closed_1013", 1, &closed(1013, "room")),
            ]
        );
    }
}
