//! The flush: arrivals, splits, clusters, updates.

use super::lists::relax;
use super::machine::Engine;
use super::peers::State;
use super::rush;
use super::updates::{Scope, Update};

/// So many new islands are few, or one for so many peers.
const NEW_MIN: usize = 256;
const NEW_SHARE: usize = 8;

impl Engine {
    /// Brings the islands up to date, and says what changed for whom since the last flush: first the `Leave`s, in the
    /// order of leaving; then the `ChangeTo`s by island, oldest first, inside an island in the order of its members.
    ///
    /// A peer is told only where it ended up, and nothing if it is where it was last told. The handles in the updates
    /// are good until the engine is changed again. `now_ms` is the time in milliseconds of any clock that only goes
    /// forward: islands that the flush opens were [formed](super::Island::formed_ms) then. Under
    /// [`CrowdPolicy::Stable`](super::CrowdPolicy::Stable) it decides nothing; under
    /// [`CrowdPolicy::Coherent`](super::CrowdPolicy::Coherent) the time between full flushes says how fast people walk
    /// and how long they have waited.
    pub fn flush(&mut self, now_ms: u64, scope: Scope) -> &[Update] {
        self.world.now_ms = now_ms;
        relax(&mut self.updates);
        self.updates.clear();
        self.updates.append(&mut self.leaves);
        if self.world.islands.count() == 0 {
            self.begin_anew(scope);
        }
        let mut slots = std::mem::take(&mut self.slots);
        slots.clear();
        if scope == Scope::Full {
            self.world.islands.take_dirty(&mut slots);
        }
        if self.is_rush() {
            rush::place_all(&mut self.world, std::mem::take(&mut self.queue));
            self.waiting = 0;
        } else {
            let known = slots.len();
            self.place_arrivals(&mut slots);
            for at in 0..known {
                let slot = slots[at];
                self.splitter.split(&mut self.world, slot, &mut slots);
            }
            if self.coherent.is_some() {
                self.cohere(&slots, known, scope);
            } else {
                let stragglers = scope == Scope::Arrivals && self.world.islands.any_dirty();
                self.merge(&slots, known, stragglers);
            }
        }
        self.tell(&mut slots);
        self.slots = slots;
        self.world.peers.free_released();
        self.world.islands.tidy();
        if scope == Scope::Full && self.world.islands.is_wasteful() {
            self.give_back();
        }
        &self.updates
    }

    /// Gives every newcomer an island of its own, and appends these to `slots`.
    fn place_arrivals(&mut self, slots: &mut Vec<u32>) {
        let world = &mut self.world;
        for peer in self.queue.drain(..) {
            if world.peers.state(peer) == State::Waiting {
                world.peers.state[peer.index()] = State::Member;
                world.grid.expire();
                let member = world.root(peer);
                slots.push(world.settle(std::iter::once(member)));
                if let Some(coherent) = &mut self.coherent {
                    coherent.welcome(peer);
                }
            }
        }
        self.waiting = 0;
    }

    /// Whether there is nobody but newcomers, of whom nobody prefers any island.
    pub(super) fn is_rush(&self) -> bool {
        let world = &self.world;
        self.coherent.is_none() && world.islands.count() == 0 && world.wishes.is_empty()
    }

    /// Merges whole clusters if they fit, and what the crowd policy merges of the others.
    /// The islands from `fresh` on were opened in this flush.
    fn merge(&mut self, dirty: &[u32], fresh: usize, stragglers: bool) {
        let (world, restless) = (&mut self.world, &mut self.restless);
        if dirty.is_empty() {
            return;
        }
        // Where only few are dirty it is better to look around from them; and many new ones in one place have too many
        // contacts.
        let most = dirty.len() > world.islands.count() / 2;
        let few_new = NEW_MIN.max(world.peers.state.len() / NEW_SHARE);
        if most && !stragglers && world.silent == 0 && dirty.len() - fresh <= few_new {
            let by_borders = self.borders.find(world, &mut self.contacts);
            if !by_borders {
                world.grid.refresh(&world.peers);
                self.contacts.find(world);
            }
            self.merge_known(dirty, by_borders);
            return;
        }
        world.grid.refresh(&world.peers);
        self.clusters.resolve(world, dirty, stragglers, restless);
        while !restless.is_empty() {
            let crowd = self.clusters.around(world, restless, !stragglers);
            self.stable.pass(world, crowd, restless, None);
        }
    }

    /// The same where no others than the dirty ones could merge with anybody, and with whom is known, `by_borders` or
    /// otherwise.
    fn merge_known(&mut self, dirty: &[u32], by_borders: bool) {
        let Self {
            world,
            borders,
            contacts,
            crowd,
            restless,
            ..
        } = self;
        let borders = by_borders.then_some(borders);
        self.clusters
            .resolve_known(world, dirty, contacts, borders, crowd);
        restless.clone_from(crowd);
        while !restless.is_empty() {
            self.stable.pass(world, crowd, restless, Some(contacts));
            crowd.retain(|slot| world.islands.size(*slot) > 0);
        }
    }

    /// The same under the policy `coherent`; the islands from `fresh` on were opened in this flush.
    fn cohere(&mut self, dirty: &[u32], fresh: usize, scope: Scope) {
        if scope == Scope::Full || !dirty.is_empty() {
            self.world.grid.refresh(&self.world.peers);
        }
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
            let Some(number) = world.islands.get(*slot).number else {
                continue;
            };
            for peer in world.islands.changed_members(*slot) {
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
