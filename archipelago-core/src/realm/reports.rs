//! What connectors say: heartbeats, ends of sessions, and the full lists after a restart of either side.

use std::collections::HashSet;

use crate::engine::Position;
use crate::protocol::bus::{ConnectorStamp, LiveSession, Report, ReportReply, SessionHeartbeat};
use crate::session::SessionNumber;

use super::machine::read_address;
use super::registry::Player;
use super::{Realm, RealmError};

impl Realm {
    /// What happened on a connector. Applying a report twice changes nothing, and one for another incarnation is passed
    /// over: it may be of any age.
    ///
    /// # Errors
    /// See [`RealmError`].
    pub fn report(&mut self, report: &Report, now_ms: u64) -> Result<ReportReply, RealmError> {
        let stamp = report.stamp.as_ref().ok_or(RealmError::MissingStamp)?;
        if report.incarnation != 0 && report.incarnation != self.incarnation {
            return Ok(ReportReply {
                incarnation: self.incarnation,
                full_wanted: true,
            });
        }
        let connector = self.connectors.hear(stamp, now_ms)?;
        if report.sequence > connector.sequence {
            connector.sequence = report.sequence;
            connector.listed |= report.full.is_some();
            connector.stages = report.stages.unwrap_or_default();
            self.counts.heartbeats += report.heartbeats.len() as u64;
            if let Some(counters) = &report.counters {
                self.connectors.count(counters);
            }
            if let Some(full) = &report.full {
                self.apply_full(stamp, &full.sessions, now_ms);
            }
            for heartbeat in &report.heartbeats {
                self.heartbeat(stamp, heartbeat, None, now_ms);
            }
            for &session in &report.disconnects {
                self.disconnect(stamp, SessionNumber(session), now_ms);
            }
            for &socket in &report.abandoned_sockets {
                self.abandon(stamp, socket, now_ms);
            }
        }
        let full_wanted = !self
            .connectors
            .get_mut(&stamp.connector)
            .is_some_and(|state| state.listed);
        Ok(ReportReply {
            incarnation: self.incarnation,
            full_wanted,
        })
    }

    /// All live sessions of a connector that has restarted, or that has found the realm restarted.
    fn apply_full(&mut self, stamp: &ConnectorStamp, listed: &[LiveSession], now_ms: u64) {
        let numbers: HashSet<SessionNumber> = listed
            .iter()
            .map(|entry| SessionNumber(entry.session))
            .collect();
        let known: Vec<SessionNumber> = self
            .connectors
            .get_mut(&stamp.connector)
            .map_or_else(Vec::new, |state| state.sessions.iter().copied().collect());
        for session in known {
            // A session issued in this epoch may not have reached the connector when it made the list.
            let is_known_there = |player: &Player| player.spoken_of || player.epoch < stamp.epoch;
            let missed = !numbers.contains(&session)
                && self
                    .registry
                    .of_session(session)
                    .is_some_and(|(_, player)| is_known_there(player));
            if missed {
                self.miss(&stamp.connector, session, now_ms);
            }
        }
        for entry in listed {
            self.adopt(stamp, entry, now_ms);
        }
    }

    /// A connector vouches for a session.
    fn adopt(&mut self, stamp: &ConnectorStamp, entry: &LiveSession, now_ms: u64) {
        let Ok(address) = read_address(&entry.address) else {
            return;
        };
        let session = SessionNumber(entry.session);
        let Some(connector) = self.connectors.get_mut(&stamp.connector) else {
            return;
        };
        // A list that was made before its connector has heard of the kick.
        if connector.outbox.kicks.contains(&session) {
            return;
        }
        match self.registry.player(&address).map(|player| player.session) {
            Some(current) if current > session => connector.outbox.kick(session),
            Some(current) if current == session => {
                self.resume_place(address, entry, now_ms);
                self.find(stamp, session, Some(entry.assignment), now_ms);
            }
            _ => {
                self.take_over(address, session, stamp, now_ms);
                // Who is not stored was released, and rooms were told so: what it had must not come back.
                if !self.has_past {
                    self.resume_place(address, entry, now_ms);
                }
            }
        }
        self.hear_listed(stamp, entry, now_ms);
    }

    /// A session is listed, perhaps with its position.
    fn hear_listed(&mut self, stamp: &ConnectorStamp, entry: &LiveSession, now_ms: u64) {
        let session = SessionNumber(entry.session);
        let known = Some(entry.assignment);
        let Some((_, player)) = self.registry.of_session(session) else {
            return;
        };
        player.spoken_of = true;
        // What the realm has heard of the session is newer than what was kept with its socket.
        let position = entry.position.and_then(Position::from_message);
        let Some(position) = position.filter(|_| !player.heard) else {
            return;
        };
        if entry.position_is_old && !player.is_present() {
            player.heard = true;
            player.presumed_at = Some(position);
            self.assign(session, known);
        } else {
            let heartbeat = SessionHeartbeat {
                session: session.0,
                position: Some(position.into()),
                desired_room: None,
            };
            self.heartbeat(stamp, &heartbeat, known, now_ms);
        }
    }

    /// No connector vouches for the session: it leaves the stats at once, its membership is kept for the grace.
    fn miss(&mut self, connector: &str, session: SessionNumber, now_ms: u64) {
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.sessions.remove(&session);
            connector.outbox.forget(session);
        }
        self.registry
            .miss(session, now_ms.saturating_add(self.config.resume_grace_ms));
    }

    /// A connector vouches for the session, and may have said which assignment is `known` there. What it was told last may
    /// be lost, so it is told again: clients hear only what they do not know.
    fn find(
        &mut self,
        stamp: &ConnectorStamp,
        session: SessionNumber,
        known: Option<u64>,
        now_ms: u64,
    ) {
        self.vouch(session, now_ms);
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.insert(session);
        }
        self.assign(session, known);
    }

    fn heartbeat(
        &mut self,
        stamp: &ConnectorStamp,
        heartbeat: &SessionHeartbeat,
        known: Option<u64>,
        now_ms: u64,
    ) {
        let Some(position) = heartbeat.position.and_then(Position::from_message) else {
            return;
        };
        let session = SessionNumber(heartbeat.session);
        let Some((address, player)) = self.registry.of_session(session) else {
            return self.wonder(stamp, session);
        };
        if player.connector != stamp.connector {
            return;
        }
        player.last_ping_ms = now_ms;
        player.spoken_of = true;
        let first = !std::mem::replace(&mut player.heard, true);
        let (missing, absent) = (!player.is_connected(), !player.is_present());
        let desired_room = heartbeat.desired_room.as_deref();
        if let Some(peer) = player.peer {
            self.place(peer, position, desired_room, now_ms);
        } else {
            let peer = self.engine.insert(position, desired_room);
            player.peer = Some(peer);
            self.registry.name_peer(peer, address);
            self.schedule.arrival(now_ms);
        }
        if absent {
            self.registry.find(session);
        }
        if missing {
            self.find(stamp, session, known, now_ms);
        } else if first {
            // A new session is told its island even if it is the one its predecessor was told.
            self.assign(session, known);
        }
    }

    /// A session is forgotten here, or was replaced and the kick is lost: its connector's list will tell.
    fn wonder(&mut self, stamp: &ConnectorStamp, session: SessionNumber) {
        if let Some(connector) = self.connectors.get_mut(&stamp.connector)
            && !connector.outbox.kicks.contains(&session)
        {
            connector.listed = false;
        }
    }

    /// A session has ended. One that is not the current session of its address takes nothing from it.
    fn disconnect(&mut self, stamp: &ConnectorStamp, session: SessionNumber, now_ms: u64) {
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.remove(&session);
            connector.outbox.forget(session);
        }
        if let Some((address, _)) = self.registry.of_session(session) {
            self.leave(address, now_ms);
        }
    }

    /// A socket's client was given up before the answer had arrived: a session that was issued for it does not live.
    fn abandon(&mut self, stamp: &ConnectorStamp, socket: u64, now_ms: u64) {
        let Some(connector) = self.connectors.get_mut(&stamp.connector) else {
            return;
        };
        let Some(session) = connector.answer(socket, None) else {
            return;
        };
        let known = self.registry.of_session(session);
        if known.is_some_and(|(_, player)| player.peer.is_some()) {
            // The place is that of a session before, and whoever has it comes back.
            self.miss(&stamp.connector, session, now_ms);
        } else {
            self.disconnect(stamp, session, now_ms);
        }
    }
}
