//! Everybody goes where they end up.

use super::Draft;
use super::merge::Merger;
use crate::engine::members::{Member, ROOT};
use crate::engine::world::World;

/// Where the members of a target go.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// The place of the next one among the members of all islands.
    next: u32,
    slot: u32,
}

/// Opens the islands, with everybody in them.
pub(super) fn settle(draft: &Draft, world: &mut World, merger: &Merger) {
    let first = world.islands.restart();
    let mut lanes = vec![Lane::default(); draft.sizes.len()];
    // By target: the lane of its members.
    let mut ways = vec![0; draft.sizes.len()];
    let sizes = merger.islands().map(|(_, size)| size);
    world.islands.reserve(sizes, world.peers.state.len());
    for (target, size) in merger.islands() {
        let number = first.plus(draft.firsts[target as usize]);
        let slot = world.islands.open_as(number, world.now_ms);
        let mut next = world.islands.allot(slot, size);
        world.islands.mark_changed(slot, 0);
        let is_mixed = merger.is_mixed(target);
        for part in merger.parts(target) {
            ways[part as usize] = if is_mixed { target } else { part };
            lanes[part as usize] = Lane { next, slot };
            if !is_mixed {
                next += draft.sizes[part as usize];
            }
        }
    }
    for seat in &draft.seats {
        let entry = world.grid.all_entries()[*seat as usize];
        let lane = &mut lanes[ways[entry.home as usize] as usize];
        let member = Member {
            peer: entry.peer,
            ground: entry.ground,
            above: ROOT,
        };
        world.islands.put(lane.next, member);
        world.peers.spots[entry.peer.index()].island = lane.slot;
        lane.next += 1;
    }
    world.grid.expire_homes();
    world.islands.skip_to(first.plus(draft.seats.len() as u32));
}
