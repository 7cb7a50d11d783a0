//! What the platform tells an object about its sockets.
//!
//! The handlers of `worker` make a promise of each message, which takes longer than the message. These return at once.

use wasm_bindgen::JsValue;
use worker::js_sys::Uint8Array;
use worker::{Result, WebSocket};

/// An object with sockets. What has to be waited for goes on after the handlers.
pub trait SocketEvents {
    /// A client has sent a message.
    ///
    /// # Errors
    ///
    /// The platform logs them; the socket stays open.
    fn received(&self, socket: &WebSocket, message: Message) -> Result<()>;

    /// A client has closed its socket, or has answered a close.
    fn closed(&self, socket: &WebSocket, code: u16, reason: &str);

    /// A socket is gone without a close.
    fn failed(&self, socket: &WebSocket);
}

/// What a client has sent.
pub enum Message {
    /// No protocol here has any.
    Text,
    Binary(Vec<u8>),
}

impl From<&JsValue> for Message {
    fn from(message: &JsValue) -> Self {
        if message.is_string() {
            return Self::Text;
        }
        Self::Binary(Uint8Array::new(message).to_vec())
    }
}

/// Exports the handlers of an object that has [`SocketEvents`], under the names by which the platform calls them.
macro_rules! socket_events {
    ($object:ident) => {
        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $object {
            #[wasm_bindgen(js_name = webSocketMessage)]
            pub fn web_socket_message(
                &self,
                socket: worker::web_sys::WebSocket,
                message: &wasm_bindgen::JsValue,
            ) -> std::result::Result<(), wasm_bindgen::JsValue> {
                let message = $crate::socket_events::Message::from(message);
                $crate::socket_events::SocketEvents::received(self, &socket.into(), message)
                    .map_err(Into::into)
            }

            #[wasm_bindgen(js_name = webSocketClose)]
            pub fn web_socket_close(
                &self,
                socket: worker::web_sys::WebSocket,
                code: u16,
                reason: &str,
            ) {
                $crate::socket_events::SocketEvents::closed(self, &socket.into(), code, reason);
            }

            #[wasm_bindgen(js_name = webSocketError)]
            pub fn web_socket_error(&self, socket: worker::web_sys::WebSocket) {
                $crate::socket_events::SocketEvents::failed(self, &socket.into());
            }
        }
    };
}
pub(crate) use socket_events;
