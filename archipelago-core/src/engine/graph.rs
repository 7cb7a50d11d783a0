//! Which islands are adjacent, found for all of them at once.
//!
//! Where many islands are dirty and nowhere many people stand in one place, it takes less time to look once at every
//! pair of peers who are near each other than to look around from one island after the other.

use super::world::World;

/// End of a list.
const END: u32 = u32::MAX;
/// No pair.
const NONE: u64 = u64::MAX;
/// The most people in a cell, as people see it on an average, for which this is so.
const CROWD_MAX: usize = 5;

/// The islands with room, and who of them is adjacent to whom; as islands merge, what was adjacent stays so.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// By entry of the grid: the island.
    homes: Vec<u32>,
    /// By entry: the next one that is on another island.
    others: Vec<u32>,
    /// The pairs, in a table with many gaps.
    known: Vec<u64>,
    /// Some of these, each in the one place where it could be.
    recent: Vec<u64>,
    pairs: Vec<(u32, u32)>,
    /// By slot, and one behind the last: where its neighbours start.
    starts: Vec<u32>,
    neighbours: Vec<u32>,
    /// By slot: what is known of the island.
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
    /// Whether it has room.
    roomy: bool,
    /// Whether it is adjacent to an island without.
    beside_full: bool,
}

/// How many pairs are remembered to be seen at a glance: neighbours meet again and again.
const RECENT: usize = 1024;

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

fn hash(pair: u64) -> usize {
    (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

fn recent(pair: u64) -> usize {
    hash(pair) % RECENT
}

impl Graph {
    /// Finds out what is adjacent; `false` if that would take too long.
    pub fn build(&mut self, world: &World) -> bool {
        let cells = 0..world.grid.cell_bound() as u32;
        let crowd = |cell| world.grid.range(cell).len().pow(2);
        let crowds: usize = cells.clone().map(crowd).sum();
        if crowds > CROWD_MAX * world.grid.all_entries().len() {
            return false;
        }
        self.start(world);
        for cell in cells {
            self.look_around(world, cell);
        }
        self.arrange();
        true
    }

    fn start(&mut self, world: &World) {
        let entries = world.grid.all_entries();
        self.homes.clear();
        self.homes
            .extend(entries.iter().map(|entry| world.home(entry.peer)));
        self.others.clear();
        self.others.resize(entries.len(), entries.len() as u32);
        for at in (1..entries.len()).rev() {
            let is_same = self.homes[at - 1] == self.homes[at];
            self.others[at - 1] = if is_same { self.others[at] } else { at as u32 };
        }
        self.pairs.clear();
        self.known.clear();
        self.known.resize(1024, NONE);
        self.recent.clear();
        self.recent.resize(RECENT, NONE);
        self.nodes.clear();
        for slot in 0..world.islands.slot_bound() as u32 {
            self.nodes.push(Node {
                into: slot,
                next: END,
                last: slot,
                roomy: world.islands.size(slot) < world.max_peers,
                beside_full: false,
            });
        }
    }

    /// Looks at all pairs with one in a cell and the other one there or in a later cell.
    fn look_around(&mut self, world: &World, cell: u32) {
        let own = world.grid.range(cell);
        let ranges = world.grid.ranges_ahead(cell);
        let entries = world.grid.all_entries();
        for at in own.clone() {
            let (home, position) = (self.homes[at], entries[at].position);
            // In one cell all are near each other.
            for other in at + 1..own.end {
                if self.homes[other] != home {
                    self.meet(home, self.homes[other]);
                }
            }
            for range in &ranges {
                let mut other = range.start;
                while other < range.end {
                    let theirs = self.homes[other];
                    if theirs == home || self.is_settled(home, theirs) {
                        other = self.others[other] as usize;
                    } else if position.squared_distance(entries[other].position)
                        <= world.join_squared
                    {
                        self.meet(home, theirs);
                        // Whoever else is near changes nothing.
                        other = self.others[other] as usize;
                    } else {
                        other += 1;
                    }
                }
            }
        }
    }

    /// Whether it changes nothing that the two meet, as far as that is seen at a glance.
    fn is_settled(&self, a: u32, b: u32) -> bool {
        let [one, other] = [a, b].map(|slot| self.nodes[slot as usize]);
        match (one.roomy, other.roomy) {
            (true, true) => {
                let pair = pair(a.min(b), a.max(b));
                self.recent[recent(pair)] == pair
            }
            (true, false) => one.beside_full,
            (false, true) => other.beside_full,
            (false, false) => true,
        }
    }

    fn meet(&mut self, a: u32, b: u32) {
        match [a, b].map(|slot| self.nodes[slot as usize].roomy) {
            [true, true] => self.note(a.min(b), a.max(b)),
            [true, false] => self.nodes[a as usize].beside_full = true,
            [false, true] => self.nodes[b as usize].beside_full = true,
            [false, false] => {}
        }
    }

    fn note(&mut self, a: u32, b: u32) {
        let pair = pair(a, b);
        self.recent[recent(pair)] = pair;
        if !self.enter(pair) {
            return;
        }
        self.pairs.push((a, b));
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

    /// Lists the neighbours of each island one after the other.
    fn arrange(&mut self) {
        let Self {
            pairs,
            starts,
            neighbours,
            nodes,
            ..
        } = self;
        starts.clear();
        starts.resize(nodes.len() + 1, 0);
        for (a, b) in pairs.iter() {
            starts[*a as usize] += 1;
            starts[*b as usize] += 1;
        }
        let mut end = 0;
        for start in starts.iter_mut() {
            end += *start;
            *start = end;
        }
        neighbours.resize(end as usize, END);
        for (a, b) in pairs.iter() {
            for (slot, other) in [(a, b), (b, a)] {
                let start = &mut starts[*slot as usize];
                *start -= 1;
                neighbours[*start as usize] = *other;
            }
        }
    }

    /// Whether an island without room is adjacent to this one.
    pub fn is_beside_full(&self, slot: u32) -> bool {
        self.nodes[slot as usize].beside_full
    }

    /// The islands that are adjacent to one and have had room, as they are called now; some several times, and itself
    /// among them.
    pub fn neighbours(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let mut part = slot;
        let parts = std::iter::from_fn(move || {
            let node = self.nodes.get(part as usize)?;
            Some(std::mem::replace(&mut part, node.next))
        });
        parts.flat_map(|part| {
            let [start, end] = [part, part + 1].map(|at| self.starts[at as usize] as usize);
            self.neighbours[start..end]
                .iter()
                .map(|other| self.now(*other))
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
