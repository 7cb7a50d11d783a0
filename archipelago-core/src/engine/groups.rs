//! Groups of points that hang together, in the order that the rules of a split define.
//!
//! Points come one by one; each joins every group that has a point within the distance. The groups are linked lists,
//! known by their first point: that is the earliest of the group, so groups in the order of their heads are in the
//! order in which they were opened.

use super::bounds::Bounds;
use super::lattice::{Key, Lattice};
use super::position::Ground;

/// End of a list.
const END: u32 = u32::MAX;

/// The points of one cell, which are all in one group.
#[derive(Clone, Copy, Debug)]
struct Cell {
    key: Key,
    /// Where its points start in the sorted order.
    start: u32,
    /// How many of them have come already.
    come: u32,
    /// Where these are.
    bounds: Bounds,
}

/// Groups of points, and the memory to find them.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Points in the order of their cells, and inside one in their own.
    sorted: Vec<(Key, u32)>,
    cells: Vec<Cell>,
    /// By point.
    cell_of: Vec<u32>,
    /// By point: towards the head of its group; a head is its own parent.
    parent: Vec<u32>,
    next: Vec<u32>,
    /// By head: the last of its list.
    tail: Vec<u32>,
    joined: Vec<u32>,
}

impl Groups {
    /// Groups the points; how many groups there are.
    pub fn build(&mut self, points: &[Ground], lattice: Lattice, distance_squared: f64) -> usize {
        let count = points.len() as u32;
        self.parent.clear();
        self.parent.extend(0..count);
        self.tail.clear();
        self.tail.extend(0..count);
        self.next.clear();
        self.next.resize(points.len(), END);
        self.sort_into_cells(points, lattice);
        for point in 0..count {
            self.find_joined(point, points, distance_squared);
            self.join(point);
            let cell = &mut self.cells[self.cell_of[point as usize] as usize];
            cell.come += 1;
            cell.bounds.add(points[point as usize]);
        }
        self.heads().count()
    }

    /// The first point of each group, groups in their order.
    pub fn heads(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        let parents = self.parent.iter().zip(0..);
        parents
            .filter(|(parent, point)| *parent == point)
            .map(|(_, point)| point)
    }

    /// The points of a group in their order.
    pub fn points(&self, head: u32) -> impl Iterator<Item = usize> + '_ {
        follow(&self.next, head)
    }

    fn sort_into_cells(&mut self, points: &[Ground], lattice: Lattice) {
        self.sorted.clear();
        let keys = points.iter().map(|point| lattice.key(*point));
        self.sorted.extend(keys.zip(0..));
        self.sorted.sort_unstable();
        self.cells.clear();
        self.cell_of.clear();
        self.cell_of.resize(points.len(), 0);
        for ((key, point), start) in self.sorted.iter().zip(0..) {
            if self.cells.last().is_none_or(|cell| cell.key != *key) {
                self.cells.push(Cell {
                    key: *key,
                    start,
                    come: 0,
                    bounds: Bounds::EMPTY,
                });
            }
            self.cell_of[*point as usize] = self.cells.len() as u32 - 1;
        }
    }

    /// Lists the heads of the groups that have a point near this one, in their order.
    fn find_joined(&mut self, point: u32, points: &[Ground], distance_squared: f64) {
        self.joined.clear();
        let own = self.cell_of[point as usize] as usize;
        let (x, z) = self.cells[own].key;
        let position = points[point as usize];
        for column in x - 2..=x + 2 {
            let from = (column, z - 2);
            let mut at = self.cells.partition_point(|cell| cell.key < from);
            while let Some(cell) = self.cells.get(at).copied() {
                if cell.key > (column, z + 2) {
                    break;
                }
                let come = &self.sorted[cell.start as usize..][..cell.come as usize];
                if !cell.bounds.may_reach(position, distance_squared) {
                    // Nobody there yet, or nobody near.
                } else if let Some((_, first)) = come.first() {
                    let head = find(&mut self.parent, *first);
                    let near = |other: &(Key, u32)| {
                        position.squared_distance(points[other.1 as usize]) <= distance_squared
                    };
                    if !self.joined.contains(&head) && (at == own || come.iter().any(near)) {
                        // In order at once: there are few.
                        let place = self.joined.partition_point(|other| *other < head);
                        self.joined.insert(place, head);
                    }
                }
                at += 1;
            }
        }
    }

    /// Appends the point to the first of the joined groups, and the other ones after it.
    fn join(&mut self, point: u32) {
        let Some((first, others)) = self.joined.split_first() else {
            return;
        };
        let first = *first;
        for joining in std::iter::once(point).chain(others.iter().copied()) {
            let tail = self.tail[first as usize];
            self.next[tail as usize] = joining;
            self.tail[first as usize] = self.tail[joining as usize];
            self.parent[joining as usize] = first;
        }
    }
}

/// A list from its head on; `next` says of each what follows.
pub(super) fn follow(next: &[u32], head: u32) -> impl Iterator<Item = usize> + '_ {
    let mut at = head;
    std::iter::from_fn(move || {
        let point = at as usize;
        at = *next.get(point)?;
        Some(point)
    })
}

/// The head of a point's group; shortens the way for the next time.
fn find(parent: &mut [u32], point: u32) -> u32 {
    let mut at = point;
    while parent[at as usize] != at {
        let above = parent[parent[at as usize] as usize];
        parent[at as usize] = above;
        at = above;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups_of(points: &[(f32, f32)]) -> Vec<Vec<usize>> {
        let at = |(x, z): &(f32, f32)| Ground::new(*x, *z);
        let points: Vec<Ground> = points.iter().map(at).collect();
        let mut groups = Groups::default();
        let count = groups.build(&points, Lattice::new(10.0), 100.0);
        let found: Vec<Vec<usize>> = groups
            .heads()
            .map(|head| groups.points(head).collect())
            .collect();
        assert_eq!(found.len(), count);
        found
    }

    #[test]
    fn a_bridge_goes_between_the_groups_it_joins() {
        let points = [
            (0.0, 0.0),
            (50.0, 0.0),
            (20.0, 0.0),
            (21.0, 0.0),
            (10.0, 0.0),
        ];
        assert_eq!(groups_of(&points), [vec![0, 4, 2, 3], vec![1]]);
    }

    #[test]
    fn the_joined_take_the_place_of_the_earliest() {
        let points = [
            (50.0, 0.0),
            (0.0, 0.0),
            (90.0, 0.0),
            (18.0, 0.0),
            (9.0, 0.0),
        ];
        assert_eq!(groups_of(&points), [vec![0], vec![1, 4, 3], vec![2]]);
        let points = [
            (0.0, 0.0),
            (f32::MAX, 0.0),
            (f32::MAX, 5.0),
            (f32::MIN, 0.0),
        ];
        assert_eq!(groups_of(&points), [vec![0], vec![1, 2], vec![3]]);
    }
}
