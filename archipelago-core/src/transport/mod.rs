//! Where the peers of an island meet: the connection strings that clients get with their island.
//!
//! A connection string is `protocol:parameters`, as the clients' adapters read it.

mod livekit;

use std::fmt;

use crate::auth::Address;

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
    },
    /// Nothing: the peers of an island know of each other and do not meet.
    Offline,
}

impl Transport {
    /// How `address` gets into `room` from `now_ms` (milliseconds since 1970) on.
    ///
    /// A `LiveKit` string is a secret of that peer, good for [`TOKEN_LIFETIME_S`].
    pub fn connection_string(&self, room: &str, address: &Address, now_ms: u64) -> String {
        match self {
            Self::LiveKit {
                host,
                api_key,
                api_secret,
            } => {
                let token = livekit::token(api_key, api_secret, room, address, now_ms);
                let scheme = if livekit::has_scheme(host) {
                    ""
                } else {
                    "wss://"
                };
                format!("livekit:{scheme}{host}?access_token={token}")
            }
            Self::Offline => "offline:offline".into(),
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
            Self::Offline => f.write_str("Offline"),
        }
    }
}

pub use livekit::TOKEN_LIFETIME_S;
