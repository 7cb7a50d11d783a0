//! What closes a socket, in each stage.

use archipelago_core::auth::ChainError;
use archipelago_core::protocol::limits::{
    CLOSE_REASON_MAX_BYTES, ROOM_FRAME_MAX_BYTES, ROOM_PLAYERS_MAX,
};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::protocol::rfc5::{WsChallengeRequired, WsKicked, WsWelcome};
use archipelago_core::room::{Reason, SocketId};
use archipelago_core::session;

use crate::bystander::Bystander;
use crate::clients::{chain, wallet};
use crate::hall::{Hall, encode, guest, identification, join, leave, signed, update, who};

const STAGES: [&str; 3] = [
    "peer_identification",
    "signed_challenge_for_server",
    "peer_update_message",
];

/// A socket that is expected to say this.
fn at(hall: &mut Hall, stage: &str) -> SocketId {
    match stage {
        "peer_identification" => hall.open(None),
        "signed_challenge_for_server" => hall.challenged(None, 1).0,
        _ => hall.enter(1),
    }
}

/// Closed without a word; the others hear that a member has left, and nothing else.
#[track_caller]
fn assert_refused(hall: &mut Hall, there: SocketId, socket: SocketId, stage: &str, why: &Reason) {
    assert_eq!(hall.closed.get(&socket), Some(why), "{stage}");
    assert_eq!(hall.take(socket), [], "{stage}");
    let heard = hall.take(there);
    match stage {
        "peer_update_message" => assert_eq!(heard, [join(2, 1), leave(2)]),
        _ => assert_eq!(heard, [], "{stage}"),
    }
    assert_eq!(hall.room.socket_count(), 1);
}

/// Every message in every stage: the awaited one goes on, any other closes.
#[test]
fn wrong_messages_close() {
    let address = who(1).to_string();
    let messages: [(&str, Vec<u8>); 8] = [
        ("peer_identification", identification(&address)),
        (
            "signed_challenge_for_server",
            signed(&chain(&wallet(1), "dcl-")),
        ),
        ("peer_update_message", encode(update(1, b"x", true))),
        (
            "welcome_message",
            encode(Message::WelcomeMessage(WsWelcome::default())),
        ),
        ("peer_join_message", encode(join(7, 1))),
        (
            "challenge_message",
            encode(Message::ChallengeMessage(WsChallengeRequired::default())),
        ),
        ("peer_leave_message", encode(leave(1))),
        (
            "peer_kicked",
            encode(Message::PeerKicked(WsKicked::default())),
        ),
    ];
    for expected in STAGES {
        for (message, frame) in &messages {
            let mut hall = Hall::new();
            let there = hall.enter(200);
            let socket = at(&mut hall, expected);
            hall.frame(socket, frame);
            if *message != expected {
                let reason = Reason::from(session::Reason::Unexpected { expected });
                assert_eq!(reason.code(), 1002);
                assert_refused(&mut hall, there, socket, expected, &reason);
            } else if expected == "signed_challenge_for_server" {
                // Looked at, and found wanting.
                let wrong = session::Reason::BadChain(ChainError::WrongChallenge);
                assert_eq!(hall.closed.get(&socket), Some(&wrong.into()));
            } else {
                assert_eq!(hall.closed.get(&socket), None, "{message}");
            }
        }
    }
}

#[test]
fn what_is_no_packet_closes_in_every_stage() {
    // Nothing, a truncated field, a field number of 0, and a message that this protocol does not know.
    let frames: [&[u8]; 5] = [&[], &[0x0a, 5, 1], &[0x02, 0], &[0xff; 40], &[0x4a, 0]];
    assert_eq!(Reason::Undecodable.to_string(), "Cannot decode WsPacket");
    assert_eq!(Reason::Undecodable.code(), 1007);
    for stage in STAGES {
        for frame in frames {
            let mut hall = Hall::new();
            let there = hall.enter(200);
            let socket = at(&mut hall, stage);
            hall.frame(socket, frame);
            assert_refused(&mut hall, there, socket, stage, &Reason::Undecodable);
        }
        let mut hall = Hall::new();
        let there = hall.enter(200);
        let socket = at(&mut hall, stage);
        hall.text(socket);
        assert_refused(&mut hall, there, socket, stage, &Reason::Undecodable);
    }
}

#[test]
fn a_members_frame_may_be_as_long_as_a_scene_says() {
    let mut hall = Hall::new();
    let (there, socket) = (hall.enter(200), hall.enter(1));
    hall.take(there);
    let overhead = encode(update(0, &vec![7; 60_000], false)).len() - 60_000;
    let longest = vec![7; ROOM_FRAME_MAX_BYTES - overhead];
    hall.say(socket, &longest, false);
    assert_eq!(hall.take(there), [update(2, &longest, false)]);
    let length = ROOM_FRAME_MAX_BYTES + 1;
    hall.frame(socket, &vec![0xff; length]);
    let max = ROOM_FRAME_MAX_BYTES;
    let reason = Reason::from(session::Reason::TooLarge { length, max });
    assert_eq!(hall.closed.get(&socket), Some(&reason));
    assert_eq!(hall.take(there), [leave(2)]);
}

#[test]
fn codes_and_texts() {
    for (reason, code, text) in [
        (
            Reason::Full,
            1013,
            "Room full: at most 150 players are allowed",
        ),
        (Reason::Replaced, 1000, "Replaced by a new connection"),
        (Reason::Moved, 1000, "Moved to another room"),
        (
            Reason::WrongAddress,
            1008,
            "Wrong address: the token of this room is for another one",
        ),
        (
            Reason::TooFast,
            1008,
            "Too fast: at most 200 packets or KiB a second are allowed",
        ),
        (
            Reason::TooSlow,
            1008,
            "Too slow: packets are not taken in time",
        ),
        (session::Reason::Restart.into(), 1012, "Service restart"),
    ] {
        assert_eq!((reason.code(), reason.to_string().as_str()), (code, text));
        assert!(text.len() <= CLOSE_REASON_MAX_BYTES);
    }
    assert_eq!(ROOM_PLAYERS_MAX, 150);
}

#[test]
fn a_muted_socket_says_what_it_likes() {
    let mut hall = Hall::new();
    let (there, muted) = (hall.enter(200), hall.enter_by(1, 9));
    hall.mute(&[guest(1, 9)]);
    hall.take(there);
    let frames = [
        encode(update(1, b"hello", false)),
        identification(&who(1).to_string()),
        Vec::new(),
        vec![0xff; 2 * ROOM_FRAME_MAX_BYTES],
    ];
    for _ in 0..1_000 {
        for frame in &frames {
            hall.frame(muted, frame);
        }
        hall.text(muted);
    }
    assert!(hall.closed.is_empty());
    assert_eq!((hall.take(there), hall.take(muted)), (vec![], vec![]));
}

#[test]
fn frames_of_nobody_change_nothing() {
    let mut there = Bystander::new();
    let nobody = SocketId(99);
    there.hall.frame(nobody, &encode(update(1, b"x", false)));
    there.hall.text(nobody);
    there.hall.gone(nobody);
    assert!(there.hall.closed.is_empty());
    assert_eq!(there.hall.room.socket_count(), 1);
}
