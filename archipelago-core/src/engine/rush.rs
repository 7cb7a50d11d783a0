//! Everybody arrives at once: the first flush of a realm, or the first one after everybody had left.
//!
//! Then each of them is an island of its own, which are merged at once, as far as their clusters fit, or by the crowd
//! policy. Its first pass takes islands of one in the order of arrival, and each goes into the first target that is
//! adjacent and has room, or else becomes one. That can be done without opening an island for everybody, and for all at
//! once: the members of a cluster that fits are put into one island afterwards, in the order of arrival, as they would
//! have been.

use super::grid::Entry;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::position::Ground;
use super::world::World;

/// No target.
const NONE: u32 = u32::MAX;

/// What is known of a cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The first target there that has room. It may have become full since.
    lowest: u32,
    /// From which entry to which those are who have chosen a target with room.
    start: u32,
    end: u32,
}

/// Working memory, of which nothing is kept.
#[derive(Debug, Default)]
pub(super) struct Rush {
    cells: Vec<Cell>,
    /// By peer: its place in the order of arrival.
    places: Vec<u32>,
    /// By peer: where it is among all entries.
    seats: Vec<u32>,
    /// By target: how many it has.
    sizes: Vec<u32>,
    /// By target: the place of its first one.
    firsts: Vec<u32>,
    max_peers: u32,
}

impl Rush {
    /// Opens the islands that a first pass of the crowd policy `stable` leaves; nobody may be in an island yet. Whoever
    /// of the queue has not left again has the next number. Slots are in the order of the numbers.
    pub fn place_all(world: &mut World, queue: &[Peer]) -> Self {
        let first = world.islands.restart();
        let mut rush = Self {
            places: vec![NONE; world.peers.state.len()],
            seats: vec![NONE; world.peers.state.len()],
            max_peers: world.max_peers as u32,
            ..Self::default()
        };
        let mut count = 0;
        for peer in queue {
            if world.peers.state(*peer) == State::Waiting {
                world.peers.state[peer.index()] = State::Member;
                world.peers.spots[peer.index()].island = NONE;
                rush.places[peer.index()] = count;
                count += 1;
            }
        }
        world.grid.expire();
        world.grid.refresh(&world.peers);
        let nobody = Cell {
            lowest: NONE,
            start: NONE,
            end: 0,
        };
        rush.cells = vec![nobody; world.grid.cell_bound()];
        for (entry, seat) in world.grid.all_entries().iter().zip(0..) {
            rush.seats[entry.peer.index()] = seat;
        }
        for peer in queue {
            if rush.places[peer.index()] != NONE {
                rush.choose(world, *peer);
            }
        }
        rush.open(world, queue, first);
        world.islands.skip_to(first.plus(count));
        rush
    }

    /// Notes into which target somebody goes.
    fn choose(&mut self, world: &mut World, peer: Peer) {
        let cell = world.grid.cell_of(peer);
        let mut target = self.find(world, cell, world.peers.ground(peer));
        if target == NONE {
            target = self.sizes.len() as u32;
            self.sizes.push(0);
            self.firsts.push(self.places[peer.index()]);
        }
        self.sizes[target as usize] += 1;
        let seat = self.seats[peer.index()];
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
        if lowest >= best || self.has_room(lowest) {
            return lowest;
        }
        let entries = &world.grid.all_entries()[start as usize..end as usize];
        let is_roomy = |entry: &&Entry| self.has_room(entry.home);
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
                && self.has_room(entry.home)
                && from.squared_distance(entry.ground) <= world.join_squared
            {
                best = entry.home;
            }
        }
        best
    }

    fn has_room(&self, target: u32) -> bool {
        let size = self.sizes.get(target as usize);
        size.is_some_and(|size| *size < self.max_peers)
    }

    /// Opens an island for each target, with everybody who chose it.
    fn open(&self, world: &mut World, queue: &[Peer], first: IslandNumber) {
        world.islands.reserve(&self.sizes);
        for (size, place) in self.sizes.iter().zip(&self.firsts) {
            let slot = world.islands.open_as(first.plus(*place), world.now_ms);
            world.islands.expect(slot, *size);
            world.islands.mark_changed(slot, 0);
        }
        for peer in queue {
            if self.places[peer.index()] != NONE {
                let seat = self.seats[peer.index()] as usize;
                let target = world.grid.all_entries()[seat].home;
                world.enter(target, world.root(*peer));
            }
        }
    }

    /// Makes one island of some that are all of a cluster: the oldest one, and everybody in the order of arrival.
    pub fn unite(&self, world: &mut World, component: &mut [u32]) {
        component.sort_unstable();
        let Some((target, others)) = component.split_first() else {
            return;
        };
        for slot in others {
            world.merge(*slot, *target);
        }
        world
            .islands
            .sort_members(*target, |peer| self.places[peer.index()]);
    }
}
