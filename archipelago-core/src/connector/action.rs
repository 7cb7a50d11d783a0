use prost::Message as _;

use crate::auth::{Address, ContractQuestion};
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
    /// Find out about the address with which a client asks: call [`Connector::denied`](super::Connector::denied) if it is
    /// not let in, else [`Connector::looked_up`](super::Connector::looked_up) with what the realm says.
    LookUp {
        /// Whose client it is.
        socket: SocketId,
        /// The address.
        address: Address,
        /// Whether the realm may be asked; otherwise too many have asked, and the answer is no.
        asks_realm: bool,
    },
    /// Find out whether a client may come in that has this address if the contracts say so, then call
    /// [`Connector::vetted`](super::Connector::vetted), whatever comes of it.
    Vet(SocketId, Address, Vec<ContractQuestion>),
    /// Ask about all of these whether they are banned, call [`Connector::banned`](super::Connector::banned) for those who
    /// are, and [`Connector::swept`](super::Connector::swept) at the end.
    Sweep(Vec<Address>),
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
