//! People without an island, in the middle of a crowd: newcomers, and those whose island has come apart.

use super::chains::{Chains, Step};
use super::crowd::{Crowd, NOBODY};
use super::halve::Halver;
use super::patience::Patience;
use super::trade::{make_room, settle};
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// An island is as good as the best one from this share of its score on.
const GOOD_ENOUGH: f64 = 0.5;
/// A chain may cost so much to bring somebody to the best island.
const CHAIN_COST_MAX: f64 = 0.65;
/// So many chains are tried for one.
const ATTEMPTS: usize = 4;
/// An island is halved if it is fuller than this share…
const CROWDED: f64 = 0.9;
/// …and so many of its members are within the radius.
const COMPANY_MIN: usize = 3;

/// An island within the join distance.
#[derive(Clone, Copy, Debug)]
struct Near {
    slot: u32,
    /// The nearer its members, and the more of them, the higher.
    score: f64,
    /// Members within the radius.
    close: usize,
}

/// Finds islands for people, and what else comes of it.
#[derive(Debug, Default)]
pub(super) struct Placing {
    /// By slot: its place among the near ones, for whom it is one.
    index: Vec<u32>,
    near: Vec<Near>,
    halver: Halver,
    /// Islands that were opened, and such as somebody went to.
    pub touched: Vec<u32>,
    /// Islands that were halved, and their other halves: they need not hang together.
    pub halved: Vec<u32>,
}

impl Placing {
    /// A new flush.
    pub fn start(&mut self) {
        self.touched.clear();
        self.halved.clear();
    }

    /// Finds an island for somebody.
    pub fn place(
        &mut self,
        world: &mut World,
        crowd: &mut Crowd,
        chains: &mut Chains,
        patience: &mut Patience,
        peer: Peer,
    ) {
        self.look_around(world, crowd, peer);
        let top = self.best(world, usize::MAX);
        let roomy = self.best(world, world.max_peers);
        let to = match (top, roomy) {
            (Some(top), Some(roomy)) if roomy.score >= GOOD_ENOUGH * top.score => roomy.slot,
            (Some(top), _) if push(world, crowd, chains, patience, peer, top.slot) => top.slot,
            (Some(top), _) if is_to_be_halved(world, top) => {
                let half = self.halver.halve(world, crowd, top.slot);
                self.halved.extend([top.slot, half]);
                self.touched.extend([top.slot, half]);
                self.look_around(world, crowd, peer);
                let roomy = self.best(world, world.max_peers);
                roomy.map_or(half, |roomy| roomy.slot)
            }
            (_, Some(roomy)) => roomy.slot,
            _ => {
                let slot = world.islands.open(world.now_ms);
                crowd.open(slot);
                slot
            }
        };
        crowd.shift(world, peer, to);
        crowd.keep();
        self.touched.push(to);
    }

    /// Lists the islands within the join distance.
    fn look_around(&mut self, world: &World, crowd: &Crowd, peer: Peer) {
        for near in self.near.drain(..) {
            self.index[near.slot as usize] = NOBODY;
        }
        self.index.resize(world.islands.slot_bound(), NOBODY);
        let from = world.peers.ground(peer);
        let radius_squared = crowd.config.radius_m * crowd.config.radius_m;
        let inside = std::iter::once(world.grid.cell_of(peer));
        for cell in inside.chain(world.grid.beside(peer, from)) {
            for entry in world.grid.entries(cell) {
                let slot = world.home(entry.peer);
                let distance = from.squared_distance(entry.ground);
                if slot == NOBODY || distance > world.join_squared {
                    continue;
                }
                let index = &mut self.index[slot as usize];
                if *index == NOBODY {
                    *index = self.near.len() as u32;
                    self.near.push(Near {
                        slot,
                        score: 0.0,
                        close: 0,
                    });
                }
                let near = &mut self.near[*index as usize];
                near.score += contact(distance, radius_squared);
                near.close += usize::from(distance <= radius_squared);
            }
        }
    }

    /// The island with the highest score, the oldest on a tie, of those with fewer members.
    fn best(&self, world: &World, below: usize) -> Option<Near> {
        let fits = |near: &&Near| world.islands.size(near.slot) < below;
        let better = |a: &&Near, b: &&Near| {
            let number = |near: &Near| world.islands.get(near.slot).number;
            a.score.total_cmp(&b.score).then(number(b).cmp(&number(a)))
        };
        self.near.iter().filter(fits).max_by(better).copied()
    }
}

/// What somebody at that squared distance is worth.
pub(super) fn contact(distance_squared: f64, radius_squared: f64) -> f64 {
    1.0 / (1.0 + distance_squared / radius_squared)
}

fn is_to_be_halved(world: &World, top: Near) -> bool {
    let island = world.islands.get(top.slot);
    island.silent == 0
        && world.islands.size(top.slot) as f64 >= CROWDED * world.max_peers as f64
        && top.close >= COMPANY_MIN
}

/// Makes room on an island, if somebody can move on from there without losing much.
fn push(
    world: &mut World,
    crowd: &mut Crowd,
    chains: &mut Chains,
    patience: &mut Patience,
    peer: Peer,
    top: u32,
) -> bool {
    if !crowd.is_open() {
        return false;
    }
    let moves = crowd.config.chain_length as usize - 1;
    for _ in 0..ATTEMPTS {
        if !chains.find(world, crowd, top, NOBODY, moves, -CHAIN_COST_MAX) {
            return false;
        }
        if let Some(worth) = make_room(world, crowd, chains, patience) {
            if worth > -CHAIN_COST_MAX && Crowd::is_adjacent(world, peer, top) {
                let step = Step {
                    peer,
                    place: 0,
                    to: top,
                };
                settle(crowd, step, chains, patience);
                return true;
            }
            crowd.take_back(world);
            return false;
        }
    }
    false
}
