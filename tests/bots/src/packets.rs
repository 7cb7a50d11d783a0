//! What players say, and how they read what they are told.

use archipelago_core::protocol::common::Position;
use archipelago_core::protocol::rfc5::{
    WsIdentification, WsPacket, WsPeerUpdate, WsSignedChallenge, ws_packet,
};
use archipelago_core::protocol::v3::{
    ChallengeRequestMessage, ClientPacket, Heartbeat, ServerPacket, SignedChallengeMessage,
    client_packet, server_packet,
};
use bytes::{Bytes, BytesMut};
use prost::Message;

use crate::trouble::Trouble;

/// Room for some hundred heartbeats: it is reserved anew, from where the old ones were, once those are sent.
const BUFFER_BYTES: usize = 4 * 1024;

/// Encodes messages into one buffer.
#[derive(Default)]
pub struct Encoder {
    buffer: BytesMut,
}

impl Encoder {
    /// A message to the realm.
    pub fn client(&mut self, message: client_packet::Message) -> Bytes {
        self.encode(&ClientPacket {
            message: Some(message),
        })
    }

    /// A message to a room.
    pub fn room(&mut self, message: ws_packet::Message) -> Bytes {
        self.encode(&WsPacket {
            message: Some(message),
        })
    }

    fn encode(&mut self, message: &impl Message) -> Bytes {
        if self.buffer.capacity() < message.encoded_len() {
            self.buffer.reserve(BUFFER_BYTES.max(message.encoded_len()));
        }
        message
            .encode(&mut self.buffer)
            .expect("as much room as the message takes");
        self.buffer.split().freeze()
    }
}

/// Where the player is.
pub fn heartbeat(position: Position) -> client_packet::Message {
    client_packet::Message::Heartbeat(Heartbeat {
        position: Some(position),
        desired_room: None,
    })
}

/// The first message to a realm.
pub fn challenge_request(address: String) -> client_packet::Message {
    client_packet::Message::ChallengeRequest(ChallengeRequestMessage { address })
}

/// The answer to a realm's challenge.
pub fn signed_challenge(auth_chain_json: String) -> client_packet::Message {
    client_packet::Message::SignedChallenge(SignedChallengeMessage { auth_chain_json })
}

/// The first message to a room.
pub fn identification(address: String) -> ws_packet::Message {
    ws_packet::Message::PeerIdentification(WsIdentification { address })
}

/// The answer to a room's challenge.
pub fn signed_for_room(auth_chain_json: String) -> ws_packet::Message {
    ws_packet::Message::SignedChallengeForServer(WsSignedChallenge { auth_chain_json })
}

/// Something for everybody else in the room that may get lost.
pub fn unreliable(body: Vec<u8>) -> ws_packet::Message {
    ws_packet::Message::PeerUpdateMessage(WsPeerUpdate {
        from_alias: 0,
        body,
        unreliable: true,
    })
}

/// What the realm says.
pub fn read(frame: Bytes) -> Result<server_packet::Message, Trouble> {
    let packet = ServerPacket::decode(frame).map_err(undecodable)?;
    packet.message.ok_or_else(empty)
}

/// What a room says.
pub fn read_room(frame: Bytes) -> Result<ws_packet::Message, Trouble> {
    let packet = WsPacket::decode(frame).map_err(undecodable)?;
    packet.message.ok_or_else(empty)
}

/// What a message of the realm is called.
pub fn name(message: &server_packet::Message) -> &'static str {
    match message {
        server_packet::Message::ChallengeResponse(_) => "challenge_response",
        server_packet::Message::Welcome(_) => "welcome",
        server_packet::Message::IslandChanged(_) => "island_changed",
        server_packet::Message::LeftIsland(_) => "left_island",
        server_packet::Message::JoinIsland(_) => "join_island",
        server_packet::Message::Kicked(_) => "kicked",
    }
}

/// What a message of a room is called.
pub fn room_name(message: &ws_packet::Message) -> &'static str {
    match message {
        ws_packet::Message::WelcomeMessage(_) => "welcome_message",
        ws_packet::Message::PeerJoinMessage(_) => "peer_join_message",
        ws_packet::Message::PeerUpdateMessage(_) => "peer_update_message",
        ws_packet::Message::ChallengeMessage(_) => "challenge_message",
        ws_packet::Message::SignedChallengeForServer(_) => "signed_challenge_for_server",
        ws_packet::Message::PeerLeaveMessage(_) => "peer_leave_message",
        ws_packet::Message::PeerIdentification(_) => "peer_identification",
        ws_packet::Message::PeerKicked(_) => "peer_kicked",
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn undecodable(error: prost::DecodeError) -> Trouble {
    Trouble::Undecodable(error.to_string())
}

fn empty() -> Trouble {
    Trouble::Undecodable("an empty packet".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_any_length_come_out_as_they_went_in() {
        let mut encoder = Encoder::default();
        for length in [0, 1, 100, BUFFER_BYTES, 3 * BUFFER_BYTES, 5] {
            let text = "x".repeat(length);
            let frame = encoder.client(signed_challenge(text.clone()));
            let packet = ClientPacket::decode(frame).unwrap();
            assert_eq!(packet.message, Some(signed_challenge(text)));
        }
    }

    #[test]
    fn a_frame_stays_as_it_is_while_others_are_encoded() {
        let mut encoder = Encoder::default();
        let at = |x| Position { x, y: 1.0, z: 2.0 };
        let frames: Vec<_> = (0..1000)
            .map(|x| encoder.client(heartbeat(at(x as f32))))
            .collect();
        for (x, frame) in frames.into_iter().enumerate() {
            let packet = ClientPacket::decode(frame).unwrap();
            assert_eq!(packet.message, Some(heartbeat(at(x as f32))));
        }
    }
}
