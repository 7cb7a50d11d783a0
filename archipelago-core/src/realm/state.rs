//! What of a realm is stored, so that it outlives the process: who is there, and who belongs to which island.
//!
//! Positions are not stored; see [`Engine::restore`](crate::engine::Engine::restore) for what is promised to those who
//! come back.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;

use crate::auth::Address;
use crate::engine::{IslandNumber, Update};
use crate::protocol::bus::{IslandRecord, RealmSessionRecord};
use crate::session::SessionNumber;

use super::machine::growing;
use super::registry::Player;
use super::{Realm, RealmConfig};

/// The length of an address.
const ADDRESS_BYTES: usize = 20;

/// The largest row, in bytes, that the platform's storage takes.
const ROW_MAX_BYTES: usize = 2_000_000;

/// An island can have at most this many members, or it could not be stored in a row.
pub const ISLAND_MEMBERS_MAX: usize = 99_000;
const _: () = assert!(ISLAND_MEMBERS_MAX * ADDRESS_BYTES + 64 <= ROW_MAX_BYTES);

/// The largest number that the platform's storage takes, with room for what comes after.
pub const NUMBER_MAX: u64 = 1 << 52;

/// What a realm finds in its storage.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The number that the next island gets; none if no realm has been here before.
    pub next_island: Option<u64>,
    /// Number and record of each island.
    pub islands: Vec<(u64, Vec<u8>)>,
    /// Address and record of each session.
    pub sessions: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What has to be stored, all of it or nothing. A row without a record is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The number that the next island gets, unless it is as it was.
    pub next_island: Option<u64>,
    /// Islands by their numbers.
    pub islands: Vec<(u64, Option<Vec<u8>>)>,
    /// Sessions by the addresses of their players.
    pub sessions: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// Why what is stored cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The next island would get a number that was given before, or that none can have.
    #[error("the next island's number is {next:?}: it must be stored, and above {highest}")]
    Number {
        /// What is stored.
        next: Option<u64>,
        /// The highest number of the islands that are stored; 0 if there are none.
        highest: u64,
    },
    /// No island's record.
    #[error("the record of island {0} cannot be read")]
    Island(u64),
    /// A member of two islands.
    #[error("{0} is in two islands")]
    TwoIslands(Address),
    /// No session's record, or not under an address.
    #[error("the record of the session of {0:02x?} cannot be read")]
    Session(Vec<u8>),
    /// A session of two players.
    #[error("session {0} is there twice")]
    TwoPlayers(u64),
    /// A session of an incarnation that is yet to come: sessions issued from now on could not take over from it.
    #[error("session {session} was not issued before incarnation {incarnation}")]
    FromTheFuture {
        /// The session's number.
        session: u64,
        /// The realm's.
        incarnation: u64,
    },
}

/// Which rows are outdated.
#[derive(Debug, Default)]
pub(super) struct Unstored {
    /// What is stored; 0 if nothing is.
    next_island: u64,
    islands: BTreeSet<IslandNumber>,
    sessions: BTreeSet<Address>,
}

impl Unstored {
    pub fn session(&mut self, address: Address) {
        self.sessions.insert(address);
    }

    /// A flush has changed who is in these islands.
    pub fn update(&mut self, update: &Update) {
        match *update {
            Update::ChangeTo { island, from, .. } => {
                self.islands.insert(island);
                self.islands.extend(from);
            }
            Update::Leave { island, .. } => {
                self.islands.insert(island);
            }
        }
    }
}

impl Stored {
    fn next_number(&self) -> Result<IslandNumber, StateError> {
        let next = self.next_island;
        let highest = self.islands.iter().map(|&(number, _)| number).max();
        let highest = highest.unwrap_or(0);
        let is_new = next.is_none() && self.islands.is_empty() && self.sessions.is_empty();
        let number = if is_new { Some(1) } else { next };
        number
            .filter(|&number| number > highest && number <= NUMBER_MAX)
            .and_then(IslandNumber::new)
            .ok_or(StateError::Number { next, highest })
    }
}

impl Realm {
    /// A realm as it was stored; `incarnation` is higher than at any start before. Everybody is missing until a connector
    /// vouches for the session or the player logs in again, for the grace, which begins now.
    ///
    /// # Errors
    /// What is stored cannot be read. It must be kept for those who can, and the realm has to begin
    /// [without a past](Self::new).
    pub fn restore(
        config: RealmConfig,
        incarnation: u64,
        stored: &Stored,
        now_ms: u64,
    ) -> Result<Self, StateError> {
        let mut realm = Self::new(config, incarnation, stored.next_number()?);
        realm.unstored.next_island = stored.next_island.unwrap_or(0);
        realm.has_past = !stored.sessions.is_empty();
        let mut players: BTreeMap<Address, Player> = BTreeMap::new();
        let mut sessions = BTreeSet::new();
        for (address, record) in &stored.sessions {
            let (address, player) = read_session(address, record, incarnation, now_ms)?;
            realm
                .connectors
                .restore(&player.connector, player.epoch, now_ms);
            if !sessions.insert(player.session) {
                return Err(StateError::TwoPlayers(player.session.0));
            }
            players.insert(address, player);
        }
        for (number, record) in &stored.islands {
            realm.restore_island(*number, record, &mut players)?;
        }
        if !stored.islands.is_empty() {
            realm.schedule.resume(now_ms);
        }
        let until_ms = now_ms.saturating_add(realm.config.resume_grace_ms);
        for (address, player) in players {
            let (session, peer) = (player.session, player.peer);
            realm.registry.put(address, player);
            realm.registry.miss(session, until_ms);
            if let Some(peer) = peer {
                realm.registry.name_peer(peer, address);
            }
        }
        Ok(realm)
    }

    fn restore_island(
        &mut self,
        number: u64,
        record: &[u8],
        players: &mut BTreeMap<Address, Player>,
    ) -> Result<(), StateError> {
        let unreadable = || StateError::Island(number);
        let island = IslandNumber::new(number).ok_or_else(unreadable)?;
        let record = IslandRecord::decode(record).map_err(|_| unreadable())?;
        let (addresses, rest) = record.members.as_chunks::<ADDRESS_BYTES>();
        if !rest.is_empty() {
            return Err(unreadable());
        }
        // Those without a session have left since the flush that wrote this.
        let members = addresses.iter().copied().map(Address);
        let members: Vec<Address> = members
            .filter(|address| players.contains_key(address))
            .collect();
        let peers = self.engine.restore(island, record.formed_ms, members.len());
        if peers.len() != members.len() {
            return Err(unreadable());
        }
        if members.len() != addresses.len()
            || members.len() > self.engine.config().max_peers() as usize
        {
            self.unstored.islands.insert(island);
        }
        for (address, peer) in members.into_iter().zip(peers) {
            let player = players.get_mut(&address);
            if player.is_some_and(|player| player.peer.replace(peer).is_some()) {
                return Err(StateError::TwoIslands(address));
            }
        }
        Ok(())
    }

    /// What has changed since the last time that it was [stored](Self::stored); none if nothing has. Whatever the realm
    /// has answered or wants delivered may leave the host only when this is stored.
    pub fn unstored(&self) -> Option<Changes> {
        let Unstored {
            next_island,
            islands,
            sessions,
        } = &self.unstored;
        let next = self.next_island().get();
        if islands.is_empty() && sessions.is_empty() && next == *next_island {
            return None;
        }
        let island = |number: &IslandNumber| (number.get(), self.island_record(*number));
        let session = |address: &Address| {
            let player = self.registry.player(address);
            (address.0.to_vec(), player.map(session_record))
        };
        Some(Changes {
            next_island: (next != *next_island).then_some(next),
            islands: islands.iter().map(island).collect(),
            sessions: sessions.iter().map(session).collect(),
        })
    }

    /// What [`unstored`](Self::unstored) has just returned is stored.
    pub fn stored(&mut self) {
        self.unstored = Unstored {
            next_island: self.next_island().get(),
            ..Unstored::default()
        };
    }

    fn island_record(&self, number: IslandNumber) -> Option<Vec<u8>> {
        let island = self.engine.island(number)?;
        let members = island.members().iter();
        let addresses = members.filter_map(|&peer| Some(self.registry.of_peer(peer)?.0.0));
        let record = IslandRecord {
            formed_ms: island.formed_ms(),
            members: addresses.flatten().collect(),
        };
        Some(record.encode_to_vec())
    }
}

fn session_record(player: &Player) -> Vec<u8> {
    let record = RealmSessionRecord {
        session: player.session.0,
        connector: player.connector.clone(),
        epoch: player.epoch,
    };
    record.encode_to_vec()
}

fn read_session(
    address: &[u8],
    record: &[u8],
    incarnation: u64,
    now_ms: u64,
) -> Result<(Address, Player), StateError> {
    let unreadable = || StateError::Session(address.to_vec());
    let read = RealmSessionRecord::decode(record).map_err(|_| unreadable())?;
    let player = Address::try_from(address).map_err(|_| unreadable())?;
    if read.session == 0 || read.connector.is_empty() {
        return Err(unreadable());
    }
    if read.session >= growing(incarnation, 0) {
        return Err(StateError::FromTheFuture {
            session: read.session,
            incarnation,
        });
    }
    let state = Player {
        session: SessionNumber(read.session),
        connector: read.connector,
        epoch: read.epoch,
        peer: None,
        heard: false,
        last_ping_ms: now_ms,
        place: None,
        spoken_of: false,
        told_is_known: false,
        presumed_at: None,
        absence: None,
    };
    Ok((player, state))
}
