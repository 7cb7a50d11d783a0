//! Chains: somebody gets room on a full island because somebody else moves on from there, and so forth.

use super::crowd::{Crowd, NOBODY};
use super::patience::Patience;
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Islands fuller than this share may have to let somebody go.
const CROWDED: f64 = 0.9;
/// So many targets of each member are kept in mind.
const TARGETS: usize = 3;
/// So many members for each pair of islands.
const MEMBERS: usize = 6;
/// Nobody is moved who would lose as much.
const WORTH_MIN: f64 = -1.2;

/// A member who could move, and what that is worth.
#[derive(Clone, Copy, Debug)]
struct Offer {
    worth: f64,
    peer: Peer,
    place: u32,
}

/// Those members of an island who could best move to a certain other one, the best first.
#[derive(Clone, Copy, Debug)]
struct Edge {
    count: usize,
    offers: [Offer; MEMBERS],
}

/// The edges of an island.
#[derive(Debug, Default)]
struct Edges {
    /// Where they lead, and what the worst offer is worth that there is room for.
    targets: Vec<(u32, f64)>,
    edges: Vec<Edge>,
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

/// Who could move where, and the search for chains.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// By slot.
    edges: Vec<Edges>,
    used: Vec<u32>,
    /// Of the player at hand, the best first.
    targets: [(f64, u32); TARGETS],
    round: u64,
    /// By peer: the round in which it has moved, or could not.
    settled: Vec<u64>,
    nodes: Vec<Node>,
    /// The last chain found, from its start.
    pub steps: Vec<Step>,
}

impl Chains {
    /// A new flush: nobody could move anywhere.
    pub fn start(&mut self, world: &World) {
        for slot in self.used.drain(..) {
            self.edges[slot as usize].targets.clear();
            self.edges[slot as usize].edges.clear();
        }
        self.edges.resize_with(
            world.islands.slot_bound().max(self.edges.len()),
            Edges::default,
        );
        self.round += 1;
        self.settled.resize(world.peers.state.len(), 0);
    }

    /// Whether members of that island may have to move for others.
    pub fn takes_part(world: &World, slot: u32) -> bool {
        world.islands.size(slot) as f64 >= CROWDED * world.max_peers as f64
    }

    /// Somebody is next.
    pub fn start_player(&mut self) {
        self.targets = [(WORTH_MIN, NOBODY); TARGETS];
    }

    /// One island it could go to.
    pub fn offer_target(&mut self, slot: u32, worth: f64) {
        let mut offer = (worth, slot);
        for target in &mut self.targets {
            // A tie goes to the one that was named first.
            if offer.0 > target.0 {
                std::mem::swap(&mut offer, target);
            }
        }
    }

    /// Those were all.
    pub fn add_player(
        &mut self,
        slot: u32,
        peer: Peer,
        place: u32,
        crowd: &Crowd,
        patience: &Patience,
    ) {
        for (worth, to) in self.targets {
            let worth = price(worth, peer, crowd, patience);
            if worth > WORTH_MIN {
                self.offer(slot, to, Offer { worth, peer, place });
            }
        }
    }

    fn offer(&mut self, slot: u32, to: u32, offer: Offer) {
        let Edges { targets, edges } = &mut self.edges[slot as usize];
        if targets.is_empty() {
            self.used.push(slot);
        }
        let at = targets.iter().position(|(other, _)| *other == to);
        let at = at.unwrap_or_else(|| {
            targets.push((to, f64::NEG_INFINITY));
            edges.push(Edge {
                count: 0,
                offers: [offer; MEMBERS],
            });
            edges.len() - 1
        });
        if offer.worth < targets[at].1 {
            return;
        }
        let Edge { count, offers } = &mut edges[at];
        let better = |other: &Offer| {
            let order = other.worth.total_cmp(&offer.worth);
            order.then(offer.peer.cmp(&other.peer)).is_gt()
        };
        let place = offers[..*count].partition_point(better);
        if place < MEMBERS {
            *count = (*count + 1).min(MEMBERS);
            offers[place..*count].rotate_right(1);
            offers[place] = offer;
            if *count == MEMBERS {
                targets[at].1 = offers[MEMBERS - 1].worth;
            }
        }
    }

    /// Somebody does not move any more in this flush.
    pub fn settle(&mut self, peer: Peer) {
        self.settled[peer.index()] = self.round;
    }

    pub fn is_settled(&self, peer: Peer) -> bool {
        self.settled[peer.index()] == self.round
    }

    /// Finds the best chain that makes room on an island; it ends on an island with room, or at `source`, where room
    /// will be. Whether there is one whose moves are worth more than `least`; then its moves are in [`Self::steps`].
    pub fn find(
        &mut self,
        world: &World,
        start: u32,
        source: u32,
        moves: usize,
        least: f64,
    ) -> bool {
        self.nodes.clear();
        self.nodes.push(Node {
            slot: start,
            worth: 0.0,
            parent: usize::MAX,
            step: Step {
                peer: Peer::from_index(usize::MAX),
                place: 0,
                to: start,
            },
        });
        let mut best: Option<(f64, usize, Step)> = None;
        let (mut first, mut end) = (0, 1);
        for _ in 0..moves {
            for parent in first..end {
                self.extend(world, parent, end, source, least, &mut best);
            }
            (first, end) = (end, self.nodes.len());
        }
        let Some((_, mut node, end)) = best else {
            return false;
        };
        self.steps.clear();
        self.steps.push(end);
        while node != 0 {
            self.steps.push(self.nodes[node].step);
            node = self.nodes[node].parent;
        }
        self.steps.reverse();
        true
    }

    /// All moves from the island of a node; those of the next layer are from `layer` on.
    fn extend(
        &mut self,
        world: &World,
        parent: usize,
        layer: usize,
        source: u32,
        least: f64,
        best: &mut Option<(f64, usize, Step)>,
    ) {
        let node = self.nodes[parent];
        let Some(edges) = self.edges.get(node.slot as usize) else {
            return;
        };
        for ((to, _), edge) in edges.targets.iter().zip(&edges.edges) {
            let to = *to;
            let offers = edge.offers[..edge.count].iter();
            let mut free = offers.filter(|offer| self.settled[offer.peer.index()] != self.round);
            let Some(offer) = free.next() else { continue };
            if world.home(offer.peer) != node.slot {
                continue;
            }
            let worth = node.worth + offer.worth;
            let size = world.islands.size(to);
            let step = Step {
                peer: offer.peer,
                place: offer.place,
                to,
            };
            if to == source || (1..world.max_peers).contains(&size) {
                if worth > best.map_or(least, |(worth, ..)| worth) {
                    *best = Some((worth, parent, step));
                }
            } else if size > 0 && !is_on_way(&self.nodes, parent, to) {
                let known = self.nodes[layer..]
                    .iter()
                    .position(|other| other.slot == to);
                let next = Node {
                    slot: to,
                    worth,
                    parent,
                    step,
                };
                match known {
                    Some(at) if self.nodes[layer + at].worth >= worth => {}
                    Some(at) => self.nodes[layer + at] = next,
                    None => self.nodes.push(next),
                }
            }
        }
    }
}

/// What somebody's move counts: whoever wants to go anyway costs nothing.
pub(super) fn price(worth: f64, peer: Peer, crowd: &Crowd, patience: &Patience) -> f64 {
    let worth = worth - patience.reluctance(peer);
    if worth > crowd.config.margin && patience.is_ready(peer) {
        worth
    } else {
        worth - crowd.config.chain_cost
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
