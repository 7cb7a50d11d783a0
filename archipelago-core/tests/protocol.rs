//! The bytes of one message of each kind. The public ones are what `@dcl/protocol` encodes.

use archipelago_core::protocol::common;
use archipelago_core::protocol::rfc5::{
    WsChallengeRequired, WsIdentification, WsKicked, WsPacket, WsPeerJoin, WsPeerLeave,
    WsPeerUpdate, WsSignedChallenge, WsWelcome, ws_packet,
};
use archipelago_core::protocol::v3::{
    ChallengeRequestMessage, ChallengeResponseMessage, ClientPacket, Heartbeat,
    IslandChangedMessage, IslandData, IslandStatusMessage, JoinIslandMessage, KickedMessage,
    KickedReason, LeftIslandMessage, ServerPacket, ServiceDiscoveryMessage, ServiceStatus,
    SignedChallengeMessage, WelcomeMessage, client_packet, server_packet,
};
use prost::Message;

/// Encodes to these bytes, and these bytes decode to it.
fn pinned<M: Message + Default + PartialEq + std::fmt::Debug>(message: &M, bytes: &str) {
    let encoded = message.encode_to_vec();
    assert_eq!(base16ct::lower::encode_string(&encoded), bytes);
    let decoded = M::decode(encoded.as_slice()).unwrap();
    assert_eq!(decoded, *message);
}

const POSITION: common::Position = common::Position {
    x: 1.0,
    y: 2.0,
    z: -3.5,
};

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn server_packets() {
    use server_packet::Message;
    let pinned = |message, bytes| {
        pinned(
            &ServerPacket {
                message: Some(message),
            },
            bytes,
        );
    };
    let challenge = ChallengeResponseMessage {
        challenge_to_sign: text("dcl-1"),
        already_connected: true,
    };
    pinned(
        Message::ChallengeResponse(challenge),
        "0a090a0564636c2d311001",
    );
    pinned(
        Message::Welcome(WelcomeMessage {
            peer_id: text("0xa"),
        }),
        "12050a03307861",
    );
    let changed = IslandChangedMessage {
        island_id: text("I2"),
        conn_str: text("offline:offline"),
        from_island_id: Some(text("I1")),
        peers: [(text("0xa"), POSITION)].into(),
    };
    pinned(
        Message::IslandChanged(changed),
        "1a310a024932120f6f66666c696e653a6f66666c696e651a02493122160a03307861120f0d0000803f15000000401d000060c0",
    );
    let first = IslandChangedMessage {
        island_id: text("I1"),
        conn_str: text("c"),
        ..Default::default()
    };
    pinned(Message::IslandChanged(first), "1a070a024931120163");
    let left = LeftIslandMessage {
        island_id: text("I1"),
        peer_id: text("0xa"),
    };
    pinned(Message::LeftIsland(left), "22090a0249311203307861");
    let join = JoinIslandMessage {
        island_id: text("I1"),
        peer_id: text("0xa"),
    };
    pinned(Message::JoinIsland(join), "2a090a0249311203307861");
    pinned(
        Message::Kicked(KickedMessage {
            reason: KickedReason::KrNewSession.into(),
        }),
        "3200",
    );
}

#[test]
fn client_packets() {
    use client_packet::Message;
    let pinned = |message, bytes| {
        pinned(
            &ClientPacket {
                message: Some(message),
            },
            bytes,
        );
    };
    pinned(
        Message::ChallengeRequest(ChallengeRequestMessage {
            address: text("0xa"),
        }),
        "0a050a03307861",
    );
    pinned(
        Message::SignedChallenge(SignedChallengeMessage {
            auth_chain_json: text("[]"),
        }),
        "12040a025b5d",
    );
    let wish = Heartbeat {
        position: Some(POSITION),
        desired_room: Some(text("I3")),
    };
    pinned(
        Message::Heartbeat(wish),
        "1a150a0f0d0000803f15000000401d000060c012024933",
    );
    let plain = Heartbeat {
        position: Some(POSITION),
        desired_room: None,
    };
    pinned(
        Message::Heartbeat(plain),
        "1a110a0f0d0000803f15000000401d000060c0",
    );
}

#[test]
fn room_packets() {
    use ws_packet::Message;
    let pinned = |message, bytes| {
        pinned(
            &WsPacket {
                message: Some(message),
            },
            bytes,
        );
    };
    let welcome = WsWelcome {
        alias: 1,
        peer_identities: [(2, text("0xb"))].into(),
    };
    pinned(
        Message::WelcomeMessage(welcome),
        "0a0b0801120708021203307862",
    );
    pinned(
        Message::PeerJoinMessage(WsPeerJoin {
            alias: 2,
            address: text("0xb"),
        }),
        "120708021203307862",
    );
    let update = WsPeerUpdate {
        from_alias: 2,
        body: vec![1, 2, 3],
        unreliable: true,
    };
    pinned(Message::PeerUpdateMessage(update), "1a09080212030102031801");
    let challenge = WsChallengeRequired {
        challenge_to_sign: text("dcl-1"),
        already_connected: false,
    };
    pinned(Message::ChallengeMessage(challenge), "22070a0564636c2d31");
    let signed = WsSignedChallenge {
        auth_chain_json: text("[]"),
    };
    pinned(Message::SignedChallengeForServer(signed), "2a040a025b5d");
    pinned(
        Message::PeerLeaveMessage(WsPeerLeave { alias: 2 }),
        "32020802",
    );
    pinned(
        Message::PeerIdentification(WsIdentification {
            address: text("0xa"),
        }),
        "3a050a03307861",
    );
    pinned(
        Message::PeerKicked(WsKicked {
            reason: text("full"),
        }),
        "42060a0466756c6c",
    );
}

#[test]
fn messages_between_services() {
    let island = IslandData {
        id: text("I1"),
        peers: vec![text("0xa"), text("0xb")],
        max_peers: 100,
        center: Some(POSITION),
        radius: 2.5,
    };
    pinned(
        &IslandStatusMessage { data: vec![island] },
        "0a2a0a024931120330786112033078621864220f0d0000803f15000000401d000060c0290000000000000440",
    );
    let status = ServiceStatus {
        current_time: 1_700_000_000_000,
        commit_hash: Some(text("abc")),
        user_count: 7,
    };
    pinned(
        &ServiceDiscoveryMessage {
            server_name: text("archipelago"),
            status: Some(status),
        },
        "0a0b617263686970656c61676f120e0880d095ffbc3112036162631807",
    );
    let young = ServiceStatus {
        current_time: 1,
        commit_hash: None,
        user_count: 0,
    };
    pinned(
        &ServiceDiscoveryMessage {
            server_name: text("archipelago"),
            status: Some(young),
        },
        "0a0b617263686970656c61676f12020801",
    );
}
