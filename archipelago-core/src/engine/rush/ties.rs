//! Which targets are adjacent.

use super::{Draft, NONE, find};
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Pairs of adjacent targets: all of those that have room for each other, and of the others as many as show which
/// clusters do not fit into one island.
#[derive(Debug, Default)]
pub(super) struct Ties {
    pub pairs: Vec<(u32, u32)>,
    /// By target: with which one it was last noted.
    met: Vec<u32>,
    /// By target: an older one of its cluster, or itself.
    roots: Vec<u32>,
}

impl Ties {
    /// There is another target.
    pub fn open(&mut self) {
        self.met.push(NONE);
        self.roots.push(self.roots.len() as u32);
    }

    /// Two targets are adjacent. All that one of them is adjacent to should be noted one after the other.
    pub fn note(&mut self, target: u32, other: u32) {
        if std::mem::replace(&mut self.met[other as usize], target) != target {
            self.pairs.push((target, other));
            let (a, b) = (find(&mut self.roots, target), find(&mut self.roots, other));
            self.roots[a.max(b) as usize] = a.min(b);
        }
    }

    /// The oldest target of the cluster of one.
    pub fn root(&mut self, target: u32) -> u32 {
        find(&mut self.roots, target)
    }

    /// By oldest target of a cluster: how many are in the cluster.
    pub fn totals(&mut self, sizes: &[u32]) -> Vec<u64> {
        let mut totals = vec![0; sizes.len()];
        for (size, target) in sizes.iter().zip(0..) {
            totals[self.root(target) as usize] += u64::from(*size);
        }
        totals
    }

    /// Finds the ties when all have gone into their targets. Of two islands that have room for each other one is at most
    /// half full: it is enough to look around from the members of these, which mostly are few. Only where nothing but one
    /// larger island keeps a cluster from being known to be all, that one has to look around as well.
    pub fn find(&mut self, draft: &Draft, world: &mut World, queue: &[Peer]) {
        for (peer, home) in queue.iter().zip(&draft.homes) {
            world.set_home(*peer, *home);
        }
        world.grid.know_homes(&world.peers);
        let world = &*world;
        for _ in &draft.sizes {
            self.open();
        }
        let (starts, members) = members(draft, queue);
        let members = |target: u32| {
            let [start, end] = [target, target + 1].map(|at| starts[at as usize] as usize);
            &members[start..end]
        };
        let all = 0..draft.sizes.len() as u32;
        for target in all.clone().filter(|target| draft.is_small(*target)) {
            for peer in members(target) {
                self.look_around(world, *peer);
            }
        }
        let totals = self.totals(&draft.sizes);
        for target in all.filter(|target| !draft.is_small(*target)) {
            let total = totals[self.root(target) as usize];
            if total > u64::from(draft.sizes[target as usize])
                && total <= u64::from(draft.max_peers)
            {
                for peer in members(target) {
                    self.look_around(world, *peer);
                }
            }
        }
    }

    /// Notes which targets somebody is near.
    fn look_around(&mut self, world: &World, peer: Peer) {
        let (home, from) = (world.home(peer), world.peers.ground(peer));
        for run in world.grid.runs_near(world.grid.cell_of(peer), from) {
            for other in &world.grid.all_entries()[world.grid.span(&run)] {
                let is_settled = other.home == home || self.met[other.home as usize] == home;
                if !is_settled && from.squared_distance(other.ground) <= world.join_squared {
                    self.note(home, other.home);
                }
            }
        }
    }
}

/// Everybody, target by target; and where those of each start.
fn members(draft: &Draft, queue: &[Peer]) -> (Vec<u32>, Vec<Peer>) {
    let mut starts = Vec::with_capacity(draft.sizes.len() + 1);
    let mut end = 0;
    for size in &draft.sizes {
        starts.push(end);
        end += size;
    }
    let mut next = starts.clone();
    starts.push(end);
    let mut members = queue.to_vec();
    for (peer, home) in queue.iter().zip(&draft.homes) {
        let next = &mut next[*home as usize];
        members[*next as usize] = *peer;
        *next += 1;
    }
    (starts, members)
}
