//! What an operator decides: how many peers share an island, and how near they must be.

use super::policy::CrowdPolicy;

/// Metres within which the system's documentation promises to bring peers together.
const DEFAULT_JOIN_DISTANCE_M: f64 = 100.0;
/// Peers per island in the system's documentation.
const DEFAULT_MAX_PEERS: u32 = 100;
/// The leave distance when none is given, as a multiple of the join distance.
const DEFAULT_HYSTERESIS: f64 = 1.25;

/// The parameters of an [`Engine`](super::Engine), checked when they are put together.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineConfig {
    max_peers: u32,
    join_distance_m: f64,
    leave_distance_m: f64,
    id_prefix: String,
    crowd_policy: CrowdPolicy,
}

/// A parameter that no engine can work with: which one, its value, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum InvalidConfig {
    /// An island has room for nobody.
    #[error("max_peers is {value}: it must be at least 1")]
    MaxPeers {
        /// The refused value.
        value: u32,
    },
    /// The join distance is NaN, infinite, zero or negative.
    #[error("join_distance_m is {value}: it must be finite and above 0")]
    JoinDistance {
        /// The refused value, in metres.
        value: f64,
    },
    /// The leave distance is NaN, infinite, or below the join distance.
    #[error(
        "leave_distance_m is {value}: it must be finite and at least join_distance_m, which is {join_distance_m}"
    )]
    LeaveDistance {
        /// The refused value, in metres.
        value: f64,
        /// The join distance it has to reach, in metres.
        join_distance_m: f64,
    },
}

impl EngineConfig {
    /// Parameters with the id prefix `I`; without a leave distance it is 1.25 times the join distance.
    ///
    /// # Errors
    /// If `max_peers` is 0, a distance is not a finite number above 0, or the leave distance is below the join
    /// distance (islands would break where they had just been joined).
    pub fn new(
        max_peers: u32,
        join_distance_m: f64,
        leave_distance_m: Option<f64>,
    ) -> Result<Self, InvalidConfig> {
        if max_peers == 0 {
            return Err(InvalidConfig::MaxPeers { value: max_peers });
        }
        if !(join_distance_m.is_finite() && join_distance_m > 0.0) {
            return Err(InvalidConfig::JoinDistance {
                value: join_distance_m,
            });
        }
        let leave_distance_m = leave_distance_m.unwrap_or(join_distance_m * DEFAULT_HYSTERESIS);
        if !(leave_distance_m.is_finite() && leave_distance_m >= join_distance_m) {
            return Err(InvalidConfig::LeaveDistance {
                value: leave_distance_m,
                join_distance_m,
            });
        }
        Ok(Self {
            max_peers,
            join_distance_m,
            leave_distance_m,
            id_prefix: "I".to_owned(),
            crowd_policy: CrowdPolicy::Stable,
        })
    }

    /// What the MAIN realm runs in production: 100 peers, joined at 64 m, left at 80 m.
    pub fn main_realm() -> Self {
        Self {
            join_distance_m: 64.0,
            leave_distance_m: 80.0,
            ..Self::default()
        }
    }

    /// The same parameters with another id prefix.
    #[must_use]
    pub fn with_id_prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.id_prefix);
        self
    }

    /// The same parameters with another crowd policy; without it, it is [`CrowdPolicy::Stable`].
    #[must_use]
    pub fn with_crowd_policy(mut self, policy: CrowdPolicy) -> Self {
        self.crowd_policy = policy;
        self
    }

    /// The most peers an island holds.
    pub fn max_peers(&self) -> u32 {
        self.max_peers
    }

    /// Peers within this distance, in metres, are brought together.
    pub fn join_distance_m(&self) -> f64 {
        self.join_distance_m
    }

    /// An island is broken only where a gap is wider than this, in metres.
    pub fn leave_distance_m(&self) -> f64 {
        self.leave_distance_m
    }

    /// What every island id starts with.
    pub fn id_prefix(&self) -> &str {
        &self.id_prefix
    }

    /// Who shares an island where not everybody fits into one.
    pub fn crowd_policy(&self) -> CrowdPolicy {
        self.crowd_policy
    }
}

impl Default for EngineConfig {
    /// The system's documented figures: 100 peers, joined at 100 m, left at 125 m, ids that start with `I`.
    fn default() -> Self {
        Self {
            max_peers: DEFAULT_MAX_PEERS,
            join_distance_m: DEFAULT_JOIN_DISTANCE_M,
            leave_distance_m: DEFAULT_JOIN_DISTANCE_M * DEFAULT_HYSTERESIS,
            id_prefix: "I".to_owned(),
            crowd_policy: CrowdPolicy::Stable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_documented_ones() {
        assert_eq!(
            EngineConfig::new(100, 100.0, None).unwrap(),
            EngineConfig::default()
        );
        assert_eq!(
            EngineConfig::new(100, 64.0, None).unwrap(),
            EngineConfig::main_realm()
        );
    }

    #[test]
    fn refusals_name_field_and_value() {
        let said = |max, join, leave| EngineConfig::new(max, join, leave).unwrap_err().to_string();
        assert!(said(0, 1.0, None).starts_with("max_peers is 0"));
        for join in [f64::NAN, f64::INFINITY, 0.0, -3.0] {
            assert!(said(1, join, None).starts_with(&format!("join_distance_m is {join}")));
        }
        for leave in [f64::NAN, f64::INFINITY, 0.0, 9.5] {
            let error = said(1, 10.0, Some(leave));
            assert!(error.starts_with(&format!("leave_distance_m is {leave}")));
        }
        assert!(said(1, f64::MAX, None).starts_with("leave_distance_m is inf"));
    }
}
