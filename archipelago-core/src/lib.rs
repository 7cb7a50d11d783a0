//! The rules of an archipelago: who shares an island, who is who, who has to be told what.
//!
//! Everything here is pure. Time, randomness and answers from outside are arguments; what has to be done outside
//! is a return value. The same inputs in the same order give the same outputs, native and as WebAssembly.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod auth;
pub mod cache;
pub mod catalyst;
pub mod config;
pub mod connector;
pub mod engine;
pub mod moderation;
pub mod pacing;
pub mod protocol;
pub mod realm;
pub mod room;
pub mod scenes;
pub mod session;
pub mod transport;
pub mod view;
