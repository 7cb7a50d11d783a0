//! Everybody goes where they end up.

use super::Draft;
use super::merge::Merger;
use crate::engine::members::{Member, ROOT};
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Where the members of a target go.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// The place of the next one among the members of all islands.
    next: u32,
    slot: u32,
}

/// Opens the islands, with everybody in them.
pub(super) fn settle(draft: &Draft, world: &mut World, queue: &[Peer], merger: &Merger) {
    debug_assert_eq!(world.islands.slot_bound(), 0, "slots begin anew");
    let first = world.islands.next_number();
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
    for (peer, home) in queue.iter().zip(&draft.homes) {
        let lane = &mut lanes[ways[*home as usize] as usize];
        let spot = &mut world.peers.spots[peer.index()];
        spot.island = lane.slot;
        let member = Member {
            peer: *peer,
            ground: spot.ground,
            above: ROOT,
        };
        world.islands.put(lane.next, member);
        lane.next += 1;
    }
    world.grid.expire_homes();
    world.islands.skip_to(first.plus(queue.len() as u32));
}
