//! What the routes have asked outside, until the realm has been told: that goes along with what it is asked anyway.

use std::cell::RefCell;
use std::collections::BTreeMap;

use archipelago_core::protocol::Upstream;
use archipelago_core::protocol::bus::UpstreamCounters;
use worker::Env;

use crate::bus::{self, BusError, Call};

thread_local! {
    /// By the realm's name: as many as are configured.
    static UNTOLD: RefCell<BTreeMap<String, UpstreamCounters>> = const { RefCell::new(BTreeMap::new()) };
}

/// A service was asked for a realm, and has answered in time and to the point, or has not.
pub fn count(realm: &str, upstream: Upstream, answered: bool) {
    UNTOLD.with_borrow_mut(|untold| {
        let counters = untold.entry(realm.to_owned()).or_default();
        counters.count(upstream, answered);
    });
}

/// Asks the realm what `request` makes of the numbers. They go with the next question if this one was not served, or the
/// realm has died of it, and has nothing of them; not if the answer is late, or unreadable: they are told once at most.
pub async fn tell<C: Call>(
    limit_ms: u64,
    env: &Env,
    realm: &str,
    request: impl FnOnce(Option<UpstreamCounters>) -> C,
) -> Result<C::Reply, BusError> {
    let told = UNTOLD.with_borrow_mut(|untold| untold.remove(realm));
    let reply = bus::call_within(limit_ms, env, realm, &request(told)).await;
    let is_lost = matches!(reply, Err(BusError::Unreachable(_) | BusError::Refused(_)));
    if let Some(told) = told.filter(|_| is_lost) {
        UNTOLD.with_borrow_mut(|untold| {
            untold.entry(realm.to_owned()).or_default().add(&told);
        });
    }
    reply
}
