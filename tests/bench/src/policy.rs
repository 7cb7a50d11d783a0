//! The crowd policies by the names that a command line gives them.

use archipelago_core::engine::CoherentConfig;

/// The policies that are measured unless one is named, in this order: the usual ones first.
pub fn policies() -> Vec<String> {
    let mut presets = CoherentConfig::PRESETS;
    presets.sort_by_key(|preset| *preset != "balanced");
    let coherent = presets.map(|preset| format!("coherent:{preset}"));
    std::iter::once("stable".to_owned())
        .chain(coherent)
        .collect()
}
