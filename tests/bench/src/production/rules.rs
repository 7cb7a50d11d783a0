//! The rules of the crowd policy `stable`, as literally as code can follow them, and what becomes of them by changing
//! who may go where, or what is looked at together.

use std::cmp::Reverse;

#[cfg(test)]
use archipelago_worlds::Fingerprint;
use archipelago_worlds::Settings;

use super::near::{Adjacent, groups};

/// Who may go into an island that has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// Those of adjacent islands: the policy `stable`.
    Adjacent,
    /// Whoever is looked at together with it, however far away.
    Anybody,
}

/// Which islands are looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that hang together by adjacency: the policy `stable`.
    Cluster,
    /// Each in its turn, the oldest first, with those adjacent to it.
    Neighbours,
}

struct Island {
    number: u64,
    /// By index, in the order in which they joined.
    members: Vec<usize>,
}

/// Players in islands. Everybody reports before every flush, and nobody leaves.
pub struct Islands {
    reach: Reach,
    admits: Admits,
    /// The oldest first.
    islands: Vec<Island>,
    next: u64,
    /// By player, the number of its island; 0 before its first flush.
    told: Vec<u64>,
}

impl Islands {
    pub fn new(reach: Reach, admits: Admits) -> Self {
        Self {
            reach,
            admits,
            islands: Vec::new(),
            next: 1,
            told: Vec::new(),
        }
    }

    /// Forms the islands of players at these places, x, y and z for each; returns how many were moved to another one.
    pub fn flush(&mut self, positions: &[f32]) -> u64 {
        for arrival in self.told.len()..positions.len() / 3 {
            self.open(vec![arrival]);
            self.told.push(0);
        }
        self.split(positions);
        let members: Vec<&[usize]> = self.islands.iter().map(|island| &*island.members).collect();
        let mut adjacent = Adjacent::new(&members, positions);
        match self.reach {
            Reach::Cluster => self.merge_clusters(&mut adjacent),
            Reach::Neighbours => self.merge_neighbours(&mut adjacent),
        }
        self.islands.retain(|island| !island.members.is_empty());
        self.tell()
    }

    /// By player, the number of its island.
    pub fn assignments(&self) -> &[u64] {
        &self.told
    }

    /// Of all islands, their members, and the order of both.
    #[cfg(test)]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = Fingerprint::default();
        for island in &self.islands {
            fingerprint.add(island.number);
            fingerprint.add(island.members.len() as u64);
            for member in &island.members {
                fingerprint.add(*member as u64);
            }
        }
        fingerprint
    }

    fn open(&mut self, members: Vec<usize>) {
        let number = self.next;
        self.next += 1;
        self.islands.push(Island { number, members });
    }

    fn split(&mut self, positions: &[f32]) {
        for at in 0..self.islands.len() {
            let mut groups = groups(&self.islands[at].members, positions);
            if groups.len() == 1 {
                continue;
            }
            let sizes = || groups.iter().map(Vec::len);
            let largest = sizes().position(|size| Some(size) == sizes().max());
            self.islands[at].members = groups.remove(largest.expect("an island has members"));
            for group in groups {
                self.open(group);
            }
        }
    }

    fn merge_clusters(&mut self, adjacent: &mut Adjacent) {
        for cluster in adjacent.clusters() {
            self.merge(cluster, adjacent);
        }
    }

    fn merge_neighbours(&mut self, adjacent: &mut Adjacent) {
        for at in 0..self.islands.len() {
            // Those that have gone into another one have no members.
            if self.size(at) > 0 {
                let mut around: Vec<usize> = adjacent.neighbours(at).collect();
                around.retain(|other| self.size(*other) > 0);
                around.push(at);
                self.merge(around, adjacent);
            }
        }
    }

    fn merge(&mut self, mut cluster: Vec<usize>, adjacent: &mut Adjacent) {
        let total: usize = cluster.iter().map(|at| self.size(*at)).sum();
        if total > capacity() {
            while self.pass(&mut cluster, adjacent) {}
            return;
        }
        self.sort(&mut cluster);
        for from in &cluster[1..] {
            self.go_into(*from, cluster[0], adjacent);
        }
    }

    /// Places the islands of a cluster that does not fit, one by one; whether any went into another.
    fn pass(&mut self, cluster: &mut Vec<usize>, adjacent: &mut Adjacent) -> bool {
        self.sort(cluster);
        let mut targets: Vec<usize> = Vec::new();
        for &from in &*cluster {
            let takes = |into: &usize| {
                let near = self.admits == Admits::Anybody || adjacent.are(from, *into);
                near && self.size(from) + self.size(*into) <= capacity()
            };
            match targets.iter().copied().find(takes) {
                Some(into) => self.go_into(from, into, adjacent),
                None => targets.push(from),
            }
        }
        let merged = targets.len() < cluster.len();
        *cluster = targets;
        merged
    }

    /// The largest first; of several, the oldest.
    fn sort(&self, cluster: &mut [usize]) {
        cluster.sort_by_key(|at| (Reverse(self.size(*at)), self.islands[*at].number));
    }

    fn go_into(&mut self, from: usize, into: usize, adjacent: &mut Adjacent) {
        let mut members = std::mem::take(&mut self.islands[from].members);
        self.islands[into].members.append(&mut members);
        adjacent.merge(from, into);
    }

    fn size(&self, at: usize) -> usize {
        self.islands[at].members.len()
    }

    fn tell(&mut self) -> u64 {
        let mut moved = 0;
        for island in &self.islands {
            for member in &island.members {
                let before = std::mem::replace(&mut self.told[*member], island.number);
                moved += u64::from(before != 0 && before != island.number);
            }
        }
        moved
    }
}

fn capacity() -> usize {
    Settings::WORLDS.max_peers as usize
}
