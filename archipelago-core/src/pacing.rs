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

/// How long to wait after so many failures before this one, in ms: `min_ms` at first, doubling up to `max_ms`.
pub(crate) fn backoff_ms(min_ms: u64, max_ms: u64, failures: u32) -> u64 {
    (min_ms << failures.min(16)).min(max_ms)
}
