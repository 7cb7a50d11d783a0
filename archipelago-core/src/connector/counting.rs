//! What is counted of sockets: how handshakes end, and why sockets are closed.

use crate::protocol::bus::{ConnectorCounters, SessionStages};
use crate::session::{Close, Reason, Session, Stage};

/// A session's stage, as far as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    AwaitingRequest,
    LookingUp,
    AwaitingSignature,
    Vetting,
    Joining,
    Live,
}

impl Counted {
    /// None of a session that is over.
    pub fn of(session: &Session) -> Option<Self> {
        Some(match session.stage() {
            Stage::AwaitingRequest => Self::AwaitingRequest,
            Stage::LookingUp => Self::LookingUp,
            Stage::AwaitingSignature { .. } => Self::AwaitingSignature,
            Stage::Vetting { .. } => Self::Vetting,
            Stage::Joining { .. } => Self::Joining,
            Stage::Live(_) => Self::Live,
            Stage::Closed => return None,
        })
    }

    pub fn among(self, stages: &mut SessionStages) -> &mut u64 {
        match self {
            Self::AwaitingRequest => &mut stages.awaiting_request,
            Self::LookingUp => &mut stages.looking_up,
            Self::AwaitingSignature => &mut stages.awaiting_signature,
            Self::Vetting => &mut stages.vetting,
            Self::Joining => &mut stages.joining,
            Self::Live => &mut stages.live,
        }
    }
}

impl ConnectorCounters {
    /// This side closes a socket.
    pub(super) fn close(&mut self, close: &Close) {
        *self.closed_because(&close.reason) += 1;
        if close.ended.is_none()
            && let Some(refused) = self.refused_because(&close.reason)
        {
            *refused += 1;
        }
        if close.reason == Reason::ContractsUnavailable {
            self.contract_checks_failed += 1;
        }
    }

    /// A client has left, or was cut off.
    pub(super) fn left(&mut self, session: &Session) {
        self.closed_by_client += 1;
        self.gave_up += u64::from(session.live().is_none());
    }

    fn closed_because(&mut self, reason: &Reason) -> &mut u64 {
        match reason {
            Reason::Undecodable => &mut self.closed_undecodable,
            Reason::TooLarge { .. } => &mut self.closed_too_large,
            Reason::Unexpected { .. } => &mut self.closed_unexpected,
            Reason::InvalidAddress => &mut self.closed_invalid_address,
            Reason::BadChain(_) => &mut self.closed_bad_chain,
            Reason::RealmUnavailable => &mut self.closed_realm_unavailable,
            Reason::HandshakeTimeout => &mut self.closed_handshake_timeout,
            Reason::IdleTimeout => &mut self.closed_idle_timeout,
            Reason::NewSession => &mut self.closed_new_session,
            Reason::Banned => &mut self.closed_banned,
            Reason::Denied => &mut self.closed_denied,
            Reason::ContractsUnavailable => &mut self.closed_contracts_unavailable,
            Reason::TooFast => &mut self.closed_too_fast,
            Reason::CrowdedNetwork => &mut self.closed_crowded_network,
            Reason::CrowdedAddress => &mut self.closed_crowded_address,
            Reason::Restart => &mut self.closed_restart,
        }
    }

    /// How a handshake has ended that was closed by this side.
    fn refused_because(&mut self, reason: &Reason) -> Option<&mut u64> {
        Some(match reason {
            Reason::Undecodable
            | Reason::TooLarge { .. }
            | Reason::Unexpected { .. }
            | Reason::InvalidAddress => &mut self.refused_message,
            Reason::BadChain(_) => &mut self.refused_chain,
            Reason::HandshakeTimeout => &mut self.timed_out,
            Reason::Banned => &mut self.refused_banned,
            Reason::Denied => &mut self.refused_denied,
            Reason::TooFast => &mut self.refused_too_fast,
            Reason::CrowdedNetwork | Reason::CrowdedAddress => &mut self.refused_crowded,
            Reason::RealmUnavailable | Reason::ContractsUnavailable | Reason::Restart => {
                &mut self.refused_unavailable
            }
            // Only who was welcome is idle, or replaced.
            Reason::IdleTimeout | Reason::NewSession => return None,
        })
    }
}
