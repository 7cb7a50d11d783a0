use prost::Message as _;

use crate::auth::{self, Address, ChainError, Verdict};
use crate::engine::{IslandNumber, Position};
use crate::protocol::limits::{HANDSHAKE_FRAME_MAX_BYTES, LIVE_FRAME_MAX_BYTES};
use crate::protocol::v3::{
    ChallengeResponseMessage, ClientPacket, Heartbeat, KickedMessage, KickedReason, ServerPacket,
    WelcomeMessage, client_packet, server_packet,
};

use super::record::RECORD_AGE_MAX_MS;
use super::{Action, Close, Reason, SessionNumber};

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
    /// The client has proven who it is; the realm is being told.
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

/// The session of one socket.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    stage: Stage,
    /// Where this client reaches the realm: `https://host`.
    origin: String,
    /// When the stage began or, in a live session, when the client last said something.
    since_ms: u64,
    /// What the record kept with the socket says of that.
    kept_ms: u64,
    /// How much later than `since_ms` the client may have been heard.
    doubt_ms: u64,
}

impl Session {
    /// The session of a socket that has just been opened. `origin` is where its client reaches the realm, such as
    /// `https://realm.example`.
    pub fn new(origin: String, now_ms: u64) -> Self {
        Self::at(Stage::AwaitingRequest, origin, now_ms)
    }

    fn at(stage: Stage, origin: String, since_ms: u64) -> Self {
        Self {
            stage,
            origin,
            since_ms,
            kept_ms: since_ms,
            doubt_ms: 0,
        }
    }

    /// A session as its record tells it.
    pub(super) fn resumed(stage: Stage, origin: String, since_ms: u64) -> Self {
        let doubt_ms = match stage {
            Stage::Live(_) => RECORD_AGE_MAX_MS,
            _ => 0,
        };
        Self {
            doubt_ms,
            ..Self::at(stage, origin, since_ms)
        }
    }

    /// Where the client reaches the realm.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// When the stage began or, in a live session, when the client last said something.
    pub(super) fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// Whether the record kept with the socket says too little of when the client was last heard.
    pub fn is_record_old(&self) -> bool {
        self.since_ms.saturating_sub(self.kept_ms) >= RECORD_AGE_MAX_MS
    }

    /// The session has been kept with its socket as it is now.
    pub(super) fn kept(&mut self) {
        self.kept_ms = self.since_ms;
    }

    /// Whether the client may have said later than the record, from which the session was resumed, where it is.
    pub fn is_position_old(&self) -> bool {
        self.doubt_ms > 0
    }

    /// Where the session stands.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The live part, if the handshake is over and the session has not ended.
    pub fn live(&self) -> Option<&Live> {
        match &self.stage {
            Stage::Live(live) => Some(live),
            _ => None,
        }
    }

    /// When the session will have taken too long, in ms; none once it is closed.
    pub fn deadline_ms(&self, timeouts: &Timeouts) -> Option<u64> {
        let allowed_ms = match self.stage {
            Stage::Closed => return None,
            Stage::Live(_) => timeouts.idle_ms,
            _ => timeouts.handshake_ms,
        };
        let since_ms = self.since_ms.saturating_add(self.doubt_ms);
        Some(since_ms.saturating_add(allowed_ms))
    }

    /// Closes the session if it has taken too long.
    pub fn tick(&mut self, timeouts: &Timeouts, now_ms: u64) -> Action {
        if self
            .deadline_ms(timeouts)
            .is_none_or(|deadline| now_ms < deadline)
        {
            return Action::None;
        }
        match self.stage {
            Stage::Live(_) => self.close(Reason::IdleTimeout),
            _ => self.close(Reason::HandshakeTimeout),
        }
    }

    /// A binary message has arrived.
    pub fn frame(&mut self, frame: &[u8], now_ms: u64) -> Action {
        let max = match self.stage {
            Stage::Closed => return Action::None,
            Stage::Live(_) => LIVE_FRAME_MAX_BYTES,
            _ => HANDSHAKE_FRAME_MAX_BYTES,
        };
        if frame.len() > max {
            return self.close(Reason::TooLarge {
                length: frame.len(),
                max,
            });
        }
        match ClientPacket::decode(frame) {
            Ok(ClientPacket {
                message: Some(message),
            }) => self.message(message, now_ms),
            // A packet without a message says nothing that this protocol knows.
            Ok(ClientPacket { message: None }) | Err(_) => self.close(Reason::Undecodable),
        }
    }

    /// A text message has arrived: the protocol has none.
    pub fn text(&mut self) -> Action {
        self.close(Reason::Undecodable)
    }

    fn message(&mut self, message: client_packet::Message, now_ms: u64) -> Action {
        use client_packet::Message::{ChallengeRequest, Heartbeat, SignedChallenge};
        match (&self.stage, message) {
            (Stage::AwaitingRequest, ChallengeRequest(request)) => match request.address.parse() {
                Ok(address) => {
                    self.enter(Stage::LookingUp, now_ms);
                    Action::LookUp(address)
                }
                Err(_) => self.close(Reason::InvalidAddress),
            },
            (Stage::AwaitingSignature { challenge }, SignedChallenge(signed)) => {
                match auth::verify(&signed.auth_chain_json, challenge, now_ms) {
                    Ok(Verdict::Valid(address)) => {
                        self.enter(Stage::Joining { address }, now_ms);
                        Action::Join(address)
                    }
                    Ok(Verdict::NeedsContractCheck { .. }) => {
                        self.close(Reason::BadChain(ChainError::ContractWalletsUnsupported))
                    }
                    Err(error) => self.close(Reason::BadChain(error)),
                }
            }
            (Stage::Live(_), Heartbeat(heartbeat)) => self.heartbeat(heartbeat, now_ms),
            (stage, _) => {
                let expected = match stage {
                    Stage::AwaitingRequest => "challenge_request",
                    Stage::AwaitingSignature { .. } => "signed_challenge",
                    Stage::Live(_) => "heartbeat",
                    Stage::LookingUp | Stage::Joining { .. } | Stage::Closed => "nothing",
                };
                self.close(Reason::Unexpected { expected })
            }
        }
    }

    /// The realm has said whether the requested address is connected. `random` comes from a CSPRNG.
    pub fn looked_up(&mut self, already_connected: bool, random: [u8; 16], now_ms: u64) -> Action {
        if self.stage != Stage::LookingUp {
            return Action::None;
        }
        let challenge = auth::challenge_from(random);
        self.enter(
            Stage::AwaitingSignature {
                challenge: challenge.clone(),
            },
            now_ms,
        );
        send(server_packet::Message::ChallengeResponse(
            ChallengeResponseMessage {
                challenge_to_sign: challenge,
                already_connected,
            },
        ))
    }

    /// The realm has issued the session's number.
    ///
    /// A client that left meanwhile never appears anywhere: the number is given back at once.
    pub fn joined(&mut self, number: SessionNumber, now_ms: u64) -> Action {
        let Stage::Joining { address } = self.stage else {
            return Action::Close(Close {
                farewell: None,
                reason: Reason::RealmUnavailable,
                ended: Some(number),
            });
        };
        self.enter(
            Stage::Live(Live {
                number,
                address,
                position: None,
                told: None,
                assignment: 0,
            }),
            now_ms,
        );
        send(server_packet::Message::Welcome(WelcomeMessage {
            peer_id: address.to_string(),
        }))
    }

    /// The realm could not be told.
    pub fn join_failed(&mut self) -> Action {
        match self.stage {
            Stage::Joining { .. } => self.close(Reason::RealmUnavailable),
            _ => Action::None,
        }
    }

    /// A position that is none is passed over: one bad heartbeat must not cost a player the session.
    fn heartbeat(&mut self, heartbeat: Heartbeat, now_ms: u64) -> Action {
        self.heard(now_ms);
        let Stage::Live(live) = &mut self.stage else {
            return Action::None;
        };
        let Some(position) = heartbeat.position.and_then(Position::from_message) else {
            return Action::None;
        };
        let first = live.position.replace(position).is_none();
        Action::Heartbeat {
            session: live.number,
            position,
            desired_room: heartbeat.desired_room,
            first,
        }
    }

    /// The realm has assigned the session to an island. Whether the client has to be told, and if so the island it was
    /// told before: outdated and repeated assignments change nothing. A new one for the same island is told, because the
    /// client has been away for the realm, and only the new assignment opens the island's room.
    pub fn assigned(
        &mut self,
        assignment: u64,
        island: IslandNumber,
    ) -> Option<Option<IslandNumber>> {
        let Stage::Live(live) = &mut self.stage else {
            return None;
        };
        if assignment <= live.assignment {
            return None;
        }
        live.assignment = assignment;
        Some(live.told.replace(island))
    }

    /// A newer session of the same address has taken over.
    pub fn kick(&mut self) -> Action {
        if self.stage == Stage::Closed {
            return Action::None;
        }
        let ended = self.closed();
        let kicked = KickedMessage {
            reason: KickedReason::KrNewSession.into(),
        };
        Action::Close(Close {
            farewell: Some(ServerPacket {
                message: Some(server_packet::Message::Kicked(kicked)),
            }),
            reason: Reason::NewSession,
            ended,
        })
    }

    /// The socket is gone: the session that the realm must be told has ended, if there was one.
    pub fn closed(&mut self) -> Option<SessionNumber> {
        let ended = self.live().map(|live| live.number);
        self.stage = Stage::Closed;
        ended
    }

    fn enter(&mut self, stage: Stage, now_ms: u64) {
        self.stage = stage;
        self.heard(now_ms);
    }

    fn heard(&mut self, now_ms: u64) {
        self.since_ms = now_ms;
        self.doubt_ms = 0;
    }

    fn close(&mut self, reason: Reason) -> Action {
        if self.stage == Stage::Closed {
            return Action::None;
        }
        Action::Close(Close {
            farewell: None,
            reason,
            ended: self.closed(),
        })
    }
}

fn send(message: server_packet::Message) -> Action {
    Action::Send(ServerPacket {
        message: Some(message),
    })
}
