//! Who wants to go where, and who would not mind much.

use std::ops::Range;

use super::chains::{Chains, TARGETS, WORTH_MIN, best_first, price};
use super::crowd::{Crowd, NOBODY, Player};
use super::depth::{past, per_depth};
use super::kernel::{PARTS, Square};
use super::motion::Past;
use super::passing::nearest;
use super::patience::{Patience, reluctance};
use super::tally::is_dense;
use super::trade::sort;
use crate::engine::grid::Entry;
use crate::engine::lists::add;
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// So many are called at once.
const CALLED: usize = 64;
/// Of the islands around an aim so many are looked at, those with most neighbours: where there are more, everybody is
/// on top of each other, and one island is as good as another.
const AROUND_MAX: usize = 32;
/// More than what is lost by rounding.
const ROUNDING: f64 = 1e-9;

/// Somebody wants to be on another island.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    /// Which crowd that concerns.
    pub crowd: u32,
    pub worth: f64,
    pub peer: Peer,
    pub place: u32,
    pub to: u32,
}

/// The islands around a square.
#[derive(Clone, Copy, Debug)]
struct Around {
    slot: u32,
    /// From the island that is [looked at](Wants::face) to this one in [`Chains`], if that is known.
    edge: u32,
    /// How many neighbours are on it, in parts.
    parts: f64,
    centre: (f64, f64),
    /// Of its centre and that of the island that is looked at.
    per_depth: f64,
}

/// An island when the flush began.
#[derive(Clone, Copy, Debug)]
struct Own {
    slot: u32,
    /// How many neighbours are on it, in parts.
    parts: f64,
    centre: (f64, f64),
    /// Its members may have to move for others.
    trades: bool,
}

/// Somebody who may be asked.
#[derive(Clone, Copy, Debug)]
struct Called {
    player: Player,
    peer: Peer,
    /// The slot of its island.
    label: u32,
    place: u32,
    /// How much more than others it has to gain by a move.
    reluctance: f64,
}

/// Somebody who is asked.
#[derive(Clone, Copy, Debug)]
struct Asked<'a> {
    called: &'a Called,
    /// How many neighbours are on its island, in parts, without itself.
    here: f64,
    /// And on all islands; no parts.
    total: f64,
}

/// What is seen at an aim.
#[derive(Clone, Copy, Debug)]
struct View {
    aim: Option<Square>,
    /// How many neighbours are on any island, in parts.
    total: f64,
    own: Own,
}

/// Finds out what everybody wants.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// Crowd by crowd, the most urgent first.
    pub list: Vec<Want>,
    /// Those who are called: their places, and what is known of them.
    fetched: Vec<(u32, Entry, Past)>,
    /// Those who were called.
    called: Vec<Called>,
    /// By slot: how many neighbours are on it, in parts, around the aim at hand.
    parts: Vec<u64>,
    /// The islands met around that aim, so many, and room for one more than there can be.
    touched: Vec<u32>,
    met: usize,
    /// The islands around the aim at hand.
    around: Vec<Around>,
    /// Where somebody could go: how much that is worth, and the place among those; with room for one more.
    open: Vec<(f64, u32)>,
}

impl Wants {
    /// Asks everybody once who is to be asked in this flush.
    pub fn collect(
        &mut self,
        world: &World,
        crowd: &mut Crowd,
        patience: &mut Patience,
        chains: &mut Chains,
    ) {
        self.list.clear();
        self.forget();
        self.parts.resize(world.islands.slot_bound(), 0);
        self.touched.resize(world.islands.slot_bound() + 1, 0);
        let (mut first, mut view) = (0, View::NONE);
        while let Some(next) = self.call(world, crowd, first) {
            let called = std::mem::take(&mut self.called);
            for called in &called {
                self.hear(world, crowd, called, &mut view, patience, chains);
            }
            self.called = called;
            first = next;
        }
        sort(&mut self.list);
    }

    /// Lists the next ones to be asked, from that one of all on; where those after them begin. What is known of them is
    /// all over the memory: it comes sooner if none of it depends on what they want.
    fn call(&mut self, world: &World, crowd: &mut Crowd, first: usize) -> Option<usize> {
        let count = (crowd.by_aim.len() - first).min(CALLED);
        let places = &crowd.by_aim[first..first + count];
        let entries = world.grid.all_entries();
        self.fetched.clear();
        let known = |place: &u32| {
            let entry = entries[*place as usize];
            (*place, entry, crowd.motion.past(entry.peer))
        };
        self.fetched.extend(places.iter().map(known));
        self.called.clear();
        for (place, entry, past) in &self.fetched {
            let player = crowd.player_of(entry, *past);
            let quiet = crowd.site(entry.home).quiet;
            let quiet = crowd.motion.stand(entry.peer, player.moved, quiet);
            self.called.push(Called {
                player,
                peer: entry.peer,
                label: entry.home,
                place: *place,
                reluctance: reluctance(quiet),
            });
        }
        (count > 0).then_some(first + count)
    }

    /// What one of them wants.
    fn hear(
        &mut self,
        world: &World,
        crowd: &mut Crowd,
        called: &Called,
        view: &mut View,
        patience: &mut Patience,
        chains: &mut Chains,
    ) {
        let (player, label) = (&called.player, called.label);
        if Self::is_among_its_own(crowd, player, label) {
            patience.wait(called.peer, false);
            return;
        }
        if view.aim != Some(player.aim) {
            view.total = self.look_around(crowd, player.aim);
            (view.aim, view.own) = (Some(player.aim), Own::NONE);
        }
        match *self.around {
            [] => return,
            [Around { slot, .. }] if slot == label => {
                patience.wait(called.peer, false);
                return;
            }
            _ => {}
        }
        if label != view.own.slot {
            view.own = self.face(world, crowd, label);
        }
        let itself = f64::from(crowd.kernel.parts(player.square, player.aim));
        let total = view.total - itself;
        crowd.totals[called.place as usize] = total as u32;
        let asked = Asked {
            called,
            here: view.own.parts - itself,
            total: total / PARTS,
        };
        self.ask(crowd, &asked, view.own, patience, chains);
    }

    /// Whether there is nobody of another island around somebody's aim, as far as can be told at a glance.
    fn is_among_its_own(crowd: &Crowd, player: &Player, label: u32) -> bool {
        if crowd.squares.are_close() || crowd.kernel.parts(player.square, player.aim) == 0 {
            return false;
        }
        let mut bins = crowd.squares.around(player.aim, crowd.kernel.reach());
        bins.all(|bins| {
            let counts = crowd.tally.counts(bins);
            !is_dense(counts) && counts.iter().filter(|count| count.slot != label).count() == 0
        })
    }

    /// Lists the islands around an aim; the number of all neighbours there, in parts.
    fn look_around(&mut self, crowd: &Crowd, aim: Square) -> f64 {
        self.forget();
        let mut touched = 0;
        for bins in crowd.squares.around(aim, crowd.kernel.reach()) {
            for count in crowd.tally.counts(bins) {
                let share = crowd.kernel.parts(count.square, aim);
                let parts = &mut self.parts[count.slot as usize];
                // Whether that is a new one is hard to foresee: it is written down in any case, and stays if it is.
                let is_new = *parts == 0 && share > 0;
                self.touched[touched] = count.slot;
                touched += usize::from(is_new);
                *parts += u64::from(share) * u64::from(count.count);
            }
        }
        self.met = touched;
        self.around.clear();
        let mut total = 0.0;
        for slot in &self.touched[..touched] {
            let parts = self.parts[*slot as usize] as f64;
            total += parts;
            self.around.push(Around {
                slot: *slot,
                edge: NOBODY,
                parts,
                centre: crowd.site(*slot).centre,
                per_depth: 0.0,
            });
        }
        if touched > AROUND_MAX {
            self.around.sort_unstable_by(|a, b| {
                let order = b.parts.total_cmp(&a.parts);
                order.then(a.slot.cmp(&b.slot))
            });
            self.around.truncate(AROUND_MAX);
        }
        self.open.resize(self.around.len() + 1, (0.0, 0));
        total
    }

    /// Nothing is known of any aim.
    fn forget(&mut self) {
        for slot in &self.touched[..std::mem::take(&mut self.met)] {
            self.parts[*slot as usize] = 0;
        }
    }

    /// Looks at the islands around from one of them.
    fn face(&mut self, world: &World, crowd: &Crowd, label: u32) -> Own {
        let centre = crowd.site(label).centre;
        for other in &mut self.around {
            other.per_depth = per_depth(centre, other.centre);
            other.edge = NOBODY;
        }
        Own {
            slot: label,
            parts: self.parts[label as usize] as f64,
            centre,
            trades: Chains::takes_part(world, crowd, label),
        }
    }

    /// What somebody wants, of the islands around its aim.
    fn ask(
        &mut self,
        crowd: &Crowd,
        asked: &Asked<'_>,
        own: Own,
        patience: &mut Patience,
        chains: &mut Chains,
    ) {
        let (player, peer) = (&asked.called.player, asked.called.peer);
        let places = match player.later {
            None => 0..self.around.len(),
            Some(spot) => {
                let others = self.around.iter().map(|other| other.centre);
                let Some(at) = nearest(spot, own.centre, others) else {
                    patience.wait(peer, false);
                    return;
                };
                at..at + 1
            }
        };
        let (best, open) = self.choose(crowd, asked, &own, places);
        let wants = best.1 != NOBODY;
        patience.wait(peer, wants);
        if wants && patience.is_ready(peer) {
            let want = Want {
                crowd: crowd.number(own.slot),
                worth: best.0 - asked.called.reluctance,
                peer,
                place: asked.called.place,
                to: best.1,
            };
            add(&mut self.list, want);
        }
        if own.trades {
            self.offer(crowd, asked, own.slot, open, patience, chains);
        }
    }

    /// The best of some islands around if it is worth a move, and how much that is worth; and how many of them are
    /// [open](Self::open).
    fn choose(
        &mut self,
        crowd: &Crowd,
        asked: &Asked<'_>,
        own: &Own,
        places: Range<usize>,
    ) -> ((f64, u32), usize) {
        let player = &asked.called.player;
        let reluctance = asked.called.reluctance;
        let mut best = (crowd.config.margin + reluctance, NOBODY);
        // Whoever is worth less is of no use for a chain either.
        let least = if own.trades {
            let cost = crowd.config.chain_cost;
            (WORTH_MIN + cost - ROUNDING).min(crowd.config.margin) + reluctance
        } else {
            best.0
        };
        let ahead = player.ahead;
        let mut open = 0;
        for (at, other) in (places.start as u32..).zip(&self.around[places]) {
            let depth = past(ahead, own.centre, other.centre, other.per_depth);
            let neighbours = (other.parts - asked.here) / PARTS;
            let worth = player.lasting * crowd.weigh(depth, neighbours, asked.total);
            // Hard to foresee: noted in any case, and stays if it counts.
            let is_open = worth > least && other.slot != own.slot;
            self.open[open] = (worth, at);
            open += usize::from(is_open);
            let is_best = is_open && worth > best.0;
            best = if is_best { (worth, other.slot) } else { best };
        }
        (best, open)
    }

    /// Somebody could make room for others.
    fn offer(
        &mut self,
        crowd: &Crowd,
        asked: &Asked<'_>,
        slot: u32,
        mut open: usize,
        patience: &Patience,
        chains: &mut Chains,
    ) {
        if open > TARGETS {
            best_first(&mut self.open[..open]);
            open = TARGETS;
        }
        let peer = asked.called.peer;
        let is_ready = patience.is_ready(peer);
        for (worth, at) in &self.open[..open] {
            let worth = *worth - asked.called.reluctance;
            let worth = price(worth, is_ready, &crowd.config);
            if worth > WORTH_MIN {
                let other = &mut self.around[*at as usize];
                if other.edge == NOBODY {
                    other.edge = chains.edge(slot, other.slot);
                }
                chains.offer(other.edge, worth, peer, asked.called.place);
            }
        }
    }
}

impl View {
    const NONE: Self = Self {
        aim: None,
        total: 0.0,
        own: Own::NONE,
    };
}

impl Own {
    const NONE: Self = Self {
        slot: NOBODY,
        parts: 0.0,
        centre: (0.0, 0.0),
        trades: false,
    };
}
