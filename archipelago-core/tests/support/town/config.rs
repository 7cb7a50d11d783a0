//! What a town is like, as its seed will have it.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, EngineConfig, InvalidCoherent};

use super::super::rng::Rng;

/// From the smallest islands in which anything can be told apart to the usual ones.
pub const CAPACITIES: [u32; 9] = [5, 6, 8, 10, 13, 20, 30, 50, 100];

/// Any capacity and distances, and the policy `coherent`.
pub fn engine(rng: &mut Rng) -> EngineConfig {
    let max_peers = rng.pick(&CAPACITIES);
    let join_m = rng.pick(&[64.0, 64.0, 20.0, 100.0, 7.3]);
    let leave_m = join_m * rng.pick(&[1.25, 1.25, 1.0, 2.0]);
    let config = EngineConfig::new(max_peers, join_m, Some(leave_m)).expect("good distances");
    config.with_crowd_policy(CrowdPolicy::Coherent(coherent(rng)))
}

/// The same under any policy, `stable` included: what an operator may change while the realm is down.
pub fn another_policy(rng: &mut Rng, config: &EngineConfig) -> EngineConfig {
    let policy = if rng.chance(0.3) {
        CrowdPolicy::Stable
    } else {
        CrowdPolicy::Coherent(coherent(rng))
    };
    config.clone().with_crowd_policy(policy)
}

/// A preset, or as often one with single parameters that are anything allowed.
pub fn coherent(rng: &mut Rng) -> CoherentConfig {
    let mut config = CoherentConfig::preset(rng.pick(&CoherentConfig::PRESETS)).expect("a preset");
    if rng.chance(0.5) {
        return config;
    }
    for name in CoherentConfig::parameters() {
        if rng.chance(0.4) {
            let value = anything(rng, name);
            // What does not go with the other parameters is left alone.
            config = config.with(name, value).unwrap_or(config);
        }
    }
    config
}

/// A value within the limits of a parameter, often one of them.
fn anything(rng: &mut Rng, name: &str) -> f64 {
    let refused = CoherentConfig::balanced().with(name, f64::NAN);
    let Err(InvalidCoherent::Value { min, max, .. }) = refused else {
        panic!("{name} may be NaN");
    };
    match rng.below(4) {
        0 => min,
        1 => max,
        // Most limits are far from what makes a difference.
        2 => rng.between(min, max.min(min + 5.0)),
        _ => rng.between(min, max).round().clamp(min, max),
    }
}
