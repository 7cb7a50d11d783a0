//! Clusters: what hangs together with a dirty island, as far as it has to be known.
//!
//! A cluster that fits into one island is found as a whole, which ends at `max_peers` members. Of a crowd, no more is
//! needed than the islands that could take part in a merge. After a full flush no two adjacent islands have room for
//! each other; so whatever merges now contains a dirty island beside the place where the two meet, and the rest of the
//! crowd may be left alone. The exception are islands with silent members, which can be adjacent to an island that
//! would have room: their neighbours are looked at as if they were dirty.

use super::graph::Graph;
use super::sweep::{Marks, Sizes};
use super::world::World;

/// Searches for the clusters of a flush.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// Of the component at hand.
    component_marks: Marks,
    component: Vec<u32>,
    /// Islands known to belong to a crowd.
    crowd_marks: Marks,
    /// Islands that take part in a pass of the crowd policy.
    members: Marks,
    crowd: Vec<u32>,
}

impl Clusters {
    /// Merges the clusters around `dirty` islands that fit. Leaves in `restless` the dirty islands of the others that
    /// have room, in no particular order and perhaps twice.
    ///
    /// With `stragglers`, islands that are dirty, but not of this flush, may be part of the clusters: they are as
    /// restless as the others, so that all of each cluster has to be looked at.
    pub fn resolve(
        &mut self,
        world: &mut World,
        dirty: &[u32],
        stragglers: bool,
        restless: &mut Vec<u32>,
    ) {
        self.crowd_marks.start(world);
        restless.clear();
        for slot in dirty {
            if world.islands.size(*slot) >= world.max_peers {
                // Full: it neither takes nor goes, and whatever else is around it is settled.
            } else if self.crowd_marks.has(*slot) {
                restless.push(*slot);
            } else if self.explore(world, *slot, stragglers) {
                merge_all(world, &mut self.component);
            } else {
                restless.push(*slot);
                for found in &self.component {
                    self.crowd_marks.find(*found);
                    let has_room = world.islands.size(*found) < world.max_peers;
                    if stragglers && has_room && world.islands.is_dirty(*found) {
                        restless.push(*found);
                    }
                }
            }
        }
    }

    /// The same as [`Self::resolve`] where it is known what is adjacent.
    pub fn resolve_known(
        &mut self,
        world: &mut World,
        dirty: &[u32],
        graph: &mut Graph,
        restless: &mut Vec<u32>,
    ) {
        self.component_marks.start(world);
        restless.clear();
        for slot in dirty {
            let full = world.islands.size(*slot) >= world.max_peers;
            if full || world.islands.get(*slot).number.is_none() || self.component_marks.has(*slot)
            {
                continue;
            }
            if self.spread(world, *slot, graph) {
                merge_all(world, &mut self.component);
                if let Some((into, others)) = self.component.split_first() {
                    for from in others {
                        graph.merge(*from, *into);
                    }
                }
            } else {
                restless.push(*slot);
            }
        }
    }

    /// Finds all of a component but the islands without room; whether it fits into one island.
    fn spread(&mut self, world: &World, slot: u32, graph: &Graph) -> bool {
        self.component_marks.find(slot);
        self.component.clear();
        self.component.push(slot);
        let (mut total, mut at, mut fits) = (0, 0, true);
        while let Some(next) = self.component.get(at).copied() {
            at += 1;
            total += world.islands.size(next);
            fits &= !graph.is_beside_full(next);
            for other in graph.neighbours(next) {
                if self.component_marks.find(other) {
                    self.component.push(other);
                }
            }
        }
        fits && total <= world.max_peers
    }

    /// The islands that a pass of the crowd policy has to consider: the restless ones, and their neighbours that could
    /// merge with them. More may be named if nobody else is dirty (`calm`): settled islands merge with nobody.
    pub fn around(&mut self, world: &World, restless: &[u32], calm: bool) -> &mut [u32] {
        // Where most are restless, it takes longer to tell their neighbours from the rest than to consider all.
        if calm && world.silent == 0 && restless.len() > world.islands.count() / 2 {
            return self.everywhere(world);
        }
        self.crowd.clear();
        self.gather(world, restless);
        &mut self.crowd
    }

    /// All islands with room.
    pub fn everywhere(&mut self, world: &World) -> &mut [u32] {
        self.crowd.clear();
        let islands = world.islands.oldest_first().map(|(_, slot)| slot);
        let with_room = islands.filter(|slot| world.islands.size(*slot) < world.max_peers);
        self.crowd.extend(with_room);
        &mut self.crowd
    }

    /// Finds the component of an island; whether it fits into one island. If it does not, what was found may be a part
    /// of it, unless the search has to be `thorough`.
    fn explore(&mut self, world: &World, slot: u32, thorough: bool) -> bool {
        self.component_marks.start(world);
        self.component_marks.find(slot);
        self.component.clear();
        self.component.push(slot);
        let mut total = world.islands.size(slot);
        let mut at = 0;
        while let Some(next) = self.component.get(at).copied() {
            at += 1;
            let crowd = &self.crowd_marks;
            let enough = |found| {
                total = total.saturating_add(if crowd.has(found) {
                    usize::MAX
                } else {
                    world.islands.size(found)
                });
                total > world.max_peers && !thorough
            };
            self.component_marks
                .sweep(world, next, Sizes::ALL, &mut self.component, enough);
            if total > world.max_peers && !thorough {
                return false;
            }
        }
        total <= world.max_peers
    }

    fn gather(&mut self, world: &World, restless: &[u32]) {
        self.members.start(world);
        let mut smallest = world.max_peers;
        for slot in restless {
            if self.members.find(*slot) {
                self.crowd.push(*slot);
                smallest = smallest.min(world.islands.size(*slot));
            }
        }
        let restless = self.crowd.len();
        let room_beside = |size| world.max_peers.saturating_sub(size);
        let mut at = 0;
        while let Some(slot) = self.crowd.get(at).copied() {
            if at < restless || world.islands.get(slot).silent > 0 {
                let sizes = Sizes {
                    here: room_beside(world.islands.size(slot)),
                    anywhere: if world.silent > 0 {
                        usize::MAX
                    } else {
                        room_beside(smallest)
                    },
                };
                self.members
                    .sweep(world, slot, sizes, &mut self.crowd, |_| false);
            }
            at += 1;
        }
    }
}

/// Makes one island of all: the largest one, the oldest on a tie. An island with silent members cannot go away, so it
/// comes first, and others like it stay beside it.
pub(super) fn merge_all(world: &mut World, component: &mut [u32]) {
    world.islands.sort_by_size(component);
    let mut pinned = 0;
    for at in 0..component.len() {
        if world.islands.get(component[at]).silent > 0 {
            component[pinned..=at].rotate_right(1);
            pinned += 1;
        }
    }
    let Some((target, others)) = component.split_first() else {
        return;
    };
    for slot in others {
        if world.islands.get(*slot).silent == 0 {
            world.merge(*slot, *target);
        }
    }
}
