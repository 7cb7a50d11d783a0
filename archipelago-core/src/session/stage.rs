use crate::auth::Address;
use crate::engine::{IslandNumber, Position};

use super::SessionNumber;

/// How long a client may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For each stage of the handshake, in ms.
    pub handshake_ms: u64,
    /// Between two messages of a live session, in ms.
    pub idle_ms: u64,
}

/// Where a session stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The socket is open; a challenge request is expected.
    AwaitingRequest,
    /// The realm is being asked whether the address is connected.
    LookingUp,
    /// The challenge is out; its signature is expected.
    AwaitingSignature {
        /// What has to be signed.
        challenge: String,
    },
    /// The client has shown what proves who it is; it is being found out whether it may come in.
    Vetting {
        /// Who it is.
        address: Address,
    },
    /// The client may come in; the realm is being told.
    Joining {
        /// Who it is.
        address: Address,
    },
    /// The client is welcome and sends heartbeats.
    Live(Live),
    /// Over: nothing that comes later matters.
    Closed,
}

/// What is known of a live session.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// The session's number.
    pub number: SessionNumber,
    /// Who the player is.
    pub address: Address,
    /// Where the player last was; none before the first heartbeat.
    pub position: Option<Position>,
    /// The island the client was last told.
    pub told: Option<IslandNumber>,
    /// The newest assignment that has arrived; 0: none yet.
    pub assignment: u64,
}
