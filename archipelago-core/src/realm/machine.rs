use std::collections::HashSet;

use crate::auth::Address;
use crate::engine::{Engine, EngineConfig, IslandNumber, Position, Scope, Update};
use crate::protocol::bus::{
    Assignment, ConnectReply, ConnectRequest, ConnectorStamp, DeliveredIsland, Delivery,
    LiveSession, LookupReply, LookupRequest, Member, Report, ReportReply, SessionHeartbeat,
    StatusReply,
};
use crate::session::SessionNumber;

use super::connectors::Connectors;
use super::registry::{Player, Registry};
use super::schedule::Schedule;

/// What a realm can be told to do differently.
#[derive(Clone, Debug)]
pub struct RealmConfig {
    /// The islands' rules.
    pub engine: EngineConfig,
    /// From one full flush to the next, in ms.
    pub flush_period_ms: u64,
    /// How long a connector may be silent before it is presumed dead, in ms.
    pub connector_timeout_ms: u64,
    /// How long the membership of a missing session is kept, in ms.
    pub resume_grace_ms: u64,
}

/// Why a message from a connector is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RealmError {
    /// The connector has started again since.
    #[error("epoch {epoch} is over, {newest} has begun")]
    StaleEpoch {
        /// The message's epoch.
        epoch: u64,
        /// The newest one known.
        newest: u64,
    },
    /// The message does not say which connector sends it.
    #[error("the connector's stamp is missing")]
    MissingStamp,
    /// Not 20 bytes.
    #[error("not an address")]
    InvalidAddress,
    /// The connector has said that it no longer waits for the answer.
    #[error("the socket has been abandoned")]
    Abandoned,
}

/// One realm.
#[derive(Debug)]
pub struct Realm {
    config: RealmConfig,
    incarnation: u64,
    pub(super) engine: Engine,
    pub(super) registry: Registry,
    connectors: Connectors,
    schedule: Schedule,
    issued: u64,
    assignments: u64,
}

impl Realm {
    /// A realm that has just started: `incarnation` is higher than at any start before, `next_island` higher than any
    /// island's number ever given.
    pub fn new(config: RealmConfig, incarnation: u64, next_island: IslandNumber) -> Self {
        Self {
            engine: Engine::with_next_number(config.engine.clone(), next_island),
            schedule: Schedule::new(config.flush_period_ms),
            registry: Registry::default(),
            connectors: Connectors::default(),
            config,
            incarnation,
            issued: 0,
            assignments: 0,
        }
    }

    /// Whether the address has a live session.
    ///
    /// # Errors
    /// The address is none.
    pub fn lookup(&self, request: &LookupRequest) -> Result<LookupReply, RealmError> {
        let address = read_address(&request.address)?;
        Ok(LookupReply {
            already_connected: self
                .registry
                .player(&address)
                .is_some_and(Player::is_present),
        })
    }

    /// A client has proven who it is. It takes over from the address's session before it, which is kicked; asking again
    /// for the same socket gives the same answer.
    ///
    /// # Errors
    /// See [`RealmError`].
    pub fn connect(
        &mut self,
        request: &ConnectRequest,
        now_ms: u64,
    ) -> Result<ConnectReply, RealmError> {
        let address = read_address(&request.address)?;
        let stamp = request.stamp.as_ref().ok_or(RealmError::MissingStamp)?;
        let incarnation = self.incarnation;
        let reply = |session: SessionNumber| ConnectReply {
            session: session.0,
            incarnation,
        };
        if let Some(session) = self
            .connectors
            .hear(stamp, now_ms)?
            .answered(request.socket)?
        {
            return Ok(reply(session));
        }
        self.issued += 1;
        let session = SessionNumber(growing(incarnation, self.issued));
        self.take_over(address, session, stamp, now_ms);
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.answer(request.socket, Some(session));
        }
        Ok(reply(session))
    }

    /// Makes a session the current one of its address.
    fn take_over(
        &mut self,
        address: Address,
        session: SessionNumber,
        stamp: &ConnectorStamp,
        now_ms: u64,
    ) {
        let player = Player {
            session,
            connector: stamp.connector.clone(),
            epoch: stamp.epoch,
            peer: None,
            heard: false,
            last_ping_ms: now_ms,
            missing_until_ms: None,
        };
        if let Some(replaced) = self.registry.put(address, player)
            && let Some(connector) = self.connectors.get_mut(&replaced.connector)
        {
            connector.sessions.remove(&replaced.session);
            connector.outbox.kick(replaced.session);
        }
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.insert(session);
        }
    }

    /// What happened on a connector. Applying a report twice changes nothing.
    ///
    /// # Errors
    /// See [`RealmError`].
    pub fn report(&mut self, report: &Report, now_ms: u64) -> Result<ReportReply, RealmError> {
        let stamp = report.stamp.as_ref().ok_or(RealmError::MissingStamp)?;
        let connector = self.connectors.hear(stamp, now_ms)?;
        if report.sequence > connector.sequence {
            connector.sequence = report.sequence;
            if let Some(full) = &report.full {
                connector.listed = true;
                self.apply_full(stamp, &full.sessions, now_ms);
            }
            for heartbeat in &report.heartbeats {
                self.heartbeat(stamp, heartbeat, now_ms);
            }
            for &session in &report.disconnects {
                self.disconnect(stamp, SessionNumber(session));
            }
            for &socket in &report.abandoned_sockets {
                self.abandon(stamp, socket);
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
            let issued_before = |player: &Player| player.epoch < stamp.epoch;
            let missed = !numbers.contains(&session)
                && self
                    .registry
                    .of_session(session)
                    .is_some_and(|(_, player)| issued_before(player));
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
            Some(current) if current == session => self.find(stamp, session),
            _ => self.take_over(address, session, stamp, now_ms),
        }
        // What the realm knows is newer than what was kept with a socket.
        let unknown = self
            .registry
            .of_session(session)
            .is_some_and(|(_, player)| player.peer.is_none());
        if unknown && let Some(position) = entry.position {
            let heartbeat = SessionHeartbeat {
                session: session.0,
                position: Some(position),
                desired_room: None,
            };
            self.heartbeat(stamp, &heartbeat, now_ms);
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

    /// A connector vouches for the session. What it was told last may be lost, so it is told again: clients hear only
    /// what they do not know.
    fn find(&mut self, stamp: &ConnectorStamp, session: SessionNumber) {
        self.registry.find(session);
        if let Some((_, player)) = self.registry.of_session(session) {
            player.connector.clone_from(&stamp.connector);
        }
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.insert(session);
        }
        self.assign(session);
    }

    fn heartbeat(&mut self, stamp: &ConnectorStamp, heartbeat: &SessionHeartbeat, now_ms: u64) {
        let Some(position) = heartbeat.position.and_then(Position::from_message) else {
            return;
        };
        let session = SessionNumber(heartbeat.session);
        let Some((address, player)) = self.registry.of_session(session) else {
            return;
        };
        if player.connector != stamp.connector {
            return;
        }
        player.last_ping_ms = now_ms;
        let first = !std::mem::replace(&mut player.heard, true);
        let missing = !player.is_present();
        let desired_room = heartbeat.desired_room.as_deref();
        if let Some(peer) = player.peer {
            self.engine.update(peer, position, desired_room);
        } else {
            let peer = self.engine.insert(position, desired_room);
            player.peer = Some(peer);
            self.registry.name_peer(peer, address);
            self.schedule.arrival(now_ms);
        }
        if missing {
            self.find(stamp, session);
        } else if first {
            // A new session is told its island even if it is the one its predecessor was told.
            self.assign(session);
        }
    }

    /// A session has ended. One that is not the current session of its address takes nothing from it.
    fn disconnect(&mut self, stamp: &ConnectorStamp, session: SessionNumber) {
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.remove(&session);
            connector.outbox.forget(session);
        }
        let Some((address, _)) = self.registry.of_session(session) else {
            return;
        };
        if let Some(Player {
            peer: Some(peer), ..
        }) = self.registry.take(address)
        {
            self.engine.remove(peer);
        }
    }

    /// A socket's client was given up before the answer had arrived: a session that was issued for it ends.
    fn abandon(&mut self, stamp: &ConnectorStamp, socket: u64) {
        let Some(connector) = self.connectors.get_mut(&stamp.connector) else {
            return;
        };
        if let Some(session) = connector.answer(socket, None) {
            self.disconnect(stamp, session);
        }
    }

    /// The session has to be told its island, if it has one.
    fn assign(&mut self, session: SessionNumber) {
        let Some((_, player)) = self.registry.of_session(session) else {
            return;
        };
        let island = player.peer.and_then(|peer| self.engine.island_of(peer));
        if island.is_none() || !player.heard || !player.is_present() {
            return;
        }
        self.assignments += 1;
        let number = growing(self.incarnation, self.assignments);
        if let Some(connector) = self.connectors.get_mut(&player.connector) {
            connector.outbox.assign(session, number);
        }
    }

    /// Does what is due: presumes silent connectors dead, ends graces, forms the islands anew. Returns whether there was
    /// a flush; its duration should then be told by [`measured`](Self::measured).
    pub fn tick(&mut self, now_ms: u64) -> Option<Scope> {
        for session in self
            .connectors
            .expire(self.config.connector_timeout_ms, now_ms)
        {
            self.registry
                .miss(session, now_ms.saturating_add(self.config.resume_grace_ms));
        }
        while let Some(player) = self.registry.release(now_ms) {
            if let Some(peer) = player.peer {
                self.engine.remove(peer);
            }
        }
        let scope = self.schedule.due(now_ms)?;
        self.flush(scope, now_ms);
        Some(scope)
    }

    fn flush(&mut self, scope: Scope, now_ms: u64) {
        let mut changed: Vec<SessionNumber> = Vec::new();
        for update in self.engine.flush(now_ms, scope) {
            if let Update::ChangeTo { peer, .. } = *update
                && let Some((_, player)) = self.registry.of_peer(peer)
            {
                changed.push(player.session);
            }
        }
        for session in changed {
            self.assign(session);
        }
        let anybody = self.engine.peer_count() + self.engine.waiting_count() > 0;
        self.schedule.flushed(scope, anybody, now_ms);
    }

    /// The last flush took `duration_ms` and ended at `now_ms`.
    pub fn measured(&mut self, duration_ms: u64, now_ms: u64) {
        self.schedule.measured(duration_ms, now_ms);
    }

    /// When [`tick`](Self::tick) or [`take_deliveries`](Self::take_deliveries) has something to do; none in an empty
    /// realm.
    pub fn next_ms(&self) -> Option<u64> {
        let expiry = self
            .connectors
            .next_expiry_ms(self.config.connector_timeout_ms);
        let delivery = self.connectors.next_delivery_ms();
        let next = self
            .schedule
            .next_ms()
            .into_iter()
            .chain(expiry)
            .chain(delivery);
        next.chain(self.registry.next_release_ms()).min()
    }

    /// What can be delivered now, by connector. Each delivery's success or failure must be told before the connector
    /// gets the next one.
    pub fn take_deliveries(&mut self, now_ms: u64) -> Vec<(String, Delivery)> {
        let mut deliveries = Vec::new();
        for (name, state) in self.connectors.iter_mut() {
            if state.outbox.due_ms().is_none_or(|due| now_ms < due) {
                continue;
            }
            let mut delivery = Delivery {
                incarnation: self.incarnation,
                kicks: state.outbox.kicks.iter().map(|session| session.0).collect(),
                ..Default::default()
            };
            let mut islands: Vec<(IslandNumber, u32)> = Vec::new();
            for (&session, &number) in &state.outbox.assignments {
                let player = self.registry.of_session(session);
                let Some(peer) = player.and_then(|(_, player)| player.peer) else {
                    continue;
                };
                let Some(island) = self.engine.island_of(peer) else {
                    continue;
                };
                islands.push((island, delivery.assignments.len() as u32));
                delivery.assignments.push(Assignment {
                    session: session.0,
                    number,
                    island: 0,
                });
            }
            islands.sort_unstable();
            for chunk in islands.chunk_by(|(a, _), (b, _)| a == b) {
                let index = delivery.islands.len() as u32;
                for &(island, assignment) in chunk {
                    delivery.assignments[assignment as usize].island = index;
                    if delivery.islands.len() == index as usize {
                        delivery.islands.push(delivered_island(
                            &self.engine,
                            &self.registry,
                            island,
                        ));
                    }
                }
            }
            if delivery.assignments.is_empty() && delivery.kicks.is_empty() {
                state.outbox.assignments.clear();
                continue;
            }
            state.outbox.sent();
            deliveries.push((name.clone(), delivery));
        }
        deliveries
    }

    /// A connector has taken a delivery.
    pub fn delivered(&mut self, connector: &str, delivery: &Delivery) {
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.outbox.delivered(delivery);
        }
    }

    /// A delivery did not get through: it will be tried again.
    pub fn undelivered(&mut self, connector: &str, now_ms: u64) {
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.outbox.failed(now_ms);
        }
    }

    /// How the realm is.
    pub fn status(&self, now_ms: u64) -> StatusReply {
        StatusReply {
            users: self.present().count() as u32,
            flush_late_ms: self.schedule.late_ms(now_ms).try_into().unwrap_or(u32::MAX),
        }
    }

    /// The number that the next island will get.
    pub fn next_island(&self) -> IslandNumber {
        self.engine.next_number()
    }
}

/// Numbers that grow within an incarnation and from one to the next, without being stored.
fn growing(incarnation: u64, counter: u64) -> u64 {
    (incarnation << 32).saturating_add(counter)
}

fn read_address(bytes: &[u8]) -> Result<Address, RealmError> {
    Address::try_from(bytes).map_err(|_| RealmError::InvalidAddress)
}

fn delivered_island(engine: &Engine, registry: &Registry, number: IslandNumber) -> DeliveredIsland {
    let Some(island) = engine.island(number) else {
        return DeliveredIsland::default();
    };
    let member = |&peer: &crate::engine::Peer| {
        let (address, _) = registry.of_peer(peer)?;
        Some(Member {
            address: address.0.to_vec(),
            position: Some(engine.position(peer)?.into()),
        })
    };
    DeliveredIsland {
        number: number.get(),
        id: island.id(),
        members: island.members().iter().filter_map(member).collect(),
    }
}
