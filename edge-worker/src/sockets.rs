//! Sockets of clients: what is kept with them, how they are closed, which subprotocol they speak.

use archipelago_core::connector::SocketId;
use archipelago_core::protocol::limits::CLOSE_REASON_MAX_BYTES;
use archipelago_core::session::Reason;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::js_sys::{Function, Reflect};
use worker::{Headers, Response, Result, WebSocket, web_sys};

#[wasm_bindgen]
extern "C" {
    /// A socket, which this side has given a number until the object sleeps.
    type Numbered;

    #[wasm_bindgen(method, getter, structural)]
    fn number(this: &Numbered) -> f64;

    #[wasm_bindgen(method, setter, structural)]
    fn set_number(this: &Numbered, number: f64);
}

/// The highest number up to which JavaScript tells all of them apart.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// Where clients offer subprotocols, and the chosen one is answered.
pub const SUBPROTOCOL_HEADER: &str = "Sec-WebSocket-Protocol";
/// The record kept with a socket.
pub fn attachment(socket: &WebSocket) -> Option<Vec<u8>> {
    socket
        .deserialize_attachment::<ByteBuf>()
        .ok()
        .flatten()
        .map(ByteBuf::into_vec)
}

/// The object's number of a socket. It is in the record, and read from there once.
pub fn socket_id(socket: &WebSocket) -> Option<SocketId> {
    let numbered = numbered(socket);
    let number = numbered.number();
    if number > 0.0 {
        return Some(SocketId(number as u64));
    }
    let id = attachment(socket).and_then(|record| SocketId::of_record(&record));
    numbered.set_number(noted(id));
    id
}

/// A number as JavaScript keeps it: zero where there is none, or none that it can keep.
fn noted(id: Option<SocketId>) -> f64 {
    id.filter(|id| id.0 <= EXACT_MAX)
        .map_or(0.0, |id| id.0 as f64)
}

fn numbered(socket: &WebSocket) -> &Numbered {
    let socket: &web_sys::WebSocket = socket.as_ref();
    socket.unchecked_ref()
}

/// Closes a socket. It is there until the client has answered.
pub fn close(socket: &WebSocket, code: u16, reason: &str) {
    // Fails if the client is gone, and then it is closed as it should be.
    let _ = socket.close(Some(code), Some(close_text(reason)));
}

/// Closes a socket that cannot be taken up after a sleep.
pub fn close_for_restart(socket: &WebSocket) {
    let reason = Reason::Restart;
    close(socket, reason.code(), &reason.to_string());
}

/// Keeps another record with a socket.
pub fn keep(socket: &WebSocket, record: Vec<u8>) -> Result<()> {
    numbered(socket).set_number(noted(SocketId::of_record(&record)));
    socket.serialize_attachment(ByteBuf::from(record))
}

/// Answers the close of a client.
pub fn answer_close(socket: &WebSocket, code: u16, reason: &str) {
    // 1005, 1006 and 1015 are never on the wire: they say that there was no close frame to answer.
    if !matches!(code, 1005 | 1006 | 1015) {
        // Fails if this side has closed already, and then nothing is left to be done.
        let _ = socket.close(Some(code), Some(close_text(reason)));
    }
}

/// Sends a text to all of the sockets; returns to how many. It is handed to JavaScript once, however many there are.
pub fn send_to_all<'a>(sockets: impl Iterator<Item = &'a WebSocket>, text: &str) -> usize {
    let (name, text) = (JsValue::from("send"), JsValue::from(text));
    let send = |socket: &WebSocket| {
        let socket: &web_sys::WebSocket = socket.as_ref();
        let send: Function = Reflect::get(socket, &name)?.dyn_into()?;
        send.call1(socket, &text)
    };
    // Fails if the client is gone; its close is on the way.
    sockets.filter(|socket| send(socket).is_ok()).count()
}

/// As much of a reason as a close frame carries.
pub fn close_text(reason: &str) -> &str {
    let mut end = reason.len().min(CLOSE_REASON_MAX_BYTES);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason.get(..end).unwrap_or_default()
}

/// Answers an upgrade with the client's end of a socket. The subprotocol is named if and only if it was offered: browsers
/// drop the connection if what they offered is not answered, or if what they did not offer is.
pub fn upgraded(client: WebSocket, subprotocol: &str, request: &Headers) -> Result<Response> {
    let response = Response::from_websocket(client)?;
    let offered = request.get(SUBPROTOCOL_HEADER)?.unwrap_or_default();
    if offered.split(',').any(|offer| offer.trim() == subprotocol) {
        response.headers().set(SUBPROTOCOL_HEADER, subprotocol)?;
    }
    Ok(response)
}
