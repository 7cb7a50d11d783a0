use crate::auth::{self, Address, ContractAnswer, ContractQuestion};
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
    pub stage: VisitorStage,
    /// When the stage began.
    pub since_ms: u64,
}

/// What a visitor is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VisitorStage {
    /// The address with which it comes.
    Identification,
    /// The signature of the challenge.
    Signature,
    /// Contracts are asked whether it has this address.
    Contracts(Address),
}

/// How the handshake goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The client says that it has this address: send it the challenge.
    Challenge(Address),
    /// The client has its address if contracts say so.
    Ask(Vec<ContractQuestion>),
    /// The client has proven that it has this address.
    Admit(Address),
}

impl Visitor {
    pub fn new(pass: Option<Pass>, random: [u8; 16], now_ms: u64) -> Self {
        Self {
            pass,
            challenge: auth::challenge_from(random),
            stage: VisitorStage::Identification,
            since_ms: now_ms,
        }
    }

    /// A binary message has arrived.
    pub fn frame(&mut self, frame: &[u8], now_ms: u64) -> Result<Step, Reason> {
        packet::check_length(frame, HANDSHAKE_FRAME_MAX_BYTES)?;
        match (self.stage, packet::read(frame)?) {
            (VisitorStage::Identification, Message::PeerIdentification(identification)) => {
                let address = identification.address.parse();
                let address = address.map_err(|_| InvalidAddress)?;
                self.enter(VisitorStage::Signature, now_ms);
                Ok(Step::Challenge(address))
            }
            (VisitorStage::Signature, Message::SignedChallengeForServer(signed)) => {
                self.prove(&signed.auth_chain_json, now_ms)
            }
            (stage, _) => {
                let expected = match stage {
                    VisitorStage::Identification => "peer_identification",
                    VisitorStage::Signature => "signed_challenge_for_server",
                    VisitorStage::Contracts(_) => "nothing",
                };
                Err(session::Reason::Unexpected { expected }.into())
            }
        }
    }

    fn enter(&mut self, stage: VisitorStage, now_ms: u64) {
        self.stage = stage;
        self.since_ms = now_ms;
    }

    fn prove(&mut self, auth_chain_json: &str, now_ms: u64) -> Result<Step, Reason> {
        let verdict = auth::verify(auth_chain_json, &self.challenge, now_ms)
            .map_err(session::Reason::BadChain)?;
        let (address, questions) = verdict.into_parts();
        if self.pass.is_some_and(|pass| pass.address != address) {
            return Err(Reason::WrongAddress);
        }
        if questions.is_empty() {
            return Ok(Step::Admit(address));
        }
        self.enter(VisitorStage::Contracts(address), now_ms);
        Ok(Step::Ask(questions))
    }

    /// The contracts have answered; none if they were not asked.
    pub fn answered(&self, answer: ContractAnswer) -> Option<Result<Step, Reason>> {
        let VisitorStage::Contracts(address) = self.stage else {
            return None;
        };
        Some(match answer {
            ContractAnswer::Confirmed => Ok(Step::Admit(address)),
            ContractAnswer::Refused(error) => Err(session::Reason::BadChain(error).into()),
            ContractAnswer::Unavailable => Err(session::Reason::ContractsUnavailable.into()),
        })
    }
}
