//! What all steps of a flush share: peers, islands, and where they are.

use super::config::EngineConfig;
use super::grid::{Grid, NOWHERE};
use super::islands::Islands;
use super::members::{Member, ROOT};
use super::number::IslandNumber;
use super::peers::{Peer, Peers};
use super::preferences::Preferences;

/// The state of the world between and during flushes.
#[derive(Debug)]
pub(super) struct World {
    pub peers: Peers,
    pub islands: Islands,
    pub grid: Grid,
    pub wishes: Preferences,
    pub max_peers: usize,
    /// The time of the flush that is under way, or of the last one.
    pub now_ms: u64,
    /// How many members of all islands were restored and have not reported.
    pub silent: usize,
    /// The join distance, in metres.
    pub join_m: f64,
    /// The same, squared.
    pub join_squared: f64,
    /// The leave distance, squared.
    pub leave_squared: f64,
}

impl World {
    pub fn new(config: &EngineConfig, next: IslandNumber) -> Self {
        let (join, leave) = (config.join_distance_m(), config.leave_distance_m());
        Self {
            peers: Peers::default(),
            islands: Islands::new(next),
            grid: Grid::new(join),
            wishes: Preferences::default(),
            max_peers: config.max_peers() as usize,
            now_ms: 0,
            silent: 0,
            join_m: join,
            join_squared: join * join,
            leave_squared: leave * leave,
        }
    }

    /// Takes memory for so many who wait, where there are no islands yet.
    pub fn expect(&mut self, waiting: usize) {
        self.islands.expect(waiting);
        self.grid.expect(waiting);
    }

    /// The slot of the island a member is in.
    pub fn home(&self, peer: Peer) -> u32 {
        self.peers.spots[peer.index()].island
    }

    /// Notes that a peer is in the island of another slot now, or in none.
    pub fn set_home(&mut self, peer: Peer, slot: u32) {
        self.peers.spots[peer.index()].island = slot;
        self.grid.expire_homes();
    }

    /// Those members whose position is known, in joining order, with their cells.
    pub fn located(&self, slot: u32) -> impl Iterator<Item = (Peer, u32)> + '_ {
        let members = self.islands.members(slot).iter();
        members
            .map(|peer| (*peer, self.grid.cell_of(*peer)))
            .filter(|(_, cell)| *cell != NOWHERE)
    }

    /// Somebody as a member who hangs on nobody.
    pub fn root(&self, peer: Peer) -> Member {
        Member {
            peer,
            ground: self.peers.ground(peer),
            above: ROOT,
        }
    }

    /// A new island with these members.
    pub fn settle(&mut self, members: impl Iterator<Item = Member>) -> u32 {
        let slot = self.islands.open(self.now_ms);
        self.islands.mark_changed(slot, 0);
        for member in members {
            self.enter(slot, member);
        }
        slot
    }

    /// A peer becomes the last member of an island.
    pub fn enter(&mut self, slot: u32, member: Member) {
        self.set_home(member.peer, slot);
        self.islands.push(slot, member);
    }

    /// Appends the members of one island to another; the first is gone afterwards.
    pub fn merge(&mut self, from: u32, into: u32) {
        for peer in self.islands.members(from) {
            self.peers.spots[peer.index()].island = into;
        }
        self.grid.expire_homes();
        self.islands.mark_changed(into, self.islands.size(into));
        self.islands.append(from, into);
        if self.islands.is_dirty(from) {
            self.islands.mark_dirty(into);
        }
        self.islands.close(from);
    }

    /// Takes a peer out of its island, which is gone if that was the last one.
    pub fn take_out(&mut self, peer: Peer, silent: bool) {
        let slot = self.home(peer);
        self.silent -= usize::from(silent);
        self.islands.remove(slot, peer);
        self.islands.get_mut(slot).silent -= u32::from(silent);
        if self.islands.size(slot) == 0 {
            self.islands.close(slot);
        } else {
            self.islands.mark_dirty(slot);
        }
        self.grid.expire();
    }
}
