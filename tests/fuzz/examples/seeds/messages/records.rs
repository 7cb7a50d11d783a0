//! What is kept with sockets, and what realms store.

use archipelago_core::protocol::bus::{
    IslandRecord, RealmSessionRecord, RoomRecord, SessionRecord, SocketRecord, room_record,
    session_record,
};
use prost::Message;

use super::calls::{guest, listed};
use super::{NOW_MS, address, encoded};
use crate::Seed;

pub fn records() -> Vec<Seed> {
    use session_record::{AwaitingRequest, AwaitingSignature, LiveRecord, Stage};
    let challenge = "dcl-00".to_owned();
    let live = LiveRecord {
        session: Some(listed()),
        assignment: 0,
    };
    let socket = SocketRecord {
        version: 1,
        socket: 7,
    };
    vec![
        (
            "session-request",
            session(Stage::AwaitingRequest(AwaitingRequest {})),
        ),
        (
            "session-signature",
            session(Stage::AwaitingSignature(AwaitingSignature { challenge })),
        ),
        ("session-live", session(Stage::Live(live))),
        ("room", room()),
        ("socket", encoded(130, &socket)),
    ]
}

fn session(stage: session_record::Stage) -> Vec<u8> {
    let record = SessionRecord {
        version: 1,
        socket: 7,
        stage: Some(stage),
        since_ms: NOW_MS,
        origin: "https://realm.example".to_owned(),
        ip: vec![203, 0, 113, 7],
    };
    encoded(128, &record)
}

/// A room with a member, somebody who is muted, and somebody at the door.
fn room() -> Vec<u8> {
    use room_record::{AwaitingSignature, Member, Muted, Stage};
    let challenge = "dcl-00".to_owned();
    let member = Member {
        address: address(0),
        alias: 1,
    };
    let muted = Muted {
        address: address(1),
    };
    let records = [
        room_record(7, Stage::Member(member)),
        room_record(8, Stage::Muted(muted)),
        room_record(9, Stage::AwaitingSignature(AwaitingSignature { challenge })),
    ];
    [&[129][..], &records.concat()].concat()
}

fn room_record(socket: u64, stage: room_record::Stage) -> Vec<u8> {
    let record = RoomRecord {
        version: 1,
        socket,
        room: "main.I2".to_owned(),
        pass: Some(guest()),
        stage: Some(stage),
        since_ms: NOW_MS,
    };
    chunk(&record)
}

fn chunk(message: &impl Message) -> Vec<u8> {
    let bytes = message.encode_to_vec();
    [&(bytes.len() as u16).to_le_bytes(), &bytes[..]].concat()
}

/// The row of a session: its number, the connector, and a byte of the address.
fn row(who: u8) -> Vec<u8> {
    let record = RealmSessionRecord {
        session: who.into(),
        connector: "connector-0".to_owned(),
        epoch: 1,
    };
    [&[0, 1, who][..], &chunk(&record)].concat()
}

/// The row of an island.
fn island(number: u8, members: &[u8]) -> Vec<u8> {
    let record = IslandRecord {
        formed_ms: NOW_MS,
        members: members.iter().flat_map(|&who| [who; 20]).collect(),
    };
    [&[1, number][..], &chunk(&record)].concat()
}

fn realm(next: u8, rows: &[Vec<u8>]) -> Vec<u8> {
    [&[131, 1, 1, next][..], &rows.concat()].concat()
}

pub fn realms() -> Vec<Seed> {
    let all = [row(1), row(2), row(3), row(4)];
    let three = [&all[..3], &[island(1, &[1, 2]), island(3, &[3])]].concat();
    let crowded = [&all[..], &[island(1, &[1, 2, 3, 4])]].concat();
    let twice = [row(1), island(1, &[1]), island(2, &[1])];
    vec![
        ("realm-new", vec![131, 1, 0]),
        ("realm", realm(4, &three)),
        ("realm-crowded", realm(2, &crowded)),
        ("realm-left", realm(3, &[row(1), island(2, &[1, 2, 3])])),
        ("realm-twice", realm(3, &twice)),
        ("realm-number", realm(1, &[row(1), island(1, &[1])])),
    ]
}
