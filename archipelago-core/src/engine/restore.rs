//! Islands from before a restart, whose members have yet to come back.

use super::machine::Engine;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::position::Position;

impl Engine {
    /// Recreates an island whose members have not reported: they count for its size, and until all have reported or
    /// [`Self::end_grace`] it is neither split nor merged into another one. They count as told of the island, which was
    /// [formed](super::Island::formed_ms) at `formed_ms`.
    ///
    /// Returns a handle for each of `members`, in joining order. Those beyond `max_peers` are not in the island; they
    /// are newcomers as soon as they report by [`Self::update`]. No island opened later has a number up to `number`.
    ///
    /// Only for an engine that has seen nothing but other calls of this one, each with another number; otherwise
    /// nothing is restored and no handle returned.
    pub fn restore(&mut self, number: IslandNumber, formed_ms: u64, members: usize) -> Vec<Peer> {
        let world = &mut self.world;
        let fresh = world.peers.state.len() == self.restored.len();
        if !fresh || world.islands.find(number).is_some() {
            return Vec::new();
        }
        world.islands.skip(number);
        if members == 0 {
            return Vec::new();
        }
        let slot = world.islands.open_as(number, formed_ms);
        let mut peers = Vec::new();
        for at in 0..members {
            let inside = at < world.max_peers;
            let state = if inside { State::Silent } else { State::Spare };
            let peer = world.peers.add(state, Position::ORIGIN);
            if inside {
                world.peers.told[peer.index()] = Some(number);
                world.enter(slot, world.root(peer));
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

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, EngineConfig, IslandNumber, Position, Scope, Update};

    fn at(x: f32) -> Position {
        Position::new(x, 0.0, 0.0).unwrap()
    }

    fn number(n: u64) -> IslandNumber {
        IslandNumber::new(n).unwrap()
    }

    fn engine() -> Engine {
        Engine::new(EngineConfig::new(3, 10.0, Some(15.0)).unwrap())
    }

    #[test]
    fn who_comes_back_is_told_nothing() {
        let mut engine = engine();
        let peers = engine.restore(number(7), 0, 2);
        assert_eq!(engine.next_number(), number(8));
        engine.update(peers[0], at(0.0), None);
        assert_eq!(engine.flush(0, Scope::Full), []);
        // Far apart, but the second one's first report ends the island's protection only now.
        engine.update(peers[1], at(90.0), None);
        assert_eq!(engine.flush(0, Scope::Full).len(), 1);
        assert_eq!(engine.island_of(peers[1]), Some(number(8)));
    }

    #[test]
    fn the_end_of_the_grace_releases_the_silent() {
        let mut engine = engine();
        let second = engine.restore(number(2), 0, 4);
        let first = engine.restore(number(1), 0, 1);
        engine.update(second[1], at(0.0), None);
        assert_eq!(engine.peer_count(), 4);
        let released = [first[0], second[0], second[2], second[3]];
        assert_eq!(engine.end_grace(), released);
        let leave = |peer, n| Update::Leave {
            peer,
            island: number(n),
        };
        let expected = [leave(first[0], 1), leave(second[0], 2), leave(second[2], 2)];
        assert_eq!(engine.flush(0, Scope::Full), expected);
        assert_eq!(engine.end_grace(), []);
    }

    #[test]
    fn without_room_one_is_a_newcomer() {
        let mut engine = engine();
        let peers = engine.restore(number(1), 0, 4);
        engine.update(peers[3], at(0.0), None);
        assert_eq!(engine.waiting_count(), 1);
        let expected = [Update::ChangeTo {
            peer: peers[3],
            island: number(2),
            from: None,
        }];
        assert_eq!(engine.flush(0, Scope::Arrivals), expected);
        assert_eq!(engine.restore(number(1), 0, 1), [], "there is one");
        engine.insert(at(0.0), None);
        assert_eq!(engine.restore(number(9), 0, 1), [], "not fresh any more");
    }
}
