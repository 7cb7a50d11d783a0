//! Sockets of clients: what is kept with them, how they are closed, which subprotocol they speak.

use archipelago_core::connector::SocketId;
use archipelago_core::protocol::limits::CLOSE_REASON_MAX_BYTES;
use archipelago_core::session::Reason;
use serde_bytes::ByteBuf;
use worker::{Headers, Result, WebSocket};

/// Where clients offer subprotocols, and the chosen one is answered.
pub const SUBPROTOCOL_HEADER: &str = "Sec-WebSocket-Protocol";
/// The subprotocol that most clients offer.
pub const SUBPROTOCOL: &str = "archipelago";

/// The record kept with a socket.
pub fn attachment(socket: &WebSocket) -> Option<Vec<u8>> {
    socket
        .deserialize_attachment::<ByteBuf>()
        .ok()
        .flatten()
        .map(ByteBuf::into_vec)
}

/// The connector's number of a socket.
pub fn socket_id(socket: &WebSocket) -> Option<SocketId> {
    attachment(socket).and_then(|record| SocketId::of_record(&record))
}

/// Closes a socket. It is there until the client has answered, so it loses its record first: nobody takes up its
/// session again.
pub fn close(socket: &WebSocket, reason: &Reason) {
    let _ = socket.serialize_attachment(ByteBuf::new());
    // Fails if the client is gone, and then it is closed as it should be.
    let _ = socket.close(Some(reason.code()), Some(close_text(&reason.to_string())));
}

/// As much of a reason as a close frame carries.
pub fn close_text(reason: &str) -> &str {
    let mut end = reason.len().min(CLOSE_REASON_MAX_BYTES);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason.get(..end).unwrap_or_default()
}

/// Whether the client offers the subprotocol: it is answered if and only if it was offered.
pub fn offers_subprotocol(headers: &Headers) -> Result<bool> {
    let offered = headers.get(SUBPROTOCOL_HEADER)?.unwrap_or_default();
    Ok(offered
        .split(',')
        .any(|protocol| protocol.trim() == SUBPROTOCOL))
}
