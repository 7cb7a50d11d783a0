//! The flush: arrivals, splits, clusters, updates.

use super::clusters::Clusters;
use super::graph::Graph;
use super::machine::Engine;
use super::peers::State;
use super::stable::Stable;
use super::updates::{Scope, Update};

impl Engine {
    /// Brings the islands up to date, and says what changed for whom since the last flush: first the `Leave`s, in the
    /// order of leaving; then the `ChangeTo`s by island, oldest first, inside an island in the order of its members.
    ///
    /// A peer is told only where it ended up, and nothing if it is where it was last told. The handles in the updates
    /// are good until the engine is changed again. `now_ms`, the time in milliseconds of any clock that only goes
    /// forward, decides nothing: islands that the flush opens were [formed](super::Island::formed_ms) then.
    pub fn flush(&mut self, now_ms: u64, scope: Scope) -> &[Update] {
        self.world.now_ms = now_ms;
        self.updates.clear();
        if std::mem::take(&mut self.rushed) {
            self.updates = Vec::new();
        }
        self.updates.append(&mut self.leaves);
        let mut slots = std::mem::take(&mut self.slots);
        slots.clear();
        if scope == Scope::Full {
            self.world.islands.take_dirty(&mut slots);
        }
        let known = slots.len();
        self.place_arrivals(&mut slots);
        if scope == Scope::Full || slots.len() > known {
            self.world.grid.refresh(&self.world.peers);
        }
        for at in 0..known {
            let slot = slots[at];
            self.splitter.split(&mut self.world, slot, &mut slots);
        }
        if self.coherent.is_some() {
            self.cohere(&slots, known, scope);
        } else {
            let stragglers = scope == Scope::Arrivals && self.world.islands.any_dirty();
            self.merge(&slots, stragglers);
        }
        self.tell(&mut slots);
        self.slots = slots;
        self.world.peers.free_released();
        self.world.islands.tidy();
        if scope == Scope::Full && self.coherent.is_none() && self.world.islands.is_wasteful() {
            self.give_back();
        }
        &self.updates
    }

    /// Gives back the memory that only a rush needs, in which each of many arrivals has an island for a moment.
    fn give_back(&mut self) {
        let home = &mut self.world.peers.island;
        self.world.islands.compact(|island, slot| {
            for peer in &island.members {
                home[peer.index()] = slot;
            }
        });
        self.clusters = Clusters::default();
        self.stable = Stable::default();
        self.graph = Graph::default();
        (self.slots, self.restless, self.queue) = (Vec::new(), Vec::new(), Vec::new());
        self.rushed = true;
    }

    /// Gives every newcomer an island of its own, and appends these to `slots`.
    fn place_arrivals(&mut self, slots: &mut Vec<u32>) {
        let world = &mut self.world;
        for peer in self.queue.drain(..) {
            if world.peers.state(peer) == State::Waiting {
                world.peers.state[peer.index()] = State::Member;
                world.grid.expire();
                slots.push(world.settle(std::iter::once(peer)));
                if let Some(coherent) = &mut self.coherent {
                    coherent.welcome(peer);
                }
            }
        }
        self.waiting = 0;
    }

    /// Merges whole clusters if they fit, and what the crowd policy merges of the others.
    fn merge(&mut self, dirty: &[u32], stragglers: bool) {
        let (world, restless) = (&mut self.world, &mut self.restless);
        // Where only few are dirty it is better to look around from them.
        let most = !stragglers && world.silent == 0 && dirty.len() > world.islands.count() / 2;
        if most && self.graph.build(world) {
            self.clusters
                .resolve_known(world, dirty, &mut self.graph, restless);
            while !restless.is_empty() {
                let crowd = self.clusters.everywhere(world);
                self.stable
                    .pass(world, crowd, restless, Some(&mut self.graph));
            }
            return;
        }
        self.clusters.resolve(world, dirty, stragglers, restless);
        while !restless.is_empty() {
            let crowd = self.clusters.around(world, restless, !stragglers);
            self.stable.pass(world, crowd, restless, None);
        }
    }

    /// The same under the policy `coherent`; the islands from `fresh` on were opened in this flush.
    fn cohere(&mut self, dirty: &[u32], fresh: usize, scope: Scope) {
        let (world, splitter) = (&mut self.world, &mut self.splitter);
        let Some(coherent) = &mut self.coherent else {
            return;
        };
        match scope {
            Scope::Full => coherent.full(world, splitter, dirty, fresh),
            Scope::Arrivals => coherent.arrivals(world, splitter, &mut self.clusters, dirty),
        }
    }

    /// Says where everybody is who was last told another island.
    fn tell(&mut self, slots: &mut Vec<u32>) {
        let world = &mut self.world;
        world.islands.take_changed(slots);
        for slot in slots {
            let island = world.islands.get(*slot);
            let Some(number) = island.number else {
                continue;
            };
            for peer in &island.members {
                let told = &mut world.peers.told[peer.index()];
                if *told != Some(number) {
                    self.updates.push(Update::ChangeTo {
                        peer: *peer,
                        island: number,
                        from: told.replace(number),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EngineConfig, IslandNumber, Peer, Position};

    fn at(x: f32) -> Position {
        Position::new(x, 0.0, 0.0).unwrap()
    }

    fn engine(max_peers: u32) -> Engine {
        Engine::new(EngineConfig::new(max_peers, 10.0, Some(15.0)).unwrap())
    }

    fn number(n: u64) -> IslandNumber {
        IslandNumber::new(n).unwrap()
    }

    fn change(peer: Peer, island: u64, from: Option<u64>) -> Update {
        Update::ChangeTo {
            peer,
            island: number(island),
            from: from.map(number),
        }
    }

    #[test]
    fn leaves_come_first_then_islands_by_age() {
        let mut engine = engine(10);
        let [a, b, c, d] = [0.0, 100.0, 200.0, 300.0].map(|x| engine.insert(at(x), None));
        engine.flush(0, Scope::Full);
        engine.remove(d);
        engine.remove(b);
        engine.update(c, at(5.0), None);
        let last = engine.insert(at(900.0), None);
        let leave = |peer, island| Update::Leave {
            peer,
            island: number(island),
        };
        let expected = [
            leave(d, 4),
            leave(b, 2),
            change(c, 1, Some(3)),
            change(last, 5, None),
        ];
        assert_eq!(engine.flush(0, Scope::Full), expected);
        assert_eq!(engine.island(number(1)).unwrap().members(), [a, c]);
    }

    #[test]
    fn a_handle_is_free_after_the_flush_that_told_of_its_leave() {
        let mut engine = engine(10);
        let first = engine.insert(at(0.0), None);
        engine.remove(first);
        assert!(!engine.contains(first));
        let second = engine.insert(at(0.0), None);
        assert_ne!(first, second);
        assert_eq!(engine.flush(0, Scope::Full), [change(second, 1, None)]);
        assert_eq!(engine.insert(at(0.0), None), first);
    }

    #[test]
    fn arrivals_leave_the_rest_for_later() {
        let mut engine = engine(10);
        let [a, b] = [0.0, 5.0].map(|x| engine.insert(at(x), None));
        engine.flush(0, Scope::Full);
        engine.update(b, at(50.0), None);
        let c = engine.insert(at(2.0), None);
        assert_eq!(engine.flush(0, Scope::Arrivals), [change(c, 1, None)]);
        assert_eq!(engine.island_of(b), Some(number(1)));
        assert_eq!(engine.flush(0, Scope::Full), [change(b, 4, Some(1))]);
        assert_eq!(engine.island(number(1)).unwrap().members(), [a, c]);
    }

    #[test]
    fn unknown_handles_are_ignored() {
        let mut engine = engine(10);
        let nobody = Peer::from_index(usize::MAX);
        engine.update(nobody, at(0.0), Some("I1"));
        engine.remove(nobody);
        assert_eq!(engine.flush(0, Scope::Full), []);
        assert_eq!(engine.position(nobody), None);
    }
}
