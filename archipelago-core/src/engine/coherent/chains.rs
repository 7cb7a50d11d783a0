//! Chains: somebody gets room on a full island because somebody else moves on from there, and so forth.

use std::ops::Range;

use super::config::CoherentConfig;
use super::crowd::{Crowd, NOBODY};
use crate::engine::lists::{add, make_room};
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Islands fuller than this share may have to let somebody go.
const CROWDED: f64 = 0.9;
/// So many targets of each member are kept in mind.
pub(super) const TARGETS: usize = 3;
/// So many members for each pair of islands.
const MEMBERS: usize = 6;
/// From an island members can move to so many others, those first met. Where there are more, everybody is on top of each
/// other, and one is as good as another.
const EDGES: usize = 32;
/// Nobody is moved who would lose as much.
pub(super) const WORTH_MIN: f64 = -1.2;

/// A member who could move, and what that is worth.
#[derive(Clone, Copy, Debug)]
struct Offer {
    worth: f64,
    peer: Peer,
    place: u32,
}

impl Offer {
    const NOTHING: Self = Self {
        worth: f64::NEG_INFINITY,
        peer: Peer::NOBODY,
        place: 0,
    };
}

/// From an island to another one that members could move to.
#[derive(Clone, Copy, Debug)]
struct Edge {
    to: u32,
    /// The next edge of the island; when they follow each other, where the offers are.
    next: u32,
    /// The best offer, and what the worst one that there is room for is worth.
    best: Offer,
    worst: f64,
}

/// A move of a chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub peer: Peer,
    pub place: u32,
    pub to: u32,
}

/// How an island can be reached by moves.
#[derive(Clone, Copy, Debug)]
struct Node {
    slot: u32,
    worth: f64,
    parent: usize,
    step: Step,
}

impl Node {
    /// Where a search begins.
    fn first(slot: u32) -> Self {
        Self {
            slot,
            worth: 0.0,
            parent: usize::MAX,
            step: Step {
                peer: Peer::NOBODY,
                place: 0,
                to: slot,
            },
        }
    }
}

const BITS: usize = u64::BITS as usize;

/// What a chain is looked for.
#[derive(Clone, Copy, Debug)]
struct Search {
    source: u32,
    /// It has to be worth more.
    least: f64,
    /// Where the next layer starts.
    layer: usize,
    /// There is none after the next.
    is_last: bool,
}

/// Who could move where, and the search for chains.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// By slot: the first edge.
    heads: Vec<u32>,
    edges: Vec<Edge>,
    sorted: Vec<Edge>,
    /// By edge: who could best move there, the best first.
    offers: Vec<[Offer; MEMBERS]>,
    /// By peer, as bits: it has moved, or could not.
    settled: Vec<u64>,
    nodes: Vec<Node>,
    /// The last chain found, from its start.
    pub steps: Vec<Step>,
}

impl Chains {
    /// A new flush: nobody could move anywhere.
    pub fn start(&mut self, world: &World) {
        self.edges.clear();
        self.offers.clear();
        self.heads.clear();
        self.heads.resize(world.islands.slot_bound(), NOBODY);
        self.settled.clear();
        self.settled
            .resize(world.peers.state.len().div_ceil(BITS), 0);
    }

    /// Whether members of that island may have to move for others.
    pub fn takes_part(world: &World, crowd: &Crowd, slot: u32) -> bool {
        crowd.size(slot) as f64 >= CROWDED * world.max_peers as f64
    }

    /// All offers are made: from now on the edges of an island follow each other.
    pub fn arrange(&mut self) {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        make_room(&mut sorted, self.edges.len());
        for head in &mut self.heads {
            let mut edge = std::mem::replace(head, sorted.len() as u32);
            while let Some(next) = self.edges.get(edge as usize) {
                // No next edge any more, but where its offers are.
                sorted.push(Edge {
                    next: edge,
                    ..*next
                });
                edge = next.next;
            }
        }
        self.heads.push(sorted.len() as u32);
        self.sorted = std::mem::replace(&mut self.edges, sorted);
    }

    /// The edge between two islands; [`NOBODY`] if there are too many.
    pub fn edge(&mut self, slot: u32, to: u32) -> u32 {
        let (mut edge, mut last) = (self.heads[slot as usize], NOBODY);
        let mut met = 0;
        while let Some(known) = self.edges.get(edge as usize) {
            if known.to == to {
                return edge;
            }
            (last, edge) = (edge, known.next);
            met += 1;
        }
        if met == EDGES {
            return NOBODY;
        }
        let edge = self.edges.len() as u32;
        match self.edges.get_mut(last as usize) {
            Some(last) => last.next = edge,
            None => self.heads[slot as usize] = edge,
        }
        let unknown = Edge {
            to,
            next: NOBODY,
            best: Offer::NOTHING,
            worst: f64::NEG_INFINITY,
        };
        add(&mut self.edges, unknown);
        add(&mut self.offers, [Offer::NOTHING; MEMBERS]);
        edge
    }

    /// Somebody could move along an edge.
    pub fn offer(&mut self, edge: u32, worth: f64, peer: Peer, place: u32) {
        let Some(Edge { best, worst, .. }) = self.edges.get_mut(edge as usize) else {
            return;
        };
        if worth < *worst {
            return;
        }
        let offers = &mut self.offers[edge as usize];
        let is_worse = |other: &Offer| {
            let order = other.worth.total_cmp(&worth);
            order.then(peer.cmp(&other.peer)).is_le()
        };
        if is_worse(&offers[MEMBERS - 1]) {
            let mut at = MEMBERS - 1;
            while at > 0 && is_worse(&offers[at - 1]) {
                offers[at] = offers[at - 1];
                at -= 1;
            }
            offers[at] = Offer { worth, peer, place };
        }
        (*best, *worst) = (offers[0], offers[MEMBERS - 1].worth);
    }

    /// Somebody does not move any more in this flush.
    pub fn settle(&mut self, peer: Peer) {
        self.settled[peer.index() / BITS] |= 1 << (peer.index() % BITS);
    }

    pub fn is_settled(&self, peer: Peer) -> bool {
        self.settled[peer.index() / BITS] >> (peer.index() % BITS) & 1 == 1
    }

    /// Finds the best chain that makes room on an island; it ends on an island with room, or at `source`, where room
    /// will be. Whether there is one whose moves are worth more than `least`; then its moves are in [`Self::steps`].
    pub fn find(
        &mut self,
        world: &World,
        crowd: &Crowd,
        start: u32,
        source: u32,
        moves: usize,
        least: f64,
    ) -> bool {
        self.nodes.clear();
        self.nodes.push(Node::first(start));
        let mut best: Option<(f64, usize, Step)> = None;
        let (mut first, mut end) = (0, 1);
        for nth in 1..=moves {
            let search = Search {
                source,
                least,
                layer: end,
                is_last: nth == moves,
            };
            for parent in first..end {
                self.extend(world, crowd, parent, &search, &mut best);
            }
            (first, end) = (end, self.nodes.len());
        }
        let Some((_, node, end)) = best else {
            return false;
        };
        self.trace(node, end);
        true
    }

    /// Notes the moves that lead to a node, and the last one from there.
    fn trace(&mut self, mut node: usize, end: Step) {
        self.steps.clear();
        self.steps.push(end);
        while node != 0 {
            self.steps.push(self.nodes[node].step);
            node = self.nodes[node].parent;
        }
        self.steps.reverse();
    }

    /// All moves from the island of a node.
    fn extend(
        &mut self,
        world: &World,
        crowd: &Crowd,
        parent: usize,
        search: &Search,
        best: &mut Option<(f64, usize, Step)>,
    ) {
        let node = self.nodes[parent];
        for at in self.edges_of(node.slot) {
            let to = self.edges[at].to;
            let size = crowd.size(to);
            let is_end = to == search.source || (1..world.max_peers).contains(&size);
            if !is_end && (search.is_last || size == 0) {
                continue;
            }
            let known = if is_end {
                best.map_or(search.least, |(worth, ..)| worth)
            } else {
                self.reached(to, search.layer)
            };
            let Some((worth, step)) = self.step(world, &node, at, known) else {
                continue;
            };
            if is_end {
                *best = Some((worth, parent, step));
            } else if !is_on_way(&self.nodes, parent, to) {
                self.reach(search.layer, worth, parent, step);
            }
        }
    }

    /// The best move along an edge from a node, and what it and those before are worth if that is more than what is known.
    fn step(&self, world: &World, node: &Node, edge: usize, known: f64) -> Option<(f64, Step)> {
        let Edge { to, best, .. } = self.edges[edge];
        // Nobody on the edge is worth more than the first one: often it need not be known whether that one is free.
        if node.worth + best.worth <= known {
            return None;
        }
        let offer = self.free_offer(edge)?;
        let worth = node.worth + offer.worth;
        let step = Step {
            peer: offer.peer,
            place: offer.place,
            to,
        };
        (worth > known && world.home(offer.peer) == node.slot).then_some((worth, step))
    }

    /// The island of a step is best reached by it, of all ways into that layer.
    fn reach(&mut self, layer: usize, worth: f64, parent: usize, step: Step) {
        let node = Node {
            slot: step.to,
            worth,
            parent,
            step,
        };
        let mut known = self.nodes[layer..].iter_mut();
        match known.find(|other| other.slot == node.slot) {
            Some(other) => *other = node,
            None => self.nodes.push(node),
        }
    }

    /// The best offer along an edge of somebody who may move. Mostly it is the first one, which is at hand.
    fn free_offer(&self, edge: usize) -> Option<Offer> {
        let Edge { best, next, .. } = self.edges[edge];
        if !self.is_settled(best.peer) {
            return Some(best);
        }
        let offers = self.offers[next as usize].iter();
        let mut offers = offers.take_while(|offer| offer.worth > WORTH_MIN);
        offers.find(|offer| !self.is_settled(offer.peer)).copied()
    }

    fn edges_of(&self, slot: u32) -> Range<usize> {
        let ends = self.heads.get(slot as usize..slot as usize + 2);
        ends.map_or(0..0, |ends| ends[0] as usize..ends[1] as usize)
    }

    /// What the moves to an island in a layer are worth.
    fn reached(&self, slot: u32, layer: usize) -> f64 {
        let mut nodes = self.nodes[layer..].iter();
        let node = nodes.find(|node| node.slot == slot);
        node.map_or(f64::NEG_INFINITY, |node| node.worth)
    }
}

/// From now on the first [`TARGETS`] of what could be worth so much are those worth most, the first on a tie; the others
/// are lost.
pub(super) fn best_first(open: &mut [(f64, u32)]) {
    for at in 1..open.len() {
        let one = open[at];
        let mut to = at.min(TARGETS);
        while to > 0 && open[to - 1].0.total_cmp(&one.0).is_lt() {
            open[to] = open[to - 1];
            to -= 1;
        }
        open[to] = one;
    }
}

/// What a move counts that is worth so much to somebody: whoever wants to go anyway costs nothing.
pub(super) fn price(worth: f64, is_ready: bool, config: &CoherentConfig) -> f64 {
    if is_ready && worth > config.margin {
        worth
    } else {
        worth - config.chain_cost
    }
}

fn is_on_way(nodes: &[Node], mut at: usize, slot: u32) -> bool {
    while at != usize::MAX {
        if nodes[at].slot == slot {
            return true;
        }
        at = nodes[at].parent;
    }
    slot == NOBODY
}
