//! What has to be delivered to one connector, until it is acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::bus::Delivery;
use crate::session::SessionNumber;

use super::attempts::Attempts;

/// Undelivered assignments and kicks. A newer assignment of a session replaces its older one.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// The number of the newest assignment by session. Which island it is, is looked up when it goes out.
    pub assignments: BTreeMap<SessionNumber, u64>,
    pub kicks: BTreeSet<SessionNumber>,
    /// The connector has to hear that the realm has restarted.
    pub greeting: bool,
    pub attempts: Attempts,
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

    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.kicks.is_empty() && !self.greeting
    }

    /// When the next delivery can go out; none while one is under way or there is nothing to tell.
    pub fn due_ms(&self) -> Option<u64> {
        self.attempts.next_ms().filter(|_| !self.is_empty())
    }

    /// The connector has taken a delivery: what has not been replaced meanwhile is done.
    pub fn delivered(&mut self, delivery: &Delivery) {
        self.attempts.succeeded();
        self.greeting = false;
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
}
