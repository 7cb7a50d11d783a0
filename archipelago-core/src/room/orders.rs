//! What the realm is told of a room, and what it says of the room's guests.

use crate::protocol::bus::{RoomOrders, RoomReport, RoomReportReply};

use super::packet::leave;
use super::record::of_guest;
use super::{Action, Reason, Room};

impl Room {
    /// Mutes and closes those who belong elsewhere. What names nobody who is here changes nothing.
    pub fn obey(&mut self, orders: &RoomOrders, now_ms: u64, out: &mut Vec<Action>) {
        for name in &orders.mute {
            let Some(socket) = self.guests.named(name) else {
                continue;
            };
            let Some(alias) = self.guests.mute(socket, now_ms) else {
                continue;
            };
            if let Some(guest) = self.guests.muted(socket) {
                let record = of_guest(self.id(), socket, guest, None);
                out.push(Action::Keep(socket, record));
            }
            out.push(Action::Relay(leave(alias, None)));
        }
        for name in &orders.close {
            if let Some(socket) = self.guests.named(name) {
                self.expel(socket, Reason::Moved, now_ms, out);
            }
        }
    }

    /// When the next report has to go out; none while one is under way or there is nothing to say.
    pub fn report_due_ms(&self) -> Option<u64> {
        self.reports.due_ms()
    }

    /// The report to send now, if one is due. Its answer, or its failure, must be told before the next one comes.
    pub fn take_report(&mut self, now_ms: u64) -> Option<RoomReport> {
        let anybody = self.guests.count() > 0;
        let counters = self.reports.take(anybody, now_ms)?;
        Some(RoomReport {
            room: self.id().as_str().to_owned(),
            guests: self.guests.listed(),
            players: self.guests.members().len() as u32,
            counters: Some(counters),
            number: self.reports.next_number(now_ms),
        })
    }

    /// The realm has taken the report, and may have said who belongs elsewhere.
    pub fn report_answered(&mut self, reply: &RoomReportReply, now_ms: u64, out: &mut Vec<Action>) {
        self.reports.answered(self.guests.count() > 0, now_ms);
        self.reports.overtake(reply.number, now_ms);
        if let Some(orders) = &reply.orders {
            self.obey(orders, now_ms, out);
        }
    }

    /// The report did not get through: one will be due again as long as anybody is here.
    pub fn report_failed(&mut self, now_ms: u64) {
        self.reports.failed(self.guests.count() > 0, now_ms);
    }
}
