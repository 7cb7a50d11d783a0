//! The crowd policies by the names that a command line gives them.

use archipelago_core::engine::CoherentConfig;

/// The policies that are measured unless one is named: the presets from most reassignments to fewest.
pub fn policies() -> Vec<String> {
    let coherent = CoherentConfig::PRESETS.map(|preset| format!("coherent:{preset}"));
    std::iter::once("stable".to_owned())
        .chain(coherent)
        .collect()
}
