//! Random worlds: anything a host may do, in any order, from dense to sparse, with ties exactly at both distances.

use archipelago_core::engine::{Position, Scope};

use super::duel::Duel;
use super::model::Name;
use super::rng::Rng;
use super::subject::{Settings, Subject};

/// Where coordinates may lie.
#[derive(Debug, Clone, Copy)]
enum Ground {
    /// Anywhere.
    Free,
    /// On multiples of this many metres: most distances of note occur exactly.
    Lattice(f64),
    /// Next to those multiples, at most one representable number away.
    Edge(f64),
}

/// A world and the dice that drive it.
pub struct World {
    pub rng: Rng,
    pub settings: Settings,
    ground: Ground,
    side_m: f64,
    origin: (f64, f64),
    pub population: usize,
    /// Share of the population that does something between two flushes.
    activity: f64,
    /// Share of the reports that come with a wish.
    wishes: f64,
    arrivals_share: f64,
    /// How often a whole island goes somewhere else.
    pub travels: f64,
    pub flushes: usize,
}

/// Plays the world of this seed; what differed, if anything did.
pub fn play<S: Subject>(seed: u32) -> Result<(), String> {
    play_in::<S>(World::new(seed))
}

/// Plays a world that was made before.
pub fn play_in<S: Subject>(mut world: World) -> Result<(), String> {
    let mut duel = Duel::<S>::new(&world.settings);
    for _ in 0..world.flushes {
        world.step(&mut duel)?;
    }
    Ok(())
}

impl World {
    /// The world of this seed, with nobody in it yet.
    pub fn new(seed: u32) -> Self {
        let mut rng = Rng::new(seed);
        let large = rng.chance(0.05);
        let max_peers = match rng.below(10) {
            0 => rng.pick(&[25, 50, 64, 100, 1000]),
            _ => 1 + rng.below(20) as u32,
        };
        // A join distance of 20 m and leave distances of 25 and 30 m have lattice points at exactly these distances
        // off the axes too: (12, 16), (15, 20), (18, 24).
        let join = rng.pick(&[20.0, 20.0, 20.0, 64.0, 100.0, 7.3, 0.1]);
        let leave = join * rng.pick(&[1.25, 1.25, 1.0, 1.5, 3.0]);
        let prefix = rng.pick(&["I", "I", "island-", "Q7"]).to_owned();
        let step = join / rng.pick(&[20.0, 5.0, 4.0, 2.0, 1.0]);
        let ground = rng.pick(&[
            Ground::Free,
            Ground::Lattice(step),
            Ground::Lattice(step),
            Ground::Edge(step),
        ]);
        let population = if large {
            100 + rng.below(150)
        } else {
            1 + rng.below(45)
        };
        let spacing = rng.pick(&[0.0, 0.15, 0.3, 0.5, 0.7, 1.0, 1.4, 2.5]);
        let far = rng.pick(&[0.0, 0.0, 0.0, 1000.0, -1_000_000.0]);
        Self {
            settings: Settings {
                prefix,
                ..Settings::new(max_peers, join, leave)
            },
            ground,
            side_m: (population as f64).sqrt() * join * spacing,
            origin: (far * join, -far * join),
            population,
            activity: rng.pick(&[0.02, 0.1, 0.3, 0.8]),
            wishes: rng.pick(&[0.0, 0.1, 0.5]),
            travels: 0.08,
            arrivals_share: rng.pick(&[0.0, 0.3, 0.7]),
            flushes: if large { 8 } else { 10 + rng.below(25) },
            rng,
        }
    }

    /// Whatever happens until the next flush, and the flush.
    pub fn step<S: Subject>(&mut self, duel: &mut Duel<S>) -> Result<(), String> {
        self.act(duel);
        let scope = if self.rng.chance(self.arrivals_share) {
            Scope::Arrivals
        } else {
            Scope::Full
        };
        duel.flush(scope)?;
        let settled =
            scope == Scope::Full && duel.model.peers().count() == duel.model.reported().len();
        if settled && self.rng.chance(0.15) {
            duel.stays_put()?;
        }
        Ok(())
    }

    /// Everything that happens before the next flush.
    fn act<S: Subject>(&mut self, duel: &mut Duel<S>) {
        let burst = self.rng.chance(0.1);
        let acts =
            (self.population as f64 * if burst { 1.0 } else { self.activity }).ceil() as usize;
        for _ in 0..=self.rng.below(acts) {
            let peer = self.rng.below(self.population) as Name;
            if duel.model.knows(peer) {
                self.live(duel, peer);
            } else {
                self.join(duel, peer);
            }
        }
        if self.rng.chance(self.travels) {
            self.travel_together(duel);
        }
    }

    fn join<S: Subject>(&mut self, duel: &mut Duel<S>, peer: Name) {
        let spot = self.somewhere();
        self.report(duel, peer, spot);
    }

    fn live<S: Subject>(&mut self, duel: &mut Duel<S>, peer: Name) {
        let Some(here) = duel.model.position(peer) else {
            return self.hear_of(duel, peer);
        };
        match self.rng.below(20) {
            0..=8 => {
                let reach = self.settings.leave * self.rng.pick(&[0.1, 0.5, 1.0]);
                let spot = self.near(here, reach);
                self.report(duel, peer, spot);
            }
            9..=11 => self.report(duel, peer, here),
            12..=13 => self.join(duel, peer),
            14 => {
                let other = self.rng.below(self.population) as Name;
                let there = duel.model.position(other).unwrap_or(here);
                self.report(duel, peer, there);
            }
            15 => {
                let other = self.rng.below(self.population) as Name;
                let there = self.exactly_beside(duel.model.position(other).unwrap_or(here));
                self.report(duel, peer, there);
            }
            16 => {
                duel.disconnect(peer);
                self.join(duel, peer);
            }
            17 => {
                duel.disconnect(peer);
                self.report(duel, peer, here);
                if self.rng.chance(0.3) {
                    duel.disconnect(peer);
                }
            }
            _ => duel.disconnect(peer),
        }
    }

    /// A restored member: most keep silent for a while.
    fn hear_of<S: Subject>(&mut self, duel: &mut Duel<S>, peer: Name) {
        match self.rng.below(8) {
            0..=2 => self.join(duel, peer),
            3 => duel.disconnect(peer),
            _ => {}
        }
    }

    /// All members of one island move by the same way, as if in a bus.
    fn travel_together<S: Subject>(&mut self, duel: &mut Duel<S>) {
        if duel.model.islands().is_empty() {
            return;
        }
        let at = self.rng.below(duel.model.islands().len());
        let members = duel.model.islands()[at].members.clone();
        let target = self.somewhere();
        let reported = |&peer: &Name| Some((peer, duel.model.position(peer)?));
        let spots: Vec<(Name, Position)> = members.iter().filter_map(reported).collect();
        for &(peer, here) in &spots {
            let from = spots[0].1;
            let x = f64::from(here.x()) - f64::from(from.x()) + f64::from(target.x());
            let z = f64::from(here.z()) - f64::from(from.z()) + f64::from(target.z());
            let spot = self.put(x, z);
            self.report(duel, peer, spot);
        }
    }

    fn report<S: Subject>(&mut self, duel: &mut Duel<S>, peer: Name, spot: Position) {
        let wish = if self.rng.chance(self.wishes) {
            Some(self.wish(duel))
        } else {
            None
        };
        duel.report(peer, spot, wish.as_deref());
    }

    fn wish<S: Subject>(&mut self, duel: &Duel<S>) -> String {
        let islands = duel.model.islands();
        let prefix = &self.settings.prefix;
        match self.rng.below(10) {
            0 => String::new(),
            1 => duel.model.id(1 + self.rng.below(60) as u64),
            2 => format!("{prefix}0{}", self.rng.pick(&["", "1", "2"])),
            3 => duel.model.id(1 + self.rng.below(60) as u64).to_uppercase(),
            4 => self
                .rng
                .pick(&[
                    "nowhere",
                    "I",
                    " I1",
                    "i1",
                    "I1 ",
                    "I-1",
                    "Izzzzzzzzzzzzzz",
                    "Iä",
                    "1",
                ])
                .to_owned(),
            _ if islands.is_empty() => format!("{prefix}1"),
            _ => duel.model.id(islands[self.rng.below(islands.len())].number),
        }
    }

    fn somewhere(&mut self) -> Position {
        let half = self.side_m / 2.0;
        let x = self.origin.0 + self.rng.between(-half, half);
        let z = self.origin.1 + self.rng.between(-half, half);
        self.put(x, z)
    }

    fn near(&mut self, here: Position, reach: f64) -> Position {
        let x = f64::from(here.x()) + self.rng.between(-reach, reach);
        let z = f64::from(here.z()) + self.rng.between(-reach, reach);
        self.put(x, z)
    }

    /// At the join or the leave distance, as nearly as 32 bits can say it.
    fn exactly_beside(&mut self, there: Position) -> Position {
        let distance = self.rng.pick(&[self.settings.join, self.settings.leave]);
        let (dx, dz) = self
            .rng
            .pick(&[(1.0, 0.0), (0.0, -1.0), (0.6, 0.8), (-0.8, 0.6)]);
        let (x, z) = (
            f64::from(there.x()) + dx * distance,
            f64::from(there.z()) + dz * distance,
        );
        Position::new(x as f32, there.y(), z as f32).expect("finite")
    }

    fn put(&mut self, x: f64, z: f64) -> Position {
        let (x, z) = match self.ground {
            Ground::Free => (x as f32, z as f32),
            Ground::Lattice(step) => (snap(x, step), snap(z, step)),
            Ground::Edge(step) => (self.nudge(snap(x, step)), self.nudge(snap(z, step))),
        };
        let y = self.rng.between(-1000.0, 1000.0) as f32;
        Position::new(x, y, z).expect("finite")
    }

    fn nudge(&mut self, coordinate: f32) -> f32 {
        match self.rng.below(4) {
            0 => coordinate.next_up(),
            1 => coordinate.next_down(),
            _ => coordinate,
        }
    }
}

fn snap(coordinate: f64, step: f64) -> f32 {
    ((coordinate / step).round() * step) as f32
}
