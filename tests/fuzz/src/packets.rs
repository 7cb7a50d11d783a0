//! The messages of the public contract: what is read can be written and read again.

use archipelago_core::auth::Address;
use archipelago_core::protocol::common::Position;
use archipelago_core::protocol::v3::{
    ClientPacket, Heartbeat, IslandChangedMessage, IslandStatusMessage, ServerPacket,
    ServiceDiscoveryMessage, server_packet,
};
use archipelago_core::protocol::{IslandChanged, rfc5::WsPacket};
use prost::Message;

use crate::input::Input;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.below(7) {
        0 => round_trip::<ClientPacket>(input.rest()),
        1 => round_trip::<ServerPacket>(input.rest()),
        2 => round_trip::<WsPacket>(input.rest()),
        3 => round_trip::<Heartbeat>(input.rest()),
        4 => round_trip::<IslandStatusMessage>(input.rest()),
        5 => round_trip::<ServiceDiscoveryMessage>(input.rest()),
        _ => island_changed(&mut input),
    }
}

/// What is read of these bytes, written and read again, is the same. Bytes are compared: NaN does not equal itself.
///
/// # Panics
/// If it is not the same.
pub fn round_trip<M: Message + Default>(bytes: &[u8]) {
    let Ok(message) = M::decode(bytes) else {
        return;
    };
    let written = message.encode_to_vec();
    assert_eq!(written.len(), message.encoded_len());
    let read = M::decode(written.as_slice()).expect("what was written can be read");
    assert_eq!(read.encode_to_vec(), written);
}

/// The packet that is put together by hand says what the compiled encoder would say.
fn island_changed(input: &mut Input<'_>) {
    let island_id = input.text().into_owned();
    let conn_str = input.text().into_owned();
    let from_island_id = input.flag().then(|| input.text().into_owned());
    let mut members = Vec::new();
    while !input.is_empty() {
        let (x, y, z) = (input.float(), input.float(), input.float());
        members.push((Address([input.byte(); 20]), Position { x, y, z }));
    }
    let island = IslandChanged::new(island_id.clone(), members.clone());
    assert_eq!(island.island_id(), island_id);
    let packet = island.packet(&conn_str, from_island_id.as_ref());
    let read = ServerPacket::decode(packet.as_slice()).expect("a packet");
    let members = members.into_iter();
    let expected = IslandChangedMessage {
        island_id,
        conn_str,
        from_island_id,
        peers: members.map(|(who, at)| (who.to_string(), at)).collect(),
    };
    let expected = ServerPacket {
        message: Some(server_packet::Message::IslandChanged(expected)),
    };
    assert_eq!(read.encode_to_vec(), expected.encode_to_vec());
}
