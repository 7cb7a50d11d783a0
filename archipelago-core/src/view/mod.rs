//! What the realm answers over HTTP: what is where, the shapes of `/about` (ADR-110), of the stats, of the live stream and
//! of the metrics.
//!
//! Absent fields are left out, never `null`: some clients do not survive one.

mod about;
mod audience;
mod entity_tag;
mod hot_scenes;
mod live;
mod metrics;
mod newest;
mod number;
#[cfg(feature = "openapi")]
mod openapi;
mod realms;
mod rooms;
mod routes;
mod stats;

pub use about::{About, Comms, Configurations, Service, World};
pub use audience::{ASK_PERIOD_MS, Audience, Greeting};
pub use entity_tag::{entity_tag, is_known_tag};
pub use hot_scenes::HotScene;
pub use live::{Figures, LiveIsland, LiveView, Tenths};
pub use metrics::{METRICS_TYPE, metrics_text};
pub use newest::{Look, Newest, Visit};
pub use number::Number;
#[cfg(feature = "openapi")]
pub use openapi::openapi_json;
pub use realms::RealmView;
pub use rooms::{RoomDetail, RoomsStatus};
pub use routes::Route;
pub(crate) use routes::is_taken;
pub use stats::{
    CoreStatus, ErrorAnswer, IslandView, Islands, ParcelCoordinates, ParcelView, Parcels,
    PeerAnswer, PeerNotFound, PeerView, Peers, StatsView, Status,
};
