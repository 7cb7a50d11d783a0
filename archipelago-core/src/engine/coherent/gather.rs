//! Small islands of a crowd go into those beside them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::place::contact;
use crate::engine::number::IslandNumber;
use crate::engine::world::World;

/// Merges islands.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// Size, number and slot, with outdated ones among them.
    queue: BinaryHeap<Reverse<(usize, Option<IslandNumber>, u32)>>,
    /// By slot; 0 between two searches.
    scores: Vec<f64>,
    near: Vec<u32>,
}

impl Gathering {
    /// Merges these islands, of which some may be named twice or be gone, the smallest first, each with the one that it
    /// has most contact to of those beside it that have room, until no two are left that could be one.
    pub fn gather(&mut self, world: &mut World, slots: &[u32], radius_squared: f64) {
        self.scores.resize(world.islands.slot_bound(), 0.0);
        self.queue.clear();
        let entry = |world: &World, slot: u32| {
            Reverse((
                world.islands.size(slot),
                world.islands.get(slot).number,
                slot,
            ))
        };
        self.queue
            .extend(slots.iter().map(|slot| entry(world, *slot)));
        while let Some(Reverse((size, number, slot))) = self.queue.pop() {
            let island = world.islands.get(slot);
            if island.number != number || world.islands.size(slot) != size {
                continue;
            }
            let next = self.queue.peek().map_or(usize::MAX, |next| next.0.0);
            if next.saturating_add(size) > world.max_peers {
                return;
            }
            if island.silent > 0 {
                continue;
            }
            if let Some(into) = self.closest(world, slot, radius_squared) {
                world.merge(slot, into);
                self.queue.push(entry(world, into));
            }
        }
    }

    /// The island with room for all of an island that it has most contact to, the oldest on a tie.
    fn closest(&mut self, world: &World, slot: u32, radius_squared: f64) -> Option<u32> {
        let room = world.max_peers - world.islands.size(slot);
        self.near.clear();
        for (peer, cell) in world.located(slot) {
            let from = world.peers.ground(peer);
            for cell in std::iter::once(cell).chain(world.grid.beside(peer, from)) {
                for entry in world.grid.entries(cell) {
                    let other = world.home(entry.peer);
                    if other == slot || world.islands.size(other) > room {
                        continue;
                    }
                    let distance = from.squared_distance(entry.ground);
                    if distance <= world.join_squared {
                        let score = &mut self.scores[other as usize];
                        if *score == 0.0 {
                            self.near.push(other);
                        }
                        *score += contact(distance, radius_squared);
                    }
                }
            }
        }
        let mut best: Option<(f64, u32)> = None;
        for other in &self.near {
            let score = std::mem::take(&mut self.scores[*other as usize]);
            let number = |slot: u32| world.islands.get(slot).number;
            let is_better = best.is_none_or(|(most, slot)| {
                score > most || score == most && number(*other) < number(slot)
            });
            if is_better {
                best = Some((score, *other));
            }
        }
        best.map(|(_, slot)| slot)
    }
}
