//! What clients say.

use archipelago_core::protocol::common::Position;
use archipelago_core::protocol::rfc5::{
    WsIdentification, WsPacket, WsPeerUpdate, WsSignedChallenge, ws_packet,
};
use archipelago_core::protocol::v3::{
    ChallengeRequestMessage, ClientPacket, Heartbeat, SignedChallengeMessage, client_packet,
};
use prost::Message as _;

use crate::input::Input;
use crate::people::{self, PEOPLE};

/// 2030-03-17T17:46:40Z.
pub const NOW_MS: u64 = 1_900_000_000_000;

/// How much later the next thing happens: most often soon, now and then when something has timed out, seldom at any time.
pub fn later(input: &mut Input<'_>, now_ms: u64) -> u64 {
    const STEPS_MS: [u64; 15] = [
        0, 0, 0, 0, 1, 20, 25, 100, 250, 1_000, 2_000, 10_000, 30_000, 60_000, 90_000,
    ];
    match input.byte() {
        // What JavaScript counts exactly, as the platform's clock does.
        255 => input.long() >> 11,
        byte => now_ms.saturating_add(STEPS_MS[usize::from(byte) % STEPS_MS.len()]),
    }
}

/// A chain for a challenge: most often the shortest, and one of a contract wallet.
pub fn chain(input: &mut Input<'_>, challenge: &str) -> String {
    let person = input.below(PEOPLE);
    match input.below(8) {
        0..=5 => people::chain(person, challenge),
        6 => people::contract_chain(person, challenge, &[1, 2, 3]),
        _ => people::chain(person, challenge).replace("dcl-", "dcl-0"),
    }
}

/// A position: most often near the others, and any numbers.
pub fn position(input: &mut Input<'_>) -> Position {
    const PLACES_M: [f32; 12] = [
        0.0,
        1.0,
        5.0,
        19.0,
        20.0,
        22.5,
        25.0,
        26.0,
        100.0,
        -100.0,
        1_000_000.0,
        -1_000_000.0,
    ];
    match input.byte() {
        255 => Position {
            x: input.float(),
            y: input.float(),
            z: input.float(),
        },
        byte => Position {
            x: PLACES_M[usize::from(byte) % PLACES_M.len()],
            y: 0.0,
            z: PLACES_M[usize::from(byte) / PLACES_M.len() % 6],
        },
    }
}

fn packet(message: client_packet::Message) -> Vec<u8> {
    ClientPacket {
        message: Some(message),
    }
    .encode_to_vec()
}

/// The first message of a client.
pub fn challenge_request(address: &str) -> Vec<u8> {
    packet(client_packet::Message::ChallengeRequest(
        ChallengeRequestMessage {
            address: address.to_owned(),
        },
    ))
}

/// The second one.
pub fn signed_challenge(auth_chain_json: String) -> Vec<u8> {
    packet(client_packet::Message::SignedChallenge(
        SignedChallengeMessage { auth_chain_json },
    ))
}

/// All that follow.
pub fn heartbeat(input: &mut Input<'_>) -> Vec<u8> {
    let position = position(input);
    let desired_room = match input.below(4) {
        0 => Some(format!("I{}", input.byte())),
        1 => Some("long".repeat(input.below(40))),
        _ => None,
    };
    packet(client_packet::Message::Heartbeat(Heartbeat {
        position: (position.y == 0.0).then_some(position),
        desired_room,
    }))
}

fn ws_packet(message: ws_packet::Message) -> Vec<u8> {
    WsPacket {
        message: Some(message),
    }
    .encode_to_vec()
}

/// The first message of a client to a room.
pub fn identification(address: &str) -> Vec<u8> {
    ws_packet(ws_packet::Message::PeerIdentification(WsIdentification {
        address: address.to_owned(),
    }))
}

/// The second one.
pub fn signed_for_room(auth_chain_json: String) -> Vec<u8> {
    ws_packet(ws_packet::Message::SignedChallengeForServer(
        WsSignedChallenge { auth_chain_json },
    ))
}

/// All that follow.
pub fn update(from_alias: u32, body: &[u8], unreliable: bool) -> Vec<u8> {
    ws_packet(ws_packet::Message::PeerUpdateMessage(WsPeerUpdate {
        from_alias,
        body: body.to_vec(),
        unreliable,
    }))
}
