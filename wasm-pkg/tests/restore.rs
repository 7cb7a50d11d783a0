//! What is promised across restarts, as WebAssembly.

#[path = "../../archipelago-core/tests/engine_restore.rs"]
mod restore;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
