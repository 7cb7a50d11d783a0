//! The connectors of a realm: epochs, sequences, signs of life.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::bus::{ConnectorCounters, ConnectorStamp, SessionStages};
use crate::session::SessionNumber;

use super::RealmError;
use super::outbox::Outbox;

/// What the realm knows of one connector.
#[derive(Debug, Default)]
pub(super) struct ConnectorState {
    pub epoch: u64,
    /// The last report applied in this epoch.
    pub sequence: u64,
    /// Whether a full list has been applied in this epoch.
    pub listed: bool,
    pub heard_ms: u64,
    /// How many of its sockets are in which stage.
    pub stages: SessionStages,
    /// The current sessions on this connector.
    pub sessions: BTreeSet<SessionNumber>,
    /// What was answered for the sockets of this epoch; none: the connector no longer waits for an answer.
    answers: BTreeMap<u64, Option<SessionNumber>>,
    /// Answers up to this socket's are forgotten.
    forgotten: u64,
    pub outbox: Outbox,
}

/// How many answers are remembered for each connector: far more than it can have clients in the handshake.
const ANSWERS_MAX: usize = 65_536;

impl ConnectorState {
    /// Whether anybody is there, or has to be told something.
    fn matters(&self) -> bool {
        !(self.sessions.is_empty() && self.outbox.is_empty())
    }

    /// The session that was issued for a socket before, if one was.
    pub fn answered(&self, socket: u64) -> Result<Option<SessionNumber>, RealmError> {
        match self.answers.get(&socket) {
            Some(Some(session)) => Ok(Some(*session)),
            Some(None) => Err(RealmError::Abandoned),
            None if socket <= self.forgotten => Err(RealmError::Abandoned),
            None => Ok(None),
        }
    }

    /// Remembers what is answered for a socket; returns the session that was answered before.
    pub fn answer(&mut self, socket: u64, session: Option<SessionNumber>) -> Option<SessionNumber> {
        let before = self.answers.insert(socket, session).flatten();
        if self.answers.len() > ANSWERS_MAX
            && let Some((oldest, _)) = self.answers.pop_first()
        {
            self.forgotten = oldest;
        }
        before
    }
}

/// All connectors by name.
#[derive(Debug, Default)]
pub(super) struct Connectors {
    by_name: BTreeMap<String, ConnectorState>,
    counters: ConnectorCounters,
}

impl Connectors {
    /// Takes a message's stamp: the connector lives, and if its epoch is new it has started again.
    pub fn hear(
        &mut self,
        stamp: &ConnectorStamp,
        now_ms: u64,
    ) -> Result<&mut ConnectorState, RealmError> {
        if stamp.connector.is_empty() {
            return Err(RealmError::MissingStamp);
        }
        if !self.by_name.contains_key(&stamp.connector) {
            self.by_name.insert(
                stamp.connector.clone(),
                ConnectorState {
                    epoch: stamp.epoch,
                    ..Default::default()
                },
            );
        }
        let state = self
            .by_name
            .get_mut(&stamp.connector)
            .ok_or(RealmError::MissingStamp)?;
        if stamp.epoch < state.epoch {
            return Err(RealmError::StaleEpoch {
                epoch: stamp.epoch,
                newest: state.epoch,
            });
        }
        if stamp.epoch > state.epoch {
            state.epoch = stamp.epoch;
            state.sequence = 0;
            state.listed = false;
            state.stages = SessionStages::default();
            state.answers.clear();
            state.forgotten = 0;
        }
        state.heard_ms = now_ms;
        Ok(state)
    }

    /// A connector that had sessions before the realm has restarted: its epoch was no lower than this.
    pub fn restore(&mut self, name: &str, epoch: u64, now_ms: u64) {
        let state = self.by_name.entry(name.to_owned()).or_default();
        state.epoch = state.epoch.max(epoch);
        state.heard_ms = now_ms;
        state.outbox.greeting = true;
    }

    /// A connector has told what it has counted.
    pub fn count(&mut self, counters: &ConnectorCounters) {
        self.counters.add(counters);
    }

    /// What all have counted.
    pub fn counters(&self) -> ConnectorCounters {
        self.counters
    }

    /// The sockets of all that were heard of lately: one that does not speak any more may have lost them.
    pub fn stages(&self, timeout_ms: u64, now_ms: u64) -> SessionStages {
        let mut sum = SessionStages::default();
        for state in self.by_name.values() {
            if now_ms < state.heard_ms.saturating_add(timeout_ms) {
                sum.add(&state.stages);
            }
        }
        sum
    }

    /// How many have yet to take what they are to be told.
    pub fn pending(&self) -> u64 {
        let states = self.by_name.values();
        states.filter(|state| !state.outbox.is_empty()).count() as u64
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut ConnectorState> {
        self.by_name.get_mut(name)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut ConnectorState)> {
        self.by_name.iter_mut()
    }

    /// When the first connector that matters will have been silent for too long.
    pub fn next_expiry_ms(&self, timeout_ms: u64) -> Option<u64> {
        let expiring = self.by_name.values().filter(|state| state.matters());
        expiring
            .map(|state| state.heard_ms.saturating_add(timeout_ms))
            .min()
    }

    /// Presumes the connectors dead that were silent for too long; yields the sessions they had. What remains of one is
    /// its epoch: should it speak again, it has to list its sessions.
    pub fn expire(&mut self, timeout_ms: u64, now_ms: u64) -> Vec<SessionNumber> {
        let mut orphans = Vec::new();
        for state in self.by_name.values_mut() {
            if state.matters() && now_ms >= state.heard_ms.saturating_add(timeout_ms) {
                orphans.extend(std::mem::take(&mut state.sessions));
                state.listed = false;
                state.stages = SessionStages::default();
                // A delivery may be under way: the next one waits for its answer.
                state.outbox = Outbox {
                    attempts: std::mem::take(&mut state.outbox.attempts),
                    ..Outbox::default()
                };
            }
        }
        orphans
    }

    /// When the next delivery can go out.
    pub fn next_delivery_ms(&self) -> Option<u64> {
        self.by_name
            .values()
            .filter_map(|state| state.outbox.due_ms())
            .min()
    }
}
