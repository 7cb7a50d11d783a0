//! Everybody in the order of arrival, where many are near each other: per cell it is known which target can be chosen.

use super::{Draft, NONE};
use crate::engine::grid::Entry;
use crate::engine::peers::Peer;
use crate::engine::position::Ground;
use crate::engine::world::World;

/// What is known of a cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The first target there that has room. It may have become full since.
    lowest: u32,
    /// From which entry to which those are who have chosen a target with room.
    start: u32,
    end: u32,
}

/// Finds the targets, which are noted as the homes of the entries of the grid too; by arrival, where it is among these.
pub(super) fn choose_all(draft: &mut Draft, world: &mut World, queue: &[Peer]) -> Vec<u32> {
    for peer in queue {
        world.peers.spots[peer.index()].island = NONE;
    }
    world.grid.refresh(&world.peers);
    let mut seats = vec![0; world.peers.state.len()];
    for (entry, seat) in world.grid.all_entries().iter().zip(0..) {
        seats[entry.peer.index()] = seat;
    }
    let seats: Vec<u32> = queue.iter().map(|peer| seats[peer.index()]).collect();
    let nobody = Cell {
        lowest: NONE,
        start: NONE,
        end: 0,
    };
    let mut chooser = Chooser {
        cells: vec![nobody; world.grid.cell_bound()],
        draft,
    };
    for (seat, arrival) in seats.iter().zip(0..) {
        chooser.choose(world, arrival, *seat);
    }
    world.grid.expire_homes();
    seats
}

struct Chooser<'a> {
    cells: Vec<Cell>,
    draft: &'a mut Draft,
}

impl Chooser<'_> {
    /// Notes into which target somebody goes.
    fn choose(&mut self, world: &mut World, arrival: u32, seat: u32) {
        let Entry { peer, ground, .. } = world.grid.all_entries()[seat as usize];
        let cell = world.grid.cell_of(peer);
        let mut target = self.find(world, cell, ground);
        if target == NONE {
            target = self.draft.open(arrival);
        }
        self.draft.sizes[target as usize] += 1;
        self.draft.homes.push(target);
        world.grid.set_home(seat, target);
        let Cell { lowest, start, end } = &mut self.cells[cell as usize];
        *lowest = target.min(*lowest);
        *start = seat.min(*start);
        *end = (seat + 1).max(*end);
    }

    /// The first target with room that has a member near a place in a cell.
    fn find(&mut self, world: &World, cell: u32, from: Ground) -> u32 {
        // In one cell all are near each other.
        let mut best = self.lowest_of(world, cell, NONE);
        for run in world.grid.runs_near(cell, from) {
            for other in run {
                if self.cells[other as usize].lowest < best
                    && self.lowest_of(world, other, best) < best
                {
                    best = self.nearest(world, other, from, best);
                }
            }
        }
        best
    }

    /// The first target with room in a cell, if it is not full or after `best`.
    fn lowest_of(&mut self, world: &World, cell: u32, best: u32) -> u32 {
        let Cell { lowest, start, end } = self.cells[cell as usize];
        if lowest >= best || self.draft.has_room(lowest) {
            return lowest;
        }
        let entries = &world.grid.all_entries()[start as usize..end as usize];
        let is_roomy = |entry: &&Entry| self.draft.has_room(entry.home);
        let roomy = entries.iter().filter(is_roomy);
        let lowest = roomy.map(|entry| entry.home).min().unwrap_or(NONE);
        let full = entries.iter().position(|entry| is_roomy(&entry));
        let start = full.map_or(NONE, |full| start + full as u32);
        self.cells[cell as usize] = Cell { lowest, start, end };
        lowest
    }

    /// The first target with room that has somebody in a cell near a place, if it is before `best`; else that one.
    fn nearest(&self, world: &World, cell: u32, from: Ground, mut best: u32) -> u32 {
        let Cell { start, end, .. } = self.cells[cell as usize];
        for entry in &world.grid.all_entries()[start as usize..end as usize] {
            if entry.home < best
                && self.draft.has_room(entry.home)
                && from.squared_distance(entry.ground) <= world.join_squared
            {
                best = entry.home;
            }
        }
        best
    }
}
