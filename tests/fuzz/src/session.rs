//! One session: frames, answers, time-outs and sleeps in any order.

use archipelago_core::auth::{ChainError, Verdict};
use archipelago_core::engine::{IslandNumber, Position};
use archipelago_core::protocol::limits::{
    CLOSE_REASON_MAX_BYTES, MESSAGES_BURST_MS, MESSAGES_PER_SECOND_MAX, POSITION_MAX_M,
};
use archipelago_core::protocol::v3::{ClientPacket, ServerPacket, client_packet, server_packet};
use archipelago_core::session::{
    Action, Close, Reason, SESSION_RECORD_MAX_BYTES, Session, SessionNumber, Stage, Timeouts,
};
use prost::Message as _;

use crate::clients::{self, NOW_MS, later};
use crate::input::Input;
use crate::oracle::{self, Held};
use crate::people::{self, PEOPLE};

/// How long clients may take in these plays.
pub const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 60_000,
    idle_ms: 90_000,
};

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut play = Play {
        input: Input::new(input),
        session: Session::new("https://realm.example".to_owned(), NOW_MS),
        now_ms: NOW_MS,
        numbers: 0,
        taken_ms: Vec::new(),
    };
    while !play.input.is_empty() {
        play.step();
    }
}

struct Play<'a> {
    input: Input<'a>,
    session: Session,
    now_ms: u64,
    /// How many session numbers were given.
    numbers: u64,
    /// When messages were taken, since the session was last rebuilt.
    taken_ms: Vec<u64>,
}

impl Play<'_> {
    fn step(&mut self) {
        let now_ms = later(&mut self.input, self.now_ms);
        if now_ms < self.now_ms {
            self.taken_ms.clear();
        }
        self.now_ms = now_ms;
        match self.input.below(16) {
            0..=4 => self.go_on(),
            5 => {
                let frame = self.input.chunk().to_vec();
                self.frame(&frame);
            }
            6 => self.go_astray(),
            7 => self.act(|session, _| session.text()),
            8 => {
                let reason = self.reason();
                self.act(|session, now_ms| session.vetted(Err(reason), now_ms));
            }
            9 => self.act(|session, _| session.join_failed()),
            10 => self.tick(),
            11 => self.assign(),
            12 => {
                let reason = self.reason();
                self.act(|session, _| session.dismiss(reason));
            }
            13 => self.close(),
            14 => self.sleep(),
            _ => self.burst(),
        }
        if *self.session.stage() == Stage::Closed {
            self.check_closed();
        }
    }

    fn reason(&mut self) -> Reason {
        let link = self.input.below(8);
        match self.input.below(6) {
            0 => Reason::Banned,
            1 => Reason::NewSession,
            2 => Reason::BadChain(ChainError::ContractDenies { link }),
            3 => Reason::ContractsUnavailable,
            4 => Reason::CrowdedAddress,
            _ => Reason::Denied,
        }
    }

    /// What is expected comes.
    fn go_on(&mut self) {
        match self.session.stage().clone() {
            Stage::AwaitingRequest => {
                let address = people::address(self.input.below(PEOPLE)).to_string();
                self.frame(&clients::challenge_request(&address));
            }
            Stage::LookingUp => {
                let (known, random) = (self.input.flag(), self.input.random());
                self.act(|session, now_ms| session.looked_up(known, random, now_ms));
            }
            Stage::AwaitingSignature { challenge } => {
                let chain = clients::chain(&mut self.input, &challenge);
                self.frame(&clients::signed_challenge(chain));
            }
            Stage::Vetting { .. } => self.act(|session, now_ms| session.vetted(Ok(()), now_ms)),
            Stage::Live(_) => {
                let frame = clients::heartbeat(&mut self.input);
                self.frame(&frame);
            }
            Stage::Joining { .. } | Stage::Closed => self.join(),
        }
    }

    /// The realm has answered, perhaps too late: then the number is given back, and nothing else happens.
    fn join(&mut self) {
        self.numbers += 1;
        let number = SessionNumber(self.numbers);
        if *self.session.stage() == Stage::Closed {
            let action = self.session.joined(number, self.now_ms);
            let is_back = |close: &Close| close.ended == Some(number) && close.farewell.is_none();
            assert!(matches!(&action, Action::Close(close) if is_back(close)));
            return;
        }
        self.act(|session, now_ms| session.joined(number, now_ms));
    }

    /// A message of any stage, or a frame of any length.
    fn go_astray(&mut self) {
        let frame = match self.input.below(5) {
            0 => clients::challenge_request(&self.input.text()),
            1 => {
                let chain = clients::chain(&mut self.input, "dcl-00");
                clients::signed_challenge(chain)
            }
            2 => clients::heartbeat(&mut self.input),
            3 => clients::signed_challenge(self.input.text().into_owned()),
            _ => vec![self.input.byte(); usize::from(self.input.short())],
        };
        self.frame(&frame);
    }

    /// Many heartbeats at once.
    fn burst(&mut self) {
        let count = self.input.byte();
        let frame = clients::heartbeat(&mut self.input);
        for _ in 0..count {
            self.frame(&frame);
        }
    }

    fn frame(&mut self, frame: &[u8]) {
        let before = self.session.stage().clone();
        let action = self.session.frame(frame, self.now_ms);
        if let Action::Vet(address, questions) = &action {
            let Stage::AwaitingSignature { challenge } = &before else {
                panic!("vetted without a challenge: {before:?}");
            };
            let held = oracle::holds(&json_of(frame), challenge, self.now_ms);
            let is_held = match held {
                Held::Yes(Verdict::Valid(signer)) => signer == *address && questions.is_empty(),
                Held::Yes(Verdict::NeedsContractCheck(check)) => {
                    check.signer == *address && check.questions == *questions
                }
                Held::Unsure => true,
                Held::No => false,
            };
            assert!(is_held, "{address} has not signed {challenge}");
        }
        if !matches!(&action, Action::Close(_)) && before != Stage::Closed {
            self.taken();
        }
        self.check(&before, &action);
    }

    /// In no time are more messages taken than the limit allows.
    fn taken(&mut self) {
        self.taken_ms.push(self.now_ms);
        for (at, from_ms) in self.taken_ms.iter().enumerate() {
            let count = (self.taken_ms.len() - at) as u64;
            let span_ms = self.now_ms - from_ms;
            let message_ms = 1_000 / u64::from(MESSAGES_PER_SECOND_MAX);
            assert!(
                count * message_ms
                    <= MESSAGES_BURST_MS
                        .saturating_add(span_ms)
                        .saturating_add(message_ms)
            );
        }
    }

    fn act(&mut self, event: impl FnOnce(&mut Session, u64) -> Action) {
        let before = self.session.stage().clone();
        let action = event(&mut self.session, self.now_ms);
        self.check(&before, &action);
    }

    fn tick(&mut self) {
        let deadline = self.session.deadline_ms(&TIMEOUTS);
        let is_over = deadline.is_some_and(|deadline| deadline <= self.now_ms);
        self.act(|session, now_ms| session.tick(&TIMEOUTS, now_ms));
        assert_eq!(
            is_over,
            deadline.is_some() && *self.session.stage() == Stage::Closed
        );
    }

    fn assign(&mut self) {
        let number = self.input.number();
        let Some(island) = IslandNumber::new(self.input.number()) else {
            return;
        };
        let before = self.session.live().cloned();
        let told = self.session.assigned(number, island);
        let is_newer = before.as_ref().is_some_and(|live| number > live.assignment);
        assert_eq!(told.is_some(), is_newer);
        if let (Some(from), Some(before)) = (told, before) {
            assert_eq!(from, before.told);
            assert_eq!(
                self.session.live().map(|live| live.told),
                Some(Some(island))
            );
        }
    }

    fn close(&mut self) {
        let live = self.session.live().map(|live| live.number);
        assert_eq!(self.session.closed(), live);
        assert_eq!(*self.session.stage(), Stage::Closed);
    }

    /// The session goes on from its record, unless it waits for an answer.
    fn sleep(&mut self) {
        let socket = self.input.number();
        let Some(record) = self.session.to_record(socket) else {
            return;
        };
        assert!(record.len() <= SESSION_RECORD_MAX_BYTES);
        let read = Session::from_record(&record);
        let waits = matches!(
            self.session.stage(),
            Stage::LookingUp | Stage::Vetting { .. } | Stage::Joining { .. }
        );
        assert_eq!(read.is_err(), waits);
        if let Ok((read_socket, read)) = read {
            assert_eq!(read_socket, socket);
            assert_eq!(read.stage(), self.session.stage());
            assert_eq!(read.origin(), self.session.origin());
            self.session = read;
            self.taken_ms.clear();
        }
    }

    /// What is done follows from where the session stood, and says where it stands.
    fn check(&self, before: &Stage, action: &Action) {
        let after = self.session.stage();
        let fits = match (before, action, after) {
            (_, Action::None, _) | (Stage::Live(_), Action::PositionRefused, _) => before == after,
            (Stage::LookingUp, Action::Send(sent), Stage::AwaitingSignature { challenge }) => {
                is_challenge(sent, challenge)
            }
            (Stage::Joining { address }, Action::Send(sent), Stage::Live(live)) => {
                live.address == *address && is_welcome(sent, &address.to_string())
            }
            (Stage::AwaitingRequest, Action::LookUp(_), Stage::LookingUp) => true,
            (Stage::AwaitingSignature { .. }, Action::Vet(who, _), Stage::Vetting { address })
            | (Stage::Vetting { address: who }, Action::Join(address), Stage::Joining { .. }) => {
                who == address && self.session.player() == Some(*who)
            }
            (
                Stage::Live(before),
                Action::Heartbeat {
                    session,
                    position,
                    first,
                    ..
                },
                Stage::Live(after),
            ) => {
                *first == before.position.is_none()
                    && *session == after.number
                    && after.position == Some(*position)
                    && is_in_the_world(*position)
            }
            (Stage::Live(live), Action::Close(close), Stage::Closed) => {
                close.ended == Some(live.number) && is_good_close(close)
            }
            (_, Action::Close(close), Stage::Closed) => {
                close.ended.is_none() && is_good_close(close)
            }
            _ => false,
        };
        assert!(fits, "{before:?}, {action:?}, {after:?}");
    }

    fn check_closed(&mut self) {
        let mut over = self.session.clone();
        assert_eq!(over.deadline_ms(&TIMEOUTS), None);
        assert_eq!(over.to_record(1), None);
        assert_eq!(over.frame(&[], self.now_ms), Action::None);
        assert_eq!(over.text(), Action::None);
        assert_eq!(over.vetted(Ok(()), self.now_ms), Action::None);
        assert_eq!(over.tick(&TIMEOUTS, u64::MAX), Action::None);
        assert_eq!(over.looked_up(true, [0; 16], self.now_ms), Action::None);
        assert_eq!((over.live(), over.player()), (None, None));
    }
}

fn is_in_the_world(position: Position) -> bool {
    let coordinates = [position.x(), position.y(), position.z()];
    coordinates
        .iter()
        .all(|coordinate| coordinate.abs() <= POSITION_MAX_M)
}

fn json_of(frame: &[u8]) -> String {
    match ClientPacket::decode(frame).map(|packet| packet.message) {
        Ok(Some(client_packet::Message::SignedChallenge(signed))) => signed.auth_chain_json,
        other => panic!("no chain: {other:?}"),
    }
}

/// Two clients look at what they are asked to sign.
fn is_challenge(packet: &ServerPacket, challenge: &str) -> bool {
    match &packet.message {
        Some(server_packet::Message::ChallengeResponse(response)) => {
            response.challenge_to_sign == challenge
                && challenge.starts_with("dcl-")
                && !challenge.contains(':')
        }
        _ => false,
    }
}

fn is_welcome(packet: &ServerPacket, address: &str) -> bool {
    match &packet.message {
        Some(server_packet::Message::Welcome(welcome)) => welcome.peer_id == address,
        _ => false,
    }
}

/// Clients are told why, or kicked, as the protocol allows it.
pub fn is_good_close(close: &Close) -> bool {
    let is_kick = matches!(close.reason, Reason::NewSession | Reason::Banned);
    close.farewell.is_some() == is_kick && is_good_reason(&close.reason)
}

/// Codes that a server may send, and texts that fit.
pub fn is_good_reason(reason: &Reason) -> bool {
    let codes = [1000, 1002, 1007, 1008, 1009, 1012, 1013];
    codes.contains(&reason.code()) && reason.to_string().len() <= CLOSE_REASON_MAX_BYTES
}
