//! Measures the island engine in the worlds of `tests/worlds`: how fast it is, and how well it serves the people there.
//!
//! [`measure`] is one run of one world under one crowd policy; it is the same natively and as WebAssembly, and so are
//! the islands at its end. Times mean little on a busy machine: the [`Floor`] is timed in the same run, and what a
//! flush costs is said as a multiple of it.
//!
//! Every program with this crate in it counts what it allocates, see [`Meter`].
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod bindings;
mod clock;
mod dump;
mod floor;
mod map;
mod measure;
mod meter;
mod policy;
mod production;
mod row;

pub use dump::dump;
pub use floor::Floor;
pub use map::{Map, map};
pub use measure::{Refusal, measure};
pub use meter::Meter;
pub use policy::policies;
pub use production::{Deviation, deviation};
pub use row::Row;

/// The seed of every world that is measured.
pub const SEED: u32 = 1;
