use crate::auth::Address;
use crate::engine::{Engine, EngineConfig, IslandNumber, Peer, Position, Scope, Update};
use crate::protocol::bus::{
    ConnectReply, ConnectRequest, ConnectorStamp, LookupReply, LookupRequest, StatusReply,
};
use crate::session::SessionNumber;

use super::connectors::Connectors;
use super::counters::Counts;
use super::live::Live;
use super::registry::{Place, Player, Registry};
use super::rooms::{Rooms, Standing};
use super::schedule::Schedule;
use super::snapshot::Shown;
use super::state::Unstored;

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
    /// If islands meet in rooms of our own: the realm's name, as it is part of their ids.
    pub own_rooms: Option<String>,
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
    /// The realm has restarted, and waits for a connector to tell what its sessions were told.
    #[error("the realm does not know yet: ask again")]
    NotYetKnown,
}

/// One realm.
#[derive(Debug)]
pub struct Realm {
    pub(super) config: RealmConfig,
    pub(super) incarnation: u64,
    pub(super) engine: Engine,
    pub(super) registry: Registry,
    pub(super) connectors: Connectors,
    pub(super) schedule: Schedule,
    pub(super) live: Live,
    pub(super) rooms: Rooms,
    /// When this incarnation first heard from a room.
    pub(super) rooms_known_ms: Option<u64>,
    pub(super) unstored: Unstored,
    pub(super) counts: Counts,
    pub(super) shown: Shown,
    /// Whether sessions were found in the storage.
    pub(super) has_past: bool,
    issued: u64,
    assignments: u64,
}

impl Realm {
    /// A realm without a past: `incarnation` is higher than at any start before, `next_island` higher than any island's
    /// number ever given. One that existed before is [restored](Self::restore).
    pub fn new(config: RealmConfig, incarnation: u64, next_island: IslandNumber) -> Self {
        Self {
            engine: Engine::with_next_number(config.engine.clone(), next_island),
            schedule: Schedule::new(config.flush_period_ms),
            registry: Registry::default(),
            live: Live::default(),
            rooms: Rooms::default(),
            rooms_known_ms: None,
            unstored: Unstored::default(),
            counts: Counts::default(),
            shown: Shown::default(),
            has_past: false,
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
                .is_some_and(Player::is_connected),
        })
    }

    /// A client has proven who it is. It takes over from the address's session before it, which is kicked; asking again
    /// for the same socket gives the same answer. A request for another incarnation issues nothing: it may be a late
    /// repeat of one that was answered long ago.
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
        if request
            .incarnation
            .is_some_and(|meant| meant != incarnation)
        {
            return Ok(reply(SessionNumber(0)));
        }
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
    pub(super) fn take_over(
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
            place: None,
            spoken_of: false,
            told_is_known: true,
            presumed_at: None,
            absence: None,
        };
        self.unstored.session(address);
        if let Some(replaced) = self.registry.put(address, player)
            && let Some(connector) = self.connectors.get_mut(&replaced.connector)
        {
            connector.sessions.remove(&replaced.session);
            connector.outbox.kick(replaced.session);
        }
        if let Some(connector) = self.connectors.get_mut(&stamp.connector) {
            connector.sessions.insert(session);
        }
        self.vouch(session, now_ms);
    }

    /// A connector vouches for the session. If nobody has heard since the realm's start where the player is, the
    /// membership is kept for another grace, so that there is time to say so.
    pub(super) fn vouch(&mut self, session: SessionNumber, now_ms: u64) {
        let Some((_, player)) = self.registry.of_session(session) else {
            return;
        };
        let is_silent = |peer: Peer| self.engine.position(peer).is_none();
        if !player.peer.is_some_and(is_silent) {
            self.registry.find(session);
        } else if player.is_present() || !player.is_connected() {
            let until_ms = now_ms.saturating_add(self.config.resume_grace_ms);
            self.registry.await_position(session, until_ms);
        }
    }

    /// The session has to be told its island, if it has one; unless it is the assignment that its connector has `known`.
    pub(super) fn assign(&mut self, session: SessionNumber, known: Option<u64>) {
        let Some((address, player)) = self.registry.of_session(session) else {
            return;
        };
        let island = player.peer.and_then(|peer| self.engine.island_of(peer));
        if island.is_none() || !player.heard || !player.is_connected() || !player.told_is_known {
            return;
        }
        let is_there = |place: &&Place| place.session == session && place.island == island;
        let number = if let Some(place) = player.place.as_ref().filter(is_there) {
            place.assignment
        } else {
            self.assignments += 1;
            let number = growing(self.incarnation, self.assignments);
            player.place = Some(Place {
                session,
                assignment: number,
                island,
                delivered_ms: None,
                entered: false,
            });
            self.rooms
                .dismiss(address, Some(number), Standing::Muted, None);
            number
        };
        if known != Some(number)
            && let Some(connector) = self.connectors.get_mut(&player.connector)
        {
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
        while let Some((address, player)) = self.registry.overdue(now_ms) {
            if player.is_connected() {
                self.end_silence(player.session, now_ms);
            } else {
                self.leave(address, now_ms);
            }
        }
        self.rooms.tick(now_ms);
        let scope = self.schedule.due(now_ms)?;
        self.counts
            .flush_lateness
            .add(self.schedule.late_ms(now_ms));
        self.flush(scope, now_ms);
        Some(scope)
    }

    /// A player is no longer one of the realm.
    pub(super) fn leave(&mut self, address: Address, now_ms: u64) {
        let Some(player) = self.registry.take(address) else {
            return;
        };
        self.unstored.session(address);
        if let Some(peer) = player.peer {
            self.engine.remove(peer);
        }
        self.leave_rooms(address, now_ms);
    }

    /// Somebody who is known to the engine says where it is.
    pub(super) fn place(&mut self, peer: Peer, at: Position, wish: Option<&str>, now_ms: u64) {
        self.engine.update(peer, at, wish);
        if !self.engine.is_known(peer) {
            self.schedule.arrival(now_ms);
        }
    }

    /// The session lives, but has not said in time where the player is: it is taken to be where it was before the realm
    /// has started, or starts as a newcomer does.
    fn end_silence(&mut self, session: SessionNumber, now_ms: u64) {
        self.registry.find(session);
        let Some((_, player)) = self.registry.of_session(session) else {
            return;
        };
        let Some(peer) = player.peer else { return };
        if let Some(position) = player.presumed_at {
            self.place(peer, position, None, now_ms);
        } else {
            player.peer = None;
            self.engine.remove(peer);
        }
    }

    fn flush(&mut self, scope: Scope, now_ms: u64) {
        let mut changed: Vec<SessionNumber> = Vec::new();
        for update in self.engine.flush(now_ms, scope) {
            self.unstored.update(update);
            if let Update::ChangeTo { peer, from, .. } = *update
                && let Some((_, player)) = self.registry.of_peer(peer)
            {
                changed.push(player.session);
                self.live.reassignments += u64::from(from.is_some() && player.is_present());
            }
        }
        for session in changed {
            self.assign(session, None);
        }
        let anybody = self.engine.peer_count() + self.engine.waiting_count() > 0;
        self.schedule.flushed(scope, anybody, now_ms);
        self.show(scope, now_ms);
    }

    /// The last flush took `duration_ms` and ended at `now_ms`.
    pub fn measured(&mut self, duration_ms: u64, now_ms: u64) {
        self.schedule.measured(duration_ms, now_ms);
    }

    /// When [`tick`](Self::tick), [`take_deliveries`](Self::take_deliveries) or
    /// [`take_room_orders`](Self::take_room_orders) has something to do; none in an empty realm.
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
            .chain(delivery)
            .chain(self.rooms.next_ms());
        next.chain(self.registry.next_release_ms()).min()
    }

    /// How the realm is.
    pub fn status(&self, now_ms: u64) -> StatusReply {
        StatusReply {
            users: self.figures(now_ms).players,
            flush_late_ms: self.schedule.late_ms(now_ms).try_into().unwrap_or(u32::MAX),
        }
    }

    /// How many are in islands, those among them who are absent.
    pub fn member_count(&self) -> usize {
        self.engine.peer_count()
    }

    /// The number that the next island will get.
    pub fn next_island(&self) -> IslandNumber {
        self.engine.next_number()
    }
}

/// Numbers that grow within an incarnation and from one to the next, without being stored.
pub(super) fn growing(incarnation: u64, counter: u64) -> u64 {
    (incarnation << 32).saturating_add(counter)
}

pub(super) fn read_address(bytes: &[u8]) -> Result<Address, RealmError> {
    Address::try_from(bytes).map_err(|_| RealmError::InvalidAddress)
}
