//! The promises of the engine, looked after pair by pair: slow, and meant for tests.

use super::grid::NOWHERE;
use super::machine::Engine;
use super::peers::{Peer, State};
use super::updates::Scope;
use super::world::World;

impl Engine {
    /// Checks the state right after a flush of that scope. For tests: compares all pairs of peers.
    ///
    /// # Errors
    /// What is wrong, in words, if anything is.
    pub fn check(&self, scope: Scope) -> Result<(), String> {
        check_membership(&self.world)?;
        check_sizes(&self.world)?;
        check_grid(&self.world)?;
        if scope == Scope::Full {
            check_connected(&self.world)?;
            check_merged(&self.world)?;
            check_components(&self.world)?;
        }
        Ok(())
    }
}

fn expect(condition: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(otherwise()) }
}

/// Every peer in an island is listed by it, once, and by no other; what it was told is true.
fn check_membership(world: &World) -> Result<(), String> {
    let mut listed = vec![0; world.peers.state.len()];
    let mut silent = 0;
    for (number, slot) in world.islands.oldest_first() {
        let island = world.islands.get(slot);
        let is_silent = |peer: &&Peer| world.peers.state(**peer) == State::Silent;
        let count = world.islands.members(slot).iter().filter(is_silent).count() as u32;
        expect(island.silent == count, || {
            format!("{number:?} counts {} silent members", island.silent)
        })?;
        silent += count as usize;
        for peer in world.islands.members(slot) {
            listed[peer.index()] += 1;
            let told = world.peers.told[peer.index()];
            expect(world.home(*peer) == slot && told == Some(number), || {
                format!("{peer:?} is listed by {number:?} and does not know")
            })?;
        }
    }
    for (peer, state) in world.peers.all() {
        let is_in = usize::from(matches!(state, State::Member | State::Silent));
        expect(listed[peer.index()] == is_in, || {
            format!(
                "{peer:?} is {state:?} and in {} islands",
                listed[peer.index()]
            )
        })?;
    }
    expect(world.silent == silent, || "silent miscounted".to_owned())
}

fn check_sizes(world: &World) -> Result<(), String> {
    let islands: Vec<_> = world.islands.oldest_first().collect();
    expect(islands.len() == world.islands.count(), || {
        format!("{} islands, not {}", islands.len(), world.islands.count())
    })?;
    for (number, slot) in &islands {
        let size = world.islands.size(*slot);
        expect((1..=world.max_peers).contains(&size), || {
            format!("{number:?} has {size} members")
        })?;
        expect(*number < world.islands.next_number(), || {
            format!("{number:?} is still to be given")
        })?;
    }
    Ok(())
}

/// Exactly the members with a position are on the grid, and where they are, unless the flush had no need of it.
fn check_grid(world: &World) -> Result<(), String> {
    if world.grid.is_outdated() {
        return Ok(());
    }
    for (peer, state) in world.peers.all() {
        let cell = world.grid.cell_of(peer);
        let here =
            cell != NOWHERE
                && world.grid.entries(cell).iter().any(|entry| {
                    entry.peer == peer && entry.ground.is_same(world.peers.ground(peer))
                });
        expect(here == (state == State::Member), || {
            format!("{peer:?} is {state:?}, on the grid: {here}")
        })?;
    }
    Ok(())
}

/// Islands whose members' positions are all known.
fn settled(world: &World) -> Vec<u32> {
    let islands = world.islands.oldest_first().map(|(_, slot)| slot);
    islands
        .filter(|slot| world.islands.get(*slot).silent == 0)
        .collect()
}

fn check_connected(world: &World) -> Result<(), String> {
    for slot in settled(world) {
        let mut rest = world.islands.members(slot).to_vec();
        let mut reached: Vec<Peer> = rest.pop().into_iter().collect();
        while let Some(from) = reached.pop() {
            let near = |peer: &mut Peer| within(world, from, *peer, world.leave_squared);
            reached.extend(rest.extract_if(.., near));
        }
        expect(rest.is_empty(), || {
            let number = world.islands.get(slot).number;
            format!("{number:?} does not hang together: {rest:?} are apart")
        })?;
    }
    Ok(())
}

/// No two adjacent islands have room for each other.
fn check_merged(world: &World) -> Result<(), String> {
    let settled = settled(world);
    for (at, a) in settled.iter().enumerate() {
        for b in &settled[at + 1..] {
            if world.islands.size(*a) + world.islands.size(*b) > world.max_peers {
                continue;
            }
            let near = |peer: &Peer| {
                let others = &mut world.islands.members(*b).iter();
                others.any(|other| within(world, *peer, *other, world.join_squared))
            };
            expect(!world.islands.members(*a).iter().any(near), || {
                let number = |slot: &u32| world.islands.get(*slot).number;
                format!("{:?} and {:?} should be one", number(a), number(b))
            })?;
        }
    }
    Ok(())
}

/// Whatever hangs together and fits into one island is one.
fn check_components(world: &World) -> Result<(), String> {
    let islands: Vec<u32> = world.islands.oldest_first().map(|(_, slot)| slot).collect();
    let mut rest = islands;
    while let Some(first) = rest.pop() {
        let mut component = vec![first];
        let mut at = 0;
        while let Some(slot) = component.get(at).copied() {
            at += 1;
            component.extend(rest.extract_if(.., |other| are_adjacent(world, slot, *other)));
        }
        let silent = |slot: &u32| world.islands.get(*slot).silent > 0;
        let total: usize = component.iter().map(|slot| world.islands.size(*slot)).sum();
        let is_one = component.len() == 1 || component.iter().any(silent);
        expect(is_one || total > world.max_peers, || {
            let number = world.islands.get(first).number;
            format!(
                "{total} around {number:?} are on {} islands",
                component.len()
            )
        })?;
    }
    Ok(())
}

fn are_adjacent(world: &World, a: u32, b: u32) -> bool {
    // Not asked of the grid, of which the flush may have had no need.
    let located = |slot: u32| {
        let members = world.islands.members(slot).iter();
        members.filter(|peer| world.peers.state(**peer) == State::Member)
    };
    located(a).any(|peer| {
        let mut others = located(b);
        others.any(|other| within(world, *peer, *other, world.join_squared))
    })
}

fn within(world: &World, a: Peer, b: Peer, distance_squared: f64) -> bool {
    let (a, b) = (world.peers.ground(a), world.peers.ground(b));
    a.squared_distance(b) <= distance_squared
}
