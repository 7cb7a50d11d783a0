use crate::auth::{Address, ChainError, ContractQuestion};
use crate::engine::Position;
use crate::protocol::limits::MESSAGES_PER_SECOND_MAX;
use crate::protocol::v3::{KickedMessage, KickedReason, ServerPacket, server_packet};

use super::SessionNumber;

/// What the host has to do for a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Nothing.
    None,
    /// Send this packet.
    Send(ServerPacket),
    /// Ask the realm whether this address has a live session, then call
    /// [`Session::looked_up`](super::Session::looked_up).
    LookUp(Address),
    /// The client has this address if the contracts say so, unless there are none to ask: find out whether it may come in,
    /// then call [`Session::vetted`](super::Session::vetted).
    Vet(Address, Vec<ContractQuestion>),
    /// Announce the client to the realm, then call [`Session::joined`](super::Session::joined).
    Join(Address),
    /// Report the player's position.
    Heartbeat {
        /// The session it belongs to.
        session: SessionNumber,
        /// Where the player is.
        position: Position,
        /// The island the player would like to be in.
        desired_room: Option<String>,
        /// The session's first: it must not wait.
        first: bool,
    },
    /// A heartbeat said nowhere, or somewhere outside the world, and was passed over.
    PositionRefused,
    /// Close the socket.
    Close(Close),
}

/// How a session ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    /// A last packet, to be sent before.
    pub farewell: Option<ServerPacket>,
    /// Why: gives the WebSocket's close code and text.
    pub reason: Reason,
    /// The session that the realm must be told has ended.
    pub ended: Option<SessionNumber>,
}

/// Why a session is closed by this side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A frame that is no `ClientPacket`.
    #[error("Cannot decode ClientPacket")]
    Undecodable,
    /// A frame beyond the limit of its stage.
    #[error("Frame too large: {length} bytes, at most {max} are allowed")]
    TooLarge {
        /// The frame's length.
        length: usize,
        /// The longest frame allowed.
        max: usize,
    },
    /// A packet that does not belong to the current stage.
    #[error("Unexpected message: {expected} is expected")]
    Unexpected {
        /// What should have come.
        expected: &'static str,
    },
    /// The requested address is none.
    #[error("Invalid address: 0x and 40 hex digits are expected")]
    InvalidAddress,
    /// The authentication chain does not prove anything.
    #[error("{0}")]
    BadChain(#[from] ChainError),
    /// The realm could not be reached, or does not take the client.
    #[error("Realm unavailable, try again")]
    RealmUnavailable,
    /// A stage of the handshake took too long.
    #[error("Handshake timeout")]
    HandshakeTimeout,
    /// A live session was silent for too long.
    #[error("Idle timeout")]
    IdleTimeout,
    /// A newer session of the same address has taken over.
    #[error("Replaced by a new session")]
    NewSession,
    /// The player is banned.
    #[error("Banned")]
    Banned,
    /// The address is on the deny list, of which nobody is told.
    #[error("")]
    Denied,
    /// Contract wallets could not be asked.
    #[error("Contract wallets cannot be checked now, try again")]
    ContractsUnavailable,
    /// More than [`MESSAGES_PER_SECOND_MAX`] allows.
    #[error("Too many messages: at most {MESSAGES_PER_SECOND_MAX} a second")]
    TooFast,
    /// Too many handshakes are under way from where the client is.
    #[error("Too many handshakes from your network")]
    CrowdedNetwork,
    /// Too many sockets of the same address.
    #[error("Too many connections of this address")]
    CrowdedAddress,
    /// The session could not be rebuilt after a restart.
    #[error("Service restart")]
    Restart,
}

impl Reason {
    /// The WebSocket close code (RFC 6455, 7.4.1).
    pub fn code(&self) -> u16 {
        match self {
            Self::NewSession | Self::Denied => 1000,
            Self::Unexpected { .. } => 1002,
            Self::Undecodable => 1007,
            Self::InvalidAddress
            | Self::BadChain(_)
            | Self::HandshakeTimeout
            | Self::IdleTimeout
            | Self::Banned
            | Self::TooFast
            | Self::CrowdedAddress => 1008,
            Self::TooLarge { .. } => 1009,
            Self::Restart => 1012,
            Self::RealmUnavailable | Self::ContractsUnavailable | Self::CrowdedNetwork => 1013,
        }
    }

    /// What the client is sent before its socket is closed. The protocol has one reason for a kick, which clients know
    /// for a ban too.
    pub(super) fn farewell(&self) -> Option<ServerPacket> {
        let reason = KickedReason::KrNewSession.into();
        matches!(self, Self::NewSession | Self::Banned).then_some(ServerPacket {
            message: Some(server_packet::Message::Kicked(KickedMessage { reason })),
        })
    }
}
