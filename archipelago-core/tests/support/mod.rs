//! What the engine's tests share, natively and as WebAssembly: the model of the rules, worlds to try them in, and
//! the duel that compares engine and model after every flush.

// Every test file uses a part of it.
#![allow(dead_code)]

pub mod duel;
pub mod golden;
pub mod invariants;
pub mod model;
pub mod random;
pub mod restored;
pub mod rng;
pub mod subject;
pub mod town;
pub mod worlds;
