//! Time, for the core.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Date, Delay};

/// Now, in ms since the epoch.
pub fn now_ms() -> u64 {
    Date::now().as_millis()
}

/// The future's output, or none if it takes longer than `limit_ms`.
pub async fn within<T>(limit_ms: u64, future: impl Future<Output = T>) -> Option<T> {
    let limit = pin!(Delay::from(Duration::from_millis(limit_ms)));
    match select(pin!(future), limit).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
