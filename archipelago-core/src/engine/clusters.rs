//! Clusters: what hangs together with a dirty island, as far as it has to be known.
//!
//! A cluster that fits into one island is found as a whole, which ends at `max_peers` members. Of a crowd, no more is
//! needed than the islands that could take part in a merge. After a full flush no two adjacent islands have room for
//! each other; so whatever merges now contains a dirty island beside the place where the two meet, and the rest of the
//! crowd may be left alone. The exception are islands with silent members, which can be adjacent to an island that
//! would have room: their neighbours are looked at as if they were dirty.

use super::borders::Borders;
use super::contacts::Contacts;
use super::sweep::{Marks, Sizes};
use super::world::World;

/// Searches for the clusters of a flush.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// Of the component at hand.
    component_marks: Marks,
    component: Vec<u32>,
    /// Components that are to be merged, one after the other, and where each ends.
    fitting: Vec<u32>,
    ends: Vec<usize>,
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

    /// The same as [`Self::resolve`] where it is known who could merge with whom. Leaves in `crowd` all islands that
    /// could merge with another one, but do not fit into one with all around.
    pub fn resolve_known(
        &mut self,
        world: &mut World,
        dirty: &[u32],
        contacts: &mut Contacts,
        mut borders: Option<&mut Borders>,
        crowd: &mut Vec<u32>,
    ) {
        self.component_marks.start(world);
        crowd.clear();
        self.fitting.clear();
        self.ends.clear();
        for slot in dirty {
            if self.component_marks.has(*slot) || !contacts.has_any(*slot) {
                continue;
            }
            self.spread(*slot, contacts);
            if self.is_all(world, contacts, borders.as_deref_mut()) {
                self.fitting.extend_from_slice(&self.component);
                self.ends.push(self.fitting.len());
            } else {
                crowd.extend_from_slice(&self.component);
            }
        }
        self.merge_fitting(world, contacts);
    }

    /// Not before everybody has been asked who is beside it.
    fn merge_fitting(&mut self, world: &mut World, contacts: &mut Contacts) {
        let mut start = 0;
        for end in &self.ends {
            let these = &mut self.fitting[start..*end];
            start = *end;
            merge_all(world, these);
            if let Some((into, others)) = these.split_first() {
                for from in others {
                    contacts.merge(*from, *into);
                }
            }
        }
    }

    /// Finds all who could merge with an island, directly or over others.
    fn spread(&mut self, slot: u32, contacts: &Contacts) {
        self.component_marks.find(slot);
        self.component.clear();
        self.component.push(slot);
        let mut at = 0;
        while let Some(next) = self.component.get(at).copied() {
            at += 1;
            for other in contacts.neighbours(next) {
                if self.component_marks.find(other) {
                    self.component.push(other);
                }
            }
        }
    }

    /// Whether what was found fits into one island, and is adjacent to nobody else or one of two, whom the crowd policy
    /// would merge too. The `borders` say so if they know where all islands are, else the contacts and the grid.
    fn is_all(&self, world: &World, contacts: &Contacts, borders: Option<&mut Borders>) -> bool {
        let sizes = self.component.iter().map(|slot| world.islands.size(*slot));
        if let Some(borders) = borders {
            let these = &self.component;
            let mut beside = |slot: &u32| borders.is_beside_others(world, *slot, these);
            return sizes.sum::<usize>() <= world.max_peers
                && (these.len() == 2 || !these.iter().any(&mut beside));
        }
        let pressed = |slot: &u32| contacts.is_pressed(*slot, world.max_peers);
        // Nobody has looked around from a large one; there is at most one.
        let beside = |slot: &u32| pressed(slot).is_none() && self.is_beside_others(world, *slot);
        sizes.sum::<usize>() <= world.max_peers
            && !self
                .component
                .iter()
                .any(|slot| pressed(slot) == Some(true))
            && !self.component.iter().any(beside)
    }

    /// Whether an island is adjacent to one that was not found.
    fn is_beside_others(&self, world: &World, slot: u32) -> bool {
        world.located(slot).any(|(peer, cell)| {
            let from = world.peers.ground(peer);
            world.grid.runs_near(cell, from).into_iter().any(|run| {
                let others = &world.grid.all_entries()[world.grid.span(&run)];
                others.iter().any(|other| {
                    from.squared_distance(other.ground) <= world.join_squared
                        && !self.component.contains(&other.home)
                })
            })
        })
    }

    /// The islands that a pass of the crowd policy has to consider: the restless ones, and their neighbours that could
    /// merge with them. More may be named if nobody else is dirty (`calm`): settled islands merge with nobody.
    pub fn around(&mut self, world: &World, restless: &[u32], calm: bool) -> &mut [u32] {
        self.crowd.clear();
        // Where most are restless, it takes longer to tell their neighbours from the rest than to consider all.
        if calm && world.silent == 0 && restless.len() > world.islands.count() / 2 {
            let islands = world.islands.oldest_first().map(|(_, slot)| slot);
            let with_room = islands.filter(|slot| world.islands.size(*slot) < world.max_peers);
            self.crowd.extend(with_room);
            return &mut self.crowd;
        }
        self.gather(world, restless);
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
