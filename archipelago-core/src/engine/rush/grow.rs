//! One target after the other, where few are near each other.
//!
//! Whoever is near a member of the first target goes into it if there is room when it arrives, whatever else there is.
//! So the first target is complete before the second is looked at, and so on: each grows from neighbour to neighbour, in
//! the order of arrival; but that matters only if there is no room for all.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::near::Near;
use super::ties::Ties;
use super::{Draft, NONE};
use crate::engine::world::World;

/// A target that grows, and what has come of those before it.
struct Growth<'a> {
    near: Near,
    draft: &'a mut Draft,
    ties: &'a mut Ties,
    /// The seats of those who are in the target that grows.
    members: Vec<u32>,
    /// The targets these are near.
    others: Vec<u32>,
    /// The seats around one of them.
    found: Vec<u32>,
    /// Who may come next: arrival and seat in one number, which is quicker to compare than two.
    next: BinaryHeap<Reverse<u64>>,
    /// Who found a target full, with that target.
    refused: Vec<(u32, u32)>,
}

/// Finds the targets, and all ties between them.
pub(super) fn grow_all(draft: &mut Draft, world: &mut World, near: Near, ties: &mut Ties) {
    let mut growth = Growth {
        near,
        draft,
        ties,
        members: Vec::new(),
        others: Vec::new(),
        found: Vec::new(),
        next: BinaryHeap::new(),
        refused: Vec::new(),
    };
    for arrival in 0..growth.near.seats.len() {
        growth.grow(arrival);
    }
    let Growth { near, refused, .. } = growth;
    for (target, seat) in refused {
        ties.note(near.home(seat), target);
    }
    draft.homes = near.into_homes(world);
}

impl Growth<'_> {
    /// Opens a target for somebody who is in none, and notes which older ones it is adjacent to.
    fn grow(&mut self, arrival: usize) {
        let seat = self.near.seats[arrival];
        if self.near.home(seat) != NONE {
            return;
        }
        let target = self.draft.open(arrival as u32);
        self.ties.open();
        self.near.set_home(seat, target);
        self.members.clear();
        self.members.push(seat);
        self.others.clear();
        if !self.takes_all(target) {
            for seat in self.members.drain(1..) {
                self.near.set_home(seat, NONE);
            }
            self.others.clear();
            self.take_first(target);
        }
        self.draft.sizes[target as usize] = self.members.len() as u32;
        for other in &self.others {
            self.ties.note(target, *other);
        }
    }

    /// Whether there is room for all who could come into a target, so that their order does not matter; if so, they are
    /// in it.
    fn takes_all(&mut self, target: u32) -> bool {
        let mut at = 0;
        while at < self.members.len() {
            for seat in self.near.look_around(self.members[at], &mut self.found) {
                match self.near.home(*seat) {
                    NONE => {
                        self.near.set_home(*seat, target);
                        self.members.push(*seat);
                    }
                    home => self.others.push(home),
                }
            }
            if self.members.len() > self.draft.max_peers as usize {
                return false;
            }
            at += 1;
        }
        true
    }

    /// Takes those who come first into a target.
    fn take_first(&mut self, target: u32) {
        let mut at = 0;
        loop {
            for seat in self.near.look_around(self.members[at], &mut self.found) {
                let home = self.near.home(*seat);
                if home == NONE {
                    self.near.set_home(*seat, target);
                    let next = (self.near.arrival(*seat).index() as u64) << 32 | u64::from(*seat);
                    self.next.push(Reverse(next));
                } else {
                    self.others.push(home);
                }
            }
            at += 1;
            if at == self.draft.max_peers as usize {
                break;
            }
            let Some(Reverse(next)) = self.next.pop() else {
                break;
            };
            self.members.push(next as u32);
        }
        for Reverse(next) in self.next.drain() {
            let seat = next as u32;
            self.near.set_home(seat, NONE);
            self.refused.push((target, seat));
        }
    }
}
