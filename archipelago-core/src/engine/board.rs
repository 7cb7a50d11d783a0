//! Where the targets of one pass of the crowd policy are that still have room.

use super::bounds::Bounds;
use super::position::Ground;

/// End of a list.
const END: u32 = u32::MAX;

/// Members that one target has in one cell.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The place of the target among the targets.
    rank: u32,
    /// Its first member here.
    member: u32,
    bounds: Bounds,
    /// The next target in this cell.
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    position: Ground,
    next: u32,
}

/// Lists of targets by cell. What a cell says of an earlier pass counts as empty.
#[derive(Debug, Default)]
pub(super) struct Board {
    round: u64,
    /// By cell: the round of the list, and its first node.
    heads: Vec<(u64, u32)>,
    nodes: Vec<Node>,
    members: Vec<Member>,
}

/// What a target can do for an island that looks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Take it.
    Room,
    /// Not take it, but perhaps a smaller one.
    Unfit,
    /// Take nobody any more.
    Closed,
}

impl Board {
    /// A new pass: no targets.
    pub fn start(&mut self, cell_bound: usize) {
        self.round += 1;
        self.heads.resize(cell_bound, (0, END));
        self.nodes.clear();
        self.members.clear();
    }

    /// A target has a member in that cell.
    pub fn put(&mut self, cell: u32, rank: u32, position: Ground) {
        let head = self.head(cell);
        let mut at = head;
        // The members of a target come one after the other. One that gets more later is listed twice, which takes less
        // time than to look for it.
        if self
            .nodes
            .get(head as usize)
            .is_none_or(|node| node.rank != rank)
        {
            at = self.nodes.len() as u32;
            self.nodes.push(Node {
                rank,
                member: END,
                bounds: Bounds::EMPTY,
                next: head,
            });
            self.heads[cell as usize] = (self.round, at);
        }
        let node = &mut self.nodes[at as usize];
        self.members.push(Member {
            position,
            next: node.member,
        });
        node.member = self.members.len() as u32 - 1;
        node.bounds.add(position);
    }

    /// The first target with room that has a member in that cell within the distance of `from`, or any member there
    /// without it, if the target ranks before `best`; else `best`. Closed targets are struck off the list: the more
    /// there are, the less they cost.
    pub fn first(
        &mut self,
        cell: u32,
        from: Option<(Ground, f64)>,
        mut best: u32,
        offer: impl Fn(u32) -> Offer,
    ) -> u32 {
        let (mut previous, mut at) = (END, self.head(cell));
        while at != END {
            let node = self.nodes[at as usize];
            match offer(node.rank) {
                Offer::Closed if previous == END => self.heads[cell as usize].1 = node.next,
                Offer::Closed => self.nodes[previous as usize].next = node.next,
                judged => {
                    if judged == Offer::Room && node.rank < best && self.is_near(node, from) {
                        best = node.rank;
                    }
                    previous = at;
                }
            }
            at = node.next;
        }
        best
    }

    fn is_near(&self, node: Node, from: Option<(Ground, f64)>) -> bool {
        let Some((from, distance_squared)) = from else {
            return true;
        };
        if !node.bounds.may_reach(from, distance_squared) {
            return false;
        }
        let mut member = node.member;
        while member != END {
            let Member { position, next } = self.members[member as usize];
            if from.squared_distance(position) <= distance_squared {
                return true;
            }
            member = next;
        }
        false
    }

    fn head(&self, cell: u32) -> u32 {
        let (round, head) = self.heads[cell as usize];
        if round == self.round { head } else { END }
    }
}
