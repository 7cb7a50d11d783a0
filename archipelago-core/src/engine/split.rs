//! Splits: an island that does not hang together any more is several.

use super::groups::Groups;
use super::lattice::Lattice;
use super::links::Links;
use super::peers::Peer;
use super::position::Position;
use super::world::World;

/// Up to this many members, to look for somebody else to hang on is faster than to sort members into cells.
const LINKED_MAX: usize = 512;

/// Splits islands.
#[derive(Debug)]
pub(super) struct Splitter {
    lattice: Lattice,
    links: Links,
    groups: Groups,
    points: Vec<Position>,
    members: Vec<Peer>,
}

impl Splitter {
    pub fn new(leave_distance_m: f64) -> Self {
        Self {
            lattice: Lattice::new(leave_distance_m),
            links: Links::default(),
            groups: Groups::default(),
            points: Vec::new(),
            members: Vec::new(),
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
        let members = &island.members;
        if members.len() <= LINKED_MAX
            && self.links.hold(members, &self.points, world.leave_squared)
        {
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
