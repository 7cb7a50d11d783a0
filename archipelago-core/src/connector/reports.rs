//! What a connector still has to report.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::pacing::backoff_ms;
use crate::protocol::bus::{
    ConnectorCounters, ConnectorStamp, LiveSession, LiveSessions, Report, ReportReply,
    SessionHeartbeat, SessionStages,
};
use crate::protocol::limits::{COUNTS_REST_MS, HEARTBEATS_FORWARDED_PER_SECOND_MAX};
use crate::session::SessionNumber;

use super::SocketId;

/// How long heartbeats are gathered before they are reported, in ms: the newest of each session is sent.
pub const REPORT_INTERVAL_MS: u64 = 1_000 / HEARTBEATS_FORWARDED_PER_SECOND_MAX;

/// A connector with sessions reports at least this often, in ms, so that the realm knows that it lives.
pub const KEEP_ALIVE_MS: u64 = 20_000;

/// How long a report that failed waits before it is sent again, in ms; it doubles up to [`RETRY_MAX_MS`].
pub const RETRY_MS: u64 = 500;

/// The longest wait between two attempts, in ms.
pub const RETRY_MAX_MS: u64 = 8_000;

/// A heartbeat that the realm has not been told.
#[derive(Debug)]
struct Waiting {
    heartbeat: SessionHeartbeat,
    /// The session's first does not wait for the others, nor does one that was told to no avail.
    urgent: bool,
}

/// The reports of one epoch. One at a time is under way; it is repeated as it is until the realm has answered, so that
/// nothing is lost and nothing is applied twice.
#[derive(Debug)]
pub(super) struct Reports {
    stamp: ConnectorStamp,
    sequence: u64,
    /// The realm's incarnation as of its last answer; 0: it has not answered yet.
    incarnation: u64,
    /// The realm has to be told all live sessions.
    full_wanted: bool,
    heartbeats: BTreeMap<SessionNumber, Waiting>,
    /// When the heartbeats that were gathered last went out; those of newcomers do not count.
    gathered_ms: u64,
    counters: ConnectorCounters,
    /// How many sessions were in which stage when the last report was made.
    told_stages: SessionStages,
    disconnects: Vec<u64>,
    abandoned: Vec<u64>,
    unanswered: Option<Report>,
    under_way: bool,
    failures: u32,
    /// Nothing shortens the wait after a failure.
    not_before_ms: u64,
    /// When the next report has to go out; none: nothing to say but that the connector lives.
    due_ms: Option<u64>,
    last_ms: u64,
}

impl Reports {
    pub fn new(stamp: ConnectorStamp, now_ms: u64) -> Self {
        Self {
            stamp,
            sequence: 0,
            incarnation: 0,
            full_wanted: true,
            heartbeats: BTreeMap::new(),
            gathered_ms: now_ms,
            counters: ConnectorCounters::default(),
            told_stages: SessionStages::default(),
            disconnects: Vec::new(),
            abandoned: Vec::new(),
            unanswered: None,
            under_way: false,
            failures: 0,
            not_before_ms: 0,
            due_ms: None,
            last_ms: now_ms,
        }
    }

    pub fn stamp(&self) -> &ConnectorStamp {
        &self.stamp
    }

    pub fn heartbeat(&mut self, heartbeat: SessionHeartbeat, first: bool, now_ms: u64) {
        let session = SessionNumber(heartbeat.session);
        self.counters.heartbeats += 1;
        match self.heartbeats.get_mut(&session) {
            // A wish stays until it is replaced: a newer heartbeat without one says nothing about it.
            Some(Waiting {
                heartbeat: waiting, ..
            }) => {
                self.counters.heartbeats_superseded += 1;
                waiting.position = heartbeat.position;
                waiting.desired_room = heartbeat.desired_room.or(waiting.desired_room.take());
            }
            None => {
                self.heartbeats.insert(
                    session,
                    Waiting {
                        heartbeat,
                        urgent: first,
                    },
                );
            }
        }
        self.due_at(if first {
            now_ms
        } else {
            self.gathering_ends_ms(now_ms)
        });
    }

    /// When the heartbeats that are being gathered go out.
    fn gathering_ends_ms(&self, now_ms: u64) -> u64 {
        now_ms.max(self.gathered_ms.saturating_add(REPORT_INTERVAL_MS))
    }

    /// What is counted. The realm hears of it with whatever it is told next, or when [`COUNTS_REST_MS`] are over.
    pub fn count(&mut self) -> &mut ConnectorCounters {
        &mut self.counters
    }

    pub fn ended(&mut self, session: SessionNumber, now_ms: u64) {
        let outlived = self.heartbeats.remove(&session);
        self.counters.heartbeats_outlived += u64::from(outlived.is_some());
        self.disconnects.push(session.0);
        self.due_at(now_ms);
    }

    /// The realm has not answered for this socket: whatever it may have issued must not live.
    pub fn abandoned(&mut self, socket: SocketId, now_ms: u64) {
        self.abandoned.push(socket.0);
        self.due_at(now_ms);
    }

    pub fn list_all(&mut self, now_ms: u64) {
        self.full_wanted = true;
        self.due_at(now_ms);
    }

    /// The realm has to hear that the connector lives, even if there is nothing to say.
    pub fn keep_alive(&mut self, now_ms: u64) {
        self.due_at(now_ms);
    }

    fn due_at(&mut self, at_ms: u64) {
        let at_ms = at_ms.max(self.not_before_ms);
        self.due_ms = Some(self.due_ms.map_or(at_ms, |due| due.min(at_ms)));
    }

    /// When the next report has to go out; none while one is under way or there is nothing to say.
    pub fn due_ms(&self, stages: &SessionStages) -> Option<u64> {
        if self.under_way {
            return None;
        }
        self.due_ms.or_else(|| {
            let is_told =
                self.counters == ConnectorCounters::default() && self.told_stages == *stages;
            let rested_ms = self.last_ms.saturating_add(COUNTS_REST_MS);
            (!is_told).then(|| rested_ms.max(self.not_before_ms))
        })
    }

    /// When the realm must hear again that the connector lives.
    pub fn keep_alive_ms(&self) -> u64 {
        self.last_ms.saturating_add(KEEP_ALIVE_MS)
    }

    /// The report to send now, if one is due. `sessions` lists all live ones.
    pub fn take(
        &mut self,
        now_ms: u64,
        stages: SessionStages,
        sessions: impl FnOnce() -> Vec<LiveSession>,
    ) -> Option<Report> {
        if self.due_ms(&stages).is_none_or(|due| now_ms < due) {
            return None;
        }
        let report = match self.unanswered.take() {
            Some(report) => report,
            None => self.compose(sessions, stages, now_ms),
        };
        self.unanswered = Some(report.clone());
        self.under_way = true;
        self.due_ms = None;
        self.last_ms = now_ms;
        Some(report)
    }

    fn compose(
        &mut self,
        sessions: impl FnOnce() -> Vec<LiveSession>,
        stages: SessionStages,
        now_ms: u64,
    ) -> Report {
        self.sequence += 1;
        self.told_stages = stages;
        let all = self.gathering_ends_ms(now_ms) <= now_ms;
        if all {
            self.gathered_ms = now_ms;
        }
        let told = self
            .heartbeats
            .extract_if(.., |_, waiting| all || waiting.urgent);
        let heartbeats = told.map(|(_, waiting)| waiting.heartbeat).collect();
        Report {
            stamp: Some(self.stamp.clone()),
            sequence: self.sequence,
            full: std::mem::take(&mut self.full_wanted).then(|| LiveSessions {
                sessions: sessions(),
            }),
            heartbeats,
            disconnects: std::mem::take(&mut self.disconnects),
            abandoned_sockets: std::mem::take(&mut self.abandoned),
            incarnation: self.incarnation,
            counters: Some(std::mem::take(&mut self.counters))
                .filter(|counters| *counters != ConnectorCounters::default()),
            stages: Some(stages),
        }
    }

    /// The realm's incarnation as far as it is known; 0: it has not answered yet.
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    pub fn answered(&mut self, reply: &ReportReply, now_ms: u64) {
        let meant = self.unanswered.as_ref().map(|report| report.incarnation);
        if meant.is_some_and(|meant| meant > reply.incarnation) {
            // Passed over by one that is over. If its number has fallen, that ends only when this connector restarts.
            return self.refused(now_ms);
        }
        self.under_way = false;
        self.failures = 0;
        self.not_before_ms = 0;
        if let Some(report) = self.unanswered.take()
            && report.incarnation != 0
            && report.incarnation != reply.incarnation
        {
            self.take_back(report);
        }
        self.seen_incarnation(reply.incarnation, now_ms);
        self.full_wanted |= reply.full_wanted;
        self.catch_up(now_ms);
    }

    pub fn failed(&mut self, now_ms: u64) {
        self.under_way = false;
        let wait = backoff_ms(RETRY_MS, RETRY_MAX_MS, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now_ms.saturating_add(wait);
        self.due_ms = Some(self.not_before_ms);
    }

    /// The realm will not take this report, however often it is repeated. Who is there, a full list will say; who has
    /// left is said again.
    pub fn refused(&mut self, now_ms: u64) {
        if let Some(report) = self.unanswered.take() {
            self.take_back(report);
        }
        self.failed(now_ms);
    }

    /// The realm has not applied a report. Where everybody is, a full list says; what else was in it is said again.
    fn take_back(&mut self, report: Report) {
        for heartbeat in report.heartbeats {
            let session = SessionNumber(heartbeat.session);
            match self.heartbeats.entry(session) {
                Entry::Vacant(entry) => {
                    entry.insert(Waiting {
                        heartbeat,
                        urgent: true,
                    });
                }
                Entry::Occupied(newer) => {
                    let newer = newer.into_mut();
                    newer.urgent = true;
                    self.counters.heartbeats_superseded += 1;
                    let wish = &mut newer.heartbeat.desired_room;
                    *wish = wish.take().or(heartbeat.desired_room);
                }
            }
        }
        self.counters.add(&report.counters.unwrap_or_default());
        self.disconnects.extend(report.disconnects);
        self.abandoned.extend(report.abandoned_sockets);
        self.full_wanted = true;
    }

    /// The first report of an epoch is due as soon as there is a reason to speak at all.
    pub fn introduce(&mut self, now_ms: u64) {
        if self.full_wanted && self.due_ms.is_none() && !self.under_way {
            self.due_at(now_ms);
        }
    }

    /// A realm that has restarted has forgotten what it was told. An answer of an earlier incarnation names a session
    /// that the present one may not know.
    pub fn seen_incarnation(&mut self, incarnation: u64, now_ms: u64) {
        if self.incarnation != 0 && self.incarnation != incarnation {
            self.list_all(now_ms);
        }
        self.incarnation = self.incarnation.max(incarnation);
    }

    /// What came in while a report was under way is due in its turn.
    fn catch_up(&mut self, now_ms: u64) {
        if self.full_wanted || !(self.disconnects.is_empty() && self.abandoned.is_empty()) {
            self.due_at(now_ms);
        } else if !self.heartbeats.is_empty() && self.due_ms.is_none() {
            self.due_at(self.gathering_ends_ms(now_ms));
        }
    }
}
