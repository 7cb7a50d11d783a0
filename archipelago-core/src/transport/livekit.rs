//! `LiveKit`'s access tokens: a JSON Web Token (RFC 7519) with a `video` grant.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use crate::auth::Address;

/// How long a token opens its room, in seconds. A client joins at once and retries for a few seconds; the server does
/// not end what has begun when the token does.
pub const TOKEN_LIFETIME_S: u64 = 5 * 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    nbf: u64,
    exp: u64,
    video: VideoGrant<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "LiveKit's format")]
struct VideoGrant<'a> {
    room_join: bool,
    room: &'a str,
    room_list: bool,
    can_publish: bool,
    can_subscribe: bool,
    can_publish_data: bool,
    can_update_own_metadata: bool,
    can_publish_sources: [&'static str; 1],
}

/// The token with which `address` may join `room`, hear and be heard, and change nothing but its own metadata.
pub(super) fn token(
    api_key: &str,
    api_secret: &str,
    room: &str,
    address: &Address,
    now_ms: u64,
) -> String {
    let claims = Claims {
        iss: api_key,
        sub: address.to_string(),
        // Not now: the clocks of two servers differ.
        nbf: 0,
        exp: now_ms / 1000 + TOKEN_LIFETIME_S,
        video: VideoGrant {
            room_join: true,
            room,
            room_list: false,
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
            can_update_own_metadata: true,
            can_publish_sources: ["microphone"],
        },
    };
    let claims = serde_json::to_vec(&claims).expect("texts and numbers are always JSON");
    sign(&claims, api_secret.as_bytes())
}

fn sign(claims: &[u8], secret: &[u8]) -> String {
    let header = Base64UrlUnpadded::encode_string(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", Base64UrlUnpadded::encode_string(claims));
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    hmac.update(signed.as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&hmac.finalize().into_bytes());
    format!("{signed}.{signature}")
}

pub(super) fn has_scheme(host: &str) -> bool {
    host.starts_with("wss://") || host.starts_with("ws://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_is_the_one_of_rfc_4231_case_2() {
        let mut hmac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        hmac.update(b"what do ya want for nothing?");
        assert_eq!(
            base16ct::lower::encode_string(&hmac.finalize().into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    /// The example token of jwt.io, which has the same header.
    #[test]
    fn signs_as_everybody_does() {
        assert_eq!(
            sign(
                br#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
                b"your-256-bit-secret"
            ),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\
             .eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
             .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
        );
    }

    #[test]
    fn secrets_of_any_length_sign() {
        for length in [0, 1, 63, 64, 65, 1000] {
            assert_eq!(sign(b"{}", &vec![b'x'; length]).split('.').count(), 3);
        }
    }
}
