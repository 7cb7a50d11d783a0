//! What the realm answers over HTTP: the shapes of `/about` (ADR-110) and of the stats.
//!
//! Absent fields are left out, never `null`: some clients do not survive one.

mod about;
mod number;
mod stats;

pub use about::{About, Comms, Configurations, Service};
pub use number::Number;
pub use stats::{
    CoreStatus, ErrorAnswer, IslandView, Islands, ParcelCoordinates, ParcelView, Parcels,
    PeerAnswer, PeerNotFound, PeerView, Peers, StatsView, Status,
};
