//! One connector: its sockets, its reports, and what the realm delivers to it.

#[path = "../support/clients.rs"]
mod clients;

mod counters;
mod deliveries;
mod incarnations;
mod limits;
mod records;
mod reports;
mod shard;
mod sockets;
mod vetting;
