//! One realm: its islands, who is connected where, and who still has to be told what.
//!
//! [`Realm`] is a pure state machine. Connectors report to it, the host calls [`Realm::tick`] when it is due and
//! carries the deliveries to the connectors:
//!
//! - `registry`: players, their current sessions, and the grace of those who are missing;
//! - `connectors`: epochs, sequences, signs of life;
//! - `reports`: what connectors say; `deliveries`: what they have to tell their clients;
//! - `outbox`: what has to be delivered, until it is acknowledged; `attempts`: when it is tried again;
//! - `admission`: who may be in which of the realm's own rooms; `rooms`: who is there, and what is ordered of them;
//! - `schedule`: when the islands are formed anew;
//! - `state`: what is stored, so that it outlives the realm;
//! - `snapshot`: what the stats show; `live`: what those see who watch; `counters`: what is counted.

mod admission;
mod attempts;
mod check;
mod connectors;
mod counters;
mod deliveries;
mod live;
mod machine;
mod outbox;
mod registry;
mod reports;
mod rooms;
mod schedule;
mod snapshot;
mod state;

pub use counters::FLUSH_BOUNDS_MS;
pub use live::{FRAME_REST_MS, HISTORY_MAX, WATCH_LEASE_MS};
pub use machine::{Realm, RealmConfig, RealmError};
pub use rooms::{FAREWELL_MS, ROOM_SILENCE_MAX_MS};
pub use schedule::{ARRIVALS_DELAY_MS, RUSH_FACTOR};
pub use state::{Changes, ISLAND_MEMBERS_MAX, NUMBER_MAX, StateError, Stored};
