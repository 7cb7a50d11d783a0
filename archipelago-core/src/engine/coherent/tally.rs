//! How many members of which island are in which square, at any time of a flush.

use std::ops::Range;

use super::kernel::Square;
use super::squares::Squares;
use crate::engine::counting::sum_up;
use crate::engine::grid::Entry;
use crate::engine::lists::{add, fit, reset};

/// A bin with more counts than this has more people too, and they are in the order of islands: found by halving.
const DENSE: usize = 128;

/// Members of an island in a square.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub slot: u32,
    pub count: u32,
    pub square: Square,
}

/// Everybody of a crowd, counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Bin by bin, as it was when the flush began.
    counts: Vec<Count>,
    /// By bin, and one more: where its counts start.
    starts: Vec<u32>,
    /// Members who have come to where nobody of their island was before, and the next such of the island.
    late: Vec<(Count, u32)>,
    /// By slot: the first of those.
    heads: Vec<u32>,
}

impl Tally {
    /// Nobody.
    pub fn clear(&mut self) {
        self.counts.clear();
        self.starts.clear();
        self.late.clear();
        self.heads.clear();
    }

    /// Counts everybody of whom a bin is known; `order` is working memory.
    pub fn start(
        &mut self,
        entries: &[Entry],
        squares: &Squares,
        bins: &[u32],
        order: &mut Vec<u32>,
    ) {
        let home = |at| entries[at as usize].home;
        self.sort(squares, bins, order, home);
        let mut from = 0;
        for bin in 0..squares.bins() {
            let (mut start, end) = (self.counts.len(), self.starts[bin + 1] as usize);
            // Where the members of the bin were: that need not be known any more.
            self.starts[bin] = start as u32;
            let is_dense = end - from > DENSE;
            for at in &order[from..end] {
                let Entry { home, ground, .. } = entries[*at as usize];
                let square = squares.square_of(ground);
                if is_dense && self.counts.last().is_some_and(|last| last.slot != home) {
                    start = self.counts.len();
                }
                let mut counts = self.counts[start..].iter_mut();
                if let Some(count) = counts.find(|count| count.is_of(home, square)) {
                    count.count += 1;
                } else {
                    add(&mut self.counts, Count::one(home, square));
                }
            }
            from = end;
        }
        self.starts[squares.bins()] = self.counts.len() as u32;
    }

    /// Lists all of whom a bin is known in the order of bins; those of a dense one by that key.
    pub fn sort<K: Ord>(
        &mut self,
        squares: &Squares,
        bins: &[u32],
        order: &mut Vec<u32>,
        key: impl Fn(u32) -> K,
    ) {
        let (starts, last) = (&mut self.starts, squares.bins());
        // Whose bin is known is hard to foresee: the others come behind the last bin, and are cut off.
        let bin_of = |bin: &u32| (*bin as usize).min(last);
        reset(starts, last + 3, 0);
        for bin in bins {
            starts[bin_of(bin) + 2] += 1;
        }
        sum_up(starts);
        fit(order, bins.len(), 0);
        for (at, bin) in (0..).zip(bins) {
            let next = &mut starts[bin_of(bin) + 1];
            order[*next as usize] = at;
            *next += 1;
        }
        starts.truncate(last + 1);
        order.truncate(starts[last] as usize);
        for ends in starts.windows(2) {
            let members = &mut order[ends[0] as usize..ends[1] as usize];
            if members.len() > DENSE {
                members.sort_unstable_by_key(|at| (key(*at), *at));
            }
        }
    }

    /// The counts of some bins that follow each other; those that have come late are not among them.
    pub fn counts(&self, bins: Range<usize>) -> &[Count] {
        &self.counts[self.range(bins)]
    }

    /// Calls back for the counts of those two islands in some bins, and for others where it is not dense.
    pub fn each_of(&self, bins: Range<usize>, slots: [u32; 2], back: &mut impl FnMut(&Count)) {
        let counts = self.counts(bins.clone());
        if !is_dense(counts) {
            return counts.iter().for_each(back);
        }
        for bin in bins {
            for slot in slots {
                let counts = self.counts[self.range_of(bin, slot)].iter();
                let counts = counts.filter(|count| count.slot == slot);
                counts.for_each(&mut *back);
            }
        }
    }

    /// The counts of an island that are not found by their bins.
    pub fn late(&self, slot: u32) -> impl Iterator<Item = &Count> {
        let next = move |at: &u32| self.late.get(*at as usize).map(|late| late.1);
        let ways = std::iter::successors(self.heads.get(slot as usize).copied(), next);
        ways.map_while(|at| self.late.get(at as usize).map(|late| &late.0))
    }

    /// Somebody has come to an island.
    pub fn enter(&mut self, bin: usize, square: Square, slot: u32) {
        if let Some(count) = self.find(bin, square, slot) {
            count.count += 1;
            return;
        }
        let bound = self.heads.len().max(slot as usize + 1);
        self.heads.resize(bound, u32::MAX);
        let head = &mut self.heads[slot as usize];
        let next = std::mem::replace(head, self.late.len() as u32);
        self.late.push((Count::one(slot, square), next));
    }

    /// Somebody has left an island.
    pub fn leave(&mut self, bin: usize, square: Square, slot: u32) {
        if let Some(count) = self.find(bin, square, slot) {
            count.count -= 1;
        }
    }

    fn find(&mut self, bin: usize, square: Square, slot: u32) -> Option<&mut Count> {
        let range = self.range_of(bin, slot);
        if let Some(at) =
            (self.counts[range.clone()].iter()).position(|count| count.is_of(slot, square))
        {
            return self.counts.get_mut(range.start + at);
        }
        let mut at = *self.heads.get(slot as usize)?;
        while self.late.get(at as usize)?.0.square != square {
            at = self.late[at as usize].1;
        }
        self.late.get_mut(at as usize).map(|late| &mut late.0)
    }

    fn range_of(&self, bin: usize, slot: u32) -> Range<usize> {
        let range = self.range(bin..bin + 1);
        let counts = &self.counts[range.clone()];
        if !is_dense(counts) {
            return range;
        }
        let first = counts.partition_point(|count| count.slot < slot);
        let count = counts[first..].partition_point(|count| count.slot == slot);
        range.start + first..range.start + first + count
    }

    fn range(&self, bins: Range<usize>) -> Range<usize> {
        self.starts[bins.start] as usize..self.starts[bins.end] as usize
    }
}

/// Whether there are so many counts in one bin or several that it takes too long to look at each.
pub(super) fn is_dense(counts: &[Count]) -> bool {
    counts.len() > DENSE
}

impl Count {
    fn one(slot: u32, square: Square) -> Self {
        Self {
            slot,
            count: 1,
            square,
        }
    }

    fn is_of(&self, slot: u32, square: Square) -> bool {
        (self.slot, self.square) == (slot, square)
    }
}
