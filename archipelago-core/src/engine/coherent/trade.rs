//! Wants come true, in each crowd the most urgent first: directly where there is room, else by a chain.
//!
//! What somebody wants was found out before anybody moved. So every single move is tried with everybody where they are
//! by then, and what is not worth it any more is taken back: otherwise neighbours would change places for ever.

use super::chains::{Chains, Step, price};
use super::crowd::{Crowd, NOBODY};
use super::patience::Patience;
use super::wants::Want;
use crate::engine::world::World;

/// So many chains are tried for one want.
const ATTEMPTS: usize = 4;

/// What came of an attempt.
enum Outcome {
    Moved,
    /// It is not worth it.
    Dropped,
    /// Somebody cannot move: without it there may be another way.
    Barred,
}

/// Moves everybody who wants to move, as far as that can be.
pub(super) fn trade(
    world: &mut World,
    crowd: &mut Crowd,
    wants: &[Want],
    chains: &mut Chains,
    patience: &mut Patience,
) {
    for want in wants {
        if chains.is_settled(want.peer) {
            continue;
        }
        for _ in 0..ATTEMPTS {
            match attempt(world, crowd, want, chains, patience) {
                Outcome::Barred if !chains.is_settled(want.peer) => {}
                _ => break,
            }
        }
    }
}

/// Crowd by crowd: they have nothing to do with each other, and what is near is near in memory. In each the highest
/// worth first, the lower handle on a tie.
pub(super) fn sort(wants: &mut [Want]) {
    wants.sort_unstable_by(|a, b| {
        let order = a.crowd.cmp(&b.crowd).then(b.worth.total_cmp(&a.worth));
        order.then(a.peer.cmp(&b.peer))
    });
}

/// Moves somebody to where it wants to be, after those who make room for it.
fn attempt(
    world: &mut World,
    crowd: &mut Crowd,
    want: &Want,
    chains: &mut Chains,
    patience: &mut Patience,
) -> Outcome {
    let source = world.home(want.peer);
    let size = world.islands.size(want.to);
    chains.steps.clear();
    if size == 0 {
        return Outcome::Dropped;
    }
    if size >= world.max_peers {
        let moves = crowd.config.chain_length as usize - 1;
        let least = crowd.config.margin - want.worth;
        if !chains.find(world, crowd, want.to, source, moves, least) {
            return Outcome::Dropped;
        }
    }
    let first = Step {
        peer: want.peer,
        place: want.place,
        to: want.to,
    };
    let outcome = carry_out(world, crowd, first, chains, patience);
    if matches!(outcome, Outcome::Moved) {
        settle(crowd, first, chains, patience);
        if world.islands.size(source) == 0 {
            world.islands.close(source);
        }
    } else {
        crowd.take_back(world);
    }
    outcome
}

/// Makes the moves of the chain found last, and the one that it is for. Unless all of them can be made and are worth it,
/// what was moved has to be taken back.
fn carry_out(
    world: &mut World,
    crowd: &mut Crowd,
    first: Step,
    chains: &mut Chains,
    patience: &Patience,
) -> Outcome {
    let Some(worth) = make_room(world, crowd, chains, patience) else {
        return Outcome::Barred;
    };
    if !may_move(world, crowd, first) {
        chains.settle(first.peer);
        return Outcome::Barred;
    }
    let own = crowd.worth(world, first.place, world.home(first.peer), first.to);
    if worth + own - crowd.reluctance(first.peer) <= crowd.config.margin {
        return Outcome::Dropped;
    }
    crowd.shift(world, first.peer, first.to);
    Outcome::Moved
}

/// Makes the moves of the chain found last, from its end on. What they are worth; `None` if one cannot be made: then all
/// are taken back, and whoever cannot move is barred.
pub(super) fn make_room(
    world: &mut World,
    crowd: &mut Crowd,
    chains: &mut Chains,
    patience: &Patience,
) -> Option<f64> {
    let mut total = 0.0;
    for step in chains.steps.iter().rev().copied() {
        if !may_move(world, crowd, step) {
            crowd.take_back(world);
            chains.settle(step.peer);
            return None;
        }
        let worth = crowd.worth(world, step.place, world.home(step.peer), step.to);
        let worth = worth - crowd.reluctance(step.peer);
        total += price(worth, patience.is_ready(step.peer), &crowd.config);
        crowd.shift(world, step.peer, step.to);
    }
    Some(total)
}

/// Everybody who moved stays where it is for this flush.
pub(super) fn settle(crowd: &mut Crowd, first: Step, chains: &mut Chains, patience: &mut Patience) {
    for at in 0..chains.steps.len() {
        let peer = chains.steps[at].peer;
        chains.settle(peer);
        patience.forget(peer);
    }
    chains.settle(first.peer);
    patience.forget(first.peer);
    crowd.keep();
}

fn may_move(world: &World, crowd: &mut Crowd, step: Step) -> bool {
    world.home(step.peer) != NOBODY
        && world.home(step.peer) != step.to
        && Crowd::is_adjacent(world, step.peer, step.to)
        && crowd.may_leave(world, step.peer)
}
