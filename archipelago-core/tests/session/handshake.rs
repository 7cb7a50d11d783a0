//! From the first packet to the welcome.

use archipelago_core::auth::ethereum::{keccak256, personal_hash};
use archipelago_core::auth::{self, ChainError, ContractQuestion};
use archipelago_core::protocol::limits::CLOSE_REASON_MAX_BYTES;
use archipelago_core::protocol::v3::{
    ChallengeResponseMessage, ServerPacket, WelcomeMessage, server_packet,
};
use archipelago_core::session::{Action, Live, Reason, Session, Stage};
use serde_json::json;

use crate::clients::{NOW_MS, TIMEOUTS, chain, challenge_request, signed_challenge, wallet};
use crate::stages::{
    NUMBER, ORIGIN, RANDOM, assert_over, awaiting_request, awaiting_signature, challenge, close,
    gone, island, looking_up, own_address, requested, signed, stages,
};

#[test]
fn the_whole_handshake() {
    let mut session = Session::new(ORIGIN.to_owned(), NOW_MS);
    assert_eq!(session.stage(), &Stage::AwaitingRequest);
    assert_eq!(
        session.frame(&requested(), NOW_MS + 1),
        Action::LookUp(own_address())
    );
    assert_eq!(session.stage(), &Stage::LookingUp);
    let message = server_packet::Message::ChallengeResponse(ChallengeResponseMessage {
        challenge_to_sign: challenge(),
        already_connected: true,
    });
    assert_eq!(
        session.looked_up(true, RANDOM, NOW_MS + 2),
        Action::Send(ServerPacket {
            message: Some(message)
        })
    );
    let challenge = challenge();
    assert_eq!(session.stage(), &Stage::AwaitingSignature { challenge });
    assert_eq!(
        session.frame(&signed(), NOW_MS + 3),
        Action::Vet(own_address(), Vec::new())
    );
    let address = own_address();
    assert_eq!(session.stage(), &Stage::Vetting { address });
    assert_eq!(session.player(), Some(address));
    assert_eq!(
        session.vetted(Ok(()), NOW_MS + 3),
        Action::Join(own_address())
    );
    assert_eq!(session.stage(), &Stage::Joining { address });
    assert_eq!(session.live(), None, "not before it is welcome");
    let message = server_packet::Message::Welcome(WelcomeMessage {
        peer_id: own_address().to_string(),
    });
    assert_eq!(
        session.joined(NUMBER, NOW_MS + 4),
        Action::Send(ServerPacket {
            message: Some(message)
        })
    );
    assert_eq!(
        session.live(),
        Some(&Live {
            number: NUMBER,
            address,
            position: None,
            told: None,
            assignment: 0,
        })
    );
}

#[test]
fn the_signer_is_the_identity() {
    let mut session = awaiting_request();
    let other = wallet(2);
    // In any case: the identity is lower case.
    let requested = wallet(1).address().to_string().to_uppercase();
    session.frame(
        &challenge_request(&requested.replacen("0X", "0x", 1)),
        NOW_MS,
    );
    session.looked_up(false, RANDOM, NOW_MS);
    let frame = signed_challenge(&chain(&other, &challenge()));
    assert_eq!(
        session.frame(&frame, NOW_MS),
        Action::Vet(other.address(), Vec::new())
    );
    assert_eq!(
        session.vetted(Ok(()), NOW_MS),
        Action::Join(other.address())
    );
    let Action::Send(ServerPacket {
        message: Some(server_packet::Message::Welcome(welcome)),
    }) = session.joined(NUMBER, NOW_MS)
    else {
        panic!("not welcome");
    };
    assert_eq!(welcome.peer_id, other.address().to_string());
    assert_eq!(welcome.peer_id, welcome.peer_id.to_lowercase());
}

#[test]
fn a_challenge_is_all_of_the_randomness_and_has_no_colon() {
    let challenge_of = |random| {
        let mut session = looking_up();
        let Action::Send(ServerPacket {
            message: Some(server_packet::Message::ChallengeResponse(response)),
        }) = session.looked_up(false, random, NOW_MS)
        else {
            panic!("no challenge");
        };
        assert!(!response.already_connected);
        response.challenge_to_sign
    };
    assert_eq!(challenge_of(RANDOM), challenge());
    let mut seen = std::collections::BTreeSet::new();
    for bit in 0..128 {
        let random = (1_u128 << bit).to_be_bytes();
        let challenge = challenge_of(random);
        assert!(challenge.starts_with("dcl-") && !challenge.contains(':'));
        assert_eq!(challenge, auth::challenge_from(random));
        seen.insert(challenge);
    }
    assert_eq!(seen.len(), 128);
}

#[test]
fn a_request_for_what_is_no_address_closes() {
    let shout = own_address().to_string().to_uppercase();
    for requested in ["", "0x", "alice", &shout, "0x11", &"0x1".repeat(20)] {
        let mut session = awaiting_request();
        assert_eq!(
            session.frame(&challenge_request(requested), NOW_MS),
            close(Reason::InvalidAddress, None),
            "{requested}"
        );
        assert_eq!(Reason::InvalidAddress.code(), 1008);
        assert_over(&mut session, requested);
    }
}

#[test]
fn chains_that_prove_nothing_close() {
    let (own, address) = (wallet(1), own_address().to_string());
    let chains = [
        String::new(),
        "[]".to_owned(),
        "[[[[".repeat(500),
        chain(&own, "dcl-ffffffffffffffffffffffffffffffff"),
        chain(&own, &challenge()).replace(&address, &wallet(2).address().to_string()),
        json!([{ "type": "SIGNER", "payload": address, "signature": "" }]).to_string(),
        json!([{ "type": "x".repeat(300), "payload": address, "signature": "" }]).to_string(),
        " ".repeat(auth::CHAIN_MAX_BYTES + 1),
    ];
    for json in &chains {
        let mut session = awaiting_signature();
        let Action::Close(closed) = session.frame(&signed_challenge(json), NOW_MS) else {
            panic!("taken: {json:.80}");
        };
        assert!(matches!(closed.reason, Reason::BadChain(_)), "{closed:?}");
        assert_eq!(closed.reason.code(), 1008);
        assert!(closed.reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
        assert_eq!((closed.farewell, closed.ended), (None, None));
        assert_over(&mut session, json);
    }
}

#[test]
fn contract_wallets_come_in_if_the_contracts_say_so() {
    let chain = json!([
        { "type": "SIGNER", "payload": own_address().to_string(), "signature": "" },
        { "type": "ECDSA_EIP_1654_SIGNED_ENTITY", "payload": challenge(), "signature": "0x1234" },
    ]);
    let asking = || {
        let mut session = awaiting_signature();
        let action = session.frame(&signed_challenge(&chain.to_string()), NOW_MS);
        let Action::Vet(address, questions) = action else {
            panic!("{action:?}");
        };
        assert_eq!(address, own_address());
        let question = ContractQuestion {
            link: 1,
            contract: own_address(),
            message_hash: keccak256(challenge().as_bytes()),
            personal_hash: personal_hash(&challenge()),
            signature: vec![0x12, 0x34],
        };
        assert_eq!(questions, [question]);
        session
    };
    assert_eq!(asking().vetted(Ok(()), NOW_MS), Action::Join(own_address()));
    for reason in [
        Reason::BadChain(ChainError::ContractWalletsUnsupported),
        Reason::BadChain(ChainError::ContractDenies { link: 1 }),
        Reason::ContractsUnavailable,
        Reason::Denied,
    ] {
        assert!(reason.to_string().len() <= CLOSE_REASON_MAX_BYTES);
        let mut session = asking();
        let action = session.vetted(Err(reason.clone()), NOW_MS);
        assert_eq!(action, close(reason, None));
        assert_over(&mut session, "refused");
    }
}

#[test]
fn a_challenge_is_good_for_its_own_socket_only() {
    let mut other = looking_up();
    other.looked_up(false, [9; 16], NOW_MS);
    assert_eq!(
        other.frame(&signed(), NOW_MS),
        close(Reason::BadChain(ChainError::WrongChallenge), None)
    );
}

#[test]
fn each_stage_has_its_own_time() {
    let mut session = Session::new(ORIGIN.to_owned(), NOW_MS);
    let deadline = |session: &Session| session.deadline_ms(&TIMEOUTS).unwrap() - NOW_MS;
    session.frame(&requested(), NOW_MS + 50_000);
    assert_eq!(deadline(&session), 110_000);
    session.looked_up(false, RANDOM, NOW_MS + 100_000);
    assert_eq!(deadline(&session), 160_000);
    session.frame(&signed(), NOW_MS + 140_000);
    assert_eq!(deadline(&session), 200_000);
    session.vetted(Ok(()), NOW_MS + 150_000);
    assert_eq!(deadline(&session), 210_000);
    session.joined(NUMBER, NOW_MS + 200_000);
    assert_eq!(deadline(&session), 290_000);
}

#[test]
fn answers_that_come_too_late() {
    for (stage, session, _) in stages() {
        let mut looked_up = session.clone();
        if stage != "looking up" {
            assert_eq!(looked_up.looked_up(true, RANDOM, NOW_MS), Action::None);
            assert_eq!(looked_up, session, "{stage}");
        }
        let mut vetted = session.clone();
        if stage != "vetting" {
            assert_eq!(vetted.vetted(Ok(()), NOW_MS), Action::None);
            assert_eq!(vetted.vetted(Err(Reason::Denied), NOW_MS), Action::None);
            assert_eq!(vetted, session, "{stage}");
        }
        let mut failed = session.clone();
        if stage == "joining" {
            assert_eq!(failed.join_failed(), close(Reason::RealmUnavailable, None));
            assert_over(&mut failed, stage);
        } else {
            assert_eq!(failed.join_failed(), Action::None);
            assert_eq!(failed, session, "{stage}");
        }
        let mut assigned = session.clone();
        if stage != "live" {
            assert_eq!(assigned.assigned(1, island(1)), None);
            assert_eq!(assigned, session, "{stage}");
        }
    }
    // A client that left while it was announced: its number is given back.
    assert_eq!(
        gone().joined(NUMBER, NOW_MS),
        close(Reason::RealmUnavailable, Some(NUMBER))
    );
}
