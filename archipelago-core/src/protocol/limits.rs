//! What a client may send, and why not more.

use crate::auth::CHAIN_MAX_BYTES;

/// The longest frame during the handshake: twice the longest authentication chain, so that one that is somewhat too
/// long is still answered with what is wrong with it.
pub const HANDSHAKE_FRAME_MAX_BYTES: usize = 2 * CHAIN_MAX_BYTES;

/// The longest frame of a live session: a heartbeat is a position (17 bytes) and a room name.
pub const LIVE_FRAME_MAX_BYTES: usize = 1024;

/// How many sockets a connector takes: the platform allows 32,768 an object, those that are closing included.
pub const CONNECTOR_SOCKETS_MAX: usize = 20_000;

/// How many lookups a second a connector may ask of the realm: they come from clients that have proven nothing. Beyond
/// it, addresses count as not connected.
pub const LOOKUPS_PER_SECOND_MAX: u32 = 500;

/// The longest reason of a close frame: a control frame carries 125 bytes, two of them the code (RFC 6455, 5.5.1).
pub const CLOSE_REASON_MAX_BYTES: usize = 123;

const _: () = assert!(LIVE_FRAME_MAX_BYTES < HANDSHAKE_FRAME_MAX_BYTES);
