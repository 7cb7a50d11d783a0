//! Which islands could merge with which, found for all of them at once.
//!
//! Where most islands are dirty, that takes less time than to search around one after the other. Of two islands that have
//! room for each other one is at most half full: it is enough to look around from the members of these. Mostly they are
//! few; where they are not, everybody looks around, but in one direction only.

use std::hint::select_unpredictable;
use std::ops::Range;

use super::lattice::COLUMNS;
use super::neighbours::Neighbours;
use super::position::Ground;
use super::world::World;

/// End of a list.
const END: u32 = u32::MAX;
/// So many of those nearby are noted before it is looked up who they are.
const FOUND_MAX: usize = 32;
/// No pair.
const NONE: u64 = u64::MAX;

/// Pairs of adjacent islands with room for each other; as islands merge, what was adjacent stays so.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    /// The pairs, in a table with many gaps.
    known: Vec<u64>,
    pairs: Vec<(u32, u32)>,
    neighbours: Neighbours,
    /// By slot: the size of the island before anything merged.
    sizes: Vec<u32>,
    /// By slot: the last island that was found to be adjacent and to have room.
    met: Vec<u32>,
    /// By slot: whether the island is adjacent to one that has no room for it; asked of small ones only.
    pressed: Vec<bool>,
    /// By slot: what has become of the island.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// The island that it has gone into, or itself.
    into: u32,
    /// The next of the islands that are one with it by now.
    next: u32,
    /// The last of these; means something for the first.
    last: u32,
}

impl Contacts {
    /// Finds the pairs.
    pub fn find(&mut self, world: &mut World) {
        world.grid.know_homes(&world.peers);
        let world = &*world;
        self.start(world);
        let max = world.max_peers as u32;
        let small = self.sizes.iter().filter(|size| 2 * **size <= max);
        if 2 * small.sum::<u32>() as usize > world.grid.all_entries().len() {
            self.look_ahead(world);
        } else {
            for (_, slot) in world.islands.oldest_first() {
                if 2 * self.sizes[slot as usize] <= max {
                    self.look_around_all(world, slot);
                }
            }
        }
        self.arrange();
    }

    /// Looks around from all members of an island.
    fn look_around_all(&mut self, world: &World, slot: u32) {
        for (peer, cell) in world.located(slot) {
            let from = world.peers.ground(peer);
            let runs = world.grid.runs_near(cell, from);
            for run in runs.iter().filter(|run| !run.is_empty()) {
                self.look_around(world, slot, from, world.grid.span(run));
            }
        }
    }

    /// Looks ahead from everybody: who is behind has looked this way.
    fn look_ahead(&mut self, world: &World) {
        let mut found = [0; FOUND_MAX];
        let max = world.max_peers as u32;
        for (entry, at) in world.grid.all_entries().iter().zip(0..) {
            let cell = world.grid.cell_of(entry.peer);
            let runs = world.grid.runs_near(cell, entry.ground);
            let mut count = 0;
            for run in runs[COLUMNS / 2..].iter().filter(|run| !run.is_empty()) {
                let Range { start, end } = world.grid.span(run);
                let ahead = start.max(at).min(end)..end;
                for other in &world.grid.all_entries()[ahead] {
                    let distance = entry.ground.squared_distance(other.ground);
                    let is_near = usize::from(distance <= world.join_squared);
                    let is_another = usize::from(other.home != entry.home);
                    // Who is near is hard to foresee: to note it in any case costs less than a wrong guess.
                    found[count] = other.home;
                    count += is_near * is_another;
                    if count == FOUND_MAX {
                        self.meet(entry.home, &found, max);
                        count = 0;
                    }
                }
            }
            self.meet(entry.home, &found[..count], max);
        }
    }

    /// An island is adjacent to others.
    fn meet(&mut self, home: u32, found: &[u32], max: u32) {
        for other in found {
            if std::mem::replace(&mut self.met[*other as usize], home) == home {
                continue;
            }
            if self.sizes[home as usize] + self.sizes[*other as usize] <= max {
                self.note(pair(home.min(*other), home.max(*other)));
            } else {
                // Of two for whom there is no room one at the most is small; of the other nobody asks.
                self.pressed[home as usize] = true;
                self.pressed[*other as usize] = true;
            }
        }
    }

    /// No pairs yet.
    pub fn start(&mut self, world: &World) {
        self.pairs.clear();
        self.known.clear();
        self.known.resize(1024, NONE);
        let slots = 0..world.islands.slot_bound() as u32;
        self.sizes.clear();
        self.sizes
            .extend(slots.clone().map(|slot| world.islands.size(slot) as u32));
        // Everybody has met itself.
        self.met.clear();
        self.met.extend(slots.clone());
        self.pressed.clear();
        self.pressed.resize(self.sizes.len(), false);
        self.nodes.clear();
        self.nodes.extend(slots.map(|slot| Node {
            into: slot,
            next: END,
            last: slot,
        }));
    }

    /// Looks at some entries from a place where a member of a small island is.
    fn look_around(&mut self, world: &World, home: u32, from: Ground, span: Range<usize>) {
        let room = world.max_peers as u32 - self.sizes[home as usize];
        let mut pressed = self.pressed[home as usize];
        for other in &world.grid.all_entries()[span] {
            let theirs = other.home as usize;
            let fits = self.sizes[theirs] <= room;
            let has_met = self.met[theirs] == home;
            // Whether it fits is hard to foresee, but not whether there is anything new in it.
            let is_settled = select_unpredictable(fits, has_met, pressed);
            if is_settled || from.squared_distance(other.ground) > world.join_squared {
                continue;
            }
            if fits {
                self.met[theirs] = home;
                self.note(pair(home.min(other.home), home.max(other.home)));
            } else {
                pressed = true;
            }
        }
        self.pressed[home as usize] = pressed;
    }

    /// Two islands could merge.
    pub fn add(&mut self, a: u32, b: u32) {
        self.note(pair(a.min(b), a.max(b)));
    }

    fn note(&mut self, pair: u64) {
        if !self.enter(pair) {
            return;
        }
        self.pairs.push(((pair >> 32) as u32, pair as u32));
        if 2 * self.pairs.len() > self.known.len() {
            let larger = 4 * self.known.len();
            self.known.clear();
            self.known.resize(larger, NONE);
            for at in 0..self.pairs.len() {
                let (a, b) = self.pairs[at];
                self.enter(self::pair(a, b));
            }
        }
    }

    /// Whether the pair is new.
    fn enter(&mut self, pair: u64) -> bool {
        let mask = self.known.len() - 1;
        let mut at = hash(pair) & mask;
        while self.known[at] != NONE {
            if self.known[at] == pair {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.known[at] = pair;
        true
    }

    /// Lists the neighbours of each island.
    pub fn arrange(&mut self) {
        self.neighbours.arrange(self.nodes.len(), &self.pairs);
    }

    /// Whether an island could merge with any other.
    pub fn has_any(&self, slot: u32) -> bool {
        !self.neighbours.of(slot).is_empty()
    }

    /// Whether an island is adjacent to one that has no room for it, if it is small enough to have been asked; else
    /// `None`.
    pub fn is_pressed(&self, slot: u32, max_peers: usize) -> Option<bool> {
        let is_small = 2 * self.sizes[slot as usize] as usize <= max_peers;
        is_small.then(|| self.pressed[slot as usize])
    }

    /// The islands adjacent to one that have had room for it, as they are called now; some several times, and itself
    /// among them.
    pub fn neighbours(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let mut part = slot;
        let parts = std::iter::from_fn(move || {
            let node = self.nodes.get(part as usize)?;
            Some(std::mem::replace(&mut part, node.next))
        });
        parts.flat_map(|part| {
            let neighbours = self.neighbours.of(part).iter();
            neighbours.map(|other| self.now(*other))
        })
    }

    /// What an island is part of now.
    fn now(&self, slot: u32) -> u32 {
        let mut at = slot;
        while self.nodes[at as usize].into != at {
            at = self.nodes[at as usize].into;
        }
        at
    }

    /// An island has gone into another one.
    pub fn merge(&mut self, from: u32, into: u32) {
        let last = self.nodes[into as usize].last;
        self.nodes[last as usize].next = from;
        self.nodes[into as usize].last = self.nodes[from as usize].last;
        self.nodes[from as usize].into = into;
    }
}

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

fn hash(pair: u64) -> usize {
    (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}
