//! What a connector reports.

use std::collections::BTreeSet;

use archipelago_core::connector::SocketId;
use archipelago_core::protocol::bus::{LiveSession, Report, ReportReply};
use archipelago_core::protocol::limits::DESIRED_ROOM_MAX_BYTES;

use super::Shard;

impl Shard {
    /// A report goes out, if one is due.
    pub fn take_report(&mut self) {
        let due = self.connector.report_due_ms();
        let Some(report) = self.connector.take_report(self.now_ms) else {
            assert!(due.is_none_or(|due| due > self.now_ms));
            return;
        };
        assert_eq!(self.connector.report_due_ms(), None, "one at a time");
        assert_eq!(self.connector.take_report(u64::MAX), None, "one at a time");
        let stamp = report.stamp.as_ref().expect("a stamp");
        assert_eq!(stamp.epoch, self.epoch);
        if report.sequence > self.sequence {
            assert_eq!(report.sequence, self.sequence + 1);
            self.check_report(&report);
        }
        self.sequence = report.sequence;
        self.reported = Some(report);
    }

    /// What is composed now says how it is now.
    fn check_report(&self, report: &Report) {
        let live = self.live();
        if let Some(full) = &report.full {
            let number = |session: &LiveSession| session.session;
            let listed: BTreeSet<u64> = full.sessions.iter().map(number).collect();
            assert_eq!(listed.len(), full.sessions.len(), "a session twice");
            assert!(listed.iter().eq(live.keys()), "{listed:?}, but {live:?}");
        } else {
            assert!(report.sequence > 1, "the first one lists all");
        }
        let mut heard = BTreeSet::new();
        for heartbeat in &report.heartbeats {
            assert!(heard.insert(heartbeat.session), "a session twice");
            let is_live = live.contains_key(&heartbeat.session);
            let is_over = report.disconnects.contains(&heartbeat.session);
            assert!(is_live || is_over, "nobody's heartbeat");
            let wish = heartbeat.desired_room.as_deref().unwrap_or_default();
            assert!(wish.len() <= DESIRED_ROOM_MAX_BYTES);
        }
    }

    /// The realm has taken the report, if it was for this incarnation.
    pub fn report_answered(&mut self, reply: &ReportReply) {
        self.connector.report_answered(reply, self.now_ms);
        let Some(report) = self.reported.take() else {
            return;
        };
        if [0, reply.incarnation].contains(&report.incarnation) {
            for session in &report.disconnects {
                self.ended.remove(session);
            }
        }
    }

    /// The realm will never take the report.
    pub fn report_refused(&mut self) {
        self.connector.report_refused(self.now_ms);
        self.reported = None;
    }

    /// The report did not get through.
    pub fn report_failed(&mut self) {
        self.connector.report_failed(self.now_ms);
        self.reported = None;
    }

    /// Everybody leaves: the realm hears of all who were there.
    pub fn drain(&mut self) {
        let sockets = self.open.iter().chain(&self.closing);
        let sockets: Vec<SocketId> = sockets.copied().collect();
        for socket in sockets {
            self.gone(socket);
        }
        // Later than all that has been put off.
        self.now_ms = 1 << 60;
        let incarnation = u64::MAX;
        for _ in 0..8 {
            self.now_ms += 60_000;
            self.take_report();
            let reply = ReportReply {
                incarnation,
                full_wanted: false,
            };
            if self.reported.is_some() {
                self.report_answered(&reply);
            }
        }
        assert_eq!(
            self.ended,
            BTreeSet::new(),
            "the realm has not heard of their end"
        );
        assert_eq!(self.connector.socket_count(), 0);
        assert_eq!(self.connector.report_due_ms(), None);
    }
}
