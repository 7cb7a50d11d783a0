//! What a run has come to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::shared::Shared;
use crate::stats::{Meetings, Quantiles};

/// The summary, and the shape of the file that `--json` writes. Times are milliseconds: `count`, `p50`, `p95`, `p99`
/// and `max`, all 0 when `count` is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub world: String,
    /// In all, commuters included.
    pub players: usize,
    pub commuters: usize,
    pub seed: u32,
    /// Heartbeats a second that each player was to send.
    pub rate_per_second: f64,
    /// How long it took until those who were there from the beginning were in, or lost.
    pub login_seconds: f64,
    /// How long was played after that.
    pub seconds: f64,
    /// When that began and ended, in ms since 1970: what a server has used in between is for this load.
    pub playing_since_ms: u64,
    pub playing_until_ms: u64,
    /// Handshakes that have succeeded, over the time from the start until all were in.
    pub handshakes_per_second: f64,
    /// From dialling to `welcome`; of all sessions.
    pub handshake_ms: Quantiles,
    /// From a session's first heartbeat to its `island_changed`.
    pub first_island_ms: Quantiles,
    /// From a commuter's first heartbeat beyond the border to its `island_changed`; 10 s if it is not told by then.
    pub crossing_ms: Quantiles,
    /// Islands told besides the first of each session, while it was played.
    pub island_changes: u64,
    /// In all.
    pub heartbeats: u64,
    /// Sent, and asked for, while it was played.
    pub heartbeats_per_second: f64,
    pub heartbeats_asked_per_second: f64,
    /// Due in all, and left out since the next was due already: the generator or the network did not keep up.
    pub heartbeats_skipped: u64,
    /// How late heartbeats were sent.
    pub heartbeat_late_ms: Quantiles,
    /// How late the generator came to its own tasks, every 50 ms: when this is high, it is what is slow.
    pub generator_late_ms: Quantiles,
    /// Players who had no session or no island in time, or whose connection ended unasked; with `--reconnect`, only if
    /// they were not back within 30 s.
    pub lost: u64,
    /// With `--reconnect`: how often a player has come back, and was told the island it had, or another one.
    pub returned: u64,
    pub returned_to_same_island: u64,
    pub returned_to_other_island: u64,
    /// From the loss of the connection to the island in the new session.
    pub absence_ms: Quantiles,
    /// What went wrong, by kind: how often. `room_…` in a room, `closed_…` by close codes, `refused_…` by HTTP status.
    pub errors: BTreeMap<String, u64>,
    /// The first of each kind, in words.
    pub first_errors: BTreeMap<String, String>,
    /// How many of the errors are the realm's own: what it told was wrong or missing, and nobody's connection is why.
    pub wrong: u64,
    /// Connection strings that were told, by what they name.
    pub meetings: Meetings,
    /// What the generator itself has used: in all, and while it was played.
    pub cpu_seconds: f64,
    pub playing_cpu_seconds: f64,
    /// With `--chat`; otherwise null.
    pub chat: Option<Chat>,
}

/// What was said and heard in rooms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chat {
    /// From dialling to the room's welcome; `count` is how often somebody entered a room.
    pub entry_ms: Quantiles,
    /// Players who have lost their room unasked, with `--reconnect` for more than 30 s.
    pub lost: u64,
    pub packets_said: u64,
    pub packets_heard: u64,
    /// For each packet said: how many others were in the room.
    pub packets_due: u64,
    /// Heard of those due; about 1, and less where rooms thin out what is unreliable.
    pub heard_share: f64,
    /// From saying something to hearing it.
    pub latency_ms: Quantiles,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Since the start.
    pub at: Duration,
    pub unix_ms: u64,
    pub cpu: Duration,
    pub heartbeats: u64,
    pub heartbeats_skipped: u64,
    pub handshakes: u64,
    pub island_changes: u64,
}

impl Summary {
    /// Of a run that was played from the one moment to the other.
    pub fn new(shared: &Shared, from: Mark, to: Mark, cpu: Duration) -> Self {
        let settings = &shared.settings;
        let stats = shared.stats();
        let seconds = to.at.saturating_sub(from.at).as_secs_f64();
        let sent = to.heartbeats - from.heartbeats;
        let skipped = to.heartbeats_skipped - from.heartbeats_skipped;
        let errors = stats.troubles().map(|(kind, count, _)| (kind, count));
        let wrong = stats.troubles().filter(|(_, _, first)| first.is_wrong());
        let first = stats.troubles().map(|(kind, _, first)| (kind, first));
        Self {
            world: settings.args.world.clone(),
            players: settings.players,
            commuters: settings.commuters,
            seed: settings.seed,
            rate_per_second: settings.args.rate,
            login_seconds: from.at.as_secs_f64(),
            seconds,
            playing_since_ms: from.unix_ms,
            playing_until_ms: to.unix_ms,
            handshakes_per_second: share(from.handshakes as f64, from.at.as_secs_f64()),
            handshake_ms: stats.handshake.quantiles(),
            first_island_ms: stats.first_island.quantiles(),
            crossing_ms: stats.crossing.quantiles(),
            island_changes: to.island_changes - from.island_changes,
            heartbeats: stats.heartbeats,
            heartbeats_per_second: share(sent as f64, seconds),
            heartbeats_asked_per_second: share((sent + skipped) as f64, seconds),
            heartbeats_skipped: stats.heartbeats_skipped,
            heartbeat_late_ms: stats.heartbeat_late.quantiles(),
            generator_late_ms: stats.generator_late.quantiles(),
            lost: stats.lost,
            returned: stats.returned,
            returned_to_same_island: stats.returned_to_same_island,
            returned_to_other_island: stats.returned - stats.returned_to_same_island,
            absence_ms: stats.absence.quantiles(),
            errors: errors
                .map(|(kind, count)| (kind.to_owned(), count))
                .collect(),
            first_errors: first
                .map(|(kind, first)| (kind.to_owned(), first.to_string()))
                .collect(),
            wrong: wrong.map(|(_, count, _)| count).sum(),
            meetings: stats.meetings,
            cpu_seconds: cpu.as_secs_f64(),
            playing_cpu_seconds: to.cpu.saturating_sub(from.cpu).as_secs_f64(),
            chat: settings.args.chat.then(|| Chat::new(&stats.chat)),
        }
    }

    /// Whether nobody was lost, in a session or in a room, and nothing that the realm told was wrong or missing.
    /// Players who have come back may have had all sorts of trouble with the network.
    pub fn is_well(&self) -> bool {
        self.lost == 0 && self.wrong == 0 && self.chat.as_ref().is_none_or(|chat| chat.lost == 0)
    }
}

impl Chat {
    fn new(stats: &crate::stats::ChatStats) -> Self {
        Self {
            entry_ms: stats.entry.quantiles(),
            lost: stats.lost,
            packets_said: stats.said,
            packets_heard: stats.heard,
            packets_due: stats.due,
            heard_share: share(stats.heard as f64, stats.due as f64),
            latency_ms: stats.latency.quantiles(),
        }
    }
}

/// 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} players in {} for {:.1} s, seed {}: {} lost, {} told wrong",
            self.players, self.world, self.seconds, self.seed, self.lost, self.wrong
        )?;
        writeln!(
            f,
            "  handshakes        {} in all, {:.1}/s while all came in",
            self.handshake_ms.count, self.handshakes_per_second
        )?;
        times(f, "handshake", &self.handshake_ms)?;
        times(f, "first island", &self.first_island_ms)?;
        times(f, "border crossing", &self.crossing_ms)?;
        writeln!(
            f,
            "  island changes    {} while playing",
            self.island_changes
        )?;
        writeln!(
            f,
            "  heartbeats        {} in all; {:.1}/s of {:.1}/s asked, {} skipped",
            self.heartbeats,
            self.heartbeats_per_second,
            self.heartbeats_asked_per_second,
            self.heartbeats_skipped
        )?;
        times(f, "heartbeats late", &self.heartbeat_late_ms)?;
        times(f, "generator late", &self.generator_late_ms)?;
        let share = share(self.playing_cpu_seconds, self.seconds);
        writeln!(
            f,
            "  generator's CPU   {:.2} s in all; {:.2} s while playing, {:.0} % of a core",
            self.cpu_seconds,
            self.playing_cpu_seconds,
            100.0 * share
        )?;
        if self.returned > 0 {
            writeln!(
                f,
                "  returned          {}: {} to the same island, {} to another one",
                self.returned, self.returned_to_same_island, self.returned_to_other_island
            )?;
            times(f, "absence", &self.absence_ms)?;
        }
        if let Some(chat) = &self.chat {
            chat.fmt(f)?;
        }
        for (kind, count) in &self.errors {
            writeln!(f, "  {kind:<17} {count} × {}", self.first_errors[kind])?;
        }
        Ok(())
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        times(f, "room entered", &self.entry_ms)?;
        writeln!(
            f,
            "  packets           {} said, {} heard of {} due ({:.1} %), {} rooms lost",
            self.packets_said,
            self.packets_heard,
            self.packets_due,
            100.0 * self.heard_share,
            self.lost
        )?;
        times(f, "packets' latency", &self.latency_ms)
    }
}

fn times(f: &mut fmt::Formatter<'_>, what: &str, times: &Quantiles) -> fmt::Result {
    let Quantiles {
        count,
        p50,
        p95,
        p99,
        max,
    } = times;
    writeln!(
        f,
        "  {what:<17} p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, max {max:.1} ms ({count})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::Trouble;

    fn mark(at_s: u64, counted: u64) -> Mark {
        Mark {
            at: Duration::from_secs(at_s),
            unix_ms: 1_000 * at_s,
            cpu: Duration::from_secs(at_s),
            heartbeats: counted,
            heartbeats_skipped: counted,
            handshakes: counted,
            island_changes: counted,
        }
    }

    fn summary(shared: &Shared) -> Summary {
        Summary::new(shared, mark(2, 10), mark(12, 50), Duration::from_secs(13))
    }

    #[test]
    fn what_is_counted_while_it_was_played_is_the_difference() {
        let shared = Shared::of_five();
        shared.stats().island_changes = 60;
        let summary = summary(&shared);
        assert_eq!((summary.login_seconds, summary.seconds), (2.0, 10.0));
        assert_eq!(summary.island_changes, 40);
        assert_eq!(summary.heartbeats_per_second, 4.0);
        assert_eq!(summary.heartbeats_asked_per_second, 8.0);
        assert_eq!(summary.handshakes_per_second, 5.0);
    }

    #[test]
    fn well_is_nobody_lost_and_nothing_told_wrong() {
        let shared = Shared::of_five();
        assert!(summary(&shared).is_well());
        shared.stats().trouble(Trouble::Cut("by whom?".to_owned()));
        assert!(summary(&shared).is_well(), "who has come back is not lost");
        shared.stats().trouble(Trouble::NoCrossing);
        shared.stats().room_trouble(Trouble::NoCrossing);
        let wrong = summary(&shared);
        assert_eq!((wrong.wrong, wrong.is_well()), (2, false));
        assert_eq!(wrong.errors.values().sum::<u64>(), 3);
    }

    #[test]
    fn who_is_lost_is_not_well() {
        let shared = Shared::of_five();
        shared.stats().lost = 1;
        let summary = summary(&shared);
        assert_eq!((summary.lost, summary.is_well()), (1, false));
    }
}
