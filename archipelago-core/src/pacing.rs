//! How often something may happen, and when it is tried again.

/// Counts what happens within a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSecond {
    second: u64,
    count: u32,
}

impl PerSecond {
    /// Counts once more, at `now_ms`: whether it is within `max` of this second.
    pub fn allows(&mut self, max: u32, now_ms: u64) -> bool {
        let second = now_ms / 1000;
        if self.second != second {
            *self = Self { second, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= max
    }
}

/// How fast somebody sends, by virtual scheduling (ITU-T I.371, GCRA): what a token bucket does, exact, and one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// When all that was sent would have been sent at the fastest pace.
    done_ms: u64,
}

impl Pace {
    /// Whether something may be sent now that takes `takes_ms` at the fastest pace, when as much as takes `burst_ms` may be
    /// sent at once. If so, it is counted.
    pub fn allows(&mut self, takes_ms: u64, burst_ms: u64, now_ms: u64) -> bool {
        let done_ms = self.done_ms.max(now_ms).saturating_add(takes_ms);
        let allowed = done_ms.saturating_sub(now_ms) <= burst_ms;
        if allowed {
            self.done_ms = done_ms;
        }
        allowed
    }
}

/// How long to wait after so many failures before this one, in ms: `min_ms` at first, doubling up to `max_ms`.
pub(crate) fn backoff_ms(min_ms: u64, max_ms: u64, failures: u32) -> u64 {
    (min_ms << failures.min(16)).min(max_ms)
}
