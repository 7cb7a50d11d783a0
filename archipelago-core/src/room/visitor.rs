use crate::auth::{self, Address, ChainError, Verdict};
use crate::protocol::limits::HANDSHAKE_FRAME_MAX_BYTES;
use crate::protocol::rfc5::ws_packet::Message;
use crate::session::{self, Reason::InvalidAddress};
use crate::transport::Pass;

use super::{Reason, packet};

/// Somebody at the door: a socket in the handshake.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// Whom the token lets in; none without a token, and then it may be anybody.
    pub pass: Option<Pass>,
    /// What has to be signed, by this socket and no other.
    pub challenge: String,
    /// Whether the challenge has been sent.
    pub challenged: bool,
    /// When the stage began.
    pub since_ms: u64,
}

/// How the handshake goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The client says that it has this address: send it the challenge.
    Challenge(Address),
    /// The client has proven that it has this address.
    Admit(Address),
}

impl Visitor {
    pub fn new(pass: Option<Pass>, random: [u8; 16], now_ms: u64) -> Self {
        Self {
            pass,
            challenge: auth::challenge_from(random),
            challenged: false,
            since_ms: now_ms,
        }
    }

    /// A binary message has arrived.
    pub fn frame(&mut self, frame: &[u8], now_ms: u64) -> Result<Step, Reason> {
        packet::check_length(frame, HANDSHAKE_FRAME_MAX_BYTES)?;
        match (self.challenged, packet::read(frame)?) {
            (false, Message::PeerIdentification(identification)) => {
                let address = identification.address.parse();
                let address = address.map_err(|_| InvalidAddress)?;
                self.challenged = true;
                self.since_ms = now_ms;
                Ok(Step::Challenge(address))
            }
            (true, Message::SignedChallengeForServer(signed)) => {
                self.prove(&signed.auth_chain_json, now_ms).map(Step::Admit)
            }
            (challenged, _) => {
                let expected = if challenged {
                    "signed_challenge_for_server"
                } else {
                    "peer_identification"
                };
                Err(session::Reason::Unexpected { expected }.into())
            }
        }
    }

    fn prove(&self, auth_chain_json: &str, now_ms: u64) -> Result<Address, Reason> {
        let bad_chain = session::Reason::BadChain;
        match auth::verify(auth_chain_json, &self.challenge, now_ms).map_err(bad_chain)? {
            Verdict::Valid(address) => {
                let is_expected = self.pass.is_none_or(|pass| pass.address == address);
                is_expected.then_some(address).ok_or(Reason::WrongAddress)
            }
            Verdict::NeedsContractCheck(_) => {
                Err(bad_chain(ChainError::ContractWalletsUnsupported).into())
            }
        }
    }
}
