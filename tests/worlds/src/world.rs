//! A world: its walkers, and where they are.

use crate::ground::Spot;
use crate::plan::{Plan, UnknownWorld};
use crate::rng::Rng;
use crate::walker::{Habits, Walker};

/// A world full of walkers. See the [crate](crate) for which there are.
#[derive(Clone, Debug)]
pub struct World {
    habits: Habits,
    population: usize,
    arrivals_s: f64,
    clock_s: f64,
    rng: Rng,
    walkers: Vec<Walker>,
    /// x, 0, z per walker.
    positions: Vec<f32>,
}

impl World {
    /// The longest step, in seconds: every trip in it is walked, so there has to be an end.
    pub const STEP_MAX_S: f64 = 3600.0;

    /// The world of that name, see the [crate](crate), at its beginning.
    ///
    /// # Errors
    /// If no world has that name.
    pub fn named(name: &str, seed: u32) -> Result<Self, UnknownWorld> {
        Self::with_population(name, seed, Self::population_of(name)?)
    }

    /// The world of that name with another number of players: its ground is what the name says, only the crowd on it is
    /// larger or smaller.
    ///
    /// # Errors
    /// If no world has that name.
    pub fn with_population(name: &str, seed: u32, population: usize) -> Result<Self, UnknownWorld> {
        let plan = Plan::named(name)?;
        let mut world = Self {
            habits: Habits::new(plan.ground, plan.idle_share),
            population,
            arrivals_s: plan.arrivals_s,
            clock_s: 0.0,
            rng: Rng::new(seed),
            walkers: Vec::with_capacity(population),
            positions: Vec::with_capacity(3 * population),
        };
        world.admit();
        Ok(world)
    }

    /// How many players the world of that name has, once all have arrived.
    ///
    /// # Errors
    /// If no world has that name.
    pub fn population_of(name: &str) -> Result<usize, UnknownWorld> {
        Plan::named(name).map(|plan| plan.population as usize)
    }

    /// How many players there are once all have arrived.
    pub fn population(&self) -> usize {
        self.population
    }

    /// Lets that many seconds pass. Allocates nothing.
    ///
    /// # Panics
    /// Unless `dt_s` is from 0 to [`Self::STEP_MAX_S`].
    pub fn step(&mut self, dt_s: f64) {
        assert!(
            (0.0..=Self::STEP_MAX_S).contains(&dt_s),
            "dt_s is {dt_s}: it must be from 0 to {}",
            Self::STEP_MAX_S
        );
        self.clock_s += dt_s;
        let places = self.positions.chunks_exact_mut(3);
        for (walker, place) in self.walkers.iter_mut().zip(places) {
            walker.step(dt_s, &self.habits, &mut self.rng);
            place.copy_from_slice(&coordinates(walker));
        }
        self.admit();
    }

    /// x, y and z in metres of every walker present; y is 0. The order never changes: who arrives comes last, and
    /// nobody leaves.
    pub fn positions(&self) -> &[f32] {
        &self.positions
    }

    /// How many walkers are present.
    pub fn count(&self) -> usize {
        self.walkers.len()
    }

    /// Half the side, in metres, of the square around the origin in which everybody walks who is not dragged out of it.
    pub fn extent(&self) -> f64 {
        self.habits.ground.extent_m()
    }

    /// Moves the walkers within `radius_m` of a spot by a vector, all in metres. They stand there for a while, as if
    /// they had arrived. Returns how many that were.
    ///
    /// # Panics
    /// Unless all arguments are finite.
    pub fn drag(&mut self, x: f64, z: f64, radius_m: f64, dx: f64, dz: f64) -> usize {
        let arguments = [x, z, radius_m, dx, dz];
        assert!(
            arguments.iter().all(|value| value.is_finite()),
            "x, z, radius_m, dx, dz are {arguments:?}: they must be finite"
        );
        let middle = Spot { x, z };
        let mut dragged = 0;
        let places = self.positions.chunks_exact_mut(3);
        for (walker, place) in self.walkers.iter_mut().zip(places) {
            if walker.at.distance_m(middle) <= radius_m {
                let to = Spot {
                    x: walker.at.x + dx,
                    z: walker.at.z + dz,
                };
                walker.put(to, &self.habits, &mut self.rng);
                place.copy_from_slice(&coordinates(walker));
                dragged += 1;
            }
        }
        dragged
    }

    /// Lets in those who have arrived by now.
    fn admit(&mut self) {
        for index in self.walkers.len()..self.arrived() {
            let walker = Walker::new(index, &self.habits, &mut self.rng);
            self.positions.extend_from_slice(&coordinates(&walker));
            self.walkers.push(walker);
        }
    }

    /// How many have arrived by now: evenly over the time of the arrivals.
    fn arrived(&self) -> usize {
        if self.clock_s >= self.arrivals_s {
            return self.population;
        }
        (self.population as f64 * self.clock_s / self.arrivals_s) as usize
    }
}

fn coordinates(walker: &Walker) -> [f32; 3] {
    [walker.at.x as f32, 0.0, walker.at.z as f32]
}

#[cfg(test)]
mod tests;
