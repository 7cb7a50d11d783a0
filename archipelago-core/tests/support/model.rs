//! The rules of the engine, as literally as code can follow the text: names instead of indices, lists instead of
//! grids, every pair tested. Slow, obvious, and therefore the oracle.

mod lookups;

use std::collections::BTreeMap;

use archipelago_core::engine::{Position, Scope};

/// Who a peer is to the tests.
pub type Name = u32;

/// An update, by name and number: what both sides are compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    ChangeTo {
        peer: Name,
        island: u64,
        from: Option<u64>,
    },
    Leave {
        peer: Name,
        island: u64,
    },
}

/// What is known of a peer, waiting or placed.
#[derive(Debug, Clone, Default)]
struct Known {
    /// None for a restored member that has not reported yet.
    position: Option<Position>,
    wish: Option<String>,
    told: Option<u64>,
}

/// An island of the model; `dirty` since the last flush that saw to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIsland {
    pub number: u64,
    pub members: Vec<Name>,
    dirty: bool,
}

/// The engine's state in the plainest form. Islands are kept in the order of their numbers.
#[derive(Debug, Clone)]
pub struct Model {
    max: usize,
    join: f64,
    leave: f64,
    prefix: String,
    next: u64,
    known: BTreeMap<Name, Known>,
    queue: Vec<Name>,
    /// Restored without room, in the order of restoring.
    spare: Vec<Name>,
    islands: Vec<ModelIsland>,
    left: Vec<Change>,
}

impl Model {
    /// No peers; the first island gets the number `next`.
    pub fn new(max: usize, join: f64, leave: f64, prefix: &str, next: u64) -> Self {
        Self {
            max,
            join,
            leave,
            prefix: prefix.to_owned(),
            next,
            known: BTreeMap::new(),
            queue: Vec::new(),
            spare: Vec::new(),
            islands: Vec::new(),
            left: Vec::new(),
        }
    }

    /// A peer reports where it is; an empty `wish` withdraws the one before.
    pub fn report(&mut self, peer: Name, position: Position, wish: Option<&str>) {
        if self.home(peer).is_none() && !self.queue.contains(&peer) {
            self.queue.push(peer);
        }
        let known = self.known.entry(peer).or_default();
        known.position = Some(position);
        if let Some(wish) = wish {
            known.wish = (!wish.is_empty()).then(|| wish.to_owned());
        }
        if let Some(at) = self.home(peer) {
            self.islands[at].dirty = true;
        }
    }

    pub fn disconnect(&mut self, peer: Name) {
        let Some(known) = self.known.remove(&peer) else {
            return;
        };
        self.queue.retain(|&other| other != peer);
        if let Some(at) = self.home(peer) {
            self.islands[at].members.retain(|&other| other != peer);
            self.islands[at].dirty = true;
            self.islands.retain(|island| !island.members.is_empty());
        }
        if let Some(island) = known.told {
            self.left.push(Change::Leave { peer, island });
        }
    }

    /// After a restart: an island whose members have been told so and have not reported yet. Those beyond the
    /// capacity arrive when they report.
    pub fn restore(&mut self, number: u64, members: &[Name]) {
        for (at, &peer) in members.iter().enumerate() {
            let told = (at < self.max).then_some(number);
            self.known.insert(
                peer,
                Known {
                    told,
                    ..Known::default()
                },
            );
        }
        let (inside, beyond) = members.split_at(members.len().min(self.max));
        self.spare.extend_from_slice(beyond);
        self.islands.push(ModelIsland {
            number,
            members: inside.to_vec(),
            dirty: true,
        });
        self.islands.sort_by_key(|island| island.number);
        self.next = self.next.max(number + 1);
    }

    /// Those that have not reported by now are not coming back: members first, then those beyond the capacity.
    pub fn end_grace(&mut self) -> Vec<Name> {
        let members = self
            .islands
            .iter()
            .flat_map(|island| island.members.clone());
        let mut silent: Vec<Name> = members.chain(self.spare.clone()).collect();
        silent.retain(|&peer| self.knows(peer) && self.position(peer).is_none());
        for &peer in &silent {
            self.disconnect(peer);
        }
        silent
    }

    pub fn flush(&mut self, scope: Scope) -> Vec<Change> {
        let first_arrival = self.next;
        for peer in std::mem::take(&mut self.queue) {
            self.open(vec![peer], matches!(scope, Scope::Full));
        }
        if let Scope::Full = scope {
            self.split();
        }
        let counts = |island: &&ModelIsland| match scope {
            Scope::Full => island.dirty,
            Scope::Arrivals => island.number >= first_arrival,
        };
        let dirty: Vec<u64> = self
            .islands
            .iter()
            .filter(counts)
            .map(|island| island.number)
            .collect();
        let mut seen = Vec::new();
        for number in dirty {
            if !seen.contains(&number) {
                let cluster = self.cluster_of(number);
                seen.extend_from_slice(&cluster);
                self.merge(cluster);
            }
        }
        if let Scope::Full = scope {
            self.islands
                .iter_mut()
                .for_each(|island| island.dirty = false);
        }
        self.updates()
    }

    fn split(&mut self) {
        let breaks = |island: &&ModelIsland| island.dirty && !self.is_pinned(island.number);
        let dirty: Vec<u64> = self
            .islands
            .iter()
            .filter(breaks)
            .map(|i| i.number)
            .collect();
        for number in dirty {
            let mut groups = self.groups(&self.island(number).members);
            if groups.len() > 1 {
                let sizes = || groups.iter().map(Vec::len);
                let stays = sizes().position(|size| Some(size) == sizes().max());
                self.island_mut(number).members = groups.remove(stays.expect("a largest group"));
                for group in groups {
                    self.open(group, true);
                }
            }
        }
    }

    /// The members in groups that hang together by the leave distance.
    pub fn groups(&self, members: &[Name]) -> Vec<Vec<Name>> {
        let mut groups: Vec<Vec<Name>> = Vec::new();
        for &peer in members {
            let (mut joined, mut place) = (vec![peer], None);
            for (at, group) in groups.iter_mut().enumerate() {
                if group
                    .iter()
                    .any(|&other| self.within(peer, other, self.leave))
                {
                    match place {
                        None => {
                            place = Some(at);
                            joined.splice(0..0, group.drain(..));
                        }
                        Some(_) => joined.append(group),
                    }
                }
            }
            match place {
                None => groups.push(joined),
                Some(at) => groups[at] = joined,
            }
            groups.retain(|group| !group.is_empty());
        }
        groups
    }

    /// The numbers of all islands that hang together with this one by adjacency.
    fn cluster_of(&self, number: u64) -> Vec<u64> {
        let mut cluster = vec![number];
        let mut done = 0;
        while done < cluster.len() {
            for other in &self.islands {
                if !cluster.contains(&other.number) && self.adjacent(cluster[done], other.number) {
                    cluster.push(other.number);
                }
            }
            done += 1;
        }
        cluster
    }

    fn merge(&mut self, mut cluster: Vec<u64>) {
        let total: usize = cluster.iter().map(|&number| self.size(number)).sum();
        if total > self.max {
            while self.stable_pass(&mut cluster) {}
            return;
        }
        cluster.sort_by_key(|&number| (std::cmp::Reverse(self.size(number)), number));
        let pinned = cluster
            .iter()
            .copied()
            .find(|&number| self.is_pinned(number));
        let target = pinned.unwrap_or(cluster[0]);
        for number in cluster {
            if number != target && !self.is_pinned(number) {
                self.go_into(number, target);
            }
        }
    }

    /// One pass of the crowd policy `stable` over the islands of a cluster; whether it merged any.
    fn stable_pass(&mut self, cluster: &mut Vec<u64>) -> bool {
        cluster.sort_by_key(|&number| (std::cmp::Reverse(self.size(number)), number));
        let mut targets: Vec<u64> = Vec::new();
        for &number in &*cluster {
            let takes = |target: &u64| {
                self.adjacent(number, *target) && self.size(number) + self.size(*target) <= self.max
            };
            let wish = self.wish_of(number);
            let preferred = targets
                .iter()
                .copied()
                .find(|&target| Some(self.id(target)) == wish)
                .filter(takes);
            match preferred.or_else(|| targets.iter().copied().find(takes)) {
                Some(target) if !self.is_pinned(number) => self.go_into(number, target),
                _ => targets.push(number),
            }
        }
        let merged = targets.len() < cluster.len();
        *cluster = targets;
        merged
    }

    /// The id wanted by most members; the first to reach the highest count wins.
    fn wish_of(&self, number: u64) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut best: Option<(&str, usize)> = None;
        for peer in &self.island(number).members {
            if let Some(wish) = self.known[peer].wish.as_deref() {
                let count = counts.entry(wish).or_default();
                *count += 1;
                if best.is_none_or(|(_, highest)| *count > highest) {
                    best = Some((wish, *count));
                }
            }
        }
        best.map(|(wish, _)| wish.to_owned())
    }

    fn updates(&mut self) -> Vec<Change> {
        let mut updates = std::mem::take(&mut self.left);
        for island in &self.islands {
            for &peer in &island.members {
                let told = &mut self.known.get_mut(&peer).expect("a member is known").told;
                if *told != Some(island.number) {
                    let from = told.replace(island.number);
                    updates.push(Change::ChangeTo {
                        peer,
                        island: island.number,
                        from,
                    });
                }
            }
        }
        updates
    }

    fn open(&mut self, members: Vec<Name>, dirty: bool) {
        self.islands.push(ModelIsland {
            number: self.next,
            members,
            dirty,
        });
        self.next += 1;
    }

    fn go_into(&mut self, number: u64, target: u64) {
        let at = self
            .islands
            .iter()
            .position(|island| island.number == number)
            .expect("an island");
        let mut gone = self.islands.remove(at);
        let target = self.island_mut(target);
        target.members.append(&mut gone.members);
        target.dirty |= gone.dirty;
    }

    pub fn adjacent(&self, a: u64, b: u64) -> bool {
        let others = &self.island(b).members;
        self.island(a).members.iter().any(|&peer| {
            others
                .iter()
                .any(|&other| self.within(peer, other, self.join))
        })
    }

    fn within(&self, a: Name, b: Name, distance: f64) -> bool {
        let (Some(a), Some(b)) = (self.position(a), self.position(b)) else {
            return false;
        };
        let (dx, dz) = (
            f64::from(a.x()) - f64::from(b.x()),
            f64::from(a.z()) - f64::from(b.z()),
        );
        dx * dx + dz * dz <= distance * distance
    }

    /// Has members that have not reported: neither split nor merged away.
    pub fn is_pinned(&self, number: u64) -> bool {
        self.island(number)
            .members
            .iter()
            .any(|&peer| self.position(peer).is_none())
    }

    fn home(&self, peer: Name) -> Option<usize> {
        self.islands
            .iter()
            .position(|island| island.members.contains(&peer))
    }

    fn size(&self, number: u64) -> usize {
        self.island(number).members.len()
    }

    fn island(&self, number: u64) -> &ModelIsland {
        self.islands
            .iter()
            .find(|island| island.number == number)
            .expect("an island of the model")
    }

    fn island_mut(&mut self, number: u64) -> &mut ModelIsland {
        self.islands
            .iter_mut()
            .find(|island| island.number == number)
            .expect("an island of the model")
    }
}
