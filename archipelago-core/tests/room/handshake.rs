//! From the first packet to the welcome.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::{self, ChainError, challenge_from};
use archipelago_core::protocol::limits::{CLOSE_REASON_MAX_BYTES, HANDSHAKE_FRAME_MAX_BYTES};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::protocol::rfc5::{WsChallengeRequired, WsWelcome};
use archipelago_core::room::{ROOM_IDLE_REPORT_MS, Reason};
use archipelago_core::session;
use serde_json::json;

use crate::bystander::Bystander;
use crate::clients::{NOW_MS, chain, wallet};
use crate::hall::{HANDSHAKE_MS, Hall, identification, pass, signed, who};

#[test]
fn the_whole_handshake() {
    let mut hall = Hall::new();
    let socket = hall.open(pass(1, 9));
    assert_eq!(hall.take(socket), [], "the client speaks first");
    hall.identify(socket, 1);
    let challenge = challenge_from([1; 16]);
    let asked = Message::ChallengeMessage(WsChallengeRequired {
        challenge_to_sign: challenge.clone(),
        already_connected: false,
    });
    assert_eq!(hall.take(socket), [asked]);
    hall.frame(socket, &signed(&chain(&wallet(1), &challenge)));
    let welcome = Message::WelcomeMessage(WsWelcome {
        alias: 1,
        peer_identities: BTreeMap::new(),
    });
    assert_eq!(hall.take(socket), [welcome]);
    assert_eq!(hall.room.socket_count(), 1);
}

#[test]
fn a_challenge_is_all_of_the_randomness_and_has_no_colon() {
    let mut seen = BTreeSet::new();
    for bit in 0..128 {
        let mut hall = Hall::new();
        let random = (1_u128 << bit).to_be_bytes();
        let socket = hall.act(|room, now_ms, out| room.opened(None, random, now_ms, out));
        hall.identify(socket, 1);
        let (challenge, _) = hall.challenge(socket);
        assert!(challenge.starts_with("dcl-") && !challenge.contains(':'));
        seen.insert(challenge);
    }
    assert_eq!(seen.len(), 128);
}

#[test]
fn a_challenge_is_good_for_its_own_socket_only() {
    let mut hall = Hall::new();
    let (_, others) = hall.challenged(None, 1);
    let (socket, _) = hall.challenged(None, 1);
    hall.frame(socket, &signed(&chain(&wallet(1), &others)));
    let reason = session::Reason::BadChain(ChainError::WrongChallenge);
    assert_eq!(hall.closed.get(&socket), Some(&reason.into()));
}

#[test]
fn who_is_a_member_already_is_told_so() {
    let mut hall = Hall::new();
    let ask = |hall: &mut Hall, number| {
        let socket = hall.open(None);
        hall.identify(socket, number);
        hall.challenge(socket).1
    };
    assert!(!ask(&mut hall, 1), "nobody is there");
    assert!(!ask(&mut hall, 1), "a socket in the handshake is no member");
    hall.enter_by(1, 9);
    assert!(ask(&mut hall, 1));
    assert!(!ask(&mut hall, 2), "somebody else");
    hall.mute(&[crate::hall::guest(1, 9)]);
    assert!(!ask(&mut hall, 1), "who is muted has left");
}

#[test]
fn the_signer_is_the_identity() {
    let mut hall = Hall::new();
    let socket = hall.open(None);
    // In any case: the identity is lower case.
    let claimed = who(1).to_string().to_uppercase().replacen("0X", "0x", 1);
    hall.frame(socket, &identification(&claimed));
    let (challenge, _) = hall.challenge(socket);
    hall.frame(socket, &signed(&chain(&wallet(2), &challenge)));
    hall.welcome(socket);
    let other = hall.arrive(None, 3);
    let (_, identities) = hall.welcome(other);
    let address = who(2).to_string();
    assert_eq!(address, address.to_lowercase());
    assert_eq!(identities, BTreeMap::from([(1, address)]));
}

#[test]
fn an_identification_must_hold_an_address() {
    let shout = who(1).to_string().to_uppercase();
    for claimed in ["", "0x", "alice", &shout, "0x11", &"0x1".repeat(20)] {
        let mut there = Bystander::new();
        let socket = there.hall.open(None);
        there.hall.frame(socket, &identification(claimed));
        let reason = session::Reason::InvalidAddress;
        there.refused(socket, &reason.into(), 1008);
    }
}

#[test]
fn the_proven_address_must_be_the_tokens() {
    let mut there = Bystander::new();
    // Whatever address it claims first.
    for claimed in [1, 2] {
        let (socket, challenge) = there.hall.challenged(pass(1, 9), claimed);
        let frame = signed(&chain(&wallet(2), &challenge));
        there.hall.frame(socket, &frame);
        there.refused(socket, &Reason::WrongAddress, 1008);
    }
    let (socket, challenge) = there.hall.challenged(pass(1, 9), 2);
    let frame = signed(&chain(&wallet(1), &challenge));
    there.hall.frame(socket, &frame);
    there.hall.welcome(socket);
}

#[test]
fn chains_that_prove_nothing_close() {
    let (own, address) = (wallet(1), who(1).to_string());
    let mut there = Bystander::new();
    let mut refused = |make: &dyn Fn(&str) -> String| {
        let (socket, challenge) = there.hall.challenged(None, 1);
        there.hall.frame(socket, &signed(&make(&challenge)));
        let reason = there.hall.closed[&socket].clone();
        let Reason::Session(session::Reason::BadChain(error)) = &reason else {
            panic!("{reason:?}");
        };
        let error = *error;
        assert!(reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
        there.refused(socket, &reason, 1008);
        error
    };
    refused(&|_| String::new());
    refused(&|_| "[[[[".repeat(500));
    refused(&|_| " ".repeat(auth::CHAIN_MAX_BYTES + 1));
    refused(&|challenge| chain(&own, challenge).replace(&address, &who(2).to_string()));
    refused(&|_| json!([{ "type": "SIGNER", "payload": address, "signature": "" }]).to_string());
}

#[test]
fn each_stage_has_its_own_time() {
    let mut there = Bystander::new();
    there.hall.report_now();
    let deadline = |there: &Bystander| there.hall.room.deadline_ms().unwrap() - NOW_MS;
    let idle = there.hall.open(None);
    assert_eq!(deadline(&there), ROOM_IDLE_REPORT_MS, "the next report");
    there.hall.now_ms = NOW_MS + HANDSHAKE_MS - 1;
    let slow = there.hall.open(None);
    assert_eq!(deadline(&there), HANDSHAKE_MS);
    there.hall.tick();
    assert!(there.hall.closed.is_empty(), "there is a millisecond left");
    there.hall.now_ms += 1;
    there.hall.tick();
    there.refused(idle, &session::Reason::HandshakeTimeout.into(), 1008);

    // The signature has a time of its own.
    there.hall.now_ms = NOW_MS + 2 * HANDSHAKE_MS - 2;
    there.hall.identify(slow, 2);
    let (challenge, _) = there.hall.challenge(slow);
    there.hall.now_ms += HANDSHAKE_MS - 1;
    there.hall.tick();
    let late = there.hall.open(None);
    there.hall.identify(late, 3);
    there
        .hall
        .frame(slow, &signed(&chain(&wallet(2), &challenge)));
    there.hall.welcome(slow);
    there.hall.now_ms += HANDSHAKE_MS;
    there.hall.tick();
    assert_eq!(there.hall.closed.len(), 2);
    let reason = session::Reason::HandshakeTimeout.into();
    assert_eq!(there.hall.closed.get(&late), Some(&reason));
    assert_eq!(there.hall.room.socket_count(), 2, "members have time");
}

#[test]
fn a_frame_of_the_handshake_may_be_as_long_as_a_chain() {
    for challenged in [false, true] {
        let mut there = Bystander::new();
        let mut open = || {
            if challenged {
                there.hall.challenged(None, 1).0
            } else {
                there.hall.open(None)
            }
        };
        let (socket, other) = (open(), open());
        let length = HANDSHAKE_FRAME_MAX_BYTES + 1;
        // Too long comes first: what is in the frame is not looked at.
        there.hall.frame(socket, &vec![0xff; length]);
        let max = HANDSHAKE_FRAME_MAX_BYTES;
        let reason = session::Reason::TooLarge { length, max };
        there.refused(socket, &reason.into(), 1009);
        there.hall.frame(other, &vec![0xff; max]);
        there.refused(other, &Reason::Undecodable, 1007);
    }
}
