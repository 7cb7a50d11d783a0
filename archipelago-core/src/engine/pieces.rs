//! What an island has come apart into, if it has: found by mending its links.

use super::bounds::Bounds;
use super::groups::follow;
use super::members::{Hanging, ROOT};
use super::points::{Points, padded};
use super::position::Ground;

/// End of a list.
const END: u32 = u32::MAX;

/// A group of points, while points come one by one.
#[derive(Clone, Copy, Debug)]
struct Group {
    piece: u32,
    first: u32,
    last: u32,
    bounds: Bounds,
}

impl Group {
    fn append(&mut self, other: &Self, next: &mut [u32]) {
        next[self.last as usize] = other.first;
        self.last = other.last;
        self.bounds.include(other.bounds);
    }
}

/// How the members of one island, by their places, hang together.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    points: Points,
    /// Roots that found nobody to hang on.
    roots: Vec<u32>,
    /// By place: the root of its piece.
    pieces: Vec<u32>,
    /// By root: how many are in its piece.
    sizes: Vec<u32>,
    /// By place: one who came before, and is near because a link says so.
    known: Vec<u32>,
    /// By place, padded: the first place of its group, once it has come.
    labels: Vec<u32>,
    /// The next place of the same group.
    next: Vec<u32>,
    /// In the order of their first places.
    groups: Vec<Group>,
    /// Those that the place at hand joins.
    joined: Vec<usize>,
}

impl Pieces {
    /// Finds the pieces of these members, whose links were looked at; mends the links inside them. How many there are.
    /// Most of them hang on `first`, who waits for the others.
    pub fn find(
        &mut self,
        members: &mut Hanging<'_>,
        first: Option<usize>,
        distance_squared: f64,
    ) -> usize {
        let above = members.above.iter().zip(0..);
        self.roots.clear();
        self.roots.extend(
            above
                .filter(|(above, _)| **above == ROOT)
                .map(|(_, place)| place),
        );
        self.points.load(members.grounds, distance_squared);
        let mut stuck = 0;
        for nth in 0..self.roots.len() {
            let root = self.roots[nth];
            if Some(root as usize) != first
                && let Some(above) = self
                    .points
                    .nearest(root, |other| root_of(members.above, other) != root)
            {
                members.above[root as usize] = above;
            } else {
                self.roots[stuck] = root;
                stuck += 1;
            }
        }
        self.roots.truncate(stuck);
        if stuck > 1 {
            self.label(members.above);
            self.join(members);
        }
        self.roots.len()
    }

    /// Says of each place which tree it is in, and how large each tree is.
    fn label(&mut self, above: &[u32]) {
        self.pieces.clear();
        let above_or_self = |(above, place)| if above == ROOT { place } else { above };
        self.pieces
            .extend(above.iter().copied().zip(0..).map(above_or_self));
        self.sizes.clear();
        self.sizes.resize(above.len(), 0);
        for place in 0..above.len() {
            let root = self.root(place as u32);
            self.pieces[place] = root;
            self.sizes[root as usize] += 1;
        }
        self.pieces.resize(padded(above.len()), END);
    }

    /// The root of a place's tree; shortens the way for the next time.
    fn root(&mut self, place: u32) -> u32 {
        let mut at = place;
        while self.pieces[at as usize] != at {
            let above = self.pieces[self.pieces[at as usize] as usize];
            self.pieces[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes one tree of those that are near each other, the smallest first.
    fn join(&mut self, members: &mut Hanging<'_>) {
        let mut apart = 0;
        while apart + 1 < self.roots.len() {
            let sizes = self.roots[apart..]
                .iter()
                .map(|root| self.sizes[*root as usize]);
            let smallest = sizes.enumerate().min_by_key(|(_, size)| *size);
            let nth = apart + smallest.map_or(0, |(nth, _)| nth);
            let tree = self.roots[nth];
            if let Some((from, to)) = self.bridge(tree) {
                hang(members.above, from, to);
                self.roots.swap_remove(nth);
                let joined = self.pieces[to as usize];
                self.sizes[joined as usize] += self.sizes[tree as usize];
                rename(&mut self.pieces, tree, joined);
            } else {
                self.roots.swap(apart, nth);
                apart += 1;
            }
        }
    }

    /// Somebody of a tree and somebody else nearby.
    fn bridge(&self, tree: u32) -> Option<(u32, u32)> {
        let all = self.pieces.iter().zip(0..);
        let mut inside = all.filter(|(piece, _)| **piece == tree);
        inside.find_map(|(_, place)| {
            let is_another = |piece| piece != tree && piece != END;
            let other = self.points.near(place, &self.pieces, is_another)?;
            Some((place, other))
        })
    }

    /// Puts the members of each piece in the order that the rules of a split define: they come one by one, and each
    /// joins all groups that have somebody near.
    pub fn arrange(&mut self, members: &Hanging<'_>) {
        let Hanging { grounds, above, .. } = members;
        self.groups.clear();
        self.next.clear();
        self.next.resize(grounds.len(), END);
        self.labels.clear();
        self.labels.resize(padded(grounds.len()), END);
        self.known.clear();
        self.known.resize(grounds.len(), END);
        for (above, place) in above.iter().zip(0..) {
            if *above != ROOT {
                self.known[place.max(*above) as usize] = place.min(*above);
            }
        }
        for (ground, place) in grounds.iter().zip(0..) {
            self.find_joined(*ground, place);
            let mut bounds = Bounds::EMPTY;
            bounds.add(*ground);
            self.join_groups(Group {
                piece: self.pieces[place as usize],
                first: place,
                last: place,
                bounds,
            });
        }
    }

    /// Lists the groups of its piece in which somebody is near a place.
    fn find_joined(&mut self, from: Ground, place: u32) {
        let known = self.known[place as usize];
        let known = self.labels.get(known as usize).copied().unwrap_or(END);
        let come = &self.labels[..padded(place as usize)];
        let points = &self.points;
        let is_near = |group: &Group| {
            let is_inside = |label| label == group.first;
            points.may_reach(group.bounds, from) && points.near(place, come, is_inside).is_some()
        };
        let piece = self.pieces[place as usize];
        self.joined.clear();
        for (group, nth) in self.groups.iter().zip(0..) {
            if group.piece == piece && (group.first == known || is_near(group)) {
                self.joined.push(nth);
            }
        }
    }

    /// Appends one more to the first of the joined groups, and the others after it; without any it is another group.
    fn join_groups(&mut self, more: Group) {
        let Some((first, others)) = self.joined.split_first() else {
            self.labels[more.first as usize] = more.first;
            self.groups.push(more);
            return;
        };
        let into = *first;
        let label = self.groups[into].first;
        self.labels[more.first as usize] = label;
        self.groups[into].append(&more, &mut self.next);
        for (gone, nth) in others.iter().enumerate() {
            let other = self.groups.remove(nth - gone);
            self.groups[into].append(&other, &mut self.next);
            rename(&mut self.labels, other.first, label);
        }
    }

    /// The first place of each group, groups in their order; after [`Self::arrange`] a piece is one.
    pub fn heads(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.groups.iter().map(|group| group.first)
    }

    /// The places of a group in their order.
    pub fn points(&self, head: u32) -> impl Iterator<Item = usize> + '_ {
        follow(&self.next, head)
    }
}

fn root_of(above: &[u32], place: u32) -> u32 {
    let (mut at, mut next) = (place, above[place as usize]);
    while next != ROOT {
        (at, next) = (next, above[next as usize]);
    }
    at
}

/// Hangs a tree on `to` by its member `from`, on whom from now on everybody of the tree hangs.
fn hang(above: &mut [u32], from: u32, to: u32) {
    let (mut at, mut next) = (from, to);
    while at != ROOT {
        let before = std::mem::replace(&mut above[at as usize], next);
        (at, next) = (before, at);
    }
}

/// Gives those of one label another one.
fn rename(labels: &mut [u32], from: u32, to: u32) {
    for label in labels {
        *label = if *label == from { to } else { *label };
    }
}
