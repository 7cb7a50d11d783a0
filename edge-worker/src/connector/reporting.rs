//! When and how a connector's reports go out.

use std::rc::Rc;

use archipelago_core::protocol::bus::Report;

use super::{CALL_LIMIT_MS, Shared, warn_if_failed};
use crate::bus::{self, BusError};
use crate::clock::now_ms;
use crate::log;

impl Shared {
    /// Sends the report that is due now, or sets a timer for the next one.
    pub(super) fn report(self: &Rc<Self>, now: u64) {
        let (report, realm) = {
            let mut slot = self.loaded.borrow_mut();
            let Some(loaded) = slot.as_mut() else { return };
            let Some(due) = loaded.connector.report_due_ms() else {
                return;
            };
            if now < due {
                let shared = Rc::clone(self);
                return self
                    .timer
                    .no_later_than(&self.state, due, now, || async move {
                        shared.report(now_ms());
                    });
            }
            (
                loaded.connector.take_report(now),
                loaded.config.realm_name.clone(),
            )
        };
        if let Some(report) = report {
            self.state
                .wait_until(Rc::clone(self).send_report(report, realm));
        }
    }

    async fn send_report(self: Rc<Self>, report: Report, realm: String) {
        let reply = bus::call_within(CALL_LIMIT_MS, &self.env, &realm, &report).await;
        let step = self.with(|loaded, now| match &reply {
            Ok(reply) => loaded.connector.report_answered(reply, now),
            Err(BusError::Refused(400..=499)) => loaded.connector.report_refused(now),
            Err(_) => loaded.connector.report_failed(now),
        });
        warn_if_failed("report not settled", step);
        if let Err(error) = reply {
            log::warn("report failed", &[("error", &error)]);
        }
        self.report(now_ms());
    }
}
