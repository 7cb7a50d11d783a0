//! `island_changed` for all members of an island: what they have in common is encoded once.

use prost::Message as _;
use prost::encoding::{
    WireType, encode_key, encode_varint, encoded_len_varint, key_len, message, string,
};

use crate::auth::Address;

use super::common::Position;

/// `ServerPacket.island_changed`
const ISLAND_CHANGED: u32 = 3;
/// `IslandChangedMessage.island_id`
const ISLAND_ID: u32 = 1;
/// `IslandChangedMessage.conn_str`
const CONN_STR: u32 = 2;
/// `IslandChangedMessage.from_island_id`
const FROM_ISLAND_ID: u32 = 3;
/// `IslandChangedMessage.peers`
const PEERS: u32 = 4;
/// Key and value of a map's entry.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// The packets of one island's members.
///
/// The members' positions are always written, that of the world's origin too: the generated map encoder leaves out
/// values that are all zero, and then JavaScript clients do not see the member.
#[derive(Clone, Debug)]
pub struct IslandChanged {
    island_id: String,
    /// The map's entries, encoded.
    peers: Vec<u8>,
}

impl IslandChanged {
    /// The packets of the island's members.
    pub fn new(island_id: String, members: impl IntoIterator<Item = (Address, Position)>) -> Self {
        let mut peers = Vec::new();
        for (address, position) in members {
            let key = address.to_string();
            let value_len = position.encoded_len();
            let entry_len = string::encoded_len(KEY, &key)
                + key_len(VALUE)
                + encoded_len_varint(value_len as u64)
                + value_len;
            encode_key(PEERS, WireType::LengthDelimited, &mut peers);
            encode_varint(entry_len as u64, &mut peers);
            string::encode(KEY, &key, &mut peers);
            message::encode(VALUE, &position, &mut peers);
        }
        Self { island_id, peers }
    }

    /// The island's id.
    pub fn island_id(&self) -> &str {
        &self.island_id
    }

    /// One member's `ServerPacket`, encoded.
    pub fn packet(&self, conn_str: &String, from_island_id: Option<&String>) -> Vec<u8> {
        let body_len = string::encoded_len(ISLAND_ID, &self.island_id)
            + string::encoded_len(CONN_STR, conn_str)
            + from_island_id.map_or(0, |from| string::encoded_len(FROM_ISLAND_ID, from))
            + self.peers.len();
        let mut packet = Vec::with_capacity(
            key_len(ISLAND_CHANGED) + encoded_len_varint(body_len as u64) + body_len,
        );
        encode_key(ISLAND_CHANGED, WireType::LengthDelimited, &mut packet);
        encode_varint(body_len as u64, &mut packet);
        string::encode(ISLAND_ID, &self.island_id, &mut packet);
        string::encode(CONN_STR, conn_str, &mut packet);
        if let Some(from) = from_island_id {
            string::encode(FROM_ISLAND_ID, from, &mut packet);
        }
        packet.extend_from_slice(&self.peers);
        packet
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::v3::{ServerPacket, server_packet};

    use super::*;

    #[test]
    fn decodes_to_what_went_in() {
        let members = [
            (
                Address([10; 20]),
                Position {
                    x: 1.0,
                    y: 2.0,
                    z: -3.5,
                },
            ),
            (
                Address([11; 20]),
                Position {
                    x: 0.0,
                    y: 0.0,
                    z: 0.0,
                },
            ),
        ];
        let island = IslandChanged::new("I2".to_owned(), members);
        let packet = island.packet(&"offline:offline".to_owned(), Some(&"I1".to_owned()));
        let Some(server_packet::Message::IslandChanged(message)) =
            ServerPacket::decode(packet.as_slice()).unwrap().message
        else {
            panic!("another message");
        };
        assert_eq!(message.island_id, "I2");
        assert_eq!(message.conn_str, "offline:offline");
        assert_eq!(message.from_island_id.as_deref(), Some("I1"));
        let expected = members.map(|(address, position)| (address.to_string(), position));
        assert_eq!(message.peers.into_iter().collect::<Vec<_>>(), expected);
    }

    /// What the reference encoder of the JavaScript clients writes, byte for byte, but for the addresses' length.
    #[test]
    fn the_origin_is_a_position() {
        let island = IslandChanged::new("I2".to_owned(), [(Address([0; 20]), Position::default())]);
        let packet = island.packet(&"c".to_owned(), None);
        let mut expected = vec![
            0x1a, 0x37, 0x0a, 0x02, b'I', b'2', 0x12, 0x01, b'c', 0x22, 0x2e, 0x0a, 0x2a,
        ];
        expected.extend_from_slice(b"0x0000000000000000000000000000000000000000");
        expected.extend_from_slice(&[0x12, 0x00]);
        assert_eq!(packet, expected);
    }

    #[test]
    fn absent_fields_are_absent() {
        let island = IslandChanged::new("I1".to_owned(), []);
        assert_eq!(
            island.packet(&"c".to_owned(), None),
            [0x1a, 7, 0x0a, 2, b'I', b'1', 0x12, 1, b'c']
        );
    }
}
