//! Splits: an island that does not hang together any more is several.

use std::ops::Range;

use super::groups::Groups;
use super::lattice::Lattice;
use super::links::look;
use super::members::{Hanging, Member, ROOT};
use super::pieces::Pieces;
use super::points::POINTS_MAX;
use super::world::World;

/// Splits islands.
#[derive(Debug)]
pub(super) struct Splitter {
    lattice: Lattice,
    pieces: Pieces,
    groups: Groups,
    order: Order,
}

impl Splitter {
    pub fn new(leave_distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(leave_distance_m),
            pieces: Pieces::default(),
            groups: Groups::default(),
            order: Order::default(),
        }
    }

    /// Splits an island if it has come apart, and appends the new ones to `offspring`.
    pub fn split(&mut self, world: &mut World, slot: u32, offspring: &mut Vec<u32>) {
        let distance_squared = world.leave_squared;
        let is_silent = world.islands.get(slot).silent > 0;
        let mut members = world.islands.hanging(slot);
        let (roots, first) = look(&mut members, distance_squared);
        if is_silent || roots <= 1 {
            return;
        }
        if members.grounds.len() > POINTS_MAX {
            let Self { groups, order, .. } = self;
            if groups.build(members.grounds, self.lattice, distance_squared) > 1 {
                order.list(&members, groups.heads(), |head| groups.points(head));
                self.order.move_out(world, slot, offspring);
            }
        } else if self.pieces.find(&mut members, first, distance_squared) > 1 {
            self.pieces.arrange(&members);
            let Self { pieces, order, .. } = self;
            order.list(&members, pieces.heads(), |head| pieces.points(head));
            self.order.move_out(world, slot, offspring);
        }
    }
}

/// Who moves out with whom.
#[derive(Debug, Default)]
struct Order {
    /// Group by group.
    members: Vec<Member>,
    groups: Vec<Range<usize>>,
    /// By place: the place in the group.
    places: Vec<u32>,
}

impl Order {
    fn list<P: Iterator<Item = usize>>(
        &mut self,
        members: &Hanging<'_>,
        heads: impl Iterator<Item = u32>,
        points: impl Fn(u32) -> P,
    ) {
        self.members.clear();
        self.groups.clear();
        self.places.resize(members.above.len(), ROOT);
        for head in heads {
            let start = self.members.len();
            self.members
                .extend(points(head).map(|place| members.get(place)));
            self.groups.push(start..self.members.len());
            for (place, at) in points(head).zip(0..) {
                self.places[place] = at;
            }
        }
        for member in &mut self.members {
            // Whom somebody hangs on is in the same group.
            let above = self.places.get(member.above as usize);
            member.above = above.copied().unwrap_or(ROOT);
        }
    }

    /// The largest group stays, the first one on a tie; the others move out.
    fn move_out(&self, world: &mut World, slot: u32, offspring: &mut Vec<u32>) {
        let sizes = self.groups.iter().map(Range::len).enumerate().rev();
        let stays = sizes.max_by_key(|(_, size)| *size).map(|(nth, _)| nth);
        world.islands.empty(slot);
        for (nth, group) in self.groups.iter().enumerate() {
            let group = &self.members[group.clone()];
            if Some(nth) == stays {
                for member in group {
                    world.islands.push(slot, *member);
                }
            } else {
                offspring.push(world.settle(group.iter().copied()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::peers::{Peer, State};
    use crate::engine::{EngineConfig, IslandNumber, Position};

    /// The same by what is near what is reached.
    fn pieces(world: &World, members: &[Peer]) -> Vec<Vec<Peer>> {
        let mut rest = members.to_vec();
        let mut pieces = Vec::new();
        while let Some(first) = rest.pop() {
            let mut piece = vec![first];
            let mut at = 0;
            while let Some(from) = piece.get(at).map(|peer| world.peers.ground(*peer)) {
                at += 1;
                let near = |other: &mut Peer| {
                    let other = world.peers.ground(*other);
                    from.squared_distance(other) <= world.leave_squared
                };
                piece.extend(rest.extract_if(.., near));
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces.sort_unstable();
        pieces
    }

    #[test]
    fn links_say_what_a_search_says() {
        let config = EngineConfig::new(100, 15.0, Some(20.0)).unwrap();
        let mut world = World::new(&config, IslandNumber::FIRST);
        let mut splitter = Splitter::new(20.0);
        let mut random = 1_u32;
        let mut draw = move |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        let mut places: Vec<f32> = (0..60_u16).map(|n| f32::from(n) * 5.0).collect();
        let at = |x: f32| Position::new(x, 0.0, 0.0).unwrap();
        let add = |x: &f32| world.peers.add(State::Member, at(*x));
        let peers: Vec<Peer> = places.iter().map(add).collect();
        let roots: Vec<Member> = peers.iter().map(|peer| world.root(*peer)).collect();
        let slot = world.settle(roots.into_iter());
        let (mut whole, mut broken) = (0, 0);
        for _ in 0..3000 {
            for (peer, place) in peers.iter().zip(&mut places) {
                *place = (*place + draw(9) as f32 - 4.0).clamp(0.0, 300.0);
                world.peers.place(*peer, at(*place));
                world.islands.relocate(*peer, at(*place).ground());
            }
            let expected = pieces(&world, &peers);
            let mut slots = vec![slot];
            splitter.split(&mut world, slot, &mut slots);
            let list = |slot: &u32| {
                let mut members = world.islands.members(*slot).to_vec();
                members.sort_unstable();
                members
            };
            let mut found: Vec<Vec<Peer>> = slots.iter().map(list).collect();
            found.sort_unstable();
            assert_eq!(found, expected);
            *(if found.len() > 1 {
                &mut broken
            } else {
                &mut whole
            }) += 1;
            // Some come back at once, the links of the others are tried again.
            for other in &slots[1..] {
                world.merge(*other, slot);
            }
        }
        assert!(whole > 100 && broken > 100, "{whole} {broken}");
    }
}
