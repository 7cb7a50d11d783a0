//! One realm: sessions, connectors, deliveries, and when the islands are formed.

#[path = "../support/clients.rs"]
mod clients;
#[path = "../support/disk.rs"]
mod disk;
#[path = "../support/rng.rs"]
#[allow(dead_code)]
mod rng;

mod connectors;
mod counters;
mod deliveries;
mod live;
mod records;
mod restored;
mod room_reports;
mod rooms;
mod rooms_after_restart;
mod schedule;
mod sessions;
mod snapshot;
mod survival;
mod world;
