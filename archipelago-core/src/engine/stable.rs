//! The crowd policy `stable`: who goes into which island where not all fit into one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::board::{Board, Offer};
use super::contacts::Contacts;
use super::grid::NOWHERE;
use super::preferences::NO_WISH;
use super::world::World;

/// No target.
const NONE: u32 = u32::MAX;

/// An island that takes others, in a pass.
#[derive(Clone, Copy, Debug)]
struct Target {
    slot: u32,
    size: usize,
    /// It has taken somebody in this pass.
    grown: bool,
}

/// The policy and its working memory.
#[derive(Debug, Default)]
pub(super) struct Stable {
    board: Board,
    /// In the order in which they became targets: a target's place is its rank.
    targets: Vec<Target>,
    /// Size and rank of the targets that are not closed, with outdated sizes among them.
    sizes: BinaryHeap<Reverse<(usize, u32)>>,
    round: u64,
    /// By slot: the round in which the island became a target, and its rank.
    ranks: Vec<(u64, u32)>,
    /// By wish; all 0 between two counts.
    votes: Vec<u32>,
    /// A target closes when not even an island of this size fits in.
    smallest: usize,
}

impl Stable {
    /// One pass: places these islands, largest first, older first on a tie. Leaves in `grown` the targets that took
    /// somebody and have room left: the next pass can do something only around them.
    ///
    /// Who could merge with whom is said by the contacts, if they are known, and else by a board.
    pub fn pass(
        &mut self,
        world: &mut World,
        crowd: &mut [u32],
        grown: &mut Vec<u32>,
        mut contacts: Option<&mut Contacts>,
    ) {
        world.islands.sort_by_size(crowd);
        self.round += 1;
        self.ranks.resize(world.islands.slot_bound(), (0, NONE));
        if contacts.is_none() {
            self.board.start(world.grid.cell_bound());
        }
        self.targets.clear();
        self.sizes.clear();
        self.smallest = crowd.last().map_or(0, |slot| world.islands.size(*slot));
        for slot in crowd {
            self.place(world, *slot, contacts.as_deref_mut());
        }
        grown.clear();
        let grew = |target: &&Target| target.grown && target.size < world.max_peers;
        grown.extend(self.targets.iter().filter(grew).map(|target| target.slot));
    }

    fn place(&mut self, world: &mut World, slot: u32, contacts: Option<&mut Contacts>) {
        let size = world.islands.size(slot);
        let pinned = world.islands.get(slot).silent > 0;
        let mut rank = NONE;
        if !pinned && self.somebody_has_room(size, world.max_peers) {
            rank = self.preferred(world, slot, contacts.as_deref());
            if rank == NONE {
                rank = self.first(world, slot, contacts.as_deref(), |_| true);
            }
        }
        if rank == NONE {
            rank = self.targets.len() as u32;
            self.targets.push(Target {
                slot,
                size,
                grown: false,
            });
            self.ranks[slot as usize] = (self.round, rank);
        } else {
            let target = &mut self.targets[rank as usize];
            target.size += size;
            target.grown = true;
            world.merge(slot, target.slot);
        }
        let target = self.targets[rank as usize];
        if target.size + self.smallest <= world.max_peers {
            self.sizes.push(Reverse((target.size, rank)));
            if contacts.is_none() {
                self.show(world, target.slot, rank, size);
            }
        }
        if let Some(contacts) = contacts
            && target.slot != slot
        {
            contacts.merge(slot, target.slot);
        }
    }

    /// Puts the last `count` members of a target on the board.
    fn show(&mut self, world: &World, slot: u32, rank: u32, count: usize) {
        let members = world.islands.members(slot);
        for peer in &members[members.len() - count..] {
            let cell = world.grid.cell_of(*peer);
            if cell != NOWHERE {
                self.board.put(cell, rank, world.peers.ground(*peer));
            }
        }
    }

    /// Whether the smallest target can take an island of that size. If not, none can, and nobody need be looked for.
    fn somebody_has_room(&mut self, size: usize, max_peers: usize) -> bool {
        while let Some(Reverse((smallest, rank))) = self.sizes.peek() {
            if self.targets[*rank as usize].size == *smallest {
                return smallest + size <= max_peers;
            }
            self.sizes.pop();
        }
        false
    }

    /// The first target that passes, is adjacent to the island and has room for it.
    fn first(
        &mut self,
        world: &World,
        slot: u32,
        contacts: Option<&Contacts>,
        passes: impl Fn(u32) -> bool,
    ) -> u32 {
        let size = world.islands.size(slot);
        let (targets, smallest, max) = (&self.targets, self.smallest, world.max_peers);
        let offer = |rank| {
            let taken = targets[rank as usize].size;
            if taken + smallest > max {
                Offer::Closed
            } else if taken + size <= max && passes(rank) {
                Offer::Room
            } else {
                Offer::Unfit
            }
        };
        if let Some(contacts) = contacts {
            let ranks = contacts
                .neighbours(slot)
                .map(|other| self.ranks[other as usize]);
            let targets = ranks.filter(|(round, _)| *round == self.round);
            let fitting = targets
                .map(|(_, rank)| rank)
                .filter(|rank| offer(*rank) == Offer::Room);
            return fitting.min().unwrap_or(NONE);
        }
        let mut best = NONE;
        for (peer, cell) in world.located(slot) {
            let position = world.peers.ground(peer);
            best = self.board.first(cell, None, best, offer);
            for beside in world.grid.beside(peer, position) {
                let from = Some((position, world.join_squared));
                best = self.board.first(beside, from, best, offer);
            }
        }
        best
    }

    /// The target whose id most members want, if it is adjacent and has room.
    fn preferred(&mut self, world: &World, slot: u32, contacts: Option<&Contacts>) -> u32 {
        let wanted = self
            .wish_of(world, slot)
            .and_then(|wish| world.wishes.island(wish))
            .and_then(|number| world.islands.find(number))
            .map(|wanted| self.ranks[wanted as usize]);
        match wanted {
            Some((round, rank)) if round == self.round => {
                self.first(world, slot, contacts, |other| other == rank)
            }
            _ => NONE,
        }
    }

    /// What most members want; of several, what was the first to have so many, counting in joining order.
    fn wish_of(&mut self, world: &World, slot: u32) -> Option<u32> {
        if world.wishes.is_empty() {
            return None;
        }
        self.votes.resize(world.wishes.bound(), 0);
        let members = world.islands.members(slot);
        let wishes = || {
            let wishes = members.iter().map(|peer| world.peers.wish(*peer));
            wishes.filter(|wish| *wish != NO_WISH)
        };
        let (mut best, mut highest) = (None, 0);
        for wish in wishes() {
            let votes = &mut self.votes[wish as usize];
            *votes += 1;
            if *votes > highest {
                (best, highest) = (Some(wish), *votes);
            }
        }
        for wish in wishes() {
            self.votes[wish as usize] = 0;
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, EngineConfig, IslandNumber, Position, Scope};

    fn at(x: f32) -> Position {
        Position::new(x, 0.0, 0.0).unwrap()
    }

    /// An engine with islands of two at the places, from I1 on; the next island has the number 100.
    fn pairs(places: &[f32]) -> Engine {
        let config = EngineConfig::new(3, 10.0, Some(15.0)).unwrap();
        let mut engine = Engine::new(config);
        for (number, x) in (1..).zip(places) {
            for peer in engine.restore(IslandNumber::new(number).unwrap(), 0, 2) {
                engine.update(peer, at(*x), None);
            }
        }
        engine.restore(IslandNumber::new(99).unwrap(), 0, 0);
        engine.flush(0, Scope::Full);
        engine
    }

    #[test]
    fn the_first_adjacent_target_with_room() {
        let mut engine = pairs(&[0.0, 12.0, 24.0]);
        let arrivals = [18.0, 6.0, 6.0].map(|x| engine.insert(at(x), None));
        engine.flush(0, Scope::Full);
        let islands = arrivals.map(|peer| engine.island_of(peer).unwrap().get());
        assert_eq!(
            islands,
            [2, 1, 102],
            "nobody goes into an island that is not adjacent"
        );
        engine.check(Scope::Full).unwrap();
    }

    #[test]
    fn the_preferred_target_comes_first_if_it_is_adjacent() {
        let mut engine = pairs(&[0.0, 12.0, 24.0]);
        let wishes = [Some("I2"), Some("I3"), Some("elsewhere")];
        let places = [6.0, 6.0, 24.0];
        let arrivals = [0, 1, 2].map(|n| engine.insert(at(places[n]), wishes[n]));
        engine.flush(0, Scope::Full);
        let islands = arrivals.map(|peer| engine.island_of(peer).unwrap().get());
        assert_eq!(islands, [2, 1, 3]);
    }
}
