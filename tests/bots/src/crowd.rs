//! Where all players are.

use archipelago_core::protocol::common::Position;
use archipelago_worlds::{UnknownWorld, World};

use crate::args::Settings;
use crate::commute::Commute;

/// The commuters, who come first, and those who walk in the world.
pub struct Crowd {
    world: World,
    commuters: usize,
    seed: u32,
}

impl Crowd {
    /// # Errors
    /// If no world has that name.
    pub fn new(settings: &Settings) -> Result<Self, UnknownWorld> {
        let walkers = settings.players - settings.commuters;
        let world = World::with_population(&settings.args.world, settings.seed, walkers)?;
        Ok(Self {
            world,
            commuters: settings.commuters,
            seed: settings.seed,
        })
    }

    /// How many players there are by now.
    pub fn count(&self) -> usize {
        self.commuters + self.world.count()
    }

    /// What the player of that number does instead of walking in the world, if so.
    pub fn commute(&self, index: usize) -> Option<Commute> {
        (index < self.commuters)
            .then(|| Commute::new(index, self.commuters, self.world.extent(), self.seed))
    }

    /// Where the player of that number is, who walks in the world.
    pub fn place(&self, index: usize) -> Position {
        let walker = index - self.commuters;
        let [x, y, z] = [0, 1, 2].map(|axis| self.world.positions()[3 * walker + axis]);
        Position { x, y, z }
    }

    /// Lets that many seconds pass.
    pub fn step(&mut self, dt_s: f64) {
        self.world.step(dt_s.min(World::STEP_MAX_S));
    }
}
