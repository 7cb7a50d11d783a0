//! One room: who comes in, who hears whom, who has to go, and what the realm is told.

#[path = "../support/clients.rs"]
mod clients;
#[allow(dead_code)]
#[path = "../support/rng.rs"]
mod rng;
#[path = "../support/seeds.rs"]
mod seeds;

mod admission;
mod batches;
mod bystander;
mod contracts;
mod counters;
mod hall;
mod handshake;
mod members;
mod orders;
mod random;
mod records;
mod refusals;
mod reports;
mod slow;
mod world;
