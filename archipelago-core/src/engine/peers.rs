//! What is known of each peer, in arrays by handle.

use super::lists::{add, lengthen};
use super::number::IslandNumber;
use super::position::{Ground, Position};
use super::preferences::NO_WISH;

/// The handle of a peer: a small dense index, used again some time after the peer was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(u32);

impl Peer {
    /// No handle that was ever given out.
    pub(super) const NOBODY: Self = Self(u32::MAX);

    /// The handle as an index into a table of one's own.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The handle with that index. The engine ignores handles that it has not given out.
    pub fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// What a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody; may be given out.
    Free,
    /// In the queue.
    Waiting,
    /// In an island, with a position.
    Member,
    /// Restored in an island, and not yet heard of.
    Silent,
    /// Restored without room in its island, and not yet heard of.
    Spare,
    /// Removed; its leave is not told yet.
    Gone,
}

/// What is read together wherever neighbours are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Means something while waiting or a member.
    pub ground: Ground,
    /// The slot of the island; means something for a member, silent or not.
    pub island: u32,
}

/// All peers. The arrays have one entry per handle ever given out, but for one.
#[derive(Debug, Default)]
pub(super) struct Peers {
    pub state: Vec<State>,
    pub spots: Vec<Spot>,
    heights: Vec<f32>,
    /// The island it was last told.
    pub told: Vec<Option<IslandNumber>>,
    /// Its preferred island, see [`super::preferences`]; of nobody behind the last who ever had one.
    wishes: Vec<u32>,
    free: Vec<Peer>,
    released: Vec<Peer>,
}

impl Peers {
    pub fn state(&self, peer: Peer) -> State {
        self.state.get(peer.index()).copied().unwrap_or(State::Free)
    }

    pub fn add(&mut self, state: State, position: Position) -> Peer {
        if let Some(peer) = self.free.pop() {
            let at = peer.index();
            self.state[at] = state;
            self.place(peer, position);
            return peer;
        }
        let peer = Peer::from_index(self.state.len());
        let spot = Spot {
            ground: position.ground(),
            island: 0,
        };
        add(&mut self.state, state);
        add(&mut self.spots, spot);
        add(&mut self.heights, position.y());
        add(&mut self.told, None);
        peer
    }

    /// Where a peer is now.
    pub fn place(&mut self, peer: Peer, position: Position) {
        self.spots[peer.index()].ground = position.ground();
        self.heights[peer.index()] = position.y();
    }

    pub fn ground(&self, peer: Peer) -> Ground {
        self.spots[peer.index()].ground
    }

    pub fn position(&self, peer: Peer) -> Position {
        self.ground(peer).at_height(self.heights[peer.index()])
    }

    /// The island it prefers, or [`NO_WISH`].
    pub fn wish(&self, peer: Peer) -> u32 {
        self.wishes.get(peer.index()).copied().unwrap_or(NO_WISH)
    }

    /// From now on it prefers that island.
    pub fn wish_for(&mut self, peer: Peer, wish: u32) {
        if self.wish(peer) != wish {
            lengthen(&mut self.wishes, peer.index() + 1, NO_WISH);
            self.wishes[peer.index()] = wish;
        }
    }

    /// The handle stays reserved until [`Self::free_released`]: an update may still name it.
    pub fn release(&mut self, peer: Peer) {
        let at = peer.index();
        self.state[at] = State::Gone;
        self.told[at] = None;
        self.wish_for(peer, NO_WISH);
        self.released.push(peer);
    }

    pub fn free_released(&mut self) {
        for peer in self.released.drain(..) {
            self.state[peer.index()] = State::Free;
            self.free.push(peer);
        }
    }

    /// Everybody with a handle in use.
    pub fn all(&self) -> impl Iterator<Item = (Peer, State)> + '_ {
        let states = self.state.iter().enumerate();
        states.map(|(at, state)| (Peer::from_index(at), *state))
    }
}
