//! The engine with more handles than the policy `coherent` looks at to find out how far people are spread.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, Scope};
use archipelago_worlds::figures::sizes;
use archipelago_worlds::{Run, Settings};
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test(unsupported = test)]
fn promises_are_kept_among_thousands() {
    for name in ["uniform-5000", "plazas-5000"] {
        let policy = CrowdPolicy::Coherent(CoherentConfig::balanced());
        let mut run = Run::new(name, 1, policy).expect("a world");
        for _ in 0..5 {
            run.flush();
            run.walk();
        }
        run.flush();
        assert_eq!(run.engine.check(Scope::Full), Ok(()), "{name}");
        // There are crowds, or the policy has had nothing to do.
        let fullest = sizes(run.sizes()).map(|sizes| sizes.max);
        assert_eq!(fullest, Some(Settings::WORLDS.max_peers as usize), "{name}");
    }
}
