//! What closes a session, in each stage.

use archipelago_core::protocol::limits::{
    CLOSE_REASON_MAX_BYTES, HANDSHAKE_FRAME_MAX_BYTES, LIVE_FRAME_MAX_BYTES,
};
use archipelago_core::protocol::v3::{KickedMessage, KickedReason, ServerPacket, server_packet};
use archipelago_core::session::{Action, Reason};

use crate::clients::{NOW_MS, TIMEOUTS, at, heartbeat};
use crate::rng::Rng;
use crate::stages::{assert_over, close, gone, requested, signed, stages};

/// Every message in every stage: the awaited one goes on, any other closes and says nothing else.
#[test]
fn wrong_messages_close() {
    let messages = [
        ("challenge_request", requested()),
        ("signed_challenge", signed()),
        ("heartbeat", heartbeat(at(1.0, 1.0))),
    ];
    for (stage, session, ended) in stages() {
        let expected = match stage {
            "awaiting request" => "challenge_request",
            "awaiting signature" => "signed_challenge",
            "live" => "heartbeat",
            _ => "nothing",
        };
        for (message, frame) in &messages {
            let mut session = session.clone();
            let action = session.frame(frame, NOW_MS);
            if *message == expected {
                assert!(!matches!(action, Action::Close(_)), "{message} in {stage}");
                continue;
            }
            let reason = Reason::Unexpected { expected };
            assert_eq!(reason.code(), 1002);
            assert_eq!(action, close(reason, ended), "{message} in {stage}");
            assert_over(&mut session, stage);
        }
    }
    let mut session = gone();
    for (_, frame) in &messages {
        assert_eq!(session.frame(frame, NOW_MS), Action::None);
    }
}

#[test]
fn what_is_no_packet_closes_in_every_stage() {
    // Nothing, a truncated field, a field number of 0, and a message that this protocol does not know.
    let frames: [&[u8]; 5] = [&[], &[0x0a, 5, 1], &[0x02, 0], &[0xff; 40], &[0x4a, 0]];
    let reason = || Reason::Undecodable;
    assert_eq!(reason().code(), 1007);
    assert_eq!(reason().to_string(), "Cannot decode ClientPacket");
    for (stage, session, ended) in stages() {
        for frame in frames {
            let mut session = session.clone();
            assert_eq!(
                session.frame(frame, NOW_MS),
                close(reason(), ended),
                "{frame:x?} in {stage}"
            );
            assert_over(&mut session, stage);
        }
        let mut session = session;
        assert_eq!(
            session.text(),
            close(reason(), ended),
            "a text frame in {stage}"
        );
        assert_over(&mut session, stage);
    }
}

#[test]
fn frames_beyond_the_limit_of_their_stage_close() {
    for (stage, session, ended) in stages() {
        let max = if stage == "live" {
            LIVE_FRAME_MAX_BYTES
        } else {
            HANDSHAKE_FRAME_MAX_BYTES
        };
        let mut longest = session.clone();
        // Too long comes first: what is in the frame is not looked at.
        assert_eq!(
            longest.frame(&vec![0xff; max], NOW_MS),
            close(Reason::Undecodable, ended)
        );
        let mut session = session;
        let length = max + 1;
        let reason = Reason::TooLarge { length, max };
        assert_eq!(reason.code(), 1009);
        assert!(reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
        assert_eq!(
            session.frame(&vec![0xff; length], NOW_MS),
            close(reason, ended),
            "{stage}"
        );
        assert_over(&mut session, stage);
    }
}

#[test]
fn codes_of_the_other_reasons() {
    for (reason, code) in [
        (Reason::NewSession, 1000),
        (Reason::Denied, 1000),
        (Reason::Banned, 1008),
        (Reason::TooFast, 1008),
        (Reason::CrowdedAddress, 1008),
        (Reason::CrowdedNetwork, 1013),
        (Reason::ContractsUnavailable, 1013),
        (Reason::HandshakeTimeout, 1008),
        (Reason::IdleTimeout, 1008),
        (Reason::Restart, 1012),
        (Reason::RealmUnavailable, 1013),
    ] {
        assert_eq!(reason.code(), code);
        assert!(reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
    }
    // Whoever is denied is not told.
    assert_eq!(Reason::Denied.to_string(), "");
}

#[test]
fn every_stage_ends_exactly_at_its_deadline() {
    for (stage, mut session, ended) in stages() {
        let (after_ms, reason) = if stage == "live" {
            (TIMEOUTS.idle_ms, Reason::IdleTimeout)
        } else {
            (TIMEOUTS.handshake_ms, Reason::HandshakeTimeout)
        };
        let deadline = NOW_MS + after_ms;
        assert_eq!(session.deadline_ms(&TIMEOUTS), Some(deadline), "{stage}");
        assert_eq!(session.tick(&TIMEOUTS, deadline - 1), Action::None);
        assert_eq!(
            session.tick(&TIMEOUTS, deadline),
            close(reason, ended),
            "{stage}"
        );
        assert_over(&mut session, stage);
    }
}

#[test]
fn a_kick_says_why_and_closes() {
    for ((stage, session, _), reason) in stages()
        .iter()
        .flat_map(|stage| [(stage, Reason::NewSession), (stage, Reason::Banned)])
    {
        let mut session = session.clone();
        let Action::Close(closed) = session.dismiss(reason.clone()) else {
            panic!("{stage}: not closed");
        };
        let kicked = KickedMessage {
            reason: KickedReason::KrNewSession.into(),
        };
        let message = Some(server_packet::Message::Kicked(kicked));
        assert_eq!(closed.farewell, Some(ServerPacket { message }), "{stage}");
        assert_eq!(closed.reason, reason, "{stage}");
        assert_over(&mut session, stage);
    }
}

#[test]
fn a_closed_socket_ends_what_the_realm_knows() {
    for (stage, mut session, ended) in stages() {
        assert_eq!(session.closed(), ended, "{stage}");
        assert_over(&mut session, stage);
    }
}

#[test]
fn broken_frames_never_panic() {
    let mut rng = Rng::new(2);
    let frames = [requested(), signed(), heartbeat(at(1.0, 2.0))];
    for (_, session, _) in stages() {
        for _ in 0..2_000 {
            let mut frame = frames[rng.below(frames.len())].clone();
            for _ in 0..rng.below(4) {
                let at = rng.below(frame.len());
                frame[at] = rng.below(256) as u8;
            }
            frame.truncate(1 + rng.below(frame.len()));
            session.clone().frame(&frame, NOW_MS);
        }
    }
}
