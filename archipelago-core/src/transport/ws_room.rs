//! Rooms of our own: their ids, and the tokens that open them.
//!
//! A token is URL-safe base64 of `version ‖ address ‖ assignment ‖ expiry ‖ HMAC-SHA-256`, numbers big-endian. The HMAC
//! is over the room's id too, so that a token opens one room.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Invitation;
use crate::auth::Address;
use crate::protocol::limits::ROOM_ID_MAX_BYTES;

/// How long a token opens its room, in ms: a day. Longer than anybody stays, so that who loses the connection gets back
/// in; whether the player still belongs there is asked at every upgrade, and that it is the player is proven.
pub const ROOM_TOKEN_LIFETIME_MS: u64 = 24 * 60 * 60 * 1000;

/// The length of a room key, in bytes: as long as the HMAC's output, which is as much as it can make use of.
pub const ROOM_KEY_BYTES: usize = 32;

const VERSION: u8 = 1;
/// Version, address, assignment, expiry.
const CLAIMS_BYTES: usize = 1 + 20 + 8 + 8;
const MAC_BYTES: usize = 32;
/// What the key is used for, so that it signs nothing else.
const PURPOSE: &[u8] = b"archipelago room token\n";

/// The id of a room, which is the last part of its path: `<realm>.<island id>` for those of islands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomId(String);

/// The text is no room's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a room: 1 to {ROOM_ID_MAX_BYTES} letters, digits, '.', '-' and '_' are expected")]
pub struct InvalidRoomId;

impl RoomId {
    /// The room of an island.
    pub fn of_island(realm: &str, island: &str) -> Self {
        Self(format!("{realm}.{island}"))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoomId {
    type Err = InvalidRoomId;

    fn from_str(text: &str) -> Result<Self, InvalidRoomId> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_id = (1..=ROOM_ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(is_allowed);
        is_id.then(|| Self(text.to_owned())).ok_or(InvalidRoomId)
    }
}

pub(super) fn connection_string(
    realm: &str,
    invitation: &Invitation<'_>,
    key: &RoomKey,
    now_ms: u64,
) -> String {
    let room = RoomId::of_island(realm, invitation.island);
    let expires_ms = now_ms.saturating_add(ROOM_TOKEN_LIFETIME_MS);
    let token = key.sign(&room, &invitation.pass, expires_ms);
    // http becomes ws, https becomes wss.
    let origin = invitation.origin.replacen("http", "ws", 1);
    format!("ws-room:{origin}/rooms/{}?token={token}", room.as_str())
}

/// What signs the tokens of a realm's rooms.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomKey([u8; ROOM_KEY_BYTES]);

impl From<[u8; ROOM_KEY_BYTES]> for RoomKey {
    fn from(bytes: [u8; ROOM_KEY_BYTES]) -> Self {
        Self(bytes)
    }
}

/// Not as long as a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a room key of {0} bytes: {ROOM_KEY_BYTES} are expected")]
pub struct InvalidRoomKey(usize);

impl TryFrom<&[u8]> for RoomKey {
    type Error = InvalidRoomKey;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidRoomKey> {
        let key = bytes.try_into().map_err(|_| InvalidRoomKey(bytes.len()))?;
        Ok(Self(key))
    }
}

// By hand: the key must not end up in a log.
impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomKey")
    }
}

/// Whom a token lets in, and by which assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Whose it is.
    pub address: Address,
    /// The assignment that brought its owner into the room's island.
    pub assignment: u64,
}

/// What has the shape of a token, and may be anybody's invention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomToken {
    claims: [u8; CLAIMS_BYTES],
    mac: [u8; MAC_BYTES],
}

impl FromStr for RoomToken {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let mut bytes = [0; CLAIMS_BYTES + MAC_BYTES];
        let token = Base64UrlUnpadded::decode(text, &mut bytes).unwrap_or_default();
        let (claims, mac) = token
            .split_first_chunk::<CLAIMS_BYTES>()
            .ok_or(TokenError::Malformed)?;
        let mac = mac.try_into().map_err(|_| TokenError::Malformed)?;
        match claims {
            [VERSION, ..] => Ok(Self {
                claims: *claims,
                mac,
            }),
            _ => Err(TokenError::Malformed),
        }
    }
}

/// Why a token does not open a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the encoding of a token.
    #[error("malformed room token")]
    Malformed,
    /// Not signed by this realm for this room.
    #[error("this token is not for this room")]
    NotForThisRoom,
    /// It was good once.
    #[error("expired room token")]
    Expired,
}

impl RoomKey {
    /// A token that lets `pass` into `room` until `expires_ms` (milliseconds since 1970).
    pub fn sign(&self, room: &RoomId, pass: &Pass, expires_ms: u64) -> String {
        let mut token = Vec::with_capacity(CLAIMS_BYTES + MAC_BYTES);
        token.push(VERSION);
        token.extend(pass.address.0);
        token.extend(pass.assignment.to_be_bytes());
        token.extend(expires_ms.to_be_bytes());
        let mac = self.mac(room, &token).finalize().into_bytes();
        token.extend(mac);
        Base64UrlUnpadded::encode_string(&token)
    }

    /// Whom a token lets into `room`.
    ///
    /// # Errors
    /// See [`TokenError`]. Nothing of a token is believed before its signature.
    pub fn verify(
        &self,
        room: &RoomId,
        token: &RoomToken,
        now_ms: u64,
    ) -> Result<Pass, TokenError> {
        let RoomToken { claims, mac } = token;
        let [_, rest @ ..] = claims;
        // Takes the same time whatever is wrong.
        self.mac(room, claims)
            .verify_slice(mac)
            .map_err(|_| TokenError::NotForThisRoom)?;
        let (address, rest) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (assignment, rest) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (expires_ms, _) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        if now_ms >= u64::from_be_bytes(*expires_ms) {
            return Err(TokenError::Expired);
        }
        Ok(Pass {
            address: Address(*address),
            assignment: u64::from_be_bytes(*assignment),
        })
    }

    fn mac(&self, room: &RoomId, claims: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [PURPOSE, room.0.as_bytes(), b"\n", claims] {
            mac.update(part);
        }
        mac
    }
}
