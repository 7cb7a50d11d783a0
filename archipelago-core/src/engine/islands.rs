//! The islands, in slots that are used again.

mod room;

use std::cmp::Reverse;

use super::lists::add;
use super::members::{Block, Hanging, Member, Members};
use super::number::IslandNumber;
use super::peers::Peer;
use super::position::Ground;

/// One island, or an unused slot.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// `None` if the slot is unused.
    pub number: Option<IslandNumber>,
    /// The time of the flush that opened it.
    pub formed_ms: u64,
    /// How many members were restored and have not reported. Unless it is 0, the island is neither split nor merged
    /// into another one: where they stand is not known.
    pub silent: u32,
    /// In the order in which they joined.
    members: Block,
    dirty: bool,
    changed: bool,
    /// How many members, from the first, have nothing to be told; means something if it is changed.
    told: u32,
}

/// If fewer than one island of so many is marked, the marked ones are sorted; else all are looked through in their order.
const MARKED_FEW: usize = 8;

/// All islands, and which of them were touched.
#[derive(Debug)]
pub(super) struct Islands {
    slots: Vec<Slot>,
    members: Members,
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
            members: Members::default(),
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
    pub fn skip(&mut self, number: IslandNumber) {
        self.skip_to(number.next());
    }

    /// No island opened from now on has a lower number.
    pub fn skip_to(&mut self, number: IslandNumber) {
        self.next = self.next.max(number);
    }

    /// An island without members gets so many, who are still to be [put](Self::put) there; at which place among all
    /// members they start.
    pub fn allot(&mut self, slot: u32, members: u32) -> u32 {
        let block = &mut self.slots[slot as usize].members;
        self.members.allot(block, members)
    }

    /// Puts a member, who is a root, at a place among all members.
    pub fn put(&mut self, at: u32, member: Member) {
        self.members.put(at as usize, member);
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

    /// In the order in which they joined.
    pub fn members(&self, slot: u32) -> &[Peer] {
        self.members.list(self.slots[slot as usize].members)
    }

    /// Where they are, in the same order; means nothing for those who are silent.
    pub fn grounds(&self, slot: u32) -> &[Ground] {
        self.members.grounds(self.slots[slot as usize].members)
    }

    /// How they hang together.
    pub fn hanging(&mut self, slot: u32) -> Hanging<'_> {
        self.members.hanging(self.slots[slot as usize].members)
    }

    /// A member is there now.
    pub fn relocate(&mut self, peer: Peer, ground: Ground) {
        self.members.relocate(peer, ground);
    }

    /// Appends a member.
    pub fn push(&mut self, slot: u32, member: Member) {
        let block = &mut self.slots[slot as usize].members;
        self.members.push(block, member);
    }

    /// Puts a member, who is a root, before the one at that place.
    pub fn insert_at(&mut self, slot: u32, at: usize, member: Member) {
        let block = &mut self.slots[slot as usize].members;
        self.members.insert(block, at, member);
    }

    /// Takes a member out, and says at which place it was.
    pub fn remove(&mut self, slot: u32, peer: Peer) -> usize {
        let at = self.members(slot).iter().position(|member| *member == peer);
        let at = at.unwrap_or_default();
        self.remove_at(slot, at);
        at
    }

    /// Takes out the member at that place.
    pub fn remove_at(&mut self, slot: u32, at: usize) {
        self.members
            .remove(&mut self.slots[slot as usize].members, at);
    }

    /// Appends the members of one island to those of another.
    pub fn append(&mut self, from: u32, into: u32) {
        let mut moving = std::mem::take(&mut self.slots[from as usize].members);
        self.members
            .append(&mut self.slots[into as usize].members, &mut moving);
    }

    /// Takes all members out, but keeps the room for them.
    pub fn empty(&mut self, slot: u32) {
        self.slots[slot as usize].members.clear();
    }

    /// Takes all members out.
    pub fn clear(&mut self, slot: u32) {
        self.members.release(&mut self.slots[slot as usize].members);
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
            add(&mut self.slots, Slot::default());
        }
        let island = self.get_mut(slot);
        island.number = Some(number);
        island.formed_ms = formed_ms;
        // Usually it is the newest.
        let is_newest = self.order.last().is_none_or(|last| last.0 < number);
        let at = if is_newest {
            self.order.len()
        } else {
            self.order.partition_point(|entry| entry.0 < number)
        };
        self.order.insert(at, (number, slot));
        self.live += 1;
        slot
    }

    pub fn close(&mut self, slot: u32) {
        self.clear(slot);
        let island = self.get_mut(slot);
        island.number = None;
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
        let mut marked = std::mem::take(&mut self.dirty);
        self.take_marked(&mut marked, |slot| &mut slot.dirty, taken);
        self.dirty = marked;
    }

    /// Its members from that place on may have something to be told.
    pub fn mark_changed(&mut self, slot: u32, place: usize) {
        let island = self.get_mut(slot);
        island.told = (place as u32).min(if island.changed {
            island.told
        } else {
            u32::MAX
        });
        if !std::mem::replace(&mut island.changed, true) {
            self.changed.push(slot);
        }
    }

    /// Those who may have something to be told, of an island that was changed.
    pub fn changed_members(&self, slot: u32) -> &[Peer] {
        let told = self.get(slot).told as usize;
        self.members(slot).get(told..).unwrap_or_default()
    }

    /// Moves the changed islands, oldest first, to `taken`; none is changed any more.
    pub fn take_changed(&mut self, taken: &mut Vec<u32>) {
        let mut marked = std::mem::take(&mut self.changed);
        self.take_marked(&mut marked, |slot| &mut slot.changed, taken);
        self.changed = marked;
    }

    fn take_marked(
        &mut self,
        marked: &mut Vec<u32>,
        mark: fn(&mut Slot) -> &mut bool,
        taken: &mut Vec<u32>,
    ) {
        taken.clear();
        let slots = &mut self.slots;
        if marked.len() < self.order.len() / MARKED_FEW {
            // Unmarked at once: the list may name it again.
            let mut take = |slot: &u32| std::mem::take(mark(&mut slots[*slot as usize]));
            taken.extend(marked.drain(..).filter(&mut take));
            taken.sort_unstable_by_key(|slot| slots[*slot as usize].number);
        } else {
            marked.clear();
            for (number, slot) in &self.order {
                let island = &mut slots[*slot as usize];
                // Of those that are gone the slot may be used by a younger one, whose turn comes later.
                if island.number == Some(*number) && std::mem::take(mark(island)) {
                    taken.push(*slot);
                }
            }
        }
    }

    /// The largest island first, the older one on a tie.
    pub fn sort_by_size(&self, slots: &mut [u32]) {
        slots.sort_unstable_by_key(|slot| {
            let island = self.get(*slot);
            (Reverse(island.members.len()), island.number)
        });
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
