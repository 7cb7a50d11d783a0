//! The members of all islands side by side in memory, with where they are and how they hang together: what is looked at
//! for everybody in each flush is read from front to back, and no island has to ask for memory of its own.

use std::ops::Range;

use super::lists::lengthen;
use super::peers::Peer;
use super::position::Ground;

/// Blocks with room for powers of two hardly ever have room for more than such a share beyond what they need.
const ROOM_SHARE: usize = 2;

/// Hangs on nobody; see [`super::links`].
pub(super) const ROOT: u32 = u32::MAX;

/// The members of one island: a block of [`Members`], with room for a power of two.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    start: u32,
    len: u32,
    /// The power, and one more; 0 for a block without room.
    class: u32,
}

impl Block {
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Takes all out; the room stays.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    fn room(self) -> u32 {
        match self.class {
            0 => 0,
            class => 1 << (class - 1),
        }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// Blocks of peers. One that is given back is used again for the next of its size.
#[derive(Debug, Default)]
pub(super) struct Members {
    peers: Vec<Peer>,
    grounds: Vec<Ground>,
    above: Vec<u32>,
    /// By class: where blocks start that nobody uses.
    free: Vec<Vec<u32>>,
    /// By peer: where it is among all.
    places: Vec<u32>,
}

/// A member of an island.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub peer: Peer,
    pub ground: Ground,
    /// On which place among the members it hangs, or [`ROOT`].
    pub above: u32,
}

/// How some members hang together.
#[derive(Debug)]
pub(super) struct Hanging<'a> {
    peers: &'a [Peer],
    pub grounds: &'a [Ground],
    pub above: &'a mut [u32],
}

impl Hanging<'_> {
    /// The one at a place.
    pub fn get(&self, place: usize) -> Member {
        Member {
            peer: self.peers[place],
            ground: self.grounds[place],
            above: self.above[place],
        }
    }
}

impl Members {
    pub fn list(&self, block: Block) -> &[Peer] {
        &self.peers[block.range()]
    }

    /// Where those of a block are.
    pub fn grounds(&self, block: Block) -> &[Ground] {
        &self.grounds[block.range()]
    }

    pub fn hanging(&mut self, block: Block) -> Hanging<'_> {
        Hanging {
            peers: &self.peers[block.range()],
            grounds: &self.grounds[block.range()],
            above: &mut self.above[block.range()],
        }
    }

    /// Somebody who is in a block is there now.
    pub fn relocate(&mut self, peer: Peer, ground: Ground) {
        self.grounds[self.places[peer.index()] as usize] = ground;
    }

    /// Appends one.
    pub fn push(&mut self, block: &mut Block, member: Member) {
        self.reserve(block, block.len + 1);
        self.put((block.start + block.len) as usize, member);
        block.len += 1;
    }

    /// Appends all of another block, which is empty afterwards.
    pub fn append(&mut self, block: &mut Block, from: &mut Block) {
        self.reserve(block, block.len + from.len);
        self.copy(*from, (block.start + block.len) as usize, block.len);
        block.len += from.len;
        self.release(from);
    }

    /// Puts one, who is a root, before the one at that place.
    pub fn insert(&mut self, block: &mut Block, at: usize, member: Member) {
        self.push(block, member);
        let range = block.range();
        for above in &mut self.above[range.clone()] {
            *above += u32::from(*above != ROOT && *above as usize >= at);
        }
        let range = range.start + at..range.end;
        self.peers[range.clone()].rotate_right(1);
        self.grounds[range.clone()].rotate_right(1);
        self.above[range.clone()].rotate_right(1);
        self.note_places(range);
    }

    /// Takes one out; the others keep their order, and those that hung on it become roots.
    pub fn remove(&mut self, block: &mut Block, at: usize) {
        let range = block.range();
        for above in &mut self.above[range.clone()] {
            if *above == at as u32 {
                *above = ROOT;
            }
            *above -= u32::from(*above != ROOT && *above as usize > at);
        }
        let range = range.start + at..range.end;
        self.peers[range.clone()].rotate_left(1);
        self.grounds[range.clone()].rotate_left(1);
        self.above[range.clone()].rotate_left(1);
        block.len -= 1;
        self.note_places(range.start..range.end - 1);
    }

    /// Gives a block back.
    pub fn release(&mut self, block: &mut Block) {
        if block.class > 0 {
            let class = block.class as usize;
            if self.free.len() <= class {
                self.free.resize(class + 1, Vec::new());
            }
            self.free[class].push(block.start);
        }
        *block = Block::default();
    }

    /// A copy of a block of others.
    pub fn adopt(&mut self, others: &Self, from: Block) -> Block {
        let mut block = Block::default();
        for at in from.range() {
            let member = Member {
                peer: others.peers[at],
                ground: others.grounds[at],
                above: others.above[at],
            };
            self.push(&mut block, member);
        }
        block
    }

    /// Puts a member at a place among all.
    pub fn put(&mut self, at: usize, member: Member) {
        self.peers[at] = member.peer;
        self.grounds[at] = member.ground;
        self.above[at] = member.above;
        self.note_places(at..at + 1);
    }

    fn note_places(&mut self, range: Range<usize>) {
        for at in range {
            let peer = self.peers[at].index();
            lengthen(&mut self.places, peer + 1, 0);
            self.places[peer] = at as u32;
        }
    }

    /// Copies a block to somewhere else, as so many places behind the start of another.
    fn copy(&mut self, from: Block, to: usize, shift: u32) {
        self.peers.copy_within(from.range(), to);
        self.grounds.copy_within(from.range(), to);
        self.above.copy_within(from.range(), to);
        let range = to..to + from.len();
        for above in &mut self.above[range.clone()] {
            *above += if *above == ROOT { 0 } else { shift };
        }
        self.note_places(range);
    }

    /// Takes memory for so many, and the room that islands of them will mostly have. [`Self::restart`] must follow.
    pub fn expect(&mut self, count: usize) {
        let room = count + count / ROOM_SHARE;
        lengthen(&mut self.peers, room, Peer::NOBODY);
        lengthen(&mut self.grounds, room, Ground::ORIGIN);
        lengthen(&mut self.above, room, ROOT);
        lengthen(&mut self.places, count, 0);
    }

    /// For how many there is memory.
    pub fn capacity(&self) -> usize {
        self.peers.capacity()
    }

    /// How many places all blocks have, those included that nobody uses.
    #[cfg(test)]
    pub fn places(&self) -> usize {
        self.peers.len()
    }

    /// Forgets all blocks; the memory stays.
    pub fn restart(&mut self) {
        self.peers.clear();
        self.grounds.clear();
        self.above.clear();
        self.free.clear();
    }

    /// Makes room for new blocks of so many members each, of peers with handles below a bound.
    pub fn reserve_all(&mut self, sizes: impl Iterator<Item = u32>, handle_bound: usize) {
        let room = sizes.map(|size| size.next_power_of_two() as usize).sum();
        self.peers.reserve_exact(room);
        self.grounds.reserve_exact(room);
        self.above.reserve_exact(room);
        lengthen(&mut self.places, handle_bound, 0);
    }

    /// An empty block gets so many members, who are still to be put there; where they start.
    pub fn allot(&mut self, block: &mut Block, count: u32) -> u32 {
        self.reserve(block, count);
        block.len = count;
        block.start
    }

    /// Makes room for so many in a block.
    pub fn reserve(&mut self, block: &mut Block, count: u32) {
        if count > block.room() {
            let class = count.next_power_of_two().trailing_zeros() + 1;
            let mut larger = self.take(class);
            self.copy(*block, larger.start as usize, 0);
            larger.len = block.len;
            self.release(block);
            *block = larger;
        }
    }

    fn take(&mut self, class: u32) -> Block {
        let used = self.free.get_mut(class as usize).and_then(Vec::pop);
        let block = Block {
            start: used.unwrap_or(self.peers.len() as u32),
            len: 0,
            class,
        };
        if used.is_none() {
            let room = self.peers.len() + block.room() as usize;
            lengthen(&mut self.peers, room, Peer::NOBODY);
            lengthen(&mut self.grounds, room, Ground::ORIGIN);
            lengthen(&mut self.above, room, ROOT);
        }
        block
    }
}
