//! The islands, in slots that are used again.

use std::cmp::Reverse;

use super::number::IslandNumber;
use super::peers::Peer;

/// One island, or an unused slot.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// `None` if the slot is unused.
    pub number: Option<IslandNumber>,
    /// The time of the flush that opened it.
    pub formed_ms: u64,
    /// In the order in which they joined.
    pub members: Vec<Peer>,
    /// How many members were restored and have not reported. Unless it is 0, the island is neither split nor merged
    /// into another one: where they stand is not known.
    pub silent: usize,
    dirty: bool,
    changed: bool,
}

/// So many slots without an island are never too many.
const SLOTS_MIN: usize = 1024;

/// All islands, and which of them were touched.
#[derive(Debug)]
pub(super) struct Islands {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// By number, with those that are gone among them until [`Self::tidy`].
    order: Vec<(IslandNumber, u32)>,
    live: usize,
    next: IslandNumber,
    /// Slots marked dirty; may name a slot twice, or one that is not marked any more.
    dirty: Vec<u32>,
    /// Slots that got members during this flush, with the same reservation.
    changed: Vec<u32>,
}

impl Islands {
    pub fn new(next: IslandNumber) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            order: Vec::new(),
            live: 0,
            next,
            dirty: Vec::new(),
            changed: Vec::new(),
        }
    }

    pub fn next_number(&self) -> IslandNumber {
        self.next
    }

    /// No island opened from now on has that number.
    pub fn reserve(&mut self, number: IslandNumber) {
        self.next = self.next.max(number.next());
    }

    pub fn count(&self) -> usize {
        self.live
    }

    /// An upper bound of the slots.
    pub fn slot_bound(&self) -> usize {
        self.slots.len()
    }

    pub fn get(&self, slot: u32) -> &Slot {
        &self.slots[slot as usize]
    }

    pub fn get_mut(&mut self, slot: u32) -> &mut Slot {
        &mut self.slots[slot as usize]
    }

    pub fn size(&self, slot: u32) -> usize {
        self.slots[slot as usize].members.len()
    }

    /// The slots in use, oldest island first.
    pub fn oldest_first(&self) -> impl Iterator<Item = (IslandNumber, u32)> + '_ {
        self.order
            .iter()
            .copied()
            .filter(|entry| self.is_at(*entry))
    }

    /// The slot of the island with that number.
    pub fn find(&self, number: IslandNumber) -> Option<u32> {
        let at = self.order.binary_search_by_key(&number, |entry| entry.0);
        let entry = self.order[at.ok()?];
        self.is_at(entry).then_some(entry.1)
    }

    fn is_at(&self, (number, slot): (IslandNumber, u32)) -> bool {
        self.get(slot).number == Some(number)
    }

    /// An island without members, with the next number.
    pub fn open(&mut self, formed_ms: u64) -> u32 {
        let number = self.next;
        self.next = number.next();
        self.open_as(number, formed_ms)
    }

    /// An island without members, with a number of its own.
    pub fn open_as(&mut self, number: IslandNumber, formed_ms: u64) -> u32 {
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        if slot as usize == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let island = self.get_mut(slot);
        island.number = Some(number);
        island.formed_ms = formed_ms;
        let at = self.order.partition_point(|entry| entry.0 < number);
        self.order.insert(at, (number, slot));
        self.live += 1;
        slot
    }

    pub fn close(&mut self, slot: u32) {
        let island = self.get_mut(slot);
        island.number = None;
        island.members.clear();
        island.silent = 0;
        island.dirty = false;
        island.changed = false;
        self.live -= 1;
        self.free.push(slot);
    }

    pub fn is_dirty(&self, slot: u32) -> bool {
        self.get(slot).dirty
    }

    pub fn mark_dirty(&mut self, slot: u32) {
        if !std::mem::replace(&mut self.get_mut(slot).dirty, true) {
            self.dirty.push(slot);
        }
    }

    pub fn any_dirty(&self) -> bool {
        self.dirty.iter().any(|slot| self.is_dirty(*slot))
    }

    /// Moves the dirty islands, oldest first, to `taken`; none is dirty any more.
    pub fn take_dirty(&mut self, taken: &mut Vec<u32>) {
        taken.clear();
        for slot in self.dirty.drain(..) {
            // Unmarked at once: the list may name it again.
            if std::mem::take(&mut self.slots[slot as usize].dirty) {
                taken.push(slot);
            }
        }
        self.sort_by_age(taken);
    }

    /// Its members may have something to be told.
    pub fn mark_changed(&mut self, slot: u32) {
        if !std::mem::replace(&mut self.get_mut(slot).changed, true) {
            self.changed.push(slot);
        }
    }

    /// Moves the changed islands, oldest first, to `taken`; none is changed any more.
    pub fn take_changed(&mut self, taken: &mut Vec<u32>) {
        taken.clear();
        for slot in self.changed.drain(..) {
            if std::mem::take(&mut self.slots[slot as usize].changed) {
                taken.push(slot);
            }
        }
        self.sort_by_age(taken);
    }

    /// The oldest island first.
    fn sort_by_age(&self, slots: &mut [u32]) {
        slots.sort_unstable_by_key(|slot| self.get(*slot).number);
    }

    /// The largest island first, the older one on a tie.
    pub fn sort_by_size(&self, slots: &mut [u32]) {
        slots.sort_unstable_by_key(|slot| {
            let island = self.get(*slot);
            (Reverse(island.members.len()), island.number)
        });
    }

    /// Whether there are far more slots than islands, as after a flush with many arrivals: each has had one.
    pub fn is_wasteful(&self) -> bool {
        self.slots.len() > 4 * self.live + SLOTS_MIN
    }

    /// Moves the islands to the first slots, the oldest to the very first, and gives the others back. None may be dirty
    /// or changed. Calls `moved` with each island and its slot.
    pub fn compact(&mut self, mut moved: impl FnMut(&Slot, u32)) {
        self.order
            .retain(|(number, slot)| self.slots[*slot as usize].number == Some(*number));
        let mut slots = Vec::with_capacity(self.order.len());
        for (_, slot) in &mut self.order {
            let mut island = std::mem::take(&mut self.slots[*slot as usize]);
            island.members.shrink_to_fit();
            *slot = slots.len() as u32;
            moved(&island, *slot);
            slots.push(island);
        }
        self.slots = slots;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outlive_slots() {
        let mut islands = Islands::new(IslandNumber::FIRST);
        let number = |n| IslandNumber::new(n).unwrap();
        let (a, b) = (islands.open(0), islands.open(0));
        islands.mark_dirty(b);
        islands.mark_dirty(a);
        islands.close(a);
        let c = islands.open(0);
        assert_eq!((c, islands.find(number(1))), (a, None));
        assert_eq!(islands.find(number(3)), Some(c));
        islands.mark_dirty(c);
        let mut dirty = Vec::new();
        islands.take_dirty(&mut dirty);
        assert_eq!(dirty, [b, c]);
        assert!(!islands.any_dirty());
        for _ in 0..40 {
            let slot = islands.open(0);
            islands.close(slot);
        }
        islands.tidy();
        assert_eq!(islands.order, [(number(2), b), (number(3), c)]);
    }
}
