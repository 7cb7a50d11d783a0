//! The figures of one run.

use serde::Serialize;

/// One run of one world under one policy on one target. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// `native` or `wasm`.
    pub target: &'static str,
    /// The world's name.
    pub world: String,
    /// Players at the end.
    pub players: usize,
    /// The crowd policy's name.
    pub policy: String,
    /// Share of the pairs of players within 20 m of each other that share an island, over every tenth flush.
    pub recall_20m: f64,
    /// The same within 50 m.
    pub recall_50m: f64,
    /// Changes that a player is told in a minute, its first island excluded.
    pub reassignments_per_player_minute: f64,
    /// Islands at the end.
    pub islands: usize,
    /// As few as there could be at the end, if every component were cut into full ones.
    pub islands_min: usize,
    /// Members of the smallest island at the end.
    pub size_min: usize,
    /// Of the one in the middle.
    pub size_median: f64,
    /// Of the largest.
    pub size_max: usize,
    /// The flush in which everybody is new; in a world that fills, the first ones are.
    pub first_flush_ms: f64,
    /// The flushes after it.
    pub flush_ms_median: f64,
    /// The flushes after it.
    pub flush_ms_p99: f64,
    /// One counting sort of the same positions, see [`Floor`](crate::Floor).
    pub floor_ms_median: f64,
    /// From one flush to the next, reports included; the mean over the second half of the run.
    pub allocations_per_flush: f64,
    /// Bytes of these.
    pub allocated_bytes_per_flush: f64,
    /// Everybody's report before a flush, the first time excluded.
    pub report_ms_median: f64,
    /// A flush after which nobody has moved, though everybody has reported.
    pub still_flush_ms_median: f64,
    /// Changes that players are told in these flushes, from the first of them on.
    pub still_reassignments: u64,
    /// What the engine holds at the end, for each player.
    pub bytes_per_player: f64,
    /// Of the islands at the end: the same on every target.
    pub fingerprint: String,
}

#[cfg(test)]
mod tests {
    use crate::measure;

    /// Those who read the figures know them by these names, in this order.
    const NAMES: [&str; 23] = [
        "target",
        "world",
        "players",
        "policy",
        "recall_20m",
        "recall_50m",
        "reassignments_per_player_minute",
        "islands",
        "islands_min",
        "size_min",
        "size_median",
        "size_max",
        "first_flush_ms",
        "flush_ms_median",
        "flush_ms_p99",
        "floor_ms_median",
        "allocations_per_flush",
        "allocated_bytes_per_flush",
        "report_ms_median",
        "still_flush_ms_median",
        "still_reassignments",
        "bytes_per_player",
        "fingerprint",
    ];

    #[test]
    fn a_row_has_every_figure() {
        let row = measure("plaza-400", "stable", 20).unwrap();
        let text = serde_json::to_string(&row).unwrap();
        let at = NAMES.map(|name| text.find(&format!("\"{name}\":")));
        assert!(at.iter().all(Option::is_some), "{text}");
        assert!(at.is_sorted(), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.as_object().unwrap().len(), NAMES.len());
        let numbers = NAMES.iter().filter(|name| value[*name].is_number());
        assert_eq!(numbers.count(), NAMES.len() - 4, "{text}");
        let sizes = (row.islands, row.size_min, row.size_median, row.size_max);
        assert_eq!((row.players, sizes), (400, (4, 100, 100.0, 100)));
        assert_eq!((row.islands_min, row.still_reassignments), (4, 0));
        assert!((0.2..0.35).contains(&row.recall_20m), "{}", row.recall_20m);
        assert!(row.bytes_per_player > 0.0 && row.first_flush_ms > 0.0);
    }
}
