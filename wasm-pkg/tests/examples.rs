//! The engine's examples as WebAssembly.

#[path = "../../archipelago-core/tests/engine_examples.rs"]
mod examples;
