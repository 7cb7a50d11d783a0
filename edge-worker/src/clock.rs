//! Time, for the core.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Delay, State, js_sys};

/// A timer that is overdue by this much, in ms, is taken for lost.
const LOST_MS: u64 = 1_000;

/// How long a request waits until it looks again whether what another one asks for is there. It cannot wait for that: of
/// other requests the platform shows it no end. About as long as a realm takes to answer.
pub const MOMENT: Duration = Duration::from_millis(10);

/// Now, in ms since the epoch.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// The future's output, or none if it takes longer than `limit_ms`.
pub async fn within<T>(limit_ms: u64, future: impl Future<Output = T>) -> Option<T> {
    let limit = pin!(Delay::from(Duration::from_millis(limit_ms)));
    match select(pin!(future), limit).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Wakes an object, as long as it lives. An alarm would be a write.
#[derive(Default)]
pub struct Timer {
    at_ms: Rc<Cell<Option<u64>>>,
}

impl Timer {
    /// The work begins no later than at `at_ms`.
    pub fn no_later_than<F>(
        &self,
        state: &State,
        at_ms: u64,
        now: u64,
        work: impl FnOnce() -> F + 'static,
    ) where
        F: Future<Output = ()> + 'static,
    {
        let lost = |set: u64| set.saturating_add(LOST_MS) < now;
        if (self.at_ms.get()).is_some_and(|set| set <= at_ms && !lost(set)) {
            return;
        }
        self.at_ms.set(Some(at_ms));
        let set = Rc::clone(&self.at_ms);
        state.wait_until(async move {
            Delay::from(Duration::from_millis(at_ms.saturating_sub(now))).await;
            // An earlier one may have been set meanwhile; then there is only less to do.
            if set.get() == Some(at_ms) {
                set.set(None);
            }
            work().await;
        });
    }
}
