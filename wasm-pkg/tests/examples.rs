//! The engine's examples as WebAssembly.

#[path = "../../archipelago-core/tests/engine_examples.rs"]
mod examples;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
