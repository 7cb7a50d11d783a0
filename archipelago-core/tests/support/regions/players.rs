//! What people do: come, walk, travel together, leave.

use archipelago_core::engine::Position;

use super::World;
use super::message::PlayerId;

impl World {
    pub(super) fn act(&mut self) {
        let here = self.players();
        if here.len() < self.setting.population && self.rng.chance(0.6) {
            self.arrive();
        }
        if here.is_empty() {
            return;
        }
        let player = self.rng.pick(&here);
        if self.setting.leaves && self.rng.chance(0.08) {
            return self.leave(player);
        }
        if self.setting.walks {
            match self.rng.below(12) {
                0 => self.travel(player, &here),
                1 => {
                    let there = self.somewhere();
                    self.go(player, there);
                }
                _ => self.stroll(&here),
            }
        }
    }

    /// Everybody who is connected.
    pub(super) fn players(&self) -> Vec<PlayerId> {
        let lines = self.gates.iter().flat_map(|gate| gate.lines.keys());
        lines.copied().collect()
    }

    pub(super) fn gate_of(&self, player: PlayerId) -> usize {
        player as usize % self.gates.len()
    }

    pub(super) fn position(&self, player: PlayerId) -> Position {
        self.gates[self.gate_of(player)].lines[&player].position
    }

    fn arrive(&mut self) {
        let player = self.next_player;
        self.next_player += 1;
        let (x, z) = self.somewhere();
        let region = self.setting.squares.region_at(x, z);
        let gate = self.gate_of(player);
        self.gates[gate].login(player, at(x, z), region);
        self.trace(|| format!("{player} comes to {region}"));
    }

    fn leave(&mut self, player: PlayerId) {
        let gate = self.gate_of(player);
        self.gates[gate].leave(player);
        self.alive.remove(&player);
        self.count("leaves");
        self.trace(|| format!("{player} leaves"));
    }

    /// Some walk a bit.
    fn stroll(&mut self, here: &[PlayerId]) {
        for _ in 0..=here.len() / 4 {
            let player = self.rng.pick(here);
            let (x, z) = self.place(player);
            let reach =
                self.setting.squares.engine.join_distance_m() * self.rng.pick(&[0.1, 0.4, 1.0]);
            let to = (
                x + self.rng.between(-reach, reach),
                z + self.rng.between(-reach, reach),
            );
            self.go(player, to);
        }
    }

    /// All who have been told the same island go somewhere else, side by side.
    fn travel(&mut self, player: PlayerId, here: &[PlayerId]) {
        let told = |player: PlayerId| self.gates[self.gate_of(player)].lines[&player].told;
        let island = told(player);
        let fellows: Vec<PlayerId> = here
            .iter()
            .copied()
            .filter(|other| told(*other) == island)
            .collect();
        let (from, to) = (self.place(player), self.somewhere());
        for fellow in fellows {
            let (x, z) = self.place(fellow);
            self.go(fellow, (x + to.0 - from.0, z + to.1 - from.1));
        }
    }

    fn go(&mut self, player: PlayerId, to: (f64, f64)) {
        let gate = self.gate_of(player);
        let line = self.gates[gate].lines.get_mut(&player).expect("it is here");
        line.position = at(to.0, to.1);
    }

    fn place(&self, player: PlayerId) -> (f64, f64) {
        super::squares::ground(&self.position(player))
    }

    /// Mostly where squares meet.
    fn somewhere(&mut self) -> (f64, f64) {
        let squares = &self.setting.squares;
        let (side, join) = (squares.side_m, squares.engine.join_distance_m());
        let (width, depth) = (squares.columns as f64 * side, squares.rows as f64 * side);
        if self.rng.chance(0.3) {
            return (self.rng.between(0.0, width), self.rng.between(0.0, depth));
        }
        let column = 1 + self.rng.below(self.setting.squares.columns - 1);
        let x = side * column as f64 + self.rng.between(-2.0, 2.0) * join;
        let crowded = self.rng.chance(0.5);
        let z = if crowded {
            side + self.rng.between(-2.0, 2.0) * join
        } else {
            self.rng.between(0.0, depth)
        };
        (x, z)
    }
}

fn at(x: f64, z: f64) -> Position {
    Position::new(x as f32, 0.0, z as f32).expect("finite")
}
