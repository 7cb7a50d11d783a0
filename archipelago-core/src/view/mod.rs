//! What the realm answers over HTTP: the shapes of `/about` (ADR-110), of the stats, and of the live stream.
//!
//! Absent fields are left out, never `null`: some clients do not survive one.

mod about;
mod audience;
mod live;
mod number;
mod rooms;
mod stats;

pub use about::{About, Comms, Configurations, Service};
pub use audience::{ASK_PERIOD_MS, Audience, Greeting};
pub use live::{Figures, LiveIsland, LiveView, Tenths};
pub use number::Number;
pub use rooms::{RoomDetail, RoomsStatus};
pub use stats::{
    CoreStatus, ErrorAnswer, IslandView, Islands, ParcelCoordinates, ParcelView, Parcels,
    PeerAnswer, PeerNotFound, PeerView, Peers, StatsView, Status,
};
