//! The crowd policies by the names that a command line gives them.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, EngineConfig, UnknownPolicy};
use archipelago_worlds::Settings;

/// The policies that are measured unless one is named, in this order: the usual ones first.
pub fn policies() -> Vec<String> {
    let mut presets = CoherentConfig::PRESETS;
    presets.sort_by_key(|preset| *preset != "balanced");
    let coherent = presets.map(|preset| format!("coherent:{preset}"));
    std::iter::once("stable".to_owned())
        .chain(coherent)
        .collect()
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
    Ok(config.with_crowd_policy(CrowdPolicy::named(policy)?))
}
