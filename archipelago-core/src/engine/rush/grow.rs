//! One target after the other, where few are near each other.
//!
//! Whoever is near a member of the first target goes into it if there is room when it arrives, whatever else there is.
//! So the first target is complete before the second is looked at, and so on: each grows from neighbour to neighbour, in
//! the order of arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::near::Near;
use super::ties::Ties;
use super::{Draft, NONE};

/// Those who may come next: arrival and seat in one number, which is quicker to compare than two.
type Next = BinaryHeap<Reverse<u64>>;

/// Finds the targets, and all ties between them.
pub(super) fn grow_all(draft: &mut Draft, near: Near, ties: &mut Ties) {
    // By seat: into which target it goes.
    let mut homes = vec![NONE; near.seats.len()];
    let mut next = Next::new();
    // Who found a target full, with that target.
    let mut refused = Vec::new();
    for (seat, arrival) in near.seats.iter().zip(0..) {
        if homes[*seat as usize] == NONE {
            let target = draft.open(arrival);
            ties.open();
            homes[*seat as usize] = target;
            next.push(queued(arrival, *seat));
            while draft.has_room(target)
                && let Some(seat) = next.pop().map(seat_of)
            {
                draft.sizes[target as usize] += 1;
                look_around(seat, &near, &mut homes, &mut next, ties);
            }
            for seat in next.drain().map(seat_of) {
                homes[seat as usize] = NONE;
                refused.push((target, seat));
            }
        }
    }
    for (target, seat) in refused {
        ties.note(homes[seat as usize], target);
    }
    draft.homes = near.seats;
    for home in &mut draft.homes {
        *home = homes[*home as usize];
    }
}

/// Looks around from a new member of a target.
fn look_around(seat: u32, near: &Near, homes: &mut [u32], next: &mut Next, ties: &mut Ties) {
    let target = homes[seat as usize];
    for later in near.later(seat) {
        let home = &mut homes[*later as usize];
        if *home == NONE {
            *home = target;
            next.push(queued(near.arrival(*later), *later));
        } else if *home != target {
            ties.note(target, *home);
        }
    }
}

fn queued(arrival: u32, seat: u32) -> Reverse<u64> {
    Reverse(u64::from(arrival) << 32 | u64::from(seat))
}

fn seat_of(Reverse(next): Reverse<u64>) -> u32 {
    next as u32
}
