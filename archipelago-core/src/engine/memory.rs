//! The memory of a whole realm: what is taken ahead, and when it is given back.
//!
//! A flush in which everybody is new needs memory for all of them, and much of its time would go by until it had got it:
//! fresh memory costs when it is first written to. So it is written to when they report, which nobody else has to wait
//! for. What turns out to be too much is given back by the next full flush: slots after many arrivals, each of whom has
//! had an island for a moment, and nearly everything once everybody has left.

use super::borders::Borders;
use super::clusters::Clusters;
use super::contacts::Contacts;
use super::grid::Grid;
use super::islands::Islands;
use super::lists::lengthen;
use super::machine::Engine;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::stable::Stable;
use super::updates::{Scope, Update};

/// Memory for so many is never too much.
const ROOM_MIN: usize = 1024;

impl Engine {
    /// Takes memory for a newcomer, if all of them are.
    pub(super) fn expect(&mut self, peer: Peer) {
        if self.is_rush() {
            self.world.expect(self.waiting);
            let filler = Update::Leave {
                peer,
                island: IslandNumber::FIRST,
            };
            lengthen(&mut self.updates, self.waiting, filler);
        }
    }

    /// There are no islands: what those who wait have taken of their memory is nobody's yet. A full flush keeps no more
    /// of it than they need: many may have left, be it before anybody was told of them.
    pub(super) fn begin_anew(&mut self, scope: Scope) {
        let world = &mut self.world;
        let room = world.islands.capacity().max(self.queue.capacity());
        if scope == Scope::Full && room > 8 * self.waiting + ROOM_MIN {
            world.islands = Islands::new(world.islands.next_number());
            world.grid = Grid::new(world.join_m);
            world.grid.expire();
            let mut queue = std::mem::take(&mut self.queue);
            queue.retain(|peer| world.peers.state(*peer) == State::Waiting);
            queue.shrink_to_fit();
            self.give_back();
            self.queue = queue;
            self.leaves = Vec::new();
            self.updates.shrink_to_fit();
        } else {
            world.islands.restart();
        }
    }

    /// Gives back the memory that only many arrivals need, each of which has an island for a moment.
    pub(super) fn give_back(&mut self) {
        self.world.grid.expire_homes();
        let spots = &mut self.world.peers.spots;
        self.world.islands.compact(|members, slot| {
            for peer in members {
                spots[peer.index()].island = slot;
            }
        });
        if let Some(coherent) = &mut self.coherent {
            coherent.give_back();
        }
        self.clusters = Clusters::default();
        self.stable = Stable::default();
        self.borders = Borders::default();
        self.contacts = Contacts::default();
        (self.slots, self.crowd) = (Vec::new(), Vec::new());
        (self.restless, self.queue) = (Vec::new(), Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::ROOM_MIN;
    use crate::engine::{CoherentConfig, CrowdPolicy, Engine, EngineConfig, Peer, Position, Scope};

    const JOIN_M: f64 = 10.0;
    /// More than are ever let be.
    const MANY: u16 = 5000;

    fn engine(policy: CrowdPolicy) -> Engine {
        let config = EngineConfig::new(20, JOIN_M, Some(15.0)).unwrap();
        Engine::new(config.with_crowd_policy(policy))
    }

    fn coherent() -> CrowdPolicy {
        CrowdPolicy::Coherent(CoherentConfig::balanced())
    }

    /// So many come, in a row with such gaps.
    fn come(engine: &mut Engine, count: u16, gap_m: f32, wish: Option<&str>) -> Vec<Peer> {
        let at = |n: u16| Position::new(f32::from(n) * gap_m, 0.0, 0.0).unwrap();
        (0..count).map(|n| engine.insert(at(n), wish)).collect()
    }

    fn leave(engine: &mut Engine, peers: &[Peer]) {
        for peer in peers {
            engine.remove(*peer);
        }
    }

    fn expect_little(engine: &mut Engine) {
        let little = 2 * ROOM_MIN;
        assert!(engine.world.islands.capacity() < little);
        assert!(engine.world.grid.spare().capacity() < little);
        assert!(engine.queue.capacity() < little);
        assert!(engine.leaves.capacity() < little);
        assert!(engine.updates.capacity() < little);
        assert!(engine.slots.capacity() < little);
    }

    #[test]
    fn what_was_taken_for_reports_is_used_by_the_flush() {
        let mut engine = engine(CrowdPolicy::Stable);
        for gap_m in [0.5, 40.0] {
            let peers = come(&mut engine, MANY, gap_m, None);
            engine.flush(0, Scope::Full);
            let rooms = engine
                .islands()
                .map(|island| island.members().len().next_power_of_two());
            assert_eq!(engine.world.islands.places(), rooms.sum::<usize>());
            leave(&mut engine, &peers);
        }
    }

    #[test]
    fn who_leaves_before_a_flush_leaves_no_memory_behind() {
        for policy in [CrowdPolicy::Stable, coherent()] {
            for scope in [Scope::Full, Scope::Arrivals] {
                let mut engine = engine(policy);
                let peers = come(&mut engine, MANY, 1.0, None);
                leave(&mut engine, &peers[3..]);
                leave(&mut engine, &peers[..3]);
                engine.flush(0, scope);
                engine.flush(0, Scope::Full);
                expect_little(&mut engine);
            }
        }
    }

    #[test]
    fn few_who_stay_keep_little_memory() {
        let mut engine = engine(CrowdPolicy::Stable);
        let peers = come(&mut engine, MANY, 1.0, None);
        leave(&mut engine, &peers[3..]);
        for _ in 0..3 {
            engine.flush(0, Scope::Full);
            engine.check(Scope::Full).unwrap();
        }
        assert_eq!((engine.peer_count(), engine.island_count()), (3, 1));
        expect_little(&mut engine);
    }

    #[test]
    fn a_realm_that_empties_gives_everything_back() {
        for policy in [CrowdPolicy::Stable, coherent()] {
            // As many islands, and a crowd.
            for gap_m in [40.0, 0.5] {
                let mut engine = engine(policy);
                let peers = come(&mut engine, MANY, gap_m, None);
                engine.flush(0, Scope::Full);
                leave(&mut engine, &peers);
                for _ in 0..3 {
                    engine.flush(0, Scope::Full);
                }
                expect_little(&mut engine);
                assert_eq!(engine.island_count(), 0);
            }
        }
    }

    #[test]
    fn when_all_are_others_nothing_is_left_of_those_before() {
        let policies = [CrowdPolicy::Stable, CrowdPolicy::Stable, coherent()];
        for (policy, wish) in policies.into_iter().zip([None, Some("I1"), None]) {
            let mut engine = engine(policy);
            let mut peers = Vec::new();
            for (round, count) in (0..).zip([300, 40, 200, 7, 300]) {
                leave(&mut engine, &peers);
                peers = come(&mut engine, count, 1.5, wish);
                let scope = [Scope::Arrivals, Scope::Full][usize::from(round % 3 == 2)];
                engine.flush(round * 1000, scope);
                engine.check(scope).unwrap();
                engine.flush(round * 1000 + 500, Scope::Full);
                engine.check(Scope::Full).unwrap();
                assert_eq!(engine.peer_count(), usize::from(count));
            }
        }
    }
}
