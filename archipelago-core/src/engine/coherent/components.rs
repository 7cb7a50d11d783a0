//! Whatever hangs together: islands, and whoever is within the join distance of their members.
//!
//! Where most islands are asked for, everybody is looked at (`survey`). Else a walk goes from cell to cell of the grid.
//! Everybody in a cell is near everybody else there, so that a cell belongs to one component as a whole, and one pair
//! of neighbours joins two cells for good.

use super::survey::Survey;
use crate::engine::bounds::Bounds;
use crate::engine::world::World;

/// From this share of the islands on, it takes less time to look at all of them.
const MOST: f64 = 0.25;

/// Islands that hang together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    first: u32,
    end: u32,
    /// Members of all of them together.
    pub total: usize,
}

/// The components around some islands, and the memory to find them.
#[derive(Debug, Default)]
pub(super) struct Components {
    survey: Survey,
    /// By root of the survey: the place of the component.
    places: Vec<u32>,
    round: u64,
    /// By slot: the round in which it was found.
    slot_marks: Vec<u64>,
    /// By cell, likewise.
    cell_marks: Vec<u64>,
    slots: Vec<u32>,
    cells: Vec<u32>,
    found: Vec<Component>,
}

impl Components {
    /// Memory for a number of everybody, of no use until the next search.
    pub fn memory(&mut self) -> &mut Vec<u32> {
        &mut self.survey.roots
    }

    /// Finds the components of these islands.
    pub fn find(&mut self, world: &World, seeds: &[u32]) {
        let most = seeds.len() as f64 >= MOST * world.islands.count() as f64;
        if most {
            self.survey.join(world);
            self.sort_out(world, seeds);
        } else {
            self.walk(world, seeds);
        }
    }

    /// Lists what the survey has joined.
    fn sort_out(&mut self, world: &World, seeds: &[u32]) {
        self.places.clear();
        self.places.resize(self.survey.root_bound(), u32::MAX);
        self.found.clear();
        for seed in seeds {
            let place = &mut self.places[self.survey.root(*seed) as usize];
            if *place == u32::MAX {
                *place = self.found.len() as u32;
                self.found.push(Component {
                    first: 0,
                    end: 0,
                    total: 0,
                });
            }
        }
        for (_, slot) in world.islands.oldest_first() {
            let place = self.places[self.survey.root(slot) as usize];
            if let Some(component) = self.found.get_mut(place as usize) {
                component.end += 1;
                component.total += world.islands.size(slot);
            }
        }
        let mut first = 0;
        for component in &mut self.found {
            let count = std::mem::replace(&mut component.end, first);
            component.first = first;
            first += count;
        }
        self.slots.clear();
        self.slots.resize(first as usize, 0);
        for (_, slot) in world.islands.oldest_first() {
            let place = self.places[self.survey.root(slot) as usize];
            if let Some(component) = self.found.get_mut(place as usize) {
                self.slots[component.end as usize] = slot;
                component.end += 1;
            }
        }
    }

    fn walk(&mut self, world: &World, seeds: &[u32]) {
        self.round += 1;
        self.slot_marks.resize(world.islands.slot_bound(), 0);
        self.cell_marks.resize(world.grid.cell_bound(), 0);
        self.slots.clear();
        self.found.clear();
        for seed in seeds {
            let first = self.slots.len();
            self.reach_slot(*seed);
            if self.slots.len() > first {
                self.spread(world, first);
                let slots = &self.slots[first..];
                self.found.push(Component {
                    first: first as u32,
                    end: self.slots.len() as u32,
                    total: slots.iter().map(|slot| world.islands.size(*slot)).sum(),
                });
            }
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// One of them, and its islands.
    pub fn get(&mut self, nth: usize) -> (Component, &mut [u32]) {
        let component = self.found[nth];
        let slots = &mut self.slots[component.first as usize..component.end as usize];
        (component, slots)
    }

    /// Everything that hangs together with the island at that place of the list.
    fn spread(&mut self, world: &World, first: usize) {
        self.cells.clear();
        let (mut slot_at, mut cell_at) = (first, 0);
        loop {
            if let Some(slot) = self.slots.get(slot_at).copied() {
                slot_at += 1;
                for (_, cell) in world.located(slot) {
                    self.reach_cell(cell);
                }
            } else if let Some(cell) = self.cells.get(cell_at).copied() {
                cell_at += 1;
                self.leave_cell(world, cell);
            } else {
                return;
            }
        }
    }

    fn leave_cell(&mut self, world: &World, cell: u32) {
        let mut bounds = Bounds::EMPTY;
        for entry in world.grid.entries(cell) {
            self.reach_slot(world.home(entry.peer));
            bounds.add(entry.ground);
        }
        for beside in world.grid.around(cell) {
            if self.cell_marks[beside as usize] != self.round
                && is_near(world, cell, bounds, beside)
            {
                self.reach_cell(beside);
            }
        }
    }

    fn reach_slot(&mut self, slot: u32) {
        if std::mem::replace(&mut self.slot_marks[slot as usize], self.round) != self.round {
            self.slots.push(slot);
        }
    }

    fn reach_cell(&mut self, cell: u32) {
        if std::mem::replace(&mut self.cell_marks[cell as usize], self.round) != self.round {
            self.cells.push(cell);
        }
    }
}

/// Whether anybody of one cell is near anybody of the other.
fn is_near(world: &World, cell: u32, bounds: Bounds, beside: u32) -> bool {
    let near = world.join_squared;
    world.grid.entries(beside).iter().any(|other| {
        bounds.may_reach(other.ground, near) && {
            let entries = world.grid.entries(cell).iter();
            let mut distances = entries.map(|entry| entry.ground.squared_distance(other.ground));
            distances.any(|distance| distance <= near)
        }
    })
}
