use std::net::IpAddr;

use prost::Message as _;

use crate::auth::{self, Address, Verdict};
use crate::engine::{IslandNumber, Position};
use crate::pacing::Pace;
use crate::protocol::limits::{
    HANDSHAKE_FRAME_MAX_BYTES, LIVE_FRAME_MAX_BYTES, MESSAGES_BURST_MS, MESSAGES_PER_SECOND_MAX,
};
use crate::protocol::v3::{
    ChallengeResponseMessage, ClientPacket, Heartbeat, ServerPacket, WelcomeMessage, client_packet,
    server_packet,
};

use super::record::RECORD_AGE_MAX_MS;
use super::{Action, Close, Live, Reason, SessionNumber, Stage, Timeouts};

/// How long a message takes at the fastest pace that is allowed.
const MESSAGE_MS: u64 = 1_000 / MESSAGES_PER_SECOND_MAX as u64;

/// The session of one socket.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    stage: Stage,
    /// Where this client reaches the realm: `https://host`.
    origin: String,
    /// Where the client is, if that is known.
    ip: Option<IpAddr>,
    pace: Pace,
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

    /// The same session, of a client whose IP address is known.
    #[must_use]
    pub fn from_ip(self, ip: Option<IpAddr>) -> Self {
        Self { ip, ..self }
    }

    fn at(stage: Stage, origin: String, since_ms: u64) -> Self {
        Self {
            stage,
            origin,
            ip: None,
            pace: Pace::default(),
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

    /// Where the client is, if that is known.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
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

    /// Whom the client's chain is of, once it has shown one that holds, unless the session has ended. While contracts are
    /// asked it may be somebody else's.
    pub fn player(&self) -> Option<Address> {
        match &self.stage {
            Stage::Vetting { address } | Stage::Joining { address } => Some(*address),
            Stage::Live(live) => Some(live.address),
            _ => None,
        }
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
            Stage::Live(_) => self.dismiss(Reason::IdleTimeout),
            _ => self.dismiss(Reason::HandshakeTimeout),
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
            return self.dismiss(Reason::TooLarge {
                length: frame.len(),
                max,
            });
        }
        if !self.pace.allows(MESSAGE_MS, MESSAGES_BURST_MS, now_ms) {
            return self.dismiss(Reason::TooFast);
        }
        match ClientPacket::decode(frame) {
            Ok(ClientPacket {
                message: Some(message),
            }) => self.message(message, now_ms),
            // A packet without a message says nothing that this protocol knows.
            Ok(ClientPacket { message: None }) | Err(_) => self.dismiss(Reason::Undecodable),
        }
    }

    /// A text message has arrived: the protocol has none.
    pub fn text(&mut self) -> Action {
        self.dismiss(Reason::Undecodable)
    }

    fn message(&mut self, message: client_packet::Message, now_ms: u64) -> Action {
        use client_packet::Message::{ChallengeRequest, Heartbeat, SignedChallenge};
        match (&self.stage, message) {
            (Stage::AwaitingRequest, ChallengeRequest(request)) => match request.address.parse() {
                Ok(address) => {
                    self.enter(Stage::LookingUp, now_ms);
                    Action::LookUp(address)
                }
                Err(_) => self.dismiss(Reason::InvalidAddress),
            },
            (Stage::AwaitingSignature { challenge }, SignedChallenge(signed)) => {
                match auth::verify(&signed.auth_chain_json, challenge, now_ms) {
                    Ok(verdict) => self.vet(verdict, now_ms),
                    Err(error) => self.dismiss(Reason::BadChain(error)),
                }
            }
            (Stage::Live(_), Heartbeat(heartbeat)) => self.heartbeat(heartbeat, now_ms),
            (stage, _) => {
                let expected = match stage {
                    Stage::AwaitingRequest => "challenge_request",
                    Stage::AwaitingSignature { .. } => "signed_challenge",
                    Stage::Live(_) => "heartbeat",
                    Stage::LookingUp
                    | Stage::Vetting { .. }
                    | Stage::Joining { .. }
                    | Stage::Closed => "nothing",
                };
                self.dismiss(Reason::Unexpected { expected })
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

    fn vet(&mut self, verdict: Verdict, now_ms: u64) -> Action {
        let (address, questions) = verdict.into_parts();
        self.enter(Stage::Vetting { address }, now_ms);
        Action::Vet(address, questions)
    }

    /// It is known whether the client may come in, or why not.
    pub fn vetted(&mut self, verdict: Result<(), Reason>, now_ms: u64) -> Action {
        let Stage::Vetting { address } = self.stage else {
            return Action::None;
        };
        match verdict {
            Ok(()) => {
                self.enter(Stage::Joining { address }, now_ms);
                Action::Join(address)
            }
            Err(reason) => self.dismiss(reason),
        }
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
            Stage::Joining { .. } => self.dismiss(Reason::RealmUnavailable),
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
            return Action::PositionRefused;
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

    /// Closes the session.
    pub fn dismiss(&mut self, reason: Reason) -> Action {
        if self.stage == Stage::Closed {
            return Action::None;
        }
        Action::Close(Close {
            farewell: reason.farewell(),
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
