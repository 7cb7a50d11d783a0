//! Islands so small that everybody is near one of them: nobody else is needed for such an island to hang together.

use super::crowd::NOBODY;
use crate::engine::peers::Peer;
use crate::engine::position::Ground;
use crate::engine::world::World;

/// What is known of an island.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hub {
    Unknown,
    /// There is none.
    Missing,
    /// All members are within the leave distance of this one.
    Member(Peer, Ground),
}

/// The hubs of islands, as far as they have been asked for.
#[derive(Debug, Default)]
pub(super) struct Hubs {
    /// By slot.
    hubs: Vec<Hub>,
}

impl Hubs {
    /// Nothing is known.
    pub fn start(&mut self, slots: usize) {
        self.hubs.clear();
        self.hubs.resize(slots, Hub::Unknown);
    }

    /// Whether an island surely hangs together without somebody; the centre is about where its members are.
    pub fn holds_without(
        &mut self,
        world: &World,
        slot: u32,
        peer: Peer,
        centre: (f64, f64),
    ) -> bool {
        let Some(hub) = self.hubs.get_mut(slot as usize) else {
            return false;
        };
        if *hub == Hub::Unknown {
            *hub = find(world, slot, centre);
        }
        matches!(hub, Hub::Member(member, _) if *member != peer)
    }

    /// Somebody has come to an island.
    pub fn enter(&mut self, world: &World, slot: u32, peer: Peer) {
        if let Some(hub) = self.hubs.get_mut(slot as usize)
            && let Hub::Member(_, position) = hub
            && !is_near(world, *position, peer)
        {
            *hub = Hub::Missing;
        }
    }

    /// Somebody has left an island.
    pub fn leave(&mut self, slot: u32, peer: Peer) {
        if let Some(hub) = self.hubs.get_mut(slot as usize)
            && matches!(hub, Hub::Member(member, _) if *member == peer)
        {
            *hub = Hub::Unknown;
        }
    }

    /// A slot is used by another island from now on.
    pub fn open(&mut self, slot: u32) {
        if let Some(hub) = self.hubs.get_mut(slot as usize) {
            *hub = Hub::Unknown;
        }
    }
}

fn find(world: &World, slot: u32, centre: (f64, f64)) -> Hub {
    if world.islands.get(slot).silent > 0 {
        return Hub::Missing;
    }
    let grounds = world.islands.grounds(slot);
    let mut nearest = (f64::INFINITY, NOBODY as usize);
    for (at, ground) in grounds.iter().enumerate() {
        let dx = f64::from(ground.x()) - centre.0;
        let dz = f64::from(ground.z()) - centre.1;
        let distance = dx * dx + dz * dz;
        nearest = if distance < nearest.0 {
            (distance, at)
        } else {
            nearest
        };
    }
    let Some(hub) = grounds.get(nearest.1) else {
        return Hub::Missing;
    };
    // Mostly it is one: found out without a guess for each.
    let is_far = |at: &&Ground| hub.squared_distance(**at) > world.leave_squared;
    if grounds.iter().filter(is_far).count() == 0 {
        Hub::Member(world.islands.members(slot)[nearest.1], *hub)
    } else {
        Hub::Missing
    }
}

fn is_near(world: &World, hub: Ground, peer: Peer) -> bool {
    let position = world.peers.ground(peer);
    hub.squared_distance(position) <= world.leave_squared
}
