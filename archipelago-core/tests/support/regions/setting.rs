//! What kind of world a seed is: the ground, the people, the weather.

use archipelago_core::engine::EngineConfig;

use super::squares::Squares;
use crate::rng::Rng;

const JOIN_M: f64 = 20.0;

/// A world before anything happens in it.
#[derive(Debug)]
pub struct Setting {
    pub squares: Squares,
    pub gates: usize,
    pub population: usize,
    /// Whether anybody ever moves.
    pub walks: bool,
    /// Whether anybody leaves.
    pub leaves: bool,
    /// Whether the islands at the end are those of one engine that sees the same people at once: there is room for
    /// everybody, and no gap that an island has grown across before.
    pub comparable: bool,
    /// How many messages of a hundred are lost, and come twice.
    pub lost: f64,
    pub repeated: f64,
    /// The longest way of a message, in ms.
    pub delay_ms: u64,
    /// How many events of a hundred a region dies in.
    pub deaths: f64,
    /// How long all this goes on.
    pub noise_ms: u64,
}

impl Setting {
    pub fn new(rng: &mut Rng) -> Self {
        let (columns, rows) = rng.pick(&[(2, 1), (2, 2), (2, 2), (3, 1), (3, 2)]);
        let leave = JOIN_M * rng.pick(&[1.0, 1.0, 1.25, 1.5]);
        let population = 4 + rng.below(44);
        let max_peers = match rng.below(5) {
            0 | 1 => 1000,
            _ => 2 + rng.below(14) as u32,
        };
        let walks = rng.chance(0.7);
        let leaves = rng.chance(if walks { 0.9 } else { 0.5 });
        let engine = EngineConfig::new(max_peers, JOIN_M, Some(leave)).expect("within limits");
        let still = !walks && !leaves;
        Self {
            comparable: max_peers == 1000 && (leave == JOIN_M || still),
            squares: Squares {
                columns,
                rows,
                side_m: JOIN_M * rng.pick(&[1.0, 3.0, 6.0]),
                engine,
                hysteresis_m: JOIN_M * rng.pick(&[0.0, 0.25, 0.5]),
            },
            gates: 1 + rng.below(3),
            population,
            walks,
            leaves,
            lost: rng.pick(&[0.0, 0.1, 0.3]),
            repeated: rng.pick(&[0.0, 0.1, 0.3]),
            delay_ms: rng.pick(&[20, 500, 5_000]),
            deaths: rng.pick(&[0.0, 0.002, 0.02]),
            noise_ms: 20_000 + 1_000 * rng.below(30) as u64,
        }
    }
}
