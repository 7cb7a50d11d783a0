//! What only the host can count: how long flushes take, and the rows that are written.

use std::rc::Rc;

use archipelago_core::protocol::bus::{CountersReply, CountersRequest, RealmCounters};
use worker::{Request, Response, Result};

use super::Shared;
use crate::bus;
use crate::clock::now_ms;

/// A flush, held by everything that has to be done until those know of it whom it concerns.
///
/// The platform's clock stands still while code runs: only after the connectors have answered it says how long all that took.
pub(super) struct Flush {
    began_ms: u64,
}

impl Flush {
    pub fn new(began_ms: u64) -> Rc<Self> {
        Rc::new(Self { began_ms })
    }
}

impl Shared {
    /// Something that a flush has brought about is done: if it was the last, the flush is over.
    pub(super) fn done(&self, flush: Option<Rc<Flush>>) {
        if let Some(flush) = flush.and_then(Rc::into_inner) {
            let duration_ms = now_ms().saturating_sub(flush.began_ms);
            self.on_realm(|loaded| loaded.realm.flush_told(duration_ms));
        }
    }

    /// Answers what was counted.
    pub(super) async fn tell_counters(&self, mut request: Request) -> Result<Response> {
        let call = bus::request::<CountersRequest>(&mut request).await;
        let reply = call.and_then(|call| {
            self.with(|loaded| {
                loaded.realm.asked_upstream(call.upstream.as_ref());
                let counters = loaded.realm.counters(now_ms());
                let realm = RealmCounters {
                    rows_written: loaded.store.rows_written() + self.alarm.writes(),
                    ..counters.realm.unwrap_or_default()
                };
                Ok(CountersReply {
                    realm: Some(realm),
                    ..counters
                })
            })
        });
        bus::reply(reply)
    }
}
