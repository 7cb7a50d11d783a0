//! The packets of a room, read and written.

use std::collections::BTreeMap;

use prost::Message as _;

use crate::auth::Address;
use crate::protocol::rfc5::ws_packet::Message;
use crate::protocol::rfc5::{
    WsChallengeRequired, WsKicked, WsPacket, WsPeerJoin, WsPeerLeave, WsPeerUpdate, WsWelcome,
};
use crate::session;

use super::{Reason, Relay, SocketId};

/// What a client is told that does not fit into the room.
pub(super) const FULL: &str = "This world is full. Try again later.";

/// What a client is told that has come in through another socket.
pub(super) const ALREADY_CONNECTED: &str = "Already connected";

pub(super) fn check_length(frame: &[u8], max: usize) -> Result<(), Reason> {
    let length = frame.len();
    if length > max {
        return Err(session::Reason::TooLarge { length, max }.into());
    }
    Ok(())
}

/// A packet without a message says nothing that this protocol knows.
pub(super) fn read(frame: &[u8]) -> Result<Message, Reason> {
    let packet = WsPacket::decode(frame).map_err(|_| Reason::Undecodable)?;
    packet.message.ok_or(Reason::Undecodable)
}

pub(super) fn challenge(challenge: &str, already_connected: bool) -> Vec<u8> {
    encode(Message::ChallengeMessage(WsChallengeRequired {
        challenge_to_sign: challenge.to_owned(),
        already_connected,
    }))
}

pub(super) fn welcome(alias: u32, peer_identities: BTreeMap<u32, String>) -> Vec<u8> {
    encode(Message::WelcomeMessage(WsWelcome {
        alias,
        peer_identities,
    }))
}

pub(super) fn kicked(reason: &str) -> Vec<u8> {
    encode(Message::PeerKicked(WsKicked {
        reason: reason.to_owned(),
    }))
}

/// Somebody has come in, through this socket.
pub(super) fn join(alias: u32, address: &Address, socket: SocketId) -> Relay {
    let address = address.to_string();
    reliable(
        Message::PeerJoinMessage(WsPeerJoin { alias, address }),
        Some(socket),
    )
}

/// Somebody is a member no more.
pub(super) fn leave(alias: u32, except: Option<SocketId>) -> Relay {
    reliable(Message::PeerLeaveMessage(WsPeerLeave { alias }), except)
}

/// What a member says to the others. Whatever alias it has claimed, it speaks for itself.
pub(super) fn update(alias: u32, said: WsPeerUpdate, socket: SocketId) -> Relay {
    let unreliable = said.unreliable;
    let packet = encode(Message::PeerUpdateMessage(WsPeerUpdate {
        from_alias: alias,
        ..said
    }));
    Relay {
        packet,
        except: Some(socket),
        unreliable,
    }
}

fn reliable(message: Message, except: Option<SocketId>) -> Relay {
    Relay {
        packet: encode(message),
        except,
        unreliable: false,
    }
}

fn encode(message: Message) -> Vec<u8> {
    let message = Some(message);
    WsPacket { message }.encode_to_vec()
}
