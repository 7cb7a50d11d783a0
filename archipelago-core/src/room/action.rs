use crate::auth::ContractQuestion;
use crate::protocol::limits::{ROOM_PACKETS_PER_SECOND_MAX, ROOM_PLAYERS_MAX};
use crate::session;

use super::SocketId;

/// A packet for the members of the room, encoded once for all of them: hand it to [`Room::relay`](super::Room::relay).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The bytes of one binary message.
    pub packet: Vec<u8>,
    /// The member who does not get it.
    pub except: Option<SocketId>,
    /// Who is slow may miss it.
    pub unreliable: bool,
}

/// What the host has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes as one binary message.
    Send(SocketId, Vec<u8>),
    /// Send a packet to the members who are there when it is this action's turn.
    Relay(Relay),
    /// Ask contracts, then call [`Room::contracts_answered`](super::Room::contracts_answered), whatever comes of it.
    AskContracts(SocketId, Vec<ContractQuestion>),
    /// Keep this record with the socket: the room is rebuilt from them after a sleep.
    Keep(SocketId, Vec<u8>),
    /// Close the socket. The room has forgotten it.
    Close(SocketId, Reason),
}

/// Why a socket is closed by this side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// What closes the socket of a session too.
    #[error(transparent)]
    Session(#[from] session::Reason),
    /// A frame that is no `WsPacket`, or a text.
    #[error("Cannot decode WsPacket")]
    Undecodable,
    /// The token is somebody else's.
    #[error("Wrong address: the token of this room is for another one")]
    WrongAddress,
    /// There are [`ROOM_PLAYERS_MAX`] members.
    #[error("Room full: at most {ROOM_PLAYERS_MAX} players are allowed")]
    Full,
    /// The same address has come in through another socket.
    #[error("Replaced by a new connection")]
    Replaced,
    /// The player belongs into another room now.
    #[error("Moved to another room")]
    Moved,
    /// A member has sent more than [`ROOM_PACKETS_PER_SECOND_MAX`] allows.
    #[error("Too fast: at most {ROOM_PACKETS_PER_SECOND_MAX} packets or KiB a second are allowed")]
    TooFast,
    /// Too much, or something for too long, was waiting to be sent to a member.
    #[error("Too slow: packets are not taken in time")]
    TooSlow,
}

impl Reason {
    /// The WebSocket close code (RFC 6455, 7.4.1).
    pub fn code(&self) -> u16 {
        match self {
            Self::Session(reason) => reason.code(),
            Self::Replaced | Self::Moved => 1000,
            Self::Undecodable => 1007,
            Self::WrongAddress | Self::TooFast | Self::TooSlow => 1008,
            Self::Full => 1013,
        }
    }
}
