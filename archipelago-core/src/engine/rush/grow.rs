//! One target after the other, where few are near each other.
//!
//! Whoever is near a member of the first target goes into it if there is room when it arrives, whatever else there is.
//! So the first target is complete before the second is looked at, and so on: each grows from neighbour to neighbour, in
//! the order of arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ties::Ties;
use super::{Draft, NONE};
use crate::engine::world::World;

/// So many of those nearby are noted before it is looked up who they are.
const FOUND_MAX: usize = 32;

/// The target at hand.
struct Target<'a> {
    number: u32,
    /// By seat: which arrival it is.
    arrivals: &'a [u32],
    /// Those who are near a member and have arrived after it.
    next: &'a mut BinaryHeap<Reverse<u32>>,
    ties: &'a mut Ties,
}

/// Finds the targets, and all ties between them.
pub(super) fn grow_all(draft: &mut Draft, world: &mut World, ties: &mut Ties) {
    let mut arrivals = vec![0; draft.seats.len()];
    for (seat, arrival) in draft.seats.iter().zip(0..) {
        arrivals[*seat as usize] = arrival;
    }
    let mut next = BinaryHeap::new();
    for arrival in 0..arrivals.len() as u32 {
        let seat = draft.seats[arrival as usize];
        if world.grid.all_entries()[seat as usize].home == NONE {
            let number = draft.open(arrival);
            ties.open();
            world.grid.set_home(seat, number);
            next.push(Reverse(arrival));
            let mut target = Target {
                number,
                arrivals: &arrivals,
                next: &mut next,
                ties,
            };
            target.grow(draft, world);
        }
    }
}

impl Target<'_> {
    fn grow(&mut self, draft: &mut Draft, world: &mut World) {
        while draft.has_room(self.number)
            && let Some(Reverse(arrival)) = self.next.pop()
        {
            draft.sizes[self.number as usize] += 1;
            self.look_around(world, draft.seats[arrival as usize]);
        }
        for Reverse(arrival) in self.next.drain() {
            world.grid.set_home(draft.seats[arrival as usize], NONE);
        }
    }

    /// Looks around from a new member.
    fn look_around(&mut self, world: &mut World, seat: u32) {
        let entry = world.grid.all_entries()[seat as usize];
        let arrival = self.arrivals[seat as usize];
        let mut found = [0; FOUND_MAX];
        let mut count = 0;
        let cell = world.grid.cell_of(entry.peer);
        for run in world.grid.runs_near(cell, entry.ground) {
            for at in world.grid.span(&run) {
                let other = world.grid.all_entries()[at];
                let distance = entry.ground.squared_distance(other.ground);
                let is_near = usize::from(distance <= world.join_squared);
                let is_another = usize::from(other.home != self.number);
                // Who is near is hard to foresee: to note it in any case costs less than a wrong guess.
                found[count] = at as u32;
                count += is_near * is_another;
                if count == FOUND_MAX {
                    self.meet(world, arrival, &found);
                    count = 0;
                }
            }
        }
        self.meet(world, arrival, &found[..count]);
    }

    /// A member is near some who are not in this target.
    fn meet(&mut self, world: &mut World, arrival: u32, found: &[u32]) {
        for seat in found {
            let home = world.grid.all_entries()[*seat as usize].home;
            if home != NONE {
                self.ties.note(self.number, home);
            } else if self.arrivals[*seat as usize] > arrival {
                world.grid.set_home(*seat, self.number);
                self.next.push(Reverse(self.arrivals[*seat as usize]));
            }
        }
    }
}
