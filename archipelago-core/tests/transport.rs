//! Connection strings as clients and the `LiveKit` server read them.

use archipelago_core::auth::Address;
use archipelago_core::transport::{TOKEN_LIFETIME_S, Transport};

const NOW_MS: u64 = 32_503_679_999_999;

fn livekit(host: &str) -> Transport {
    Transport::LiveKit {
        host: host.into(),
        api_key: "APIkey".into(),
        api_secret: "a secret of at least thirty-two bytes".into(),
    }
}

fn address() -> Address {
    "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
        .parse()
        .unwrap()
}

/// `TokenVerifier` of `livekit-server-sdk` 2 reads the claims below out of this token.
#[test]
fn the_token_is_pinned() {
    let text =
        livekit("wss://livekit.example.org").connection_string("realm-I1", &address(), NOW_MS);
    assert_eq!(
        text,
        "livekit:wss://livekit.example.org?access_token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
         eyJpc3MiOiJBUElrZXkiLCJzdWIiOiIweDE5ZTdlMzc2ZTdjMjEzYjdlN2U3ZTQ2Y2M3MGE1ZGQwODZkYWZmMmEiLCJuYmYi\
         OjAsImV4cCI6MzI1MDM2ODAyOTksInZpZGVvIjp7InJvb21Kb2luIjp0cnVlLCJyb29tIjoicmVhbG0tSTEiLCJyb29tTGlz\
         dCI6ZmFsc2UsImNhblB1Ymxpc2giOnRydWUsImNhblN1YnNjcmliZSI6dHJ1ZSwiY2FuUHVibGlzaERhdGEiOnRydWUsImNh\
         blVwZGF0ZU93bk1ldGFkYXRhIjp0cnVlLCJjYW5QdWJsaXNoU291cmNlcyI6WyJtaWNyb3Bob25lIl19fQ.4SolF7_2jWLifZD7NiF4JVB9AZIWQ_S6VxCCFOuZhUY"
    );
}

#[test]
fn the_claims_are_what_the_protocol_lists() {
    use base64ct::{Base64UrlUnpadded, Encoding};

    let text = livekit("example.org").connection_string("realm-I1", &address(), NOW_MS);
    let claims = text.split('.').rev().nth(1).unwrap();
    let claims: serde_json::Value =
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(claims).unwrap()).unwrap();
    let expected = serde_json::json!({
        "iss": "APIkey",
        "sub": "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a",
        "nbf": 0,
        "exp": NOW_MS / 1000 + TOKEN_LIFETIME_S,
        "video": {
            "roomJoin": true,
            "room": "realm-I1",
            "roomList": false,
            "canPublish": true,
            "canSubscribe": true,
            "canPublishData": true,
            "canUpdateOwnMetadata": true,
            "canPublishSources": ["microphone"],
        },
    });
    assert_eq!(claims, expected);
    assert_eq!(TOKEN_LIFETIME_S, 300);
}

#[test]
fn hosts_get_a_scheme_if_they_have_none() {
    for (host, start) in [
        ("example.org", "livekit:wss://example.org?access_token=ey"),
        (
            "example.org:7880",
            "livekit:wss://example.org:7880?access_token=ey",
        ),
        (
            "wss://example.org",
            "livekit:wss://example.org?access_token=ey",
        ),
        (
            "ws://localhost:7880",
            "livekit:ws://localhost:7880?access_token=ey",
        ),
    ] {
        let text = livekit(host).connection_string("I1", &address(), NOW_MS);
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn offline_needs_nothing() {
    let text = Transport::Offline.connection_string("I1", &address(), NOW_MS);
    assert_eq!(text, "offline:offline");
}

#[test]
fn the_secret_is_not_shown() {
    let shown = format!("{:?}", livekit("example.org"));
    assert_eq!(
        shown,
        r#"LiveKit { host: "example.org", api_key: "APIkey", .. }"#
    );
    assert_eq!(format!("{:?}", Transport::Offline), "Offline");
}
