//! What holds islands together: each member hangs on another one that is near, and so all hang on one of them.
//!
//! As long as nobody has walked away from whom it hangs on, an island has not come apart; that takes one look at each
//! member. Where somebody has, only those who hang on it have to find somebody else.

use super::peers::Peer;
use super::position::Position;

/// Share of the squared distance within which two will be near the next time too, if they walk.
const NEAR_ENOUGH: f64 = 0.4;

/// Where a member is.
#[derive(Clone, Copy, Debug)]
struct Spot {
    place: u32,
    x: f64,
    z: f64,
}

/// Links between peers, from flush to flush: whether two are near is looked at each time.
///
/// Links never form a circle, over all islands: one that does not hold is forgotten at once, so that whoever is a root
/// hangs on nobody anywhere, and only roots are hung on somebody, of another tree.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// By peer: on whom it hangs. [`Peer::NOBODY`] for the first of an island, and where nothing is known.
    above: Vec<Peer>,
    /// By peer: its place among the members at hand; something else for all others.
    place: Vec<u32>,
    /// By place: on which it hangs; a root hangs on itself.
    up: Vec<u32>,
    /// By place: the root of its tree.
    tree: Vec<u32>,
    /// By root: how many hang on it, itself included.
    size: Vec<u32>,
    roots: Vec<u32>,
    /// Who is in one tree, and who is not.
    inside: Vec<Spot>,
    outside: Vec<Spot>,
}

impl Links {
    /// Whether the members, who are at these points, hang together by hops of the distance. Links that do not hold are
    /// replaced by the shortest ones.
    pub fn hold(&mut self, members: &[Peer], points: &[Position], distance_squared: f64) -> bool {
        let roots = self.look(members, points, distance_squared);
        roots == 1 || self.mend(members, points, distance_squared)
    }

    /// Follows all links; how many members hang on nobody.
    fn look(&mut self, members: &[Peer], points: &[Position], distance_squared: f64) -> usize {
        for (peer, place) in members.iter().zip(0..) {
            if self.place.len() <= peer.index() {
                self.place.resize(peer.index() + 1, 0);
                self.above.resize(peer.index() + 1, Peer::NOBODY);
            }
            self.place[peer.index()] = place;
        }
        self.up.clear();
        let mut roots = 0;
        for (peer, place) in members.iter().zip(0..) {
            let above = self.above[peer.index()];
            let up = self.place.get(above.index()).map_or(0, |at| *at as usize);
            let holds = members.get(up) == Some(&above)
                && points[place as usize].squared_distance(points[up]) <= distance_squared;
            if !holds {
                self.above[peer.index()] = Peer::NOBODY;
                roots += 1;
            }
            self.up.push(if holds { up as u32 } else { place });
        }
        roots
    }

    /// Makes one tree of all; `false` if one of them is near no other.
    fn mend(&mut self, members: &[Peer], points: &[Position], distance_squared: f64) -> bool {
        self.find_trees();
        while self.roots.len() > 1 {
            let sizes = self.roots.iter().map(|root| self.size[*root as usize]);
            let smallest = sizes.enumerate().min_by_key(|(_, size)| *size);
            let tree = self.roots.swap_remove(smallest.map_or(0, |(nth, _)| nth));
            self.inside.clear();
            self.outside.clear();
            for ((of, position), place) in self.tree.iter().zip(points).zip(0..) {
                let at = Spot {
                    place,
                    x: f64::from(position.x()),
                    z: f64::from(position.z()),
                };
                if *of == tree {
                    self.inside.push(at);
                } else {
                    self.outside.push(at);
                }
            }
            let Some((from, to)) = self.shortest(distance_squared) else {
                return false;
            };
            self.hang(members, from, to);
            let joined = self.tree[to];
            self.size[joined as usize] += self.size[tree as usize];
            for spot in &self.inside {
                self.tree[spot.place as usize] = joined;
            }
        }
        true
    }

    fn find_trees(&mut self) {
        let Self {
            up,
            tree,
            size,
            roots,
            ..
        } = self;
        tree.clone_from(up);
        size.clear();
        size.resize(up.len(), 0);
        roots.clear();
        for place in 0..up.len() {
            let mut root = tree[place];
            while tree[root as usize] != root {
                root = tree[root as usize];
            }
            if root == place as u32 {
                roots.push(root);
            }
            tree[place] = root;
            size[root as usize] += 1;
        }
    }

    /// Two of whom one is inside and the other outside, if any are within the distance: the nearest ones, or the
    /// first who are so near that they will not be apart for a while.
    fn shortest(&self, distance_squared: f64) -> Option<(usize, usize)> {
        let (mut best, mut nearest) = (None, distance_squared);
        let near_enough = distance_squared * NEAR_ENOUGH;
        for from in &self.inside {
            for to in &self.outside {
                let (dx, dz) = (from.x - to.x, from.z - to.z);
                let distance = dx * dx + dz * dz;
                if distance <= nearest {
                    (best, nearest) = (Some((from.place as usize, to.place as usize)), distance);
                    if distance <= near_enough {
                        return best;
                    }
                }
            }
        }
        best
    }

    /// Hangs a tree on `to` by its member `from`, on whom from now on everybody of the tree hangs.
    fn hang(&mut self, members: &[Peer], from: usize, to: usize) {
        let (mut at, mut above) = (from, to);
        loop {
            let before = self.up[at] as usize;
            self.up[at] = above as u32;
            self.above[members[at].index()] = members[above];
            if before == at {
                return;
            }
            (at, above) = (before, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32) -> Position {
        Position::new(x, 0.0, 0.0).unwrap()
    }

    /// The same by what is near what is reached.
    fn reaches_all(points: &[Position], distance_squared: f64) -> bool {
        let mut rest = points.to_vec();
        let mut reached: Vec<Position> = rest.pop().into_iter().collect();
        while let Some(from) = reached.pop() {
            let near = |other: &mut Position| from.squared_distance(*other) <= distance_squared;
            reached.extend(rest.extract_if(.., near));
        }
        rest.is_empty()
    }

    #[test]
    fn links_say_what_a_search_says() {
        let mut links = Links::default();
        let mut random = 1_u32;
        let mut draw = move |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        let mut places: Vec<f32> = (0..60_u16).map(|n| f32::from(n) * 3.0).collect();
        let (mut whole, mut broken) = (0, 0);
        for _ in 0..3000 {
            // Some walk; and the members are others each time.
            for place in &mut places {
                *place += draw(5) as f32 - 2.0;
            }
            let (first, step) = (draw(20) as usize, 1 + draw(3) as usize);
            let members: Vec<Peer> = (first..60).step_by(step).map(Peer::from_index).collect();
            let points: Vec<Position> = members
                .iter()
                .map(|peer| at(places[peer.index()]))
                .collect();
            let distance_squared = f64::from(10 + draw(30)).powi(2);
            let expected = reaches_all(&points, distance_squared);
            assert_eq!(links.hold(&members, &points, distance_squared), expected);
            whole += usize::from(expected);
            broken += usize::from(!expected);
        }
        assert!(whole > 100 && broken > 100, "{whole} {broken}");
    }
}
