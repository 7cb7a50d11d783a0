//! What must hold of every decoder and every state machine, whatever comes in: targets for fuzzers.
//!
//! A target is a function of bytes that panics if something does not hold. `cargo test` plays the corpus and a short
//! run of each on any compiler; `npm run fuzz` plays them for as long as one likes, led by what they reach.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod clients;
mod dates;
mod hall;
mod input;
mod kingdom;
mod ledger;
mod oracle;

mod shard;

pub mod answers;
pub mod bus;
pub mod chain;
pub mod connector;
pub mod islands;
pub mod packets;
pub mod people;
pub mod realm;
pub mod room;
pub mod session;
pub mod texts;

/// A function of bytes.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 10] = [
    ("answers", answers::run),
    ("bus", bus::run),
    ("chain", chain::run),
    ("connector", connector::run),
    ("islands", islands::run),
    ("packets", packets::run),
    ("realm", realm::run),
    ("room", room::run),
    ("session", session::run),
    ("texts", texts::run),
];
