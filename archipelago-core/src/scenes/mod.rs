//! Hot scenes: which scenes the players are in, as the content server knows them.
//!
//! The players' parcels are what a content server calls pointers ([`Crowd`]); it answers with the entities that are
//! deployed there ([`read_scenes`]), and the [`Ranking`] has the most crowded ones. The server is asked seldom, whoever
//! asks us how often ([`Cache`]).

mod cache;
mod crowd;
mod entity;
mod lenient;
mod parcel;
mod ranking;
mod surrogates;

pub use cache::Cache;
pub use crowd::Crowd;
pub use entity::{Scene, Thumbnail, read_scenes};
pub use parcel::Parcel;
pub use ranking::Ranking;

/// Where a content server tells which entities are deployed, below its URL.
pub const ACTIVE_ENTITIES_PATH: &str = "entities/active";
