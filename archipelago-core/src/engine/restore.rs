//! Islands from before a restart, whose members have yet to come back.

use super::machine::Engine;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::position::Position;

impl Engine {
    /// Recreates an island whose members have not reported: they count for its size, and until all have reported or
    /// [`Self::end_grace`] it is neither split nor merged into another one. They count as told of the island.
    ///
    /// Returns a handle for each of `members`, in joining order. Those beyond `max_peers` are not in the island; they
    /// are newcomers as soon as they report by [`Self::update`]. No island opened later has a number up to `number`.
    ///
    /// Only for an engine that has seen nothing but other calls of this one, each with another number; otherwise
    /// nothing is restored and no handle returned.
    pub fn restore(&mut self, number: IslandNumber, members: usize) -> Vec<Peer> {
        let world = &mut self.world;
        let fresh = world.peers.state.len() == self.restored.len();
        if !fresh || world.islands.find(number).is_some() {
            return Vec::new();
        }
        world.islands.reserve(number);
        if members == 0 {
            return Vec::new();
        }
        let slot = world.islands.open_as(number);
        let mut peers = Vec::new();
        for at in 0..members {
            let inside = at < world.max_peers;
            let state = if inside { State::Silent } else { State::Spare };
            let peer = world.peers.add(state, Position::ORIGIN);
            if inside {
                world.peers.island[peer.index()] = slot;
                world.peers.told[peer.index()] = Some(number);
                world.islands.get_mut(slot).members.push(peer);
                world.islands.get_mut(slot).silent += 1;
                world.silent += 1;
            }
            peers.push(peer);
        }
        self.restored.extend_from_slice(&peers);
        peers
    }

    /// Removes, as [`Self::remove`] does, everybody who was restored and has not reported; returns them. The order is
    /// that of the islands, oldest first, and of their members; then come those that were in none.
    pub fn end_grace(&mut self) -> Vec<Peer> {
        let state = |peer: &Peer| self.world.peers.state(*peer);
        let members = self.islands().flat_map(|island| island.members());
        let mut released: Vec<Peer> = members
            .filter(|peer| state(peer) == State::Silent)
            .copied()
            .collect();
        let spare = self.restored.iter();
        released.extend(spare.filter(|peer| state(peer) == State::Spare));
        for peer in &released {
            self.remove(*peer);
        }
        self.restored = Vec::new();
        released
    }
}
