//! One realm: sessions, connectors, deliveries, and when the islands are formed.

#[path = "../support/clients.rs"]
mod clients;

mod connectors;
mod deliveries;
mod live;
mod room_reports;
mod rooms;
mod rooms_after_restart;
mod schedule;
mod sessions;
mod world;
