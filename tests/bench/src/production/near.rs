//! Who is near whom: every pair tested.

use archipelago_worlds::Settings;

/// Which islands are adjacent, by their places in a list.
pub struct Adjacent(Vec<Vec<bool>>);

impl Adjacent {
    /// Of islands with these members.
    pub fn new(islands: &[&[usize]], positions: &[f32]) -> Self {
        let mut found = vec![vec![false; islands.len()]; islands.len()];
        for (a, island) in islands.iter().enumerate() {
            for (b, other) in islands[..a].iter().enumerate() {
                let is_near = |member: &usize| {
                    let join_m = Settings::WORLDS.join_distance_m;
                    let mut others = other.iter();
                    others.any(|other| within(positions, *member, *other, join_m))
                };
                found[a][b] = island.iter().any(is_near);
                found[b][a] = found[a][b];
            }
        }
        Self(found)
    }

    pub fn are(&self, a: usize, b: usize) -> bool {
        self.0[a][b]
    }

    /// The islands that hang together, in the order of the oldest of each cluster.
    pub fn clusters(&self) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut seen = vec![false; self.0.len()];
        for start in 0..self.0.len() {
            let mut cluster = Vec::new();
            let mut waiting = vec![start];
            while let Some(at) = waiting.pop() {
                if !std::mem::replace(&mut seen[at], true) {
                    cluster.push(at);
                    waiting.extend((0..self.0.len()).filter(|other| self.0[at][*other]));
                }
            }
            if !cluster.is_empty() {
                found.push(cluster);
            }
        }
        found
    }

    /// The others that are adjacent to an island.
    pub fn neighbours(&self, at: usize) -> impl Iterator<Item = usize> {
        let near = self.0[at].iter().enumerate();
        near.filter(move |(other, near)| **near && *other != at)
            .map(|(other, _)| other)
    }

    /// One has gone into the other.
    pub fn merge(&mut self, from: usize, into: usize) {
        for other in 0..self.0.len() {
            let near = self.0[from][other] || self.0[into][other];
            self.0[into][other] = near;
            self.0[other][into] = near;
        }
    }
}

/// The members in groups that hang together by the leave distance.
pub fn groups(members: &[usize], positions: &[f32]) -> Vec<Vec<usize>> {
    let leave_m = Settings::WORLDS.leave_distance_m;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &member in members {
        let is_near = |group: &Vec<usize>| {
            let mut others = group.iter();
            others.any(|other| within(positions, member, *other, leave_m))
        };
        let near: Vec<usize> = (0..groups.len())
            .filter(|at| is_near(&groups[*at]))
            .collect();
        let Some((first, others)) = near.split_first() else {
            groups.push(vec![member]);
            continue;
        };
        groups[*first].push(member);
        for other in others {
            let mut group = std::mem::take(&mut groups[*other]);
            groups[*first].append(&mut group);
        }
        groups.retain(|group| !group.is_empty());
    }
    groups
}

fn within(positions: &[f32], a: usize, b: usize, distance_m: f64) -> bool {
    let along = |axis| f64::from(positions[3 * a + axis]) - f64::from(positions[3 * b + axis]);
    let (dx, dz) = (along(0), along(2));
    dx * dx + dz * dz <= distance_m * distance_m
}
