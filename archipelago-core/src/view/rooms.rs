use serde::Serialize;

use crate::protocol::bus::RoomCount;

/// `/rooms/status`: the realm's own rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomsStatus {
    /// The version that runs.
    pub version: String,
    /// Now, in ms since the epoch.
    pub current_time: u64,
    /// The commit that it was built from; empty if that is not known.
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
#[serde(rename_all = "camelCase")]
pub struct RoomDetail {
    /// The room's id: `<realm>.<island id>`.
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
