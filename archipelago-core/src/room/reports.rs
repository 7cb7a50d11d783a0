//! When a room has to report, and what it has counted.

use crate::pacing::backoff_ms;
use crate::protocol::bus::RoomCounters;

/// A room in which something happens reports this often, in ms.
pub const ROOM_REPORT_INTERVAL_MS: u64 = 10_000;

/// A room with guests reports at least this often, in ms, so that the realm knows that it is there: seldom enough that one
/// in which nobody speaks can sleep, which takes ten seconds without events.
pub const ROOM_IDLE_REPORT_MS: u64 = 60_000;

/// The shortest time from one report to the next, in ms: in a rush those who come in together are reported together.
pub const ROOM_REPORT_REST_MS: u64 = 100;

/// How long a report that failed waits before it is made again, in ms; it doubles up to [`ROOM_RETRY_MAX_MS`].
pub const ROOM_RETRY_MS: u64 = 1_000;

/// The longest wait between two attempts, in ms.
pub const ROOM_RETRY_MAX_MS: u64 = ROOM_REPORT_INTERVAL_MS;

/// The reports of a room: one at a time, each says all there is to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Reports {
    /// When the next one has to go out; none: nothing to say.
    due_ms: Option<u64>,
    under_way: Option<UnderWay>,
    /// What has happened since the last report was made.
    counters: RoomCounters,
    failures: u32,
    /// When the last report went out.
    last_ms: u64,
    /// Nothing shortens the rest after a report, or the wait after a failure.
    not_before_ms: u64,
    /// No number up to this is given any more.
    last_number: u64,
}

#[derive(Clone, Debug)]
struct UnderWay {
    counters: RoomCounters,
    /// Whether it names a guest.
    anybody: bool,
}

impl Reports {
    /// Somebody came in, or the last one has left.
    pub fn soon(&mut self, now_ms: u64) {
        self.due_at(now_ms);
    }

    /// Something happened that the realm is told in time.
    pub fn in_time(&mut self, now_ms: u64) {
        self.due_at(now_ms.max(self.last_ms.saturating_add(ROOM_REPORT_INTERVAL_MS)));
    }

    fn due_at(&mut self, at_ms: u64) {
        let at_ms = at_ms.max(self.not_before_ms);
        self.due_ms = Some(self.due_ms.map_or(at_ms, |due| due.min(at_ms)));
    }

    /// What is counted.
    pub fn count(&mut self) -> &mut RoomCounters {
        &mut self.counters
    }

    pub fn due_ms(&self) -> Option<u64> {
        if self.under_way.is_some() {
            None
        } else {
            self.due_ms
        }
    }

    /// Whether there is nothing to say, and no answer to wait for.
    pub fn is_quiet(&self) -> bool {
        self.due_ms.is_none() && self.under_way.is_none()
    }

    /// A report goes out, if one is due: what it says was counted. `anybody`: whether there are guests.
    pub fn take(&mut self, anybody: bool, now_ms: u64) -> Option<RoomCounters> {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return None;
        }
        let counters = std::mem::take(&mut self.counters);
        self.due_ms = None;
        self.last_ms = now_ms;
        self.under_way = Some(UnderWay { counters, anybody });
        Some(counters)
    }

    /// The number of a report. Without a memory that outlives a sleep it is the time, if the realm has not yet heard of a
    /// later one.
    pub fn next_number(&mut self, now_ms: u64) -> u64 {
        self.last_number = now_ms.max(self.last_number.saturating_add(1));
        self.last_number
    }

    /// The realm has heard of this number. If it is higher than all that were given here, the room was on a machine before
    /// whose clock is ahead of this one: what was reported meanwhile was passed over.
    pub fn overtake(&mut self, number: u64, now_ms: u64) {
        if number > self.last_number {
            self.last_number = number;
            self.soon(now_ms);
        }
    }

    pub fn answered(&mut self, anybody: bool, now_ms: u64) {
        if self.under_way.take().is_none() {
            return;
        }
        self.failures = 0;
        self.not_before_ms = self.last_ms.saturating_add(ROOM_REPORT_REST_MS);
        self.due_ms = self.due_ms.map(|due| due.max(self.not_before_ms));
        if anybody {
            self.due_at(now_ms.max(self.last_ms.saturating_add(ROOM_IDLE_REPORT_MS)));
        }
    }

    pub fn failed(&mut self, anybody: bool, now_ms: u64) {
        let Some(report) = self.under_way.take() else {
            return;
        };
        // Put back: nobody has heard of it.
        self.counters.add(&report.counters);
        if !anybody && !report.anybody {
            // Said once: the realm forgets a silent room by itself.
            self.due_ms = None;
            self.failures = 0;
            self.not_before_ms = 0;
            return;
        }
        let wait_ms = backoff_ms(ROOM_RETRY_MS, ROOM_RETRY_MAX_MS, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now_ms.saturating_add(wait_ms);
        self.due_ms = Some(self.not_before_ms);
    }
}
