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

/// Those who may come next, by arrival.
type Next = BinaryHeap<Reverse<u32>>;

/// Finds the targets, and all ties between them.
pub(super) fn grow_all(draft: &mut Draft, near: &Near, ties: &mut Ties) {
    let mut next = Next::new();
    // Who found a target full, with that target.
    let mut refused = Vec::new();
    for arrival in 0..draft.homes.len() as u32 {
        if draft.homes[arrival as usize] == NONE {
            let target = draft.open(arrival);
            ties.open();
            draft.homes[arrival as usize] = target;
            next.push(Reverse(arrival));
            grow(draft, target, near, &mut next, ties);
            for Reverse(arrival) in next.drain() {
                draft.homes[arrival as usize] = NONE;
                refused.push((target, arrival));
            }
        }
    }
    for (target, arrival) in refused {
        ties.note(draft.homes[arrival as usize], target);
    }
}

/// Fills a target. Who is left in `next` has no room there.
fn grow(draft: &mut Draft, target: u32, near: &Near, next: &mut Next, ties: &mut Ties) {
    while draft.has_room(target)
        && let Some(Reverse(arrival)) = next.pop()
    {
        draft.sizes[target as usize] += 1;
        for later in near.later(arrival) {
            let home = &mut draft.homes[*later as usize];
            if *home == NONE {
                *home = target;
                next.push(Reverse(*later));
            } else if *home != target {
                ties.note(target, *home);
            }
        }
    }
}
