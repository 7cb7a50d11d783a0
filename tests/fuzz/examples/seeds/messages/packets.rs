//! What clients and servers say.

use archipelago_core::protocol::common::Position;
use archipelago_core::protocol::rfc5::{
    WsIdentification, WsPacket, WsPeerUpdate, WsWelcome, ws_packet,
};
use archipelago_core::protocol::v3::{
    ChallengeRequestMessage, ChallengeResponseMessage, ClientPacket, Heartbeat,
    IslandChangedMessage, IslandData, IslandStatusMessage, KickedMessage, ServerPacket,
    ServiceDiscoveryMessage, ServiceStatus, SignedChallengeMessage, client_packet, server_packet,
};
use archipelago_fuzz::people;

use super::{HERE, NOW_MS, encoded};
use crate::Seed;

pub fn packets() -> Vec<Seed> {
    let others = vec![
        ("islands", islands()),
        ("discovery", discovery()),
        ("island-packet", island_packet()),
        ("empty", Vec::new()),
    ];
    [of_clients(), of_servers(), of_rooms(), others].concat()
}

fn of_client(name: &'static str, message: client_packet::Message) -> Seed {
    let message = Some(message);
    (name, encoded(0, &ClientPacket { message }))
}

fn of_clients() -> Vec<Seed> {
    use client_packet::Message as Said;
    let nowhere = Position {
        x: f32::NAN,
        y: f32::INFINITY,
        z: -0.0,
    };
    let request = ChallengeRequestMessage {
        address: people::address(0).to_string(),
    };
    let signed = SignedChallengeMessage {
        auth_chain_json: people::chain(0, "dcl-00"),
    };
    let heartbeat = Heartbeat {
        position: Some(nowhere),
        desired_room: Some("I1".to_owned()),
    };
    vec![
        ("heartbeat-alone", encoded(3, &heartbeat)),
        of_client("request", Said::ChallengeRequest(request)),
        of_client("signed", Said::SignedChallenge(signed)),
        of_client("heartbeat", Said::Heartbeat(heartbeat)),
    ]
}

fn of_server(name: &'static str, message: server_packet::Message) -> Seed {
    let message = Some(message);
    (name, encoded(1, &ServerPacket { message }))
}

fn of_servers() -> Vec<Seed> {
    use server_packet::Message as Said;
    let challenge = ChallengeResponseMessage {
        challenge_to_sign: "dcl-00".to_owned(),
        already_connected: true,
    };
    let island = IslandChangedMessage {
        island_id: "I2".to_owned(),
        conn_str: "offline:offline".to_owned(),
        from_island_id: Some("I1".to_owned()),
        peers: [("0x1".to_owned(), HERE)].into(),
    };
    vec![
        of_server("challenge", Said::ChallengeResponse(challenge)),
        of_server("island-changed", Said::IslandChanged(island)),
        of_server("kicked", Said::Kicked(KickedMessage { reason: 0 })),
    ]
}

fn of_room(name: &'static str, message: ws_packet::Message) -> Seed {
    let message = Some(message);
    (name, encoded(2, &WsPacket { message }))
}

fn of_rooms() -> Vec<Seed> {
    use ws_packet::Message as Said;
    let identification = WsIdentification {
        address: people::address(0).to_string(),
    };
    let update = WsPeerUpdate {
        from_alias: 7,
        body: vec![1, 2, 3],
        unreliable: true,
    };
    let welcome = WsWelcome {
        alias: 1,
        peer_identities: [(2, "0x2".to_owned())].into(),
    };
    vec![
        of_room("identification", Said::PeerIdentification(identification)),
        of_room("update", Said::PeerUpdateMessage(update)),
        of_room("welcome", Said::WelcomeMessage(welcome)),
    ]
}

fn islands() -> Vec<u8> {
    let data = IslandData {
        id: "I1".to_owned(),
        peers: vec!["0x1".to_owned(), "0x2".to_owned()],
        max_peers: 100,
        center: Some(HERE),
        radius: 7.5,
    };
    encoded(4, &IslandStatusMessage { data: vec![data] })
}

fn discovery() -> Vec<u8> {
    let status = ServiceStatus {
        current_time: NOW_MS,
        commit_hash: Some("abc".to_owned()),
        user_count: 3,
    };
    let discovery = ServiceDiscoveryMessage {
        server_name: "archipelago".to_owned(),
        status: Some(status),
    };
    encoded(5, &discovery)
}

/// Island, connection string, the island before, and members: positions, and a byte of each address.
fn island_packet() -> Vec<u8> {
    let texts: [&[u8]; 3] = [b"\x02\0I2", b"\x03\0l:x", b"\x01\x02\0I1"];
    [&[6][..], &texts.concat(), &[0; 26]].concat()
}
