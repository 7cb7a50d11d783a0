//! Auth chains from outside: what is accepted, what is refused, and what other implementations signed.

#[allow(dead_code)]
#[path = "../support/rng.rs"]
mod rng;
#[path = "../support/seeds.rs"]
mod seeds;

mod accept;
mod chains;
mod contract;
mod fuzz;
mod primitives;
mod recovery;
mod refuse;
mod refuse_shape;
mod vectors;
