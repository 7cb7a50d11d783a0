//! One client's session: every stage, everything that may come in it, and the records.

#[path = "../support/clients.rs"]
mod clients;
#[allow(dead_code)]
#[path = "../support/rng.rs"]
mod rng;

mod handshake;
mod live;
mod records;
mod refusals;
mod stages;
