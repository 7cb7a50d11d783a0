//! The crowd policies by the names that a command line gives them.

use archipelago_core::engine::EngineConfig;
use archipelago_worlds::Settings;

/// The policies that are measured unless one is named, in this order.
pub fn policies() -> Vec<String> {
    vec!["stable".to_owned()]
}

/// A name that no crowd policy has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no crowd policy {name:?}: it must be {}", policies().join(", "))]
pub struct UnknownPolicy {
    /// What was asked for.
    pub name: String,
}

/// What the engine is measured with: the parameters of all worlds, and that policy.
///
/// # Errors
/// If the engine has no policy of that name.
///
/// # Panics
/// If the engine refuses the parameters of the worlds, which it does not.
pub fn engine_config(policy: &str) -> Result<EngineConfig, UnknownPolicy> {
    let Settings {
        max_peers,
        join_distance_m,
        leave_distance_m,
        ..
    } = Settings::WORLDS;
    let config = EngineConfig::new(max_peers, join_distance_m, Some(leave_distance_m));
    let config = config.expect("the parameters of the worlds are allowed");
    if policies().iter().any(|known| known == policy) {
        Ok(config)
    } else {
        Err(UnknownPolicy {
            name: policy.to_owned(),
        })
    }
}
