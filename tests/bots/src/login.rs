//! The handshake.

use archipelago_core::protocol::v3::server_packet::Message;

use crate::identity::Identity;
use crate::packets::{challenge_request, name, read, signed_challenge};
use crate::shared::Shared;
use crate::socket::Socket;
use crate::trouble::Trouble;

const SUBPROTOCOL: &str = "archipelago";

/// A socket on which the player is welcome.
pub async fn log_in(shared: &Shared, identity: &Identity) -> Result<Socket, Trouble> {
    let Shared {
        settings, dialer, ..
    } = shared;
    let mut socket = dialer.open(&settings.args.url, SUBPROTOCOL).await?;
    let address = identity.address().to_string();
    let request = challenge_request(address.clone());
    socket
        .send(shared.encode(|encoder| encoder.client(request)))
        .await?;
    let challenge = match read(socket.next().await?)? {
        Message::ChallengeResponse(response) => response.challenge_to_sign,
        other => return Err(unexpected("challenge_response", &other)),
    };
    let answer = signed_challenge(identity.chain(&challenge));
    socket
        .send(shared.encode(|encoder| encoder.client(answer)))
        .await?;
    match read(socket.next().await?)? {
        Message::Welcome(welcome) if welcome.peer_id == address => Ok(socket),
        other => Err(unexpected("welcome with the own address", &other)),
    }
}

/// What a message means that was not expected.
pub fn unexpected(expected: &'static str, got: &Message) -> Trouble {
    match got {
        Message::Kicked(_) => Trouble::Kicked,
        other => Trouble::Unexpected {
            expected,
            got: name(other),
        },
    }
}
