//! What has to be delivered to one connector, until it is acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::bus::Delivery;
use crate::session::SessionNumber;

/// The first wait after a failed delivery, in ms; it doubles up to [`RETRY_MAX_MS`].
const RETRY_MIN_MS: u64 = 250;

/// The longest wait between two attempts, in ms.
const RETRY_MAX_MS: u64 = 8_000;

/// Undelivered assignments and kicks. A newer assignment of a session replaces its older one.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// The number of the newest assignment by session. Which island it is, is looked up when it goes out.
    pub assignments: BTreeMap<SessionNumber, u64>,
    pub kicks: BTreeSet<SessionNumber>,
    under_way: bool,
    failures: u32,
    not_before_ms: u64,
}

impl Outbox {
    pub fn assign(&mut self, session: SessionNumber, assignment: u64) {
        self.assignments.insert(session, assignment);
    }

    pub fn kick(&mut self, session: SessionNumber) {
        self.assignments.remove(&session);
        self.kicks.insert(session);
    }

    /// The session has ended on its own: there is nobody to be told.
    pub fn forget(&mut self, session: SessionNumber) {
        self.assignments.remove(&session);
        self.kicks.remove(&session);
    }

    /// When the next delivery can go out; none while one is under way or there is nothing to tell.
    pub fn due_ms(&self) -> Option<u64> {
        let waiting = !self.under_way && self.has_any();
        waiting.then_some(self.not_before_ms)
    }

    fn has_any(&self) -> bool {
        !self.assignments.is_empty() || !self.kicks.is_empty()
    }

    pub fn sent(&mut self) {
        self.under_way = true;
    }

    /// The connector has taken a delivery: what has not been replaced meanwhile is done.
    pub fn delivered(&mut self, delivery: &Delivery) {
        self.under_way = false;
        self.failures = 0;
        self.not_before_ms = 0;
        for assignment in &delivery.assignments {
            let session = SessionNumber(assignment.session);
            if self.assignments.get(&session) == Some(&assignment.number) {
                self.assignments.remove(&session);
            }
        }
        for &kicked in &delivery.kicks {
            self.kicks.remove(&SessionNumber(kicked));
        }
    }

    /// A delivery did not get through: everything stays, and waits.
    pub fn failed(&mut self, now_ms: u64) {
        self.under_way = false;
        let wait = (RETRY_MIN_MS << self.failures.min(16)).min(RETRY_MAX_MS);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now_ms.saturating_add(wait);
    }
}
