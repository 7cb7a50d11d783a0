//! What is promised across restarts, as WebAssembly.

#[path = "../../archipelago-core/tests/engine_restore.rs"]
mod restore;
