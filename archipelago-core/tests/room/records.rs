//! Sockets as bytes: what is kept while the room sleeps.

use archipelago_core::protocol::bus::room_record::{self, Stage};
use archipelago_core::protocol::bus::{RoomGuest, RoomRecord, SocketRecord};
use archipelago_core::protocol::limits::ROOM_ID_MAX_BYTES;
use archipelago_core::room::{ROOM_RECORD_MAX_BYTES, RecordError, Room, SocketId, room_of_record};
use archipelago_core::session;
use archipelago_core::transport::{Pass, RoomId};
use prost::Message as _;

use crate::clients::{NOW_MS, address, chain, hex, wallet};
use crate::hall::{HANDSHAKE_MS, Hall, guest, join, pass, room_id, signed, update, who};
use crate::rng::Rng;

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// What stands in the sockets' attachments: every later version reads it.
const RECORDS: [&str; 5] = [
    "08011080f0cc86a6371a076d61696e2e49312a260a2464636c2d303130313031303130313031303130313031303130313031\
     30313031303130314880f0cc86a637",
    "08011081f0cc86a6371a076d61696e2e493122190a14667ff918754239bc5dfb39efe943f29c735e7cb410ac022a260a2464\
     636c2d30323032303230323032303230323032303230323032303230323032303230324880f0cc86a637",
    "08011082f0cc86a6371a076d61696e2e493122190a14667ff918754239bc5dfb39efe943f29c735e7cb410ac0232260a2464\
     636c2d30333033303330333033303330333033303330333033303330333033303330334880f0cc86a637",
    "08011085f0cc86a6371a076d61696e2e493122190a14f275979c946a60a83a3799597166a399c833ea7310ac023a180a14f2\
     75979c946a60a83a3799597166a399c833ea7310014885f0cc86a637",
    "08011086f0cc86a6371a076d61696e2e493142160a1493876ab39694fa14ef04136e40bbf6c3131b3032488af0cc86a637",
];

/// At the door without and with a token, challenged, a member, muted.
fn kept() -> (Hall, [Vec<u8>; 5]) {
    let mut hall = Hall::new();
    let anybody = hall.open(None);
    let opened = hall.open(pass(1, 300));
    let (signing, _) = hall.challenged(pass(1, 300), 1);
    hall.now_ms += 5;
    let (member, muted) = (hall.enter_by(2, 300), hall.enter(3));
    hall.now_ms += 5;
    hall.mute(&[guest(3, 0)]);
    let sockets = [anybody, opened, signing, member, muted];
    let records = sockets.map(|socket| hall.records[&socket].clone());
    (hall, records)
}

fn record_of(room: &str, socket: u64, stage: Stage) -> RoomRecord {
    RoomRecord {
        version: 1,
        socket,
        room: room.to_owned(),
        pass: None,
        since_ms: NOW_MS,
        stage: Some(stage),
    }
}

fn member(socket: u64, number: u8, alias: u32) -> Vec<u8> {
    let address = address(number).0.to_vec();
    let stage = Stage::Member(room_record::Member { address, alias });
    record_of(room_id().as_str(), socket, stage).encode_to_vec()
}

fn empty() -> Room {
    Room::new(room_id(), HANDSHAKE_MS)
}

#[test]
fn records_are_pinned() {
    let (_, records) = kept();
    assert_eq!(records.each_ref().map(|record| hex(record)), RECORDS);
    let mut hall = Hall::new();
    let sockets = [0, 1, 2, 5, 6].map(|after_ms| SocketId(NOW_MS + after_ms));
    for (socket, record) in sockets.into_iter().zip(RECORDS) {
        let record = bytes(record);
        assert_eq!(SocketId::of_record(&record), Some(socket));
        assert_eq!(room_of_record(&record), Some(room_id()));
        assert_eq!(hall.room.resume(&record, NOW_MS), Ok(socket));
        hall.records.insert(socket, record);
    }
    let [anybody, opened, signing, member, muted] = sockets;
    assert_eq!(hall.room.socket_count(), 5);
    let report = hall.report();
    assert_eq!(report.guests, [guest(2, 300), guest(3, 0)]);
    assert_eq!(report.players, 1);
    // Each goes on where it was.
    assert_eq!(hall.room.deadline_ms(), Some(NOW_MS + HANDSHAKE_MS));
    let challenge = archipelago_core::auth::challenge_from([3; 16]);
    hall.frame(signing, &signed(&chain(&wallet(1), &challenge)));
    assert_eq!(hall.welcome(signing).0, 2);
    assert_eq!(hall.take(member), [join(2, 1)]);
    hall.identify(opened, 1);
    let (challenge, already_connected) = hall.challenge(opened);
    assert_eq!(challenge, archipelago_core::auth::challenge_from([2; 16]));
    assert!(already_connected);
    hall.frame(opened, &signed(&chain(&wallet(2), &challenge)));
    let reason = archipelago_core::room::Reason::WrongAddress;
    assert_eq!(hall.closed.get(&opened), Some(&reason), "its pass is kept");
    hall.identify(anybody, 7);
    let (challenge, _) = hall.challenge(anybody);
    hall.frame(anybody, &signed(&chain(&wallet(7), &challenge)));
    assert_eq!(hall.welcome(anybody).0, 3);
    assert_eq!(hall.take(muted), []);
}

/// The close of a socket of the time before must not hit a new one.
#[test]
fn a_socket_that_is_opened_later_has_a_number_of_its_own() {
    let mut hall = Hall::new();
    let (first, last) = (hall.open(None), hall.open(None));
    hall.gone(last);
    hall.now_ms += 2;
    hall.sleep();
    assert!(hall.open(None) > last);
    // Whatever the clock says.
    hall.now_ms = 0;
    hall.gone(first);
    hall.sleep();
    let newest = *hall.records.keys().last().unwrap();
    assert!(hall.open(None) > newest);
}

#[test]
fn every_stage_is_kept() {
    let mut hall = Hall::new();
    let stage = |hall: &Hall, socket| {
        let record = RoomRecord::decode(hall.records[&socket].as_slice()).unwrap();
        (record.stage.unwrap(), record.since_ms - NOW_MS)
    };
    let socket = hall.open(pass(1, 9));
    assert!(matches!(
        stage(&hall, socket),
        (Stage::AwaitingIdentification(_), 0)
    ));
    hall.now_ms += 1;
    hall.identify(socket, 1);
    assert!(matches!(
        stage(&hall, socket),
        (Stage::AwaitingSignature(_), 1)
    ));
    let (challenge, _) = hall.challenge(socket);
    hall.now_ms += 1;
    hall.frame(socket, &signed(&chain(&wallet(1), &challenge)));
    assert!(matches!(stage(&hall, socket), (Stage::Member(_), 2)));
    hall.now_ms += 1;
    hall.mute(&[guest(1, 9)]);
    assert!(matches!(stage(&hall, socket), (Stage::Muted(_), 3)));
}

#[test]
fn a_conversation_goes_on_over_a_sleep() {
    let mut hall = Hall::new();
    let (one, left, two, last) = (hall.enter(1), hall.enter(2), hall.enter(3), hall.enter(4));
    hall.gone(left);
    hall.gone(last);
    hall.inbox.clear();
    hall.sleep();
    hall.say(two, b"hello", true);
    assert_eq!(hall.take(one), [update(3, b"hello", true)]);
    assert_eq!(hall.take(two), []);
    // Above the highest in use; a gap stays one, and who has left last is forgotten.
    let newcomer = hall.arrive(None, 5);
    let others = [(1, 1), (3, 3)].map(|(alias, number)| (alias, who(number).to_string()));
    assert_eq!(hall.welcome(newcomer), (4, others.into()));
    // The handshake's time is that of its beginning.
    let late = hall.open(None);
    hall.now_ms += HANDSHAKE_MS - 1;
    hall.sleep();
    hall.now_ms += 1;
    hall.tick();
    let reason = session::Reason::HandshakeTimeout.into();
    assert_eq!(hall.closed.get(&late), Some(&reason));
}

/// How fast and how slow somebody was is not kept: it is no worse than a new connection.
#[test]
fn pace_and_slowness_begin_anew() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter(1), hall.enter(2));
    for _ in 0..400 {
        hall.say(one, b"x", true);
    }
    hall.backlog.insert(two, 100_000);
    hall.say(two, b"x", true);
    hall.sleep();
    hall.now_ms += 5_000;
    hall.say(one, b"x", true);
    assert!(hall.closed.is_empty());
}

#[test]
fn aliases_wrap_around_those_in_use() {
    let mut hall = Hall::new();
    let highest = u32::MAX - 1;
    for (socket, alias) in [(7, highest), (5, 1), (6, 3)] {
        let record = member(socket, socket as u8, alias);
        hall.room.resume(&record, NOW_MS).unwrap();
        hall.records.insert(SocketId(socket), record);
    }
    for (number, expected) in [(1, 2), (2, 4), (3, 5)] {
        let socket = hall.arrive(None, number);
        let (alias, others) = hall.welcome(socket);
        assert_eq!(alias, expected);
        assert!(others.contains_key(&highest) && others.contains_key(&1));
    }
    // Never 0xFFFFFFFF, though it is the next one.
    let mut hall = Hall::new();
    let record = member(7, 7, highest);
    hall.room.resume(&record, NOW_MS).unwrap();
    hall.records.insert(SocketId(7), record);
    let socket = hall.arrive(None, 1);
    assert_eq!(hall.welcome(socket).0, 1);
}

#[test]
fn the_widest_record_is_within_the_limit() {
    let widest = "x".repeat(ROOM_ID_MAX_BYTES);
    assert!(format!("{widest}x").parse::<RoomId>().is_err());
    let mut room = Room::new(widest.parse().unwrap(), HANDSHAKE_MS);
    let pass = RoomGuest {
        address: vec![0xff; 20],
        assignment: u64::MAX,
    };
    let challenge = archipelago_core::auth::challenge_from([0xff; 16]);
    let address = vec![0xff; 20];
    let stages = [
        Stage::AwaitingSignature(room_record::AwaitingSignature { challenge }),
        Stage::Member(room_record::Member {
            address,
            alias: u32::MAX - 1,
        }),
    ];
    for (socket, stage) in [u64::MAX, u64::MAX - 1].into_iter().zip(stages) {
        let record = RoomRecord {
            pass: Some(pass.clone()),
            since_ms: u64::MAX,
            ..record_of(&widest, socket, stage)
        }
        .encode_to_vec();
        assert!(record.len() <= ROOM_RECORD_MAX_BYTES, "{}", record.len());
        assert_eq!(room.resume(&record, NOW_MS), Ok(SocketId(socket)));
    }
}

#[test]
fn records_that_contradict_each_other_are_refused() {
    let mut room = empty();
    room.resume(&member(1, 1, 1), NOW_MS).unwrap();
    let count = |room: &Room| room.socket_count();
    for (what, record) in [
        ("the socket", member(1, 2, 2)),
        ("the address", member(2, 1, 2)),
        ("the alias", member(2, 2, 1)),
        ("no alias", member(2, 2, 0)),
        ("not an alias", member(2, 2, u32::MAX)),
        ("no socket", member(0, 2, 2)),
    ] {
        assert_eq!(room.resume(&record, NOW_MS), Err(RecordError), "{what}");
        assert_eq!(count(&room), 1, "{what}");
    }
    let muted = Stage::Muted(room_record::Muted {
        address: address(1).0.to_vec(),
    });
    for room_name in [room_id().as_str(), "main.I2", ""] {
        let record = record_of(room_name, 3, muted.clone()).encode_to_vec();
        assert_eq!(room.resume(&record, NOW_MS), Err(RecordError));
    }
    assert_eq!(count(&room), 1);
}

#[test]
fn unknown_records_are_refused() {
    let (_, records) = kept();
    for record in records {
        assert_eq!(record[..2], [0x08, 1], "the version is in front");
        let refused = |record: &[u8]| {
            assert_eq!(empty().resume(record, NOW_MS), Err(RecordError));
        };
        refused(&record[2..]);
        assert_eq!(room_of_record(&record[2..]), None);
        for version in [0, 2, 3, 127] {
            let mut other = record.clone();
            other[1] = version;
            refused(&other);
            assert_eq!(room_of_record(&other), None);
        }
        let mut short = RoomRecord::decode(record.as_slice()).unwrap();
        short.pass = Some(RoomGuest {
            address: vec![1; 19],
            assignment: 1,
        });
        refused(&short.encode_to_vec());
        short.pass = None;
        short.stage = None;
        refused(&short.encode_to_vec());
    }
    for bytes in [&[][..], &[0xff; 9]] {
        assert_eq!(empty().resume(bytes, NOW_MS), Err(RecordError));
        assert_eq!(room_of_record(bytes), None);
    }
    // The record of a connector's socket is no room's.
    let other = SocketRecord {
        version: 1,
        socket: 7,
    };
    assert_eq!(room_of_record(&other.encode_to_vec()), None);
}

#[test]
fn broken_records_never_panic() {
    let mut rng = Rng::new(1);
    let (_, records) = kept();
    for record in records {
        for length in 0..record.len() {
            let _ = empty().resume(&record[..length], NOW_MS);
        }
        for _ in 0..5_000 {
            let mut record = record.clone();
            for _ in 0..=rng.below(3) {
                let at = rng.below(record.len());
                record[at] = rng.below(256) as u8;
            }
            let mut room = empty();
            let _ = room_of_record(&record);
            let mut out = Vec::new();
            if let Ok(socket) = room.resume(&record, NOW_MS) {
                room.tick(u64::MAX, &mut out);
                room.frame(socket, &[], NOW_MS, &mut out);
                assert_eq!(room.socket_count(), usize::from(out.is_empty()));
            }
        }
    }
}

#[test]
fn a_pass_is_kept_as_it_is() {
    let mut hall = Hall::new();
    let widest = Pass {
        address: who(1),
        assignment: u64::MAX,
    };
    let socket = hall.open(Some(widest));
    hall.sleep();
    hall.identify(socket, 1);
    let (challenge, _) = hall.challenge(socket);
    hall.frame(socket, &signed(&chain(&wallet(1), &challenge)));
    hall.welcome(socket);
    assert_eq!(hall.report().guests, [guest(1, u64::MAX)]);
}
