//! What clients say and understand: packets, signatures, answers.

// Every test file uses a part of it.
#![allow(dead_code)]

use archipelago_core::auth::{Address, Wallet};
use archipelago_core::engine::Position;
use archipelago_core::protocol::common;
use archipelago_core::protocol::v3::{
    ChallengeRequestMessage, ClientPacket, Heartbeat, IslandChangedMessage, ServerPacket,
    SignedChallengeMessage, client_packet, server_packet,
};
use archipelago_core::session::Timeouts;
use prost::Message;
use serde_json::json;

/// 2030-03-17T17:46:40Z.
pub const NOW_MS: u64 = 1_900_000_000_000;

pub const TIMEOUTS: Timeouts = Timeouts {
    handshake_ms: 60_000,
    idle_ms: 90_000,
};

/// The account of client `number`.
pub fn wallet(number: u8) -> Wallet {
    account(number.into())
}

/// The account of client `number`, of more than a byte can count.
pub fn account(number: u16) -> Wallet {
    let mut secret = [0x11; 32];
    let [high, low] = number.to_be_bytes();
    secret[30] ^= high;
    secret[31] = low;
    Wallet::from_secret(&secret).expect("a number below the group order")
}

pub fn at(x: f32, z: f32) -> Position {
    Position::new(x, 0.0, z).expect("finite")
}

fn packet(message: client_packet::Message) -> Vec<u8> {
    ClientPacket {
        message: Some(message),
    }
    .encode_to_vec()
}

pub fn challenge_request(address: &str) -> Vec<u8> {
    packet(client_packet::Message::ChallengeRequest(
        ChallengeRequestMessage {
            address: address.to_owned(),
        },
    ))
}

pub fn signed_challenge(auth_chain_json: &str) -> Vec<u8> {
    packet(client_packet::Message::SignedChallenge(
        SignedChallengeMessage {
            auth_chain_json: auth_chain_json.to_owned(),
        },
    ))
}

/// The shortest chain there is: the account itself signs the challenge.
pub fn chain(wallet: &Wallet, challenge: &str) -> String {
    json!([
        { "type": "SIGNER", "payload": wallet.address().to_string(), "signature": "" },
        {
            "type": "ECDSA_SIGNED_ENTITY",
            "payload": challenge,
            "signature": wallet.sign_personal(challenge).to_string(),
        },
    ])
    .to_string()
}

pub fn heartbeat_of(position: Option<common::Position>, desired_room: Option<&str>) -> Vec<u8> {
    packet(client_packet::Message::Heartbeat(Heartbeat {
        position,
        desired_room: desired_room.map(str::to_owned),
    }))
}

pub fn heartbeat(position: Position) -> Vec<u8> {
    heartbeat_of(Some(position.into()), None)
}

/// What a client reads in a frame.
pub fn read(frame: &[u8]) -> server_packet::Message {
    let packet = ServerPacket::decode(frame).expect("a ServerPacket");
    packet.message.expect("never an empty packet")
}

pub fn read_island_changed(frame: &[u8]) -> IslandChangedMessage {
    match read(frame) {
        server_packet::Message::IslandChanged(message) => message,
        other => panic!("not island_changed: {other:?}"),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

pub fn address(byte: u8) -> Address {
    Address([byte; 20])
}
