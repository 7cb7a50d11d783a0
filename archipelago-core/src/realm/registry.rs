//! The players of a realm and their current sessions.

use std::collections::{BTreeSet, HashMap};

use crate::auth::Address;
use crate::engine::{IslandNumber, Peer};
use crate::session::SessionNumber;

/// Which island a player was assigned to, and how far the player has got there.
#[derive(Debug)]
pub(super) struct Place {
    /// The session that is told.
    pub session: SessionNumber,
    pub assignment: u64,
    pub island: Option<IslandNumber>,
    /// When the connector took the assignment.
    pub delivered_ms: Option<u64>,
    /// Whether the player has been seen in the island's room.
    pub entered: bool,
}

/// A player with a current session.
#[derive(Debug)]
pub(super) struct Player {
    pub session: SessionNumber,
    /// Where the session is.
    pub connector: String,
    /// The connector's epoch when the session was issued or adopted.
    pub epoch: u64,
    /// The engine's handle; none before the first heartbeat.
    pub peer: Option<Peer>,
    /// Whether this session has sent a heartbeat: only then is it told its island.
    pub heard: bool,
    pub last_ping_ms: u64,
    /// The current assignment; that of the session before until this one has its own.
    pub place: Option<Place>,
    /// Set while no connector vouches for the session: when its membership is given up.
    pub missing_until_ms: Option<u64>,
}

impl Player {
    /// Whether the stats show the player.
    pub fn is_present(&self) -> bool {
        self.missing_until_ms.is_none()
    }
}

/// Everybody by address and by session.
#[derive(Debug, Default)]
pub(super) struct Registry {
    players: HashMap<Address, Player>,
    // Current sessions only: what names another one finds nobody.
    sessions: HashMap<SessionNumber, Address>,
    /// Whose handle it is; entries of free handles are outdated.
    peers: Vec<Address>,
    missing: BTreeSet<(u64, SessionNumber)>,
}

impl Registry {
    pub fn player(&self, address: &Address) -> Option<&Player> {
        self.players.get(address)
    }

    pub fn player_mut(&mut self, address: &Address) -> Option<&mut Player> {
        self.players.get_mut(address)
    }

    pub fn of_session(&mut self, session: SessionNumber) -> Option<(Address, &mut Player)> {
        let address = *self.sessions.get(&session)?;
        Some((address, self.players.get_mut(&address)?))
    }

    pub fn of_peer(&self, peer: Peer) -> Option<(Address, &Player)> {
        let address = *self.peers.get(peer.index())?;
        let player = self.players.get(&address)?;
        (player.peer == Some(peer)).then_some((address, player))
    }

    /// Puts a player's current session in the place of the one before, which is returned. Membership carries over.
    pub fn put(&mut self, address: Address, mut player: Player) -> Option<Player> {
        let mut previous = self.take(address);
        if let Some(previous) = &mut previous {
            player.place = previous.place.take();
            player.peer = previous.peer;
            player.last_ping_ms = previous.last_ping_ms;
        }
        self.sessions.insert(player.session, address);
        self.players.insert(address, player);
        previous
    }

    /// Takes a player out.
    pub fn take(&mut self, address: Address) -> Option<Player> {
        let player = self.players.remove(&address)?;
        self.sessions.remove(&player.session);
        if let Some(until) = player.missing_until_ms {
            self.missing.remove(&(until, player.session));
        }
        Some(player)
    }

    /// The engine knows the player under this handle from now on.
    pub fn name_peer(&mut self, peer: Peer, address: Address) {
        if self.peers.len() <= peer.index() {
            self.peers.resize(peer.index() + 1, address);
        }
        if let Some(entry) = self.peers.get_mut(peer.index()) {
            *entry = address;
        }
    }

    /// No connector vouches for the session any more: its membership is kept until the grace is over.
    pub fn miss(&mut self, session: SessionNumber, until_ms: u64) {
        let Some((_, player)) = self.of_session(session) else {
            return;
        };
        if player.missing_until_ms.is_none() {
            player.missing_until_ms = Some(until_ms);
            self.missing.insert((until_ms, session));
        }
    }

    /// A connector vouches for the session again.
    pub fn find(&mut self, session: SessionNumber) {
        let Some((_, player)) = self.of_session(session) else {
            return;
        };
        if let Some(until) = player.missing_until_ms.take() {
            self.missing.remove(&(until, session));
        }
    }

    /// Everybody whose membership is only kept.
    pub fn missing(&self) -> impl Iterator<Item = &Player> {
        let sessions = self.missing.iter();
        sessions.filter_map(|(_, session)| self.players.get(self.sessions.get(session)?))
    }

    /// When the first grace is over.
    pub fn next_release_ms(&self) -> Option<u64> {
        self.missing.first().map(|&(until, _)| until)
    }

    /// Takes out a player whose grace is over.
    pub fn release(&mut self, now_ms: u64) -> Option<(Address, Player)> {
        let &(until, session) = self.missing.first()?;
        if now_ms < until {
            return None;
        }
        self.missing.pop_first();
        let address = *self.sessions.get(&session)?;
        Some((address, self.take(address)?))
    }
}
