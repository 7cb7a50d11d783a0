use serde::Serialize;

use crate::protocol::bus::RoomCount;

#[cfg(feature = "openapi")]
use super::openapi::values;

/// `/rooms/status`: the realm's own rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomsStatus {
    /// The version that runs.
    #[cfg_attr(feature = "openapi", schema(examples("0.1.0")))]
    pub version: String,
    /// Now, in ms since the epoch.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Time))]
    pub current_time: u64,
    /// The commit that it was built from; empty if that is not known.
    #[cfg_attr(feature = "openapi", schema(examples("0123abc")))]
    pub commit_hash: String,
    /// Players in all rooms.
    pub users: u64,
    /// Rooms with players.
    pub rooms: usize,
    /// Each of them, by name.
    pub details: Vec<RoomDetail>,
}

/// One room with players.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomDetail {
    /// The room's id: `<realm>.<island id>`.
    #[cfg_attr(feature = "openapi", schema(examples("main.I1")))]
    pub room_name: String,
    /// How many players there are in it.
    pub count: u32,
}

impl RoomsStatus {
    /// What is told of these rooms.
    pub fn new(version: String, commit_hash: String, now_ms: u64, rooms: Vec<RoomCount>) -> Self {
        let details: Vec<RoomDetail> = rooms
            .into_iter()
            .map(|room| RoomDetail {
                room_name: room.room,
                count: room.players,
            })
            .collect();
        Self {
            version,
            current_time: now_ms,
            commit_hash,
            users: details.iter().map(|room| u64::from(room.count)).sum(),
            rooms: details.len(),
            details,
        }
    }
}
