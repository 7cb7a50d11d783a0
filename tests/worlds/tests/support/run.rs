//! A world with an engine in it.

use archipelago_core::engine::{
    CrowdPolicy, Engine, EngineConfig, IslandNumber, Peer, Position, Scope, Update,
};
use archipelago_worlds::{Settings, World};

use super::Fingerprint;

/// Peers are inserted in the order of the walkers, nobody leaves: the two have the same indices.
pub struct Run {
    pub world: World,
    pub engine: Engine,
    /// How many of the walkers the engine knows.
    known: usize,
    now_ms: u64,
    pub reassignments: u64,
    pub player_seconds: f64,
}

impl Run {
    /// At the beginning of the world; nobody has reported yet.
    pub fn new(name: &str, seed: u32) -> Self {
        Self::under(CrowdPolicy::Stable, name, seed)
    }

    /// The same under another crowd policy.
    pub fn under(policy: CrowdPolicy, name: &str, seed: u32) -> Self {
        let Settings {
            max_peers,
            join_distance_m,
            leave_distance_m,
            ..
        } = Settings::WORLDS;
        let config = EngineConfig::new(max_peers, join_distance_m, Some(leave_distance_m)).unwrap();
        Self {
            world: World::named(name, seed).unwrap(),
            engine: Engine::new(config.with_crowd_policy(policy)),
            known: 0,
            now_ms: 0,
            reassignments: 0,
            player_seconds: 0.0,
        }
    }

    /// Everybody reports and the islands are formed.
    pub fn flush(&mut self) {
        self.report();
        self.form();
    }

    /// Everybody reports, by handle who is known already.
    pub fn report(&mut self) {
        let mut positions = self.world.positions().chunks_exact(3).map(position);
        for (index, position) in positions.by_ref().take(self.known).enumerate() {
            self.engine.update(Peer::from_index(index), position, None);
        }
        for position in positions {
            let peer = self.engine.insert(position, None);
            assert_eq!(peer.index(), self.known);
            self.known += 1;
        }
    }

    /// Forms the islands; what the peers are told is counted.
    pub fn form(&mut self) {
        let updates = self.engine.flush(self.now_ms, Scope::Full);
        let is_move = |update: &&Update| matches!(update, Update::ChangeTo { from: Some(_), .. });
        self.reassignments += updates.iter().filter(is_move).count() as u64;
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

    /// The sizes of all islands, the smallest first.
    pub fn sizes(&self) -> Vec<usize> {
        let islands = self.engine.islands();
        let mut sizes: Vec<_> = islands.map(|island| island.members().len()).collect();
        sizes.sort_unstable();
        sizes
    }

    /// Of all islands, their members, and the order of both.
    pub fn add_islands(&self, fingerprint: &mut Fingerprint) {
        for island in self.engine.islands() {
            fingerprint.add(island.number().get());
            fingerprint.add(island.members().len() as u64);
            for peer in island.members() {
                fingerprint.add(peer.index() as u64);
            }
        }
    }
}

fn position(at: &[f32]) -> Position {
    Position::new(at[0], at[1], at[2]).expect("walkers are somewhere")
}
