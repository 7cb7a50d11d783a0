//! What becomes of the targets: those of a cluster that fits are one island, the others merge in further passes of the
//! crowd policy.

use std::cmp::Reverse;

use super::ties::Ties;
use super::{NONE, find};
use crate::engine::neighbours::Neighbours;

/// The targets as islands of which others have become a part.
#[derive(Debug)]
pub(super) struct Merger {
    /// By target: how many are in the island; 0 if it has gone into another one.
    sizes: Vec<u32>,
    /// By target: into which one it has gone, or itself.
    into: Vec<u32>,
    /// By target: the next of those that are one with it by now.
    next: Vec<u32>,
    /// By target: the last of these; means something for the first.
    last: Vec<u32>,
    /// By target: its cluster fits into one island.
    fits: Vec<bool>,
    /// By target: its place among those that take others in this pass.
    ranks: Vec<u32>,
    max_peers: u32,
}

impl Merger {
    pub fn merge_all(sizes: &[u32], ties: &mut Ties, max_peers: u32) -> Self {
        let all = 0..sizes.len() as u32;
        let mut merger = Self {
            sizes: sizes.to_vec(),
            into: all.clone().collect(),
            next: vec![NONE; sizes.len()],
            last: all.collect(),
            fits: Vec::new(),
            ranks: vec![NONE; sizes.len()],
            max_peers,
        };
        merger.unite(ties);
        let pairs = ties.pairs.iter().copied();
        let mut pairs: Vec<_> = pairs.filter(|(a, _)| !merger.fits[*a as usize]).collect();
        let mut neighbours = Neighbours::default();
        loop {
            merger.keep_open(&mut pairs);
            if pairs.is_empty() {
                return merger;
            }
            neighbours.arrange(sizes.len(), &pairs);
            merger.pass(&neighbours);
        }
    }

    /// Makes one of those that hang together, if they fit: the oldest one.
    fn unite(&mut self, ties: &mut Ties) {
        let totals = ties.totals(&self.sizes);
        for target in 0..totals.len() as u32 {
            let root = ties.root(target);
            let fits = totals[root as usize] <= u64::from(self.max_peers);
            self.fits.push(fits);
            if fits && root != target {
                self.merge(target, root);
            }
        }
    }

    /// Keeps the pairs of islands that have room for each other, as they are called now.
    fn keep_open(&mut self, pairs: &mut Vec<(u32, u32)>) {
        pairs.retain_mut(|(a, b)| {
            (*a, *b) = (find(&mut self.into, *a), find(&mut self.into, *b));
            let is_one = a == b;
            let [a, b] = [*a, *b].map(|target| self.sizes[target as usize]);
            !is_one && self.has_room(a, b)
        });
    }

    /// One pass over all that have neighbours with room for them: at least two of them merge.
    fn pass(&mut self, neighbours: &Neighbours) {
        let crowd = self.largest_first(neighbours);
        for target in &crowd {
            self.ranks[*target as usize] = NONE;
        }
        let mut count = 0;
        for target in crowd {
            let into = self.first(target, neighbours.of(target));
            if into == NONE {
                self.ranks[target as usize] = count;
                count += 1;
            } else {
                self.merge(target, into);
            }
        }
    }

    /// Those with neighbours, the oldest first among equals.
    fn largest_first(&self, neighbours: &Neighbours) -> Vec<u32> {
        let targets = 0..self.sizes.len() as u32;
        let mut crowd: Vec<u32> = targets
            .filter(|target| !neighbours.of(*target).is_empty())
            .collect();
        crowd.sort_by_key(|target| Reverse(self.sizes[*target as usize]));
        crowd
    }

    /// Of those that have a rank, the first one that is adjacent to an island and has room for it.
    fn first(&mut self, target: u32, neighbours: &[u32]) -> u32 {
        let size = self.sizes[target as usize];
        let (mut best, mut lowest) = (NONE, NONE);
        for other in neighbours {
            let other = find(&mut self.into, *other);
            let rank = self.ranks[other as usize];
            if rank < lowest && self.has_room(size, self.sizes[other as usize]) {
                (best, lowest) = (other, rank);
            }
        }
        best
    }

    /// Whether islands of these sizes could be one.
    fn has_room(&self, a: u32, b: u32) -> bool {
        a.saturating_add(b) <= self.max_peers
    }

    fn merge(&mut self, from: u32, into: u32) {
        let (from_at, into_at) = (from as usize, into as usize);
        self.sizes[into_at] += std::mem::take(&mut self.sizes[from_at]);
        self.next[self.last[into_at] as usize] = from;
        self.last[into_at] = self.last[from_at];
        self.into[from_at] = into;
    }

    /// The islands that are left, oldest first: each by the target that it was, and how many are in it.
    pub fn islands(&self) -> impl Iterator<Item = (u32, u32)> + Clone + '_ {
        let islands = (0..).zip(self.sizes.iter().copied());
        islands.filter(|(_, size)| *size > 0)
    }

    /// Whether the members of an island are in the order of arrival, and not part by part.
    pub fn is_mixed(&self, target: u32) -> bool {
        self.fits[target as usize]
    }

    /// The targets that are one with that now, in the order of their members.
    pub fn parts(&self, target: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(target), |part| {
            let next = self.next[*part as usize];
            (next != NONE).then_some(next)
        })
    }
}
