//! The players of a realm and their current sessions.

use std::collections::{BTreeSet, HashMap};

use crate::auth::Address;
use crate::engine::{IslandNumber, Peer, Position};
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
    /// The connector's epoch when the session was issued, or listed by somebody who was not known.
    pub epoch: u64,
    /// The engine's handle; none before the first heartbeat.
    pub peer: Option<Peer>,
    /// Whether this session has sent a heartbeat: only then is it told its island.
    pub heard: bool,
    pub last_ping_ms: u64,
    /// The current assignment; that of the session before until this one has its own.
    pub place: Option<Place>,
    /// Whether the connector has spoken of the session: then it is gone if the connector does not list it.
    pub spoken_of: bool,
    /// Whether the realm knows what this session was told; not of a session that has outlived the realm, until its
    /// connector lists it.
    pub told_is_known: bool,
    /// Where the player was when its connector fell asleep, if the realm has heard nothing since it has started.
    pub presumed_at: Option<Position>,
    /// Set while the stats do not show the player.
    pub absence: Option<Absence>,
}

/// A membership that is kept for somebody who is not quite there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Absence {
    pub until_ms: u64,
    pub kind: AbsenceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AbsenceKind {
    /// No connector vouches for the session.
    Missing,
    /// The session lives, and has yet to say where the player is: the realm has restarted since it was heard of.
    Silent,
}

impl Player {
    /// Whether a connector vouches for the session.
    pub fn is_connected(&self) -> bool {
        !matches!(
            self.absence,
            Some(Absence {
                kind: AbsenceKind::Missing,
                ..
            })
        )
    }

    /// Whether the stats show the player.
    pub fn is_present(&self) -> bool {
        self.absence.is_none()
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
    /// Until when whose membership is kept.
    absent: BTreeSet<(u64, SessionNumber)>,
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
        if let Some(absence) = player.absence {
            self.absent.remove(&(absence.until_ms, player.session));
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
        let connected = self.of_session(session);
        if connected.is_some_and(|(_, player)| player.is_connected()) {
            let kind = AbsenceKind::Missing;
            self.put_absence(session, Some(Absence { until_ms, kind }));
        }
    }

    /// The session lives, but nobody knows where the player is: the membership is kept until then.
    pub fn await_position(&mut self, session: SessionNumber, until_ms: u64) {
        let kind = AbsenceKind::Silent;
        self.put_absence(session, Some(Absence { until_ms, kind }));
    }

    /// The session lives, and it is known where the player is.
    pub fn find(&mut self, session: SessionNumber) {
        self.put_absence(session, None);
    }

    fn put_absence(&mut self, session: SessionNumber, absence: Option<Absence>) {
        let Some((_, player)) = self.of_session(session) else {
            return;
        };
        let before = std::mem::replace(&mut player.absence, absence);
        if let Some(before) = before {
            self.absent.remove(&(before.until_ms, session));
        }
        if let Some(absence) = absence {
            self.absent.insert((absence.until_ms, session));
        }
    }

    /// Everybody with a membership whom the stats do not show.
    pub fn absent(&self) -> impl Iterator<Item = &Player> {
        let sessions = self.absent.iter();
        sessions.filter_map(|(_, session)| self.players.get(self.sessions.get(session)?))
    }

    /// When the first membership is given up.
    pub fn next_release_ms(&self) -> Option<u64> {
        self.absent.first().map(|&(until, _)| until)
    }

    /// Somebody whose membership is not kept any longer.
    pub fn overdue(&self, now_ms: u64) -> Option<(Address, &Player)> {
        let (_, session) = self.absent.first().filter(|(until, _)| *until <= now_ms)?;
        let address = *self.sessions.get(session)?;
        Some((address, self.players.get(&address)?))
    }
}
