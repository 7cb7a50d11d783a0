//! When something that may fail is tried again.

use crate::pacing::backoff_ms;

/// The first wait after a failure, in ms; it doubles up to [`RETRY_MAX_MS`].
const RETRY_MIN_MS: u64 = 250;

/// The longest wait between two attempts, in ms.
const RETRY_MAX_MS: u64 = 8_000;

/// The attempts to reach one object: one at a time, and less and less often while they fail.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    under_way: bool,
    failures: u32,
    not_before_ms: u64,
}

impl Attempts {
    /// When the next attempt may be made; none while one is under way.
    pub fn next_ms(&self) -> Option<u64> {
        (!self.under_way).then_some(self.not_before_ms)
    }

    /// Whether the last attempt has failed.
    pub fn has_failed(&self) -> bool {
        self.failures > 0
    }

    pub fn begun(&mut self) {
        self.under_way = true;
    }

    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub fn failed(&mut self, now_ms: u64) {
        self.under_way = false;
        let wait = backoff_ms(RETRY_MIN_MS, RETRY_MAX_MS, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now_ms.saturating_add(wait);
    }
}
