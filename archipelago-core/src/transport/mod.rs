//! Where the peers of an island meet: the connection strings that clients get with their island.
//!
//! A connection string is `protocol:parameters`, as the clients' adapters read it.

mod livekit;
mod ws_room;

use std::fmt;

/// What is said where nobody meets.
const OFFLINE: &str = "offline:offline";

/// What carries the peers' traffic.
#[derive(Clone, PartialEq, Eq)]
pub enum Transport {
    /// Rooms of a `LiveKit` server; the client enters with a token that is signed here.
    LiveKit {
        /// Where clients find the server: `wss://` is put in front unless a WebSocket scheme is there.
        host: String,
        /// Names the secret to the server.
        api_key: String,
        /// Signs the tokens. It never leaves this process.
        api_secret: String,
        /// Stands before an island's id in the name of its room.
        room_prefix: String,
    },
    /// Rooms of our own: sockets of this very deployment; the client enters with a token that the realm's key signs.
    WsRoom {
        /// The realm, as it is part of its rooms' ids.
        realm: String,
    },
    /// Nothing: the peers of an island know of each other and do not meet.
    Offline,
}

/// Who is invited where.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    /// The id of the island.
    pub island: &'a str,
    /// Who, and by which assignment.
    pub pass: Pass,
    /// Where this client reaches the realm, such as `https://realm.example`.
    pub origin: &'a str,
    /// What signs tokens of the realm's own rooms.
    pub room_key: Option<&'a RoomKey>,
}

impl Transport {
    /// How who is invited gets into the room from `now_ms` (milliseconds since 1970) on.
    ///
    /// The string is a secret of that peer: good for [`TOKEN_LIFETIME_S`] seconds with `LiveKit`, for
    /// [`ROOM_TOKEN_LIFETIME_MS`] with rooms of our own. Without the key and the origin that those need, nobody meets.
    pub fn connection_string(&self, invitation: &Invitation<'_>, now_ms: u64) -> String {
        match self {
            Self::LiveKit {
                host,
                api_key,
                api_secret,
                room_prefix,
            } => {
                let room = format!("{room_prefix}{}", invitation.island);
                let token =
                    livekit::token(api_key, api_secret, &room, &invitation.pass.address, now_ms);
                let scheme = if livekit::has_scheme(host) {
                    ""
                } else {
                    "wss://"
                };
                format!("livekit:{scheme}{host}?access_token={token}")
            }
            Self::WsRoom { realm } => match invitation.room_key {
                Some(key) if !invitation.origin.is_empty() => {
                    ws_room::connection_string(realm, invitation, key, now_ms)
                }
                _ => OFFLINE.to_owned(),
            },
            Self::Offline => OFFLINE.to_owned(),
        }
    }
}

// By hand: the secret must not end up in a log.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LiveKit { host, api_key, .. } => f
                .debug_struct("LiveKit")
                .field("host", host)
                .field("api_key", api_key)
                .finish_non_exhaustive(),
            Self::WsRoom { realm } => f.debug_struct("WsRoom").field("realm", realm).finish(),
            Self::Offline => f.write_str("Offline"),
        }
    }
}

pub use livekit::TOKEN_LIFETIME_S;
pub use ws_room::{
    InvalidRoomId, InvalidRoomKey, Pass, ROOM_KEY_BYTES, ROOM_TOKEN_LIFETIME_MS, RoomId, RoomKey,
    RoomToken, TokenError,
};
