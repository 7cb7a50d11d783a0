//! Whether an island hangs together without one of its members.

use crate::engine::peers::Peer;
use crate::engine::position::Ground;
use crate::engine::world::World;

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Whole {
    near: Vec<Ground>,
    rest: Vec<Ground>,
}

impl Whole {
    /// Whether the other members of somebody's island hang together. True if they did with it and those beside it do
    /// among themselves: every way that led over it can go over them.
    pub fn is_whole_without(&mut self, world: &World, peer: Peer) -> bool {
        let distance = world.leave_squared;
        let from = world.peers.ground(peer);
        self.near.clear();
        self.rest.clear();
        let slot = world.home(peer);
        let members = world.islands.members(slot).iter();
        for (member, ground) in members.zip(world.islands.grounds(slot)) {
            if *member == peer {
                continue;
            }
            if from.squared_distance(*ground) <= distance {
                self.near.push(*ground);
            } else {
                self.rest.push(*ground);
            }
        }
        if hangs_together(&mut self.near, distance) {
            return true;
        }
        self.near.append(&mut self.rest);
        hangs_together(&mut self.near, distance)
    }
}

/// In front those already looked around from, then those only reached, then the rest.
fn hangs_together(points: &mut [Ground], distance_squared: f64) -> bool {
    let (mut at, mut reached) = (0, 1);
    while at < reached && reached < points.len() {
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
    reached >= points.len()
}
