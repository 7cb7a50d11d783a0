//! What becomes of the targets: those of a cluster that fits are one island, the others merge in further passes of the
//! crowd policy.

use super::ties::Ties;
use super::{NONE, find};

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
    /// By target, and one behind the last: where its neighbours start.
    starts: Vec<u32>,
    /// Those that have had room for each other.
    neighbours: Vec<u32>,
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
            starts: Vec::new(),
            neighbours: Vec::new(),
            ranks: vec![NONE; sizes.len()],
            max_peers,
        };
        merger.unite(ties);
        merger.arrange(ties);
        let mut crowd: Vec<u32> = (0..sizes.len() as u32)
            .filter(|target| merger.has_neighbours(*target))
            .collect();
        while merger.pass(&mut crowd) {
            crowd.retain(|target| merger.sizes[*target as usize] > 0);
        }
        merger
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

    /// Lists the neighbours of each target one after the other.
    fn arrange(&mut self, ties: &Ties) {
        let (sizes, max) = (&self.sizes, self.max_peers);
        let could_merge = |(a, b): &&(u32, u32)| {
            let [a, b] = [*a, *b].map(|target| target as usize);
            !self.fits[a] && sizes[a].saturating_add(sizes[b]) <= max
        };
        let pairs = ties.pairs.iter().filter(could_merge);
        self.starts = vec![0; sizes.len() + 1];
        for (a, b) in pairs.clone() {
            self.starts[*a as usize] += 1;
            self.starts[*b as usize] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        self.neighbours = vec![0; end as usize];
        for (a, b) in pairs {
            for (target, other) in [(a, b), (b, a)] {
                let start = &mut self.starts[*target as usize];
                *start -= 1;
                self.neighbours[*start as usize] = *other;
            }
        }
    }

    fn has_neighbours(&self, target: u32) -> bool {
        self.starts[target as usize] < self.starts[target as usize + 1]
    }

    /// One pass over these islands; whether another one could do something.
    fn pass(&mut self, crowd: &mut Vec<u32>) -> bool {
        self.sort_by_size(crowd);
        for target in crowd.iter() {
            self.ranks[*target as usize] = NONE;
        }
        let (mut count, mut is_restless) = (0, false);
        for target in crowd.iter() {
            let into = self.first(*target);
            if into == NONE {
                self.ranks[*target as usize] = count;
                count += 1;
            } else {
                self.merge(*target, into);
                is_restless |= self.sizes[into as usize] < self.max_peers;
            }
        }
        is_restless
    }

    /// The largest first, the oldest on a tie.
    fn sort_by_size(&self, crowd: &mut Vec<u32>) {
        crowd.sort_unstable_by_key(|target| {
            (std::cmp::Reverse(self.sizes[*target as usize]), *target)
        });
    }

    /// Of those that have a rank, the first one that is adjacent to an island and has room for it.
    fn first(&mut self, target: u32) -> u32 {
        let room = self.max_peers - self.sizes[target as usize];
        let (mut best, mut lowest) = (NONE, NONE);
        let mut part = target;
        while part != NONE {
            let [start, end] = [part, part + 1].map(|at| self.starts[at as usize] as usize);
            for at in start..end {
                let other = find(&mut self.into, self.neighbours[at]);
                let rank = self.ranks[other as usize];
                if rank < lowest && self.sizes[other as usize] <= room {
                    (best, lowest) = (other, rank);
                }
            }
            part = self.next[part as usize];
        }
        best
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
