//! The least that can be done with everybody's position: to sort them by the ground they stand on.

/// Side of a cell, in metres.
const CELL_M: f64 = 64.0;

/// One counting sort of all players into cells of 64 m, with buffers that are kept.
///
/// Its time is the unit of what a flush costs: on a slow or busy machine both take longer.
#[derive(Debug, Default)]
pub struct Floor {
    /// By player.
    keys: Vec<u32>,
    /// By cell: where its players start in the order; one more than there are cells.
    starts: Vec<u32>,
    /// The players, cell by cell.
    order: Vec<u32>,
}

impl Floor {
    /// Sorts the players; `positions` are x, y and z of each in metres, within `extent_m` of the middle of the world along
    /// both axes. Who is farther away counts as standing at the border.
    pub fn sort(&mut self, positions: &[f32], extent_m: f64) {
        let columns = ((2.0 * extent_m / CELL_M) as u32).saturating_add(1);
        let per_metre = 1.0 / CELL_M as f32;
        let extent = extent_m as f32;
        // Saturates: below 0 is 0.
        let column =
            |coordinate: f32| (((coordinate + extent) * per_metre) as u32).min(columns - 1);
        self.starts.clear();
        self.starts
            .resize(columns as usize * columns as usize + 1, 0);
        self.keys.clear();
        let key = |at: &[f32]| column(at[2]) * columns + column(at[0]);
        self.keys.extend(positions.chunks_exact(3).map(key));
        for key in &self.keys {
            self.starts[*key as usize] += 1;
        }
        let mut before = 0;
        for start in &mut self.starts {
            before += std::mem::replace(start, before);
        }
        self.order.resize(self.keys.len(), 0);
        for (key, player) in self.keys.iter().zip(0..) {
            let start = &mut self.starts[*key as usize];
            self.order[*start as usize] = player;
            *start += 1;
        }
    }

    /// The players in the order of their cells, and inside one in their own.
    pub fn order(&self) -> &[u32] {
        &self.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use archipelago_worlds::World;

    /// The same by the library's sort, which is stable.
    fn sorted(positions: &[f32], extent_m: f64) -> Vec<u32> {
        let last = (2.0 * extent_m / CELL_M).floor();
        let cell = |at: f32| {
            ((f64::from(at) + extent_m) / CELL_M)
                .floor()
                .clamp(0.0, last)
        };
        let key = |player: &u32| {
            let at = &positions[3 * *player as usize..];
            (cell(at[2]) as u32, cell(at[0]) as u32)
        };
        let mut players: Vec<u32> = (0..positions.len() as u32 / 3).collect();
        players.sort_by_key(key);
        players
    }

    #[test]
    fn it_sorts_as_a_plain_sort_does() {
        let mut floor = Floor::default();
        for name in [
            "plaza-400",
            "uniform-10000",
            "hamlets",
            "surge",
            "crowd-300",
            "uniform-1",
        ] {
            let mut world = World::named(name, 1).unwrap();
            for _ in 0..3 {
                floor.sort(world.positions(), world.extent());
                let expected = sorted(world.positions(), world.extent());
                assert_eq!(floor.order(), expected, "{name}");
                world.step(10.0);
            }
        }
    }

    #[test]
    fn who_is_outside_stands_at_the_border() {
        let positions = [1e9, 0.0, 1e9, -1e9, 0.0, -1e9, 0.0, 0.0, 0.0];
        let mut floor = Floor::default();
        floor.sort(&positions, 200.0);
        assert_eq!(floor.order(), [1, 2, 0]);
    }
}
