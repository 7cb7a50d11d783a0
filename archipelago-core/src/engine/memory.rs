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
use super::machine::Engine;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::stable::Stable;
use super::updates::{Scope, Update};
use super::world::lengthen;

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
        if scope == Scope::Full && world.islands.is_roomy_for(self.waiting) {
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

/// Gives memory back of which far more was needed than the last time.
pub(super) fn relax<T>(list: &mut Vec<T>) {
    if list.capacity() > 4 * list.len() + 1024 {
        list.shrink_to(2 * list.len());
    }
}
