//! When it is asked again whether anybody is banned who is connected.

use std::collections::BTreeSet;

use crate::auth::Address;
use crate::protocol::limits::BAN_CHECKS_BATCH;

/// The sweeps of a connector, one at a time, each in batches.
#[derive(Debug)]
pub(super) struct Sweeps {
    /// From the beginning of one to that of the next; none: nobody can be asked.
    interval_ms: Option<u64>,
    next_ms: u64,
    /// Whether a batch is under way.
    under_way: bool,
    /// Who has yet to be asked about in this sweep.
    rest: BTreeSet<Address>,
}

impl Sweeps {
    pub fn new(interval_ms: Option<u64>, now_ms: u64) -> Self {
        Self {
            interval_ms,
            next_ms: now_ms.saturating_add(interval_ms.unwrap_or_default()),
            under_way: false,
            rest: BTreeSet::new(),
        }
    }

    /// When the next batch is due; none while one is under way.
    pub fn due_ms(&self) -> Option<u64> {
        self.interval_ms?;
        match (self.under_way, self.rest.is_empty()) {
            (true, _) => None,
            (false, true) => Some(self.next_ms),
            (false, false) => Some(0),
        }
    }

    /// Sessions have outlived a sleep: nobody knows when they were last asked about.
    pub fn hurry(&mut self, now_ms: u64) {
        self.next_ms = now_ms;
    }

    /// The batch that begins now, if one does. A new sweep is about `everybody` who is there by then.
    pub fn begin(
        &mut self,
        now_ms: u64,
        everybody: impl FnOnce() -> BTreeSet<Address>,
    ) -> Option<Vec<Address>> {
        if self.due_ms().is_none_or(|due_ms| now_ms < due_ms) {
            return None;
        }
        if self.rest.is_empty() {
            self.next_ms = now_ms.saturating_add(self.interval_ms?);
            self.rest = everybody();
        }
        self.under_way = true;
        let batch = (0..BAN_CHECKS_BATCH).map_while(|_| self.rest.pop_first());
        Some(batch.collect())
    }

    /// The batch is over.
    pub fn ended(&mut self) {
        self.under_way = false;
    }
}
