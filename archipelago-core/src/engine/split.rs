//! Splits: an island that does not hang together any more is several.

use super::groups::Groups;
use super::lattice::Lattice;
use super::peers::Peer;
use super::position::Position;
use super::world::World;

/// Up to this many members, testing pairs is faster than sorting members into cells.
const PAIRS_MAX: usize = 512;

/// Splits islands.
#[derive(Debug)]
pub(super) struct Splitter {
    lattice: Lattice,
    groups: Groups,
    points: Vec<Position>,
    members: Vec<Peer>,
    reached: Vec<Position>,
}

impl Splitter {
    pub fn new(leave_distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(leave_distance_m),
            groups: Groups::default(),
            points: Vec::new(),
            members: Vec::new(),
            reached: Vec::new(),
        }
    }

    /// Splits an island if it has come apart, and appends the new ones to `offspring`.
    pub fn split(&mut self, world: &mut World, slot: u32, offspring: &mut Vec<u32>) {
        let island = world.islands.get(slot);
        if island.silent > 0 || island.members.len() < 2 {
            return;
        }
        self.points.clear();
        let positions = &world.peers.position;
        let members = island.members.iter();
        self.points
            .extend(members.map(|peer| positions[peer.index()]));
        if self.points.len() <= PAIRS_MAX && self.hangs_together(world.leave_squared) {
            return;
        }
        if self
            .groups
            .build(&self.points, self.lattice, world.leave_squared)
            > 1
        {
            self.divide(world, slot, offspring);
        }
    }

    fn hangs_together(&mut self, distance_squared: f64) -> bool {
        let count = self.points.len();
        self.reached.clear();
        self.reached.extend_from_slice(&self.points);
        let points = &mut self.reached;
        // In front those already looked around from, then those only reached, then the rest.
        let (mut at, mut reached) = (0, 1);
        while at < reached && reached < count {
            let from = points[at];
            let (_, rest) = points.split_at_mut(reached);
            let mut near = 0;
            for other in 0..rest.len() {
                // Whether two are near is hard to foresee: swapping in any case costs less than a wrong guess.
                let is_near = from.squared_distance(rest[other]) <= distance_squared;
                rest.swap(near, other);
                near += usize::from(is_near);
            }
            reached += near;
            at += 1;
        }
        reached == count
    }

    /// The largest group stays, the others move out.
    fn divide(&mut self, world: &mut World, slot: u32, offspring: &mut Vec<u32>) {
        let Self {
            groups, members, ..
        } = self;
        members.clear();
        members.append(&mut world.islands.get_mut(slot).members);
        let (mut stays, mut largest) = (0, 0);
        for head in groups.heads() {
            let size = groups.points(head).count();
            if size > largest {
                (stays, largest) = (head, size);
            }
        }
        for head in groups.heads() {
            let group = groups.points(head).map(|point| members[point]);
            if head == stays {
                world.islands.get_mut(slot).members.extend(group);
            } else {
                offspring.push(world.settle(group));
            }
        }
    }
}
