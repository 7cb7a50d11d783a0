//! Everybody in the order of arrival, where many are near each other: of each cell it is known which targets could be
//! chosen there.

use super::{Draft, NONE};
use crate::engine::peers::Peer;
use crate::engine::position::Ground;
use crate::engine::world::World;

/// What is known of a cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The first target there that has room. It may have become full since.
    lowest: u32,
    /// No target with room is before this one, neither there nor in the cells around.
    around: u32,
    /// The first of those that have had room.
    node: u32,
}

/// A target in a cell.
#[derive(Clone, Copy, Debug)]
struct Node {
    target: u32,
    /// Its last member there.
    member: u32,
    /// The next target in that cell.
    next: u32,
}

/// Somebody who has chosen.
#[derive(Clone, Copy, Debug)]
struct Member {
    ground: Ground,
    /// The one before it, of the same target in the same cell.
    before: u32,
}

/// Finds the targets.
pub(super) fn choose_all(draft: &mut Draft, world: &World, queue: &[Peer]) {
    let nobody = Cell {
        lowest: NONE,
        around: NONE,
        node: NONE,
    };
    draft.homes.reserve(queue.len());
    let mut chooser = Chooser {
        cells: vec![nobody; world.grid.cell_bound()],
        nodes: Vec::new(),
        members: Vec::with_capacity(queue.len()),
        draft,
    };
    for (peer, arrival) in queue.iter().zip(0..) {
        chooser.choose(world, *peer, arrival);
    }
}

struct Chooser<'a> {
    cells: Vec<Cell>,
    nodes: Vec<Node>,
    /// By arrival.
    members: Vec<Member>,
    draft: &'a mut Draft,
}

impl Chooser<'_> {
    /// Notes into which target somebody goes.
    fn choose(&mut self, world: &World, peer: Peer, arrival: u32) {
        let (cell, ground) = (world.grid.cell_of(peer), world.peers.ground(peer));
        let mut target = self.find(world, cell, ground);
        if target == NONE {
            target = self.draft.open(arrival);
        }
        self.draft.sizes[target as usize] += 1;
        self.draft.homes.push(target);
        let node = self.node(world, cell, target);
        let before = std::mem::replace(&mut self.nodes[node as usize].member, arrival);
        self.members.push(Member { ground, before });
    }

    /// The node of a target in a cell, perhaps a new one.
    fn node(&mut self, world: &World, cell: u32, target: u32) -> u32 {
        let mut node = self.cells[cell as usize].node;
        while node != NONE && self.nodes[node as usize].target != target {
            node = self.nodes[node as usize].next;
        }
        if node == NONE {
            node = self.nodes.len() as u32;
            let Cell {
                node: next, lowest, ..
            } = &mut self.cells[cell as usize];
            self.nodes.push(Node {
                target,
                member: NONE,
                next: std::mem::replace(next, node),
            });
            *lowest = target.min(*lowest);
            for other in world.grid.runs(cell).into_iter().flatten() {
                let around = &mut self.cells[other as usize].around;
                *around = target.min(*around);
            }
        }
        node
    }

    /// The first target with room that has a member near a place in a cell.
    fn find(&mut self, world: &World, cell: u32, from: Ground) -> u32 {
        // In one cell all are near each other.
        let mut best = self.lowest_of(cell);
        if self.cells[cell as usize].around < best {
            let mut lowest = best;
            let within_reach = world.grid.runs_near(cell, from);
            for (run, within_reach) in world.grid.runs(cell).into_iter().zip(within_reach) {
                for other in run {
                    if self.cells[other as usize].lowest < best {
                        lowest = self.lowest_of(other).min(lowest);
                        if within_reach.contains(&other) {
                            best = self.nearest(other, from, best, world.join_squared);
                        }
                    }
                }
            }
            self.cells[cell as usize].around = lowest.min(best);
        }
        best
    }

    /// The first target with room in a cell.
    fn lowest_of(&mut self, cell: u32) -> u32 {
        let lowest = self.cells[cell as usize].lowest;
        if lowest == NONE || self.draft.has_room(lowest) {
            return lowest;
        }
        let (mut lowest, mut kept) = (NONE, NONE);
        let mut node = self.cells[cell as usize].node;
        while node != NONE {
            let Node { target, next, .. } = self.nodes[node as usize];
            if self.draft.has_room(target) {
                self.nodes[node as usize].next = std::mem::replace(&mut kept, node);
                lowest = target.min(lowest);
            }
            node = next;
        }
        let cell = &mut self.cells[cell as usize];
        (cell.lowest, cell.node) = (lowest, kept);
        lowest
    }

    /// The first target with room that has somebody in a cell near a place, if it is before `best`; else that one.
    fn nearest(&self, cell: u32, from: Ground, mut best: u32, distance_squared: f64) -> u32 {
        let mut node = self.cells[cell as usize].node;
        while node != NONE {
            let Node {
                target,
                mut member,
                next,
            } = self.nodes[node as usize];
            if target < best && self.draft.has_room(target) {
                while member != NONE {
                    let Member { ground, before } = self.members[member as usize];
                    if from.squared_distance(ground) <= distance_squared {
                        best = target;
                        break;
                    }
                    member = before;
                }
            }
            node = next;
        }
        best
    }
}
