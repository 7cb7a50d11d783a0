//! Catalysts: the servers of content and profiles, and which of them a client is sent to.
//!
//! Those that an operator has named are asked for `/about` (ADR-110) in rounds. Who does not answer, is unhealthy or full
//! is left out, then who is below the highest versions, then who is on the blacklist; of the others the nearest is chosen.

mod about;
mod choice;
mod countries;
mod place;
mod url;
mod version;

pub use about::{CatalystAbout, Unavailable};
pub use choice::{Candidate, Catalyst, Wish, choose, eligible};
pub use place::Place;
pub use url::CatalystUrl;
pub use version::Version;

use crate::cache::CacheTimes;
use crate::protocol::limits::{
    CATALYST_ROUND_LOST_MS, CATALYSTS_RETRY_MS, CATALYSTS_STALE_MS, CATALYSTS_TTL_MS,
};

/// For how long it is kept what the catalysts have answered. That none is left is no answer.
pub const CATALYSTS_CACHE: CacheTimes = CacheTimes {
    ttl_ms: CATALYSTS_TTL_MS,
    stale_ms: CATALYSTS_STALE_MS,
    retry_ms: CATALYSTS_RETRY_MS,
    lost_ms: CATALYST_ROUND_LOST_MS,
};
