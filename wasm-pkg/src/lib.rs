//! The island engine for JavaScript: one class, plain objects in and out.
//!
//! What the values look like is declared in `types.ts`, which becomes part of the package's type declarations.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod engine;
mod options;
mod values;

pub use engine::{Archipelago, ArchipelagoOptions, FlushScope};
