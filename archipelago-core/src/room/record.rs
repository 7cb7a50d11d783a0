//! Sockets of a room as bytes: what is kept with them while the room sleeps.

use prost::Message as _;

use crate::auth::Address;
use crate::protocol::bus::room_record::{
    AwaitingIdentification, AwaitingSignature, Member, Muted, Stage,
};
use crate::protocol::bus::{RoomGuest, RoomRecord};
use crate::protocol::limits::{ATTACHMENT_MAX_BYTES, ROOM_ID_MAX_BYTES};
use crate::transport::{Pass, RoomId};

use super::SocketId;
use super::guests::Guest;
use super::visitor::{Visitor, VisitorStage};

/// The longest record: every field but the room's id at its widest is below 160 bytes together.
pub const ROOM_RECORD_MAX_BYTES: usize = 160 + ROOM_ID_MAX_BYTES;

const _: () = assert!(ROOM_RECORD_MAX_BYTES <= ATTACHMENT_MAX_BYTES);

const VERSION: u32 = 1;

/// A record cannot be read; the socket has to be closed, the client will come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable room record")]
pub struct RecordError;

/// What a record says.
pub(super) struct Recorded {
    pub room: RoomId,
    pub socket: SocketId,
    pub occupant: Occupant,
}

pub(super) enum Occupant {
    Visitor(Visitor),
    /// With the alias; none if it is muted.
    Guest(Guest, Option<u32>),
}

/// Which room a kept socket belongs to; none if the bytes are no record of an open socket.
///
/// The room's object has no other memory of its name.
pub fn room_of_record(record: &[u8]) -> Option<RoomId> {
    let record = decode(record).ok()?;
    record.room.parse().ok()
}

pub(super) fn of_visitor(room: &RoomId, socket: SocketId, visitor: &Visitor) -> Vec<u8> {
    let challenge = visitor.challenge.clone();
    let stage = match visitor.stage {
        VisitorStage::Identification => {
            Some(Stage::AwaitingIdentification(AwaitingIdentification {
                challenge,
            }))
        }
        VisitorStage::Signature => Some(Stage::AwaitingSignature(AwaitingSignature { challenge })),
        // Whoever waits for an answer cannot be taken up again: the challenge has been used.
        VisitorStage::Contracts(_) => None,
    };
    encode(room, socket, visitor.pass, stage, visitor.since_ms)
}

pub(super) fn of_guest(
    room: &RoomId,
    socket: SocketId,
    guest: &Guest,
    alias: Option<u32>,
) -> Vec<u8> {
    let address = guest.address.0.to_vec();
    let stage = match alias {
        Some(alias) => Stage::Member(Member { address, alias }),
        None => Stage::Muted(Muted { address }),
    };
    encode(room, socket, guest.pass, Some(stage), guest.since_ms)
}

fn encode(
    room: &RoomId,
    socket: SocketId,
    pass: Option<Pass>,
    stage: Option<Stage>,
    since_ms: u64,
) -> Vec<u8> {
    let record = RoomRecord {
        version: VERSION,
        socket: socket.0,
        room: room.as_str().to_owned(),
        pass: pass.map(RoomGuest::from),
        since_ms,
        stage,
    };
    record.encode_to_vec()
}

fn decode(bytes: &[u8]) -> Result<RoomRecord, RecordError> {
    let record = RoomRecord::decode(bytes).map_err(|_| RecordError)?;
    let is_known = record.version == VERSION && record.socket != 0;
    is_known.then_some(record).ok_or(RecordError)
}

pub(super) fn read(bytes: &[u8]) -> Result<Recorded, RecordError> {
    let record = decode(bytes)?;
    let pass = record.pass.as_ref().map(read_pass).transpose()?;
    let since_ms = record.since_ms;
    let visitor = |challenge, stage| {
        Occupant::Visitor(Visitor {
            pass,
            challenge,
            stage,
            since_ms,
        })
    };
    let guest = |address: &[u8]| {
        Ok(Guest {
            pass,
            address: read_address(address)?,
            since_ms,
        })
    };
    let occupant = match record.stage.ok_or(RecordError)? {
        Stage::AwaitingIdentification(stage) => {
            visitor(stage.challenge, VisitorStage::Identification)
        }
        Stage::AwaitingSignature(stage) => visitor(stage.challenge, VisitorStage::Signature),
        Stage::Member(stage) => Occupant::Guest(guest(&stage.address)?, Some(stage.alias)),
        Stage::Muted(stage) => Occupant::Guest(guest(&stage.address)?, None),
    };
    Ok(Recorded {
        room: record.room.parse().map_err(|_| RecordError)?,
        socket: SocketId(record.socket),
        occupant,
    })
}

fn read_pass(pass: &RoomGuest) -> Result<Pass, RecordError> {
    Ok(Pass {
        address: read_address(&pass.address)?,
        assignment: pass.assignment,
    })
}

fn read_address(bytes: &[u8]) -> Result<Address, RecordError> {
    Address::try_from(bytes).map_err(|_| RecordError)
}
