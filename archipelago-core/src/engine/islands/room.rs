//! How much memory the islands take, and when they give some back.

use super::Islands;
use crate::engine::members::Members;
use crate::engine::peers::Peer;

/// So many slots without an island are never too many.
const SLOTS_MIN: usize = 1024;

impl Islands {
    /// Makes room for new islands with so many members each, of peers with handles below a bound.
    pub fn reserve(&mut self, sizes: impl Iterator<Item = u32> + Clone, handle_bound: usize) {
        self.slots.reserve(sizes.clone().count());
        self.order.reserve(sizes.clone().count());
        self.members.reserve_all(sizes, handle_bound);
    }

    /// Takes memory for so many members, where there are no islands yet. [`Self::restart`] must follow.
    pub fn expect(&mut self, members: usize) {
        self.members.expect(members);
    }

    /// Begins with the first slot again where there are no islands.
    pub fn restart(&mut self) {
        self.slots.clear();
        self.members.restart();
        self.free.clear();
        self.order.clear();
        self.dirty.clear();
        self.changed.clear();
    }

    /// For how many islands or members there is memory, whichever is more.
    pub fn capacity(&self) -> usize {
        self.slots.capacity().max(self.members.capacity())
    }

    /// Whether there are far more slots than islands, as after a flush with many arrivals: each has had one.
    pub fn is_wasteful(&self) -> bool {
        self.slots.len() > 8 * self.live + SLOTS_MIN
    }

    /// Moves the islands to the first slots, the oldest to the very first, and gives the others back. None may be dirty
    /// or changed. Calls `moved` with each island and its slot.
    pub fn compact(&mut self, mut moved: impl FnMut(&[Peer], u32)) {
        self.order
            .retain(|(number, slot)| self.slots[*slot as usize].number == Some(*number));
        let mut slots = Vec::with_capacity(self.order.len());
        let mut members = Members::default();
        for (_, slot) in &mut self.order {
            let mut island = std::mem::take(&mut self.slots[*slot as usize]);
            island.members = members.adopt(&self.members, island.members);
            *slot = slots.len() as u32;
            moved(members.list(island.members), *slot);
            slots.push(island);
        }
        self.slots = slots;
        self.members = members;
        self.free = Vec::new();
        self.dirty = Vec::new();
        self.changed = Vec::new();
        self.order.shrink_to_fit();
    }

    /// Forgets the numbers of islands that are gone, once they are the majority.
    pub fn tidy(&mut self) {
        if self.order.len() > 2 * self.live + 16 {
            let slots = &self.slots;
            self.order
                .retain(|(number, slot)| slots[*slot as usize].number == Some(*number));
        }
    }

    /// How many places there are for members.
    #[cfg(test)]
    pub fn places(&self) -> usize {
        self.members.places()
    }
}
