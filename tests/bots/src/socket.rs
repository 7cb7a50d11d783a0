//! A WebSocket as a player needs it: binary messages, and why it has ended.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use native_tls::TlsConnector;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

use crate::trouble::Trouble;

/// Thousands of sockets have one of these each; the longest message, a crowded island, is read in some pieces.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// What a close without a code counts as (RFC 6455, 7.4.1).
const NO_CODE: u16 = 1005;

/// Opens sockets.
pub struct Dialer {
    /// Built once: it reads all certificates of the machine.
    tls: TlsConnector,
}

impl Dialer {
    /// # Errors
    /// If the machine's certificates cannot be read.
    pub fn new() -> Result<Self, native_tls::Error> {
        let tls = TlsConnector::new()?;
        Ok(Self { tls })
    }

    /// Opens a socket, offering one subprotocol.
    pub async fn open(&self, url: &str, subprotocol: &'static str) -> Result<Socket, Trouble> {
        let mut request = url.into_client_request()?;
        let offer = HeaderValue::from_static(subprotocol);
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, offer);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            // Every message goes out by itself.
            .write_buffer_size(0);
        let connector = Some(Connector::NativeTls(self.tls.clone()));
        match connect_async_tls_with_config(request, Some(config), true, connector).await {
            Ok((stream, _)) => Ok(Socket { stream }),
            Err(error @ Error::Http(_)) => Err(error.into()),
            Err(error) => Err(Trouble::NoConnection(error.to_string())),
        }
    }
}

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Resolves once the system has taken it.
    pub async fn send(&mut self, frame: Bytes) -> Result<(), Trouble> {
        Ok(self.stream.send(Message::Binary(frame)).await?)
    }

    /// The next message. Nothing is lost if this is given up while it waits.
    pub async fn next(&mut self) -> Result<Bytes, Trouble> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(frame))) => return Ok(frame),
                Some(Ok(Message::Close(frame))) => {
                    // The answer waits to be sent; whether it arrives is all the same.
                    let _ = self.stream.flush().await;
                    return Err(Trouble::Closed {
                        code: frame.as_ref().map_or(NO_CODE, |frame| frame.code.into()),
                        reason: frame.map_or_else(String::new, |frame| frame.reason.to_string()),
                    });
                }
                Some(Ok(Message::Text(text))) => {
                    return Err(Trouble::Undecodable(format!("text {text:?}")));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Trouble::Cut("without a close frame".to_owned())),
            }
        }
    }

    /// Says goodbye; whether it arrives is all the same.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }
}
