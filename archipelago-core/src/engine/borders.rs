//! Who could merge with whom, found from island to island by the rectangles around them.
//!
//! Where islands have many members, that takes far less time than to look around from members: nobody has to be sorted
//! into cells, and most pairs of islands are out of reach of each other, or too large to be one.

use super::bounds::Bounds;
use super::contacts::Contacts;
use super::plots::Plots;
use super::position::Ground;
use super::world::World;

/// Fewer members than so many to an island are better looked at one by one.
const MEMBERS_MIN: usize = 8;
/// It may take so many pair tests for each peer; more, and islands lie across each other too much.
const TESTS_MAX: usize = 128;
/// So many distances are computed at once.
const CHUNK: usize = 16;

/// Searches for adjacent islands.
#[derive(Debug, Default)]
pub(super) struct Borders {
    /// By slot; around nobody where there is no island.
    bounds: Vec<Bounds>,
    plots: Plots,
    /// By slot: how many members.
    sizes: Vec<u32>,
    /// By slot: the last search that came across the island.
    seen: Vec<u32>,
    search: u32,
    /// Those in reach of the island at hand.
    found: Vec<u32>,
}

impl Borders {
    /// Notes in `contacts` which islands could merge, everybody's position being known. `false` if it gave up, because
    /// to look around from members takes less time.
    pub fn find(&mut self, world: &World, contacts: &mut Contacts) -> bool {
        let peers = world.peers.state.len();
        if world.islands.count() * MEMBERS_MIN > peers || !self.survey(world) {
            return false;
        }
        contacts.start(world);
        let max = world.max_peers as u32;
        let mut left = TESTS_MAX * peers;
        for (_, slot) in world.islands.oldest_first() {
            let size = self.sizes[slot as usize];
            if 2 * size > max {
                continue;
            }
            // Of two small islands, one looks at the other.
            let is_ours =
                |other, theirs| theirs + size <= max && (2 * theirs > max || other < slot);
            self.reach(world, slot, is_ours);
            for other in &self.found {
                if self.are_adjacent(world, slot, *other, &mut left) {
                    contacts.add(slot, *other);
                }
            }
            if left == 0 {
                return false;
            }
        }
        contacts.arrange();
        true
    }

    /// Whether an island is adjacent to any but these.
    pub fn is_beside_others(&mut self, world: &World, slot: u32, these: &[u32]) -> bool {
        self.reach(world, slot, |other, _| !these.contains(&other));
        let (mut others, mut left) = (self.found.iter(), usize::MAX);
        others.any(|other| self.are_adjacent(world, slot, *other, &mut left))
    }

    /// Looks where all islands are. `false` if they lie across each other too much.
    fn survey(&mut self, world: &World) -> bool {
        self.bounds.clear();
        self.bounds
            .resize(world.islands.slot_bound(), Bounds::EMPTY);
        self.sizes.resize(self.bounds.len(), 0);
        for (_, slot) in world.islands.oldest_first() {
            let grounds = world.islands.grounds(slot);
            self.bounds[slot as usize] = Bounds::around(grounds);
            self.sizes[slot as usize] = grounds.len() as u32;
        }
        self.seen.resize(self.bounds.len(), 0);
        self.plots.place(&self.bounds)
    }

    /// Finds the other islands in reach of one that pass, by slot and size.
    fn reach(&mut self, world: &World, slot: u32, passes: impl Fn(u32, u32) -> bool) {
        let Self {
            bounds,
            sizes,
            plots,
            seen,
            search,
            found,
        } = self;
        *search = search.wrapping_add(1);
        if *search == 0 {
            seen.fill(0);
            *search = 1;
        }
        seen[slot as usize] = *search;
        found.clear();
        let here = bounds[slot as usize];
        for other in plots.around(here, world.join_squared.sqrt()) {
            if passes(other, sizes[other as usize])
                && std::mem::replace(&mut seen[other as usize], *search) != *search
                && bounds[other as usize].may_meet(here, world.join_squared)
            {
                found.push(other);
            }
        }
    }

    /// Whether some member of one is near some member of the other; takes the pairs it looks at from those that are left.
    fn are_adjacent(&self, world: &World, a: u32, b: u32, left: &mut usize) -> bool {
        let is_few = world.islands.size(a) < world.islands.size(b);
        let (few, many) = if is_few { (a, b) } else { (b, a) };
        let around = self.bounds[many as usize];
        let many = world.islands.grounds(many);
        let few = world.islands.grounds(few).iter();
        few.filter(|from| around.may_reach(**from, world.join_squared))
            .any(|from| {
                *left = left.saturating_sub(many.len());
                is_any_near(many, *from, world.join_squared)
            })
    }
}

/// Whether one of some is within a distance.
fn is_any_near(grounds: &[Ground], from: Ground, distance_squared: f64) -> bool {
    // Rounded, for several at once; the excess is more than what is lost.
    let most = distance_squared as f32 * 1.0001 + f32::MIN_POSITIVE;
    grounds.chunks(CHUNK).any(|chunk| {
        let mut near = false;
        for ground in chunk {
            let (dx, dz) = (ground.x() - from.x(), ground.z() - from.z());
            near |= dx * dx + dz * dz <= most;
        }
        let is_near = |ground: &Ground| from.squared_distance(*ground) <= distance_squared;
        near && chunk.iter().any(is_near)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::members::Member;
    use crate::engine::peers::State;
    use crate::engine::{EngineConfig, IslandNumber, Position};

    fn draws() -> impl FnMut(f32) -> f32 {
        let mut random = 7_u32;
        move |below| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as f32 / (1 << 24) as f32 * below
        }
    }

    /// Islands of 1 to 29 members around spots on a square of that side.
    fn world(side: f32, draw: &mut impl FnMut(f32) -> f32) -> World {
        let config = EngineConfig::new(30, 10.0, None).unwrap();
        let mut world = World::new(&config, IslandNumber::FIRST);
        for _ in 0..60 {
            let (x, z) = (draw(side), draw(side));
            let count = 1 + draw(29.0) as usize;
            let mut add = |_| {
                let position = Position::new(x + draw(30.0), 0.0, z + draw(30.0)).unwrap();
                let peer = world.peers.add(State::Member, position);
                world.root(peer)
            };
            let members: Vec<Member> = (0..count).map(&mut add).collect();
            world.settle(members.into_iter());
        }
        world
    }

    fn are_adjacent(world: &World, a: u32, b: u32) -> bool {
        let near = |from: &Ground| {
            let mut others = world.islands.grounds(b).iter();
            others.any(|other| from.squared_distance(*other) <= world.join_squared)
        };
        world.islands.grounds(a).iter().any(near)
    }

    #[test]
    fn all_pairs_are_found() {
        let mut draw = draws();
        let (mut borders, mut contacts) = (Borders::default(), Contacts::default());
        let mut pairs = 0;
        for side in [0.0, 100.0, 300.0, 1000.0, 1e7] {
            let world = world(side, &mut draw);
            assert!(borders.find(&world, &mut contacts), "{side}");
            for a in 0..60 {
                let adjacent: Vec<u32> = (0..60)
                    .filter(|b| a != *b && are_adjacent(&world, a, *b))
                    .collect();
                let mut fitting = adjacent.clone();
                fitting.retain(|b| world.islands.size(a) + world.islands.size(*b) <= 30);
                let mut found: Vec<u32> = contacts.neighbours(a).collect();
                found.sort_unstable();
                assert_eq!(found, fitting, "{side}");
                pairs += found.len();
                assert!(!borders.is_beside_others(&world, a, &adjacent));
                if let Some((_, others)) = adjacent.split_first() {
                    assert!(borders.is_beside_others(&world, a, others));
                }
            }
        }
        assert!(pairs > 500, "{pairs}");
    }

    #[test]
    fn it_gives_up_where_others_are_faster() {
        let mut draw = draws();
        let (mut borders, mut contacts) = (Borders::default(), Contacts::default());
        let mut world = world(1000.0, &mut draw);
        for _ in 0..200 {
            let at = Position::new(draw(1000.0), 0.0, draw(1000.0)).unwrap();
            let peer = world.peers.add(State::Member, at);
            let member = world.root(peer);
            world.settle(std::iter::once(member));
        }
        assert!(!borders.find(&world, &mut contacts));
    }
}
