//! The crowd policy `coherent`: islands are places.
//!
//! Where more people stand together than an island holds, islands are cut out of the ground, and people change islands
//! when they walk over a border. What decides is who will be around somebody in a moment: the depth past the border
//! between the centres of two islands, and the neighbours on either.
//!
//! A flush finds what hangs together (`components`, `survey`); whatever fits is one island, as always. A crowd that has
//! no islands yet is cut up (`cut`). Then everybody is put in order of place (`spread`, `squares`, `sums`, `ranges`,
//! `tally`). Whoever may want something (`rota`, `aim`) says where it wants to be (`motion`, `passing`, `depth`,
//! `kernel`, `patience`, `wants`), and moves there if there is room or if a chain of others makes room (`chains`,
//! `trade`, `hubs`, `whole`). Newcomers are placed one by one (`place`, `halve`), and islands that have become small are merged
//! (`gather`).
//!
//! All of it computes with the four operations and square roots, which are the same on every target, and decides ties
//! by handles and island numbers.

mod aim;
mod chains;
mod components;
mod config;
mod crowd;
mod cut;
mod depth;
mod gather;
mod halve;
mod hubs;
mod kernel;
mod motion;
mod passing;
mod patience;
mod place;
mod ranges;
mod rota;
mod spread;
mod squares;
mod sums;
mod survey;
mod tally;
mod trade;
mod wants;
mod whole;

pub use config::{CoherentConfig, InvalidCoherent};

use super::clusters::{Clusters, merge_all};
use super::peers::Peer;
use super::split::Splitter;
use super::world::World;
use chains::Chains;
use components::Components;
use crowd::{Crowd, NOBODY};
use gather::Gathering;
use patience::Patience;
use place::Placing;
use wants::Wants;

/// The policy, what it remembers of people, and its working memory.
#[derive(Debug)]
pub(super) struct Coherent {
    crowd: Crowd,
    patience: Patience,
    components: Components,
    wants: Wants,
    chains: Chains,
    placing: Placing,
    gathering: Gathering,
    round: u64,
    /// By slot: the round in which the island was opened for people who need one.
    fresh: Vec<u64>,
    /// The islands of the crowds, and by crowd where they end.
    slots: Vec<u32>,
    ends: Vec<usize>,
    /// Who has to be placed.
    homeless: Vec<Peer>,
    points: Vec<(f32, f32, Peer)>,
    part_peers: Vec<Peer>,
    restless: Vec<u32>,
}

impl Coherent {
    pub fn new(config: CoherentConfig) -> Self {
        Self {
            crowd: Crowd::new(config),
            patience: Patience::default(),
            components: Components::default(),
            wants: Wants::default(),
            chains: Chains::default(),
            placing: Placing::default(),
            gathering: Gathering::default(),
            round: 0,
            fresh: Vec::new(),
            slots: Vec::new(),
            ends: Vec::new(),
            homeless: Vec::new(),
            points: Vec::new(),
            part_peers: Vec::new(),
            restless: Vec::new(),
        }
    }

    /// A handle belongs to somebody new.
    pub fn welcome(&mut self, peer: Peer) {
        self.crowd.motion.forget(peer);
        self.patience.forget(peer);
    }

    /// Gives back the memory that only a rush needs; islands may have got other slots.
    pub fn give_back(&mut self) {
        let mut new = Self::new(self.crowd.config);
        new.crowd.motion = std::mem::take(&mut self.crowd.motion);
        new.patience = std::mem::take(&mut self.patience);
        *self = new;
    }

    /// A full flush. Those islands are dirty; from `fresh` on they were opened in this flush, for newcomers and for what
    /// has come off other islands.
    pub fn full(
        &mut self,
        world: &mut World,
        splitter: &mut Splitter,
        dirty: &[u32],
        fresh: usize,
    ) {
        self.crowd.motion.begin();
        if dirty.is_empty() {
            self.crowd.motion.pass(world.now_ms);
            return;
        }
        world.grid.know_homes(&world.peers);
        self.components.find(world, dirty);
        self.begin(world, &dirty[fresh..]);
        for nth in 0..self.components.count() {
            let (component, slots) = self.components.get(nth);
            if component.total <= world.max_peers {
                merge_all(world, slots);
            } else {
                self.take_crowd(world, splitter, nth);
                self.ends.push(self.slots.len());
            }
        }
        if !(self.slots.is_empty() && self.homeless.is_empty()) {
            self.rearrange(world, splitter);
        }
        self.crowd.motion.note(world);
    }

    /// A flush for these newcomers only, each on an island of its own.
    pub fn arrivals(
        &mut self,
        world: &mut World,
        splitter: &mut Splitter,
        clusters: &mut Clusters,
        arrived: &[u32],
    ) {
        let mut restless = std::mem::take(&mut self.restless);
        clusters.resolve(world, arrived, false, &mut restless);
        self.begin(world, &restless);
        if restless.len() > world.max_peers {
            world.grid.know_homes(&world.peers);
            self.components.find(world, &restless);
            for nth in 0..self.components.count() {
                self.take_crowd(world, splitter, nth);
            }
        } else {
            for slot in &restless {
                dissolve(world, *slot, &mut self.homeless);
            }
        }
        self.restless = restless;
        self.crowd.clear();
        self.place_homeless(world, splitter);
        // What is left to be done about them is for the next full flush.
        for slot in &self.placing.touched {
            world.islands.mark_dirty(*slot);
        }
    }

    fn begin(&mut self, world: &World, fresh: &[u32]) {
        self.round += 1;
        self.fresh.resize(world.islands.slot_bound(), 0);
        for slot in fresh {
            self.fresh[*slot as usize] = self.round;
        }
        self.slots.clear();
        self.ends.clear();
        self.homeless.clear();
        self.placing.start();
    }

    /// Takes the people of a crowd out of its fresh islands: more than one island holds get new ones at once, fewer will
    /// be placed. The other islands are noted.
    fn take_crowd(&mut self, world: &mut World, splitter: &mut Splitter, nth: usize) {
        let first = self.homeless.len();
        for slot in self.components.get(nth).1 {
            if self.fresh[*slot as usize] == self.round {
                dissolve(world, *slot, &mut self.homeless);
            } else {
                self.slots.push(*slot);
            }
        }
        if self.homeless.len() - first > world.max_peers {
            cut::points(world, &self.homeless[first..], &mut self.points);
            self.homeless.truncate(first);
            let share = self.crowd.config.fill * world.max_peers as f64;
            let most = (share as usize).max(1);
            let Self {
                points,
                part_peers,
                slots,
                placing,
                ..
            } = self;
            cut::cut(points, most, &mut |part| {
                let first = slots.len();
                part_peers.clear();
                part_peers.extend(part.iter().map(|(.., peer)| *peer));
                part_peers.sort_unstable();
                let slot = world.settle(std::iter::empty());
                for peer in &*part_peers {
                    world.enter(slot, world.root(*peer));
                }
                slots.push(slot);
                splitter.split(world, slots[first], slots);
                placing.touched.extend_from_slice(&slots[first..]);
            });
        }
    }

    /// Everything that a full flush does about crowds.
    fn rearrange(&mut self, world: &mut World, splitter: &mut Splitter) {
        let interval_s = self.crowd.motion.interval_s(world.now_ms);
        let Self {
            crowd,
            chains,
            patience,
            wants,
            components,
            ..
        } = self;
        patience.start(world.peers.state.len(), interval_s, crowd.config.dwell_s);
        let mut first = 0;
        let crowds = self.ends.iter().map(|end| {
            let from = std::mem::replace(&mut first, *end);
            &self.slots[from..*end]
        });
        world.grid.know_homes(&world.peers);
        crowd.start(world, crowds, components.memory());
        chains.start(world);
        wants.collect(world, crowd, patience, chains);
        chains.arrange();
        trade::trade(world, crowd, &wants.list, chains, patience);
        self.place_homeless(world, splitter);
        self.slots.extend_from_slice(&self.placing.touched);
        let radius_m = self.crowd.config.radius_m;
        self.gathering
            .gather(world, &self.slots, radius_m * radius_m);
    }

    fn place_homeless(&mut self, world: &mut World, splitter: &mut Splitter) {
        self.homeless.sort_unstable();
        let Self {
            crowd,
            chains,
            patience,
            placing,
            ..
        } = self;
        for peer in &self.homeless {
            placing.place(world, crowd, chains, patience, *peer);
        }
        for slot in &placing.halved {
            splitter.split(world, *slot, &mut placing.touched);
        }
    }
}

/// The members of an island are on none from now on.
fn dissolve(world: &mut World, slot: u32, homeless: &mut Vec<Peer>) {
    for at in 0..world.islands.size(slot) {
        let peer = world.islands.members(slot)[at];
        world.set_home(peer, NOBODY);
        homeless.push(peer);
    }
    world.islands.close(slot);
}
