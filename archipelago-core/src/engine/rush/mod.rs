//! Everybody arrives at once: the first flush of a realm, or the first one after everybody had left.
//!
//! Then each of them is an island of its own, which are merged at once, as far as their clusters fit, or by the crowd
//! policy. Its first pass takes islands of one in the order of arrival, and each goes into the first target that is
//! adjacent and has room, or else becomes one (`grow` where few are near each other, `choose` in a crowd). What hangs
//! together with what is noted meanwhile (`ties`), and all that follows is done with the numbers and sizes of targets
//! only (`merge`). Nobody is put anywhere before it is known where everybody ends up (`settle`).
//! Where few are near each other the grid is not asked, and left for the next flush to sort. The memory for members and
//! places was taken when they reported (`memory`).

mod choose;
mod grow;
mod merge;
mod near;
mod settle;
mod ties;

use self::merge::Merger;
use self::near::Near;
use self::ties::Ties;
use super::peers::{Peer, State};
use super::world::World;

/// No target; nobody.
const NONE: u32 = u32::MAX;

/// The targets of a first pass of the crowd policy, in the order in which they were opened.
#[derive(Debug)]
struct Draft {
    /// By arrival: into which target it has gone.
    homes: Vec<u32>,
    /// By target: how many it has.
    sizes: Vec<u32>,
    /// By target: which arrival its first one is.
    firsts: Vec<u32>,
    max_peers: u32,
}

/// Forms the islands by the policy `stable`; nobody may be in an island or prefer one. Whoever of the queue has not left
/// again has the next number.
pub(super) fn place_all(world: &mut World, mut queue: Vec<Peer>) {
    queue.retain(|peer| world.peers.state(*peer) == State::Waiting);
    if queue.is_empty() {
        return;
    }
    for peer in &queue {
        world.peers.state[peer.index()] = State::Member;
    }
    world.grid.expire();
    let mut ties = Ties::default();
    let mut draft = Draft {
        homes: Vec::new(),
        sizes: Vec::new(),
        firsts: Vec::new(),
        max_peers: world.max_peers as u32,
    };
    if let Some(near) = Near::find(world, &queue) {
        grow::grow_all(&mut draft, world, near, &mut ties);
    } else {
        world.grid.refresh(&world.peers);
        choose::choose_all(&mut draft, world, &queue);
        ties.find(&draft, world, &queue);
    }
    let merger = Merger::merge_all(&draft.sizes, &mut ties, draft.max_peers);
    settle::settle(&draft, world, &queue, &merger);
}

impl Draft {
    /// A new target, for that arrival.
    fn open(&mut self, arrival: u32) -> u32 {
        self.sizes.push(0);
        self.firsts.push(arrival);
        self.sizes.len() as u32 - 1
    }

    fn has_room(&self, target: u32) -> bool {
        let size = self.sizes.get(target as usize);
        size.is_some_and(|size| *size < self.max_peers)
    }

    /// Whether two islands of the size of that one have room for each other.
    fn is_small(&self, target: u32) -> bool {
        self.sizes[target as usize] <= self.max_peers / 2
    }
}

/// The first of those that one belongs to; the way there is made shorter.
fn find(above: &mut [u32], mut at: u32) -> u32 {
    while above[at as usize] != at {
        let next = above[above[at as usize] as usize];
        above[at as usize] = next;
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, EngineConfig, Position, Scope, Update};

    const JOIN_M: f64 = 10.0;

    /// What a first flush tells those who are at these places, of whom some leave before it.
    fn first_flush(places: &[Position], max_peers: u32, wish: Option<&str>) -> Vec<Update> {
        let config = EngineConfig::new(max_peers, JOIN_M, None).unwrap();
        let mut engine = Engine::new(config);
        // Handles are not in the order of arrival.
        let early = [0, 1, 2].map(|_| engine.insert(places[0], None));
        for peer in early {
            engine.remove(peer);
        }
        engine.flush(0, Scope::Full);
        let peers: Vec<_> = places.iter().map(|at| engine.insert(*at, wish)).collect();
        for peer in peers.iter().skip(3).step_by(7) {
            engine.remove(*peer);
        }
        let updates = engine.flush(0, Scope::Full).to_vec();
        engine.check(Scope::Full).unwrap();
        updates
    }

    #[test]
    fn all_at_once_is_the_same_as_one_by_one() {
        let mut seed = 1_u32;
        let mut below = |end: f32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32 * end
        };
        for world in 0..240_u16 {
            let side = [12.0, 30.0, 70.0, 160.0][usize::from(world % 4)];
            let max_peers = [2, 5, 20, 100][usize::from(world / 4 % 4)];
            let count = 1 + below(200.0) as usize;
            let mut at = || Position::new(below(side), 0.0, below(side)).unwrap();
            let mut places: Vec<_> = (0..count).map(|_| at()).collect();
            if world % 5 == 0 {
                places.push(Position::new(1e9, 0.0, -1e9).unwrap());
            }
            // Where somebody prefers an island, be it one that does not exist, everybody gets one of their own first.
            assert_eq!(
                first_flush(&places, max_peers, None),
                first_flush(&places, max_peers, Some("elsewhere")),
                "world {world}"
            );
        }
    }
}
