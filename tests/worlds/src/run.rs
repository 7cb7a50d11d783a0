//! A world with an engine in it.

use archipelago_core::engine::{CrowdPolicy, Engine, IslandNumber, Peer, Position, Scope, Update};

use crate::{Fingerprint, Settings, UnknownWorld, World};

/// A world whose walkers are the peers of an engine: inserted in the order of the walkers, and since nobody leaves, with
/// the same indices. The parameters of the engine are those of all worlds.
#[derive(Debug)]
pub struct Run {
    /// Where everybody is.
    pub world: World,
    /// Who is with whom.
    pub engine: Engine,
    /// How many of the walkers the engine knows.
    known: usize,
    now_ms: u64,
    /// Net changes that walkers were told, their first island excluded.
    pub reassignments: u64,
    /// The time that passed, once for every walker present.
    pub player_seconds: f64,
}

impl Run {
    /// At the beginning of the world of that name and seed; nobody has reported yet.
    ///
    /// # Errors
    /// If no world has that name.
    pub fn new(world: &str, seed: u32, policy: CrowdPolicy) -> Result<Self, UnknownWorld> {
        Ok(Self {
            world: World::named(world, seed)?,
            engine: Engine::new(Settings::WORLDS.engine_config(policy)),
            known: 0,
            now_ms: 0,
            reassignments: 0,
            player_seconds: 0.0,
        })
    }

    /// Everybody reports where it is, by handle who is known already, as a connector's players do.
    pub fn report(&mut self) {
        let mut positions = self.world.positions().chunks_exact(3).map(position);
        for (index, position) in positions.by_ref().take(self.known).enumerate() {
            self.engine.update(Peer::from_index(index), position, None);
        }
        for position in positions {
            let peer = self.engine.insert(position, None);
            debug_assert_eq!(peer.index(), self.known);
            self.known += 1;
        }
    }

    /// Forms the islands; what the walkers are told is counted.
    pub fn form(&mut self) {
        let updates = self.engine.flush(self.now_ms, Scope::Full);
        let is_move = |update: &&Update| matches!(update, Update::ChangeTo { from: Some(_), .. });
        self.reassignments += updates.iter().filter(is_move).count() as u64;
    }

    /// Everybody reports, and the islands are formed.
    pub fn flush(&mut self) {
        self.report();
        self.form();
    }

    /// Lets the time until the next flush pass.
    pub fn walk(&mut self) {
        let interval_s = Settings::WORLDS.flush_interval_s;
        self.player_seconds += interval_s * self.world.count() as f64;
        self.now_ms += (interval_s * 1000.0) as u64;
        self.world.step(interval_s);
    }

    /// The island of each walker.
    pub fn assignments(&self) -> Vec<Option<IslandNumber>> {
        let peers = (0..self.world.count()).map(Peer::from_index);
        peers.map(|peer| self.engine.island_of(peer)).collect()
    }

    /// How many members each island has, the oldest first.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.engine.islands().map(|island| island.members().len())
    }

    /// Adds all islands, their members, and the order of both.
    pub fn add_islands(&self, fingerprint: &mut Fingerprint) {
        for island in self.engine.islands() {
            fingerprint.add(island.number().get());
            fingerprint.add(island.members().len() as u64);
            for peer in island.members() {
                fingerprint.add(peer.index() as u64);
            }
        }
    }

    /// Of the islands as they are.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = Fingerprint::default();
        self.add_islands(&mut fingerprint);
        fingerprint
    }
}

fn position(at: &[f32]) -> Position {
    Position::new(at[0], at[1], at[2]).expect("walkers are somewhere")
}
