use prost::Message as _;

use crate::auth::Address;
use crate::protocol::bus::{ConnectRequest, SocketRecord};
use crate::session::Reason;

/// An object's own number of a socket, kept with the socket while the object sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// What the host has to do for a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send these bytes as one binary message.
    Send(SocketId, Vec<u8>),
    /// Close the socket.
    Close(SocketId, Reason),
    /// Ask the realm whether the address has a live session, then call
    /// [`Connector::looked_up`](super::Connector::looked_up).
    LookUp(SocketId, Address),
    /// Call [`Connector::looked_up`](super::Connector::looked_up) at once, without asking: too many have asked.
    Challenge(SocketId),
    /// Announce the client to the realm, then call [`Connector::joined`](super::Connector::joined) or
    /// [`Connector::join_failed`](super::Connector::join_failed).
    Join(SocketId, ConnectRequest),
    /// Keep this record with the socket: the session is rebuilt from it after a sleep.
    Keep(SocketId, Vec<u8>),
}

impl SocketId {
    /// Whose record it is; none if the bytes are no record of an open socket.
    pub fn of_record(record: &[u8]) -> Option<Self> {
        SocketRecord::decode(record)
            .ok()
            .filter(|record| record.socket != 0)
            .map(|record| Self(record.socket))
    }
}
