//! A full island becomes two, one beside the other.

use super::crowd::Crowd;
use super::trade::sort;
use super::wants::Want;
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Halver {
    /// Everybody, and how far along the axis.
    along: Vec<Want>,
    far: Vec<Peer>,
    leaving: Vec<Peer>,
}

impl Halver {
    /// Cuts an island across the direction in which it is longest, at the median. The far half goes to a new island,
    /// which is returned; both keep their order.
    pub fn halve(&mut self, world: &mut World, crowd: &mut Crowd, slot: u32) -> u32 {
        let axis = axis(world, slot);
        self.along.clear();
        for peer in world.islands.members(slot) {
            let position = world.peers.ground(*peer);
            let (x, z) = (f64::from(position.x()), f64::from(position.z()));
            self.along.push(Want {
                crowd: 0,
                worth: x * axis.0 + z * axis.1,
                peer: *peer,
                place: 0,
                to: slot,
            });
        }
        sort(&mut self.along);
        self.far.clear();
        let far = self.along[..self.along.len().div_ceil(2)].iter();
        self.far.extend(far.map(|want| want.peer));
        self.far.sort_unstable();
        // In the order of the members.
        self.leaving.clear();
        let members = world.islands.members(slot).iter();
        let leaving = members.filter(|peer| self.far.binary_search(peer).is_ok());
        self.leaving.extend(leaving);
        let half = world.islands.open(world.now_ms);
        crowd.open(half);
        for peer in &self.leaving {
            crowd.shift(world, *peer, half);
        }
        crowd.keep();
        half
    }
}

/// The principal axis of the members' positions; not of any particular length.
fn axis(world: &World, slot: u32) -> (f64, f64) {
    let members = world.islands.members(slot);
    let spots = members.iter().map(|peer| {
        let position = world.peers.ground(*peer);
        (f64::from(position.x()), f64::from(position.z()))
    });
    let count = members.len() as f64;
    let (x, z) = spots
        .clone()
        .fold((0.0, 0.0), |sum, spot| (sum.0 + spot.0, sum.1 + spot.1));
    let (x, z) = (x / count, z / count);
    let (mut xx, mut xz, mut zz) = (0.0, 0.0, 0.0);
    for spot in spots {
        let (dx, dz) = (spot.0 - x, spot.1 - z);
        xx += dx * dx;
        xz += dx * dz;
        zz += dz * dz;
    }
    let half = (xx - zz) / 2.0;
    let root = (half * half + xz * xz).sqrt();
    // The eigenvector of the larger eigenvalue, from the row that does not cancel out.
    if half >= 0.0 {
        (half + root, xz)
    } else {
        (xz, root - half)
    }
}
