//! An object's one alarm.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use worker::js_sys;
use worker::{ScheduledTime, State, Storage};

use crate::clock::now_ms;

/// An alarm that is overdue by this much, in ms, is taken for lost: the platform gives up after some failures.
const LOST_MS: u64 = 60_000;

/// Sets the alarm, and remembers for when, so that it is not written again without need.
#[derive(Default)]
pub struct Alarm {
    at_ms: Cell<Option<u64>>,
    /// How often it was written.
    writes: Cell<u64>,
}

impl Alarm {
    /// Whether the alarm is going to ring by then.
    pub fn rings_by(&self, at_ms: u64, now: u64) -> bool {
        let lost = |set: u64| set.saturating_add(LOST_MS) < now;
        (self.at_ms.get()).is_some_and(|set| set <= at_ms && !lost(set))
    }

    /// The alarm rings no later than this.
    pub async fn no_later_than(&self, state: &State, at_ms: u64) {
        if !self.rings_by(at_ms, now_ms()) {
            self.write(&state.storage(), at_ms).await;
        }
    }

    /// The same, without waiting for it.
    pub fn set_no_later_than(self: &Rc<Self>, state: &State, at_ms: u64, now: u64) {
        if !self.rings_by(at_ms, now) {
            let (alarm, storage) = (Rc::clone(self), state.storage());
            state.wait_until(async move { alarm.write(&storage, at_ms).await });
        }
    }

    async fn write(&self, storage: &Storage, at_ms: u64) {
        self.at_ms.set(Some(at_ms));
        let time = ScheduledTime::new(js_sys::Date::new(&(at_ms as f64).into()));
        self.writes.set(self.writes.get() + 1);
        if let Err(error) = storage.set_alarm(time).await {
            // The next event tries again.
            self.at_ms.set(None);
            crate::log::warn("alarm not set", &[("error", &error)]);
        }
    }

    /// The alarm has rung: does what it is for, after the handler.
    ///
    /// A panic, also one of another object in the isolate, leaves every handler waiting that has not returned; and the
    /// platform rings no more as long as one waits.
    pub fn rung(&self, state: &State, work: impl Future<Output = ()> + 'static) {
        self.unset();
        state.wait_until(work);
    }

    /// How often it was set or deleted, each of which is a row written.
    pub fn writes(&self) -> u64 {
        self.writes.get()
    }

    /// Whether the alarm is going to ring.
    pub fn is_set(&self) -> bool {
        self.at_ms.get().is_some()
    }

    /// The alarm does not ring any more.
    pub async fn delete(&self, state: &State) {
        self.unset();
        self.writes.set(self.writes.get() + 1);
        if let Err(error) = state.storage().delete_alarm().await {
            // It rings once more, for nothing.
            crate::log::warn("alarm not deleted", &[("error", &error)]);
        }
    }

    /// The alarm has rung, or was deleted: none is set any more.
    pub fn unset(&self) {
        self.at_ms.set(None);
    }
}
