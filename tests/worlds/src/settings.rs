//! Under which parameters worlds are compared.

use archipelago_core::engine::{CrowdPolicy, EngineConfig};

/// Parameters of the engine and of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Players within this distance, in metres, are brought together.
    pub join_distance_m: f64,
    /// An island is broken only where a gap is wider than this, in metres.
    pub leave_distance_m: f64,
    /// The most players in an island.
    pub max_peers: u32,
    /// Seconds from one flush to the next.
    pub flush_interval_s: f64,
    /// Flushes in a run.
    pub flushes: u32,
}

impl Settings {
    /// Those of every world, unless something else is said: what the MAIN realm runs, for 300 seconds.
    pub const WORLDS: Self = Self {
        join_distance_m: 64.0,
        leave_distance_m: 80.0,
        max_peers: 100,
        flush_interval_s: 2.0,
        flushes: 150,
    };

    /// What an engine is made with.
    ///
    /// # Panics
    /// If the engine refuses these parameters; those of [`Self::WORLDS`] it takes.
    pub fn engine_config(&self, policy: CrowdPolicy) -> EngineConfig {
        let config = EngineConfig::new(
            self.max_peers,
            self.join_distance_m,
            Some(self.leave_distance_m),
        );
        let config = config.expect("parameters that are allowed");
        config.with_crowd_policy(policy)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::WORLDS
    }
}
