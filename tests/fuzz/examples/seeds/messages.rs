//! Messages and records, as they are written.

mod calls;
mod packets;
mod records;

use archipelago_core::protocol::common::Position;
use archipelago_fuzz::people;
use prost::Message;

use crate::Seed;

pub use packets::packets;

const NOW_MS: u64 = 1_900_000_000_000;

const HERE: Position = Position {
    x: 1.0,
    y: 2.0,
    z: -3.5,
};

pub fn bus() -> Vec<Seed> {
    [calls::calls(), records::records(), records::realms()].concat()
}

/// A choice, and the message behind it.
fn encoded(choice: u8, message: &impl Message) -> Vec<u8> {
    [vec![choice], message.encode_to_vec()].concat()
}

fn address(person: usize) -> Vec<u8> {
    people::address(person).0.to_vec()
}
