//! Hot scenes: which scenes the players are in, as the content server knows them.
//!
//! The players' parcels are what a content server calls pointers ([`Crowd`]); it answers with the entities that are
//! deployed there ([`read_scenes`]), and the [`Ranking`] has the most crowded ones. The server is asked seldom, whoever
//! asks us how often ([`Cache`](crate::cache::Cache)).

mod crowd;
mod entity;
mod lenient;
mod parcel;
mod ranking;
mod surrogates;

pub use crowd::Crowd;
pub use entity::{Scene, Thumbnail, read_scenes};
pub use parcel::Parcel;
pub use ranking::Ranking;

use crate::cache::CacheTimes;
use crate::protocol::limits::{SCENES_LOST_MS, SCENES_RETRY_MS, SCENES_TTL_MS};

/// Where a content server tells which entities are deployed, below its URL.
pub const ACTIVE_ENTITIES_PATH: &str = "entities/active";

/// For how long hot scenes are kept. Those from before an outage of the content server are better than none.
pub const SCENES_CACHE: CacheTimes = CacheTimes {
    ttl_ms: SCENES_TTL_MS,
    stale_ms: u64::MAX,
    retry_ms: SCENES_RETRY_MS,
    lost_ms: SCENES_LOST_MS,
};
