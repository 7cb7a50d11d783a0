//! Connection strings as clients and the `LiveKit` server read them.

use archipelago_core::auth::Address;
use archipelago_core::transport::{
    Invitation, Pass, ROOM_KEY_BYTES, RoomId, RoomKey, TOKEN_LIFETIME_S, TokenError, Transport,
};

const NOW_MS: u64 = 32_503_679_999_999;

fn livekit(host: &str) -> Transport {
    Transport::LiveKit {
        host: host.into(),
        api_key: "APIkey".into(),
        api_secret: "a secret of at least thirty-two bytes".into(),
        room_prefix: String::new(),
    }
}

fn address() -> Address {
    "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
        .parse()
        .unwrap()
}

fn invitation(island: &str) -> Invitation<'_> {
    Invitation {
        island,
        pass: Pass {
            address: address(),
            assignment: 5,
        },
        origin: "https://realm.example",
        room_key: None,
    }
}

/// `TokenVerifier` of `livekit-server-sdk` 2 reads the claims below out of this token.
#[test]
fn the_token_is_pinned() {
    let text =
        livekit("wss://livekit.example.org").connection_string(&invitation("realm-I1"), NOW_MS);
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

    let text = livekit("example.org").connection_string(&invitation("realm-I1"), NOW_MS);
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
fn a_prefix_stands_before_the_island_in_the_name_of_the_room() {
    let mut transport = livekit("example.org");
    let whole = transport.connection_string(&invitation("realm-I1"), NOW_MS);
    let Transport::LiveKit { room_prefix, .. } = &mut transport else {
        panic!("{transport:?}");
    };
    "realm-".clone_into(room_prefix);
    let text = transport.connection_string(&invitation("I1"), NOW_MS);
    assert_eq!(text, whole);
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
        let text = livekit(host).connection_string(&invitation("I1"), NOW_MS);
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn offline_needs_nothing() {
    let text = Transport::Offline.connection_string(&invitation("I1"), NOW_MS);
    assert_eq!(text, "offline:offline");
}

fn key() -> RoomKey {
    RoomKey::from([7; ROOM_KEY_BYTES])
}

fn ours() -> Transport {
    Transport::WsRoom {
        realm: "main".to_owned(),
    }
}

/// Whom a token lets in, as it stands in a URL.
fn open(key: &RoomKey, room: &RoomId, token: &str, now_ms: u64) -> Result<Pass, TokenError> {
    key.verify(room, &token.parse()?, now_ms)
}

/// Where a client is sent, and the token it gets.
fn address_and_token(invitation: &Invitation<'_>) -> (String, String) {
    let text = ours().connection_string(invitation, NOW_MS);
    let (address, token) = text.split_once("?token=").unwrap();
    (address.to_owned(), token.to_owned())
}

#[test]
fn a_room_of_our_own_is_where_the_client_reaches_the_realm() {
    let key = key();
    for (origin, start) in [
        ("https://realm.example", "ws-room:wss://realm.example"),
        ("http://127.0.0.1:8787", "ws-room:ws://127.0.0.1:8787"),
        ("http://http.example", "ws-room:ws://http.example"),
    ] {
        let invitation = Invitation {
            origin,
            room_key: Some(&key),
            ..invitation("I1")
        };
        let (address, _) = address_and_token(&invitation);
        assert_eq!(address, format!("{start}/rooms/main.I1"));
    }
    // Without a key nobody could get in, and without an origin nobody would find it.
    let nowhere = Invitation {
        origin: "",
        room_key: Some(&key),
        ..invitation("I1")
    };
    for lacking in [invitation("I1"), nowhere] {
        let text = ours().connection_string(&lacking, NOW_MS);
        assert_eq!(text, "offline:offline");
    }
}

/// Python's `hmac` signs the same.
#[test]
fn the_room_token_is_pinned() {
    let key = key();
    let invitation = Invitation {
        room_key: Some(&key),
        ..invitation("I1")
    };
    assert_eq!(
        address_and_token(&invitation).1,
        "ARnn43bnwhO35-fkbMcKXdCG2v8qAAAAAAAAAAUAAB2P33M7_4RgD5Jc7ZmSLrtawkyI4iD-wCDuANt_PEdfctcarBz3"
    );
}

#[test]
fn a_token_opens_its_room_until_it_expires() {
    let (key, pass) = (key(), invitation("I1").pass);
    let room = RoomId::of_island("main", "I1");
    let token = key.sign(&room, &pass, NOW_MS + 1);
    assert_eq!(open(&key, &room, &token, NOW_MS), Ok(pass));
    let expired = open(&key, &room, &token, NOW_MS + 1);
    assert_eq!(expired, Err(TokenError::Expired));
}

#[test]
fn a_token_opens_no_other_room_and_no_other_realms() {
    let (key, pass) = (key(), invitation("I1").pass);
    let token = key.sign(&RoomId::of_island("main", "I1"), &pass, u64::MAX);
    for (realm, island) in [
        ("main", "I2"),
        ("mai", "nI1"),
        ("moon", "I1"),
        ("main", "I11"),
    ] {
        let other = RoomId::of_island(realm, island);
        let refused = open(&key, &other, &token, NOW_MS);
        assert_eq!(refused, Err(TokenError::NotForThisRoom), "{other:?}");
    }
    let room = RoomId::of_island("main", "I1");
    let other = RoomKey::from([8; ROOM_KEY_BYTES]);
    let refused = open(&other, &room, &token, NOW_MS);
    assert_eq!(refused, Err(TokenError::NotForThisRoom));
}

/// Whatever is changed in a token: it is no longer one. The last characters hold bits that no byte needs; their other
/// spellings are refused too.
#[test]
fn no_character_of_a_token_can_be_changed() {
    let (key, pass) = (key(), invitation("I1").pass);
    let room = RoomId::of_island("main", "I1");
    let token = key.sign(&room, &pass, u64::MAX);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
    for at in 0..token.len() {
        for &other in alphabet {
            let mut bytes = token.clone().into_bytes();
            if bytes[at] == other {
                continue;
            }
            bytes[at] = other;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(open(&key, &room, &changed, NOW_MS).is_err(), "{changed}");
        }
        let short = open(&key, &room, &token[..at], NOW_MS);
        assert!(short.is_err(), "{at} characters");
    }
    let longer = format!("{token}A");
    let refused = open(&key, &room, &longer, NOW_MS);
    assert_eq!(refused, Err(TokenError::Malformed));
}

#[test]
fn room_ids_are_what_stands_in_paths() {
    for id in ["main.I1", "a", "x-_.9", &"r".repeat(128)] {
        assert_eq!(id.parse::<RoomId>().unwrap().as_str(), id);
    }
    for text in ["", "a b", "a/b", "a%20", "é", "a?b", &"r".repeat(129)] {
        assert!(text.parse::<RoomId>().is_err(), "{text}");
    }
}

#[test]
fn room_keys_have_their_length_and_are_not_shown() {
    for length in [0, 31, 33] {
        let refused = RoomKey::try_from(vec![1; length].as_slice()).unwrap_err();
        assert!(refused.to_string().contains(&length.to_string()));
    }
    assert_eq!(RoomKey::try_from([7; 32].as_slice()), Ok(key()));
    assert_eq!(
        format!("{:?} {:?}", key(), ours()),
        r#"RoomKey WsRoom { realm: "main" }"#
    );
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
