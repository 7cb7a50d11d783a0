//! What an island has come apart into, if it has: found by mending its links.

use super::bounds::Bounds;
use super::groups::follow;
use super::members::{Hanging, ROOT};
use super::position::Ground;

/// Share of the squared distance within which two will be near the next time too, if they walk.
const NEAR_ENOUGH: f32 = 0.4;
/// So many distances are computed at once.
const CHUNK: usize = 16;
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
    /// Whether somebody of the group is near.
    fn is_near(
        &self,
        from: Ground,
        grounds: &[Ground],
        next: &[u32],
        distance_squared: f64,
    ) -> bool {
        if !self.bounds.may_reach(from, distance_squared) {
            return false;
        }
        let mut at = self.first;
        while at != END && from.squared_distance(grounds[at as usize]) > distance_squared {
            at = next[at as usize];
        }
        at != END
    }

    fn append(&mut self, other: &Self, next: &mut [u32]) {
        next[self.last as usize] = other.first;
        self.last = other.last;
        self.bounds.include(other.bounds);
    }
}

/// How the members of one island, by their places, hang together.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Roots that found nobody to hang on.
    roots: Vec<u32>,
    /// By place: the root of its piece.
    pieces: Vec<u32>,
    /// By root: how many are in its piece.
    sizes: Vec<u32>,
    /// By place: whether a link says that one who came before is near.
    known: Vec<bool>,
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
        let mut stuck = 0;
        for nth in 0..self.roots.len() {
            let root = self.roots[nth];
            if Some(root as usize) != first
                && let Some(above) = support(members, root, distance_squared)
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
            self.join(members, distance_squared);
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

    /// A tree has gone into that of a place.
    fn unite(&mut self, tree: u32, place: u32) {
        let joined = self.root(place);
        self.pieces[tree as usize] = joined;
        self.sizes[joined as usize] += self.sizes[tree as usize];
    }

    /// Makes one tree of those that are near each other, the smallest first.
    fn join(&mut self, members: &mut Hanging<'_>, distance_squared: f64) {
        let mut apart = 0;
        while apart + 1 < self.roots.len() {
            let sizes = self.roots[apart..]
                .iter()
                .map(|root| self.sizes[*root as usize]);
            let smallest = sizes.enumerate().min_by_key(|(_, size)| *size);
            let nth = apart + smallest.map_or(0, |(nth, _)| nth);
            let tree = self.roots[nth];
            if let Some((from, to)) = self.bridge(members.grounds, tree, distance_squared) {
                hang(members.above, from, to);
                self.roots.swap_remove(nth);
                self.unite(tree, to);
                let joined = self.pieces[tree as usize];
                for piece in self.pieces.iter_mut().filter(|piece| **piece == tree) {
                    *piece = joined;
                }
            } else {
                self.roots.swap(apart, nth);
                apart += 1;
            }
        }
    }

    /// Somebody of a tree and somebody else nearby.
    fn bridge(&self, grounds: &[Ground], tree: u32, distance_squared: f64) -> Option<(u32, u32)> {
        let inside = self
            .pieces
            .iter()
            .zip(0..)
            .filter(|(piece, _)| **piece == tree);
        for (_, place) in inside {
            let from = grounds[place as usize];
            for (nth, chunk) in (0..).zip(grounds.chunks(CHUNK)) {
                if !is_any_near(chunk, from, distance_squared) {
                    continue;
                }
                for (ground, other) in chunk.iter().zip(nth * CHUNK as u32..) {
                    if self.pieces[other as usize] != tree
                        && from.squared_distance(*ground) <= distance_squared
                    {
                        return Some((place, other));
                    }
                }
            }
        }
        None
    }

    /// Puts the members of each piece in the order that the rules of a split define: they come one by one, and each
    /// joins all groups that have somebody near.
    pub fn arrange(&mut self, members: &Hanging<'_>, distance_squared: f64) {
        let Hanging { grounds, above, .. } = members;
        self.groups.clear();
        self.next.clear();
        self.next.resize(grounds.len(), END);
        self.known.clear();
        self.known.resize(grounds.len(), false);
        for (above, place) in above.iter().zip(0..) {
            if *above != ROOT {
                self.known[place.max(*above) as usize] = true;
            }
        }
        for (ground, place) in grounds.iter().zip(0..) {
            self.find_joined(grounds, place, distance_squared);
            let mut bounds = Bounds::EMPTY;
            bounds.add(*ground);
            let group = Group {
                piece: self.pieces[place as usize],
                first: place,
                last: place,
                bounds,
            };
            self.join_groups(group);
        }
    }

    /// Lists the groups of its piece in which somebody is near a place.
    fn find_joined(&mut self, grounds: &[Ground], place: u32, distance_squared: f64) {
        let piece = self.pieces[place as usize];
        let groups = self.groups.iter().enumerate();
        let groups = groups.filter(|(_, group)| group.piece == piece);
        self.joined.clear();
        self.joined.extend(groups.map(|(nth, _)| nth));
        // Somebody near who has come already is in the only group.
        if self.joined.len() > 1 || !self.known[place as usize] {
            let Self {
                joined,
                groups,
                next,
                ..
            } = self;
            let from = grounds[place as usize];
            joined.retain(|nth| groups[*nth].is_near(from, grounds, next, distance_squared));
        }
    }

    /// Appends a group to the first of the joined ones, and the others after it; without any it is one more.
    fn join_groups(&mut self, group: Group) {
        let Some((first, others)) = self.joined.split_first() else {
            self.groups.push(group);
            return;
        };
        let into = *first;
        self.groups[into].append(&group, &mut self.next);
        for (gone, nth) in others.iter().enumerate() {
            let other = self.groups.remove(nth - gone);
            self.groups[into].append(&other, &mut self.next);
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

/// A place for a root to hang on, of another tree: the nearest, or one that will be near for a while.
fn support(members: &Hanging<'_>, root: u32, distance_squared: f64) -> Option<u32> {
    let Hanging { grounds, above, .. } = members;
    let from = grounds[root as usize];
    // Rounded, several at once: whom that misses, or finds wrongly, is at the very limit.
    let (mut best, mut nearest) = (None, distance_squared as f32);
    let near_enough = nearest * NEAR_ENOUGH;
    let mut distances = [0.0; CHUNK];
    for (nth, chunk) in (0..).zip(grounds.chunks(CHUNK)) {
        for (distance, ground) in distances.iter_mut().zip(chunk) {
            *distance = about_squared(from, *ground);
        }
        for (distance, place) in distances[..chunk.len()].iter().zip(nth * CHUNK as u32..) {
            if *distance <= nearest && root_of(above, place) != root {
                (best, nearest) = (Some(place), *distance);
            }
        }
        if nearest <= near_enough {
            break;
        }
    }
    let is_near = |place: &u32| from.squared_distance(grounds[*place as usize]) <= distance_squared;
    best.filter(is_near)
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

/// Whether one of some few may be within a distance: surely if one is.
fn is_any_near(grounds: &[Ground], from: Ground, distance_squared: f64) -> bool {
    // Rounded, for several at once; the excess is more than what is lost.
    let most = distance_squared as f32 * 1.0001 + f32::MIN_POSITIVE;
    let mut near = false;
    for ground in grounds {
        near |= about_squared(from, *ground) <= most;
    }
    near
}

fn about_squared(from: Ground, to: Ground) -> f32 {
    let (dx, dz) = (to.x() - from.x(), to.z() - from.z());
    dx * dx + dz * dz
}
