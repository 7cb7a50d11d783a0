//! Checks of the connection strings that come with islands.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde_json::Value;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::trouble::Trouble;

/// Where an island meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// In a room of a `LiveKit` server.
    LiveKit,
    /// In a room of the deployment, at this URL.
    WsRoom(String),
    /// Nowhere.
    Offline,
}

/// What of a `LiveKit` token is looked at. Its signature is the `LiveKit` server's business, which alone knows it.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    video: Grant,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grant {
    room: String,
    room_join: bool,
}

/// Reads the connection string that the player of this address (lower case) was told with this island.
///
/// # Errors
/// Where it would not let the player into a room of that island.
pub fn check(text: &str, island: &str, address: &str, now_ms: u64) -> Result<Meeting, Trouble> {
    let checked = match text.split_once(':') {
        Some(("livekit", url)) => livekit(url, island, address, now_ms).map(|()| Meeting::LiveKit),
        Some(("ws-room", url)) => ws_room(url, island).map(|()| Meeting::WsRoom(url.to_owned())),
        Some(("offline", "offline")) => Ok(Meeting::Offline),
        _ => Err("it is none of livekit:, ws-room: and offline:offline".to_owned()),
    };
    checked.map_err(|fault| Trouble::ConnectionString {
        text: text.to_owned(),
        fault,
    })
}

fn livekit(url: &str, island: &str, address: &str, now_ms: u64) -> Result<(), String> {
    let uri = web_socket(url)?;
    let claims = claims(parameter(&uri, "access_token")?)?;
    if claims.sub != address {
        return Err(format!("the token is {:?}'s, not {address}'s", claims.sub));
    }
    if !claims.video.room.ends_with(island) {
        return Err(format!(
            "the token is for room {:?}, not {island}'s",
            claims.video.room
        ));
    }
    if !claims.video.room_join {
        return Err("the token does not let its owner join".to_owned());
    }
    let today = now_ms / 1000;
    if claims.nbf > today || claims.exp <= today {
        let Claims { nbf, exp, .. } = claims;
        return Err(format!(
            "the token is good from {nbf} to {exp} s, not at {today}"
        ));
    }
    Ok(())
}

/// The claims of a JSON Web Token (RFC 7519) that is signed with HMAC-SHA-256.
fn claims(token: &str) -> Result<Claims, String> {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err(format!("a token of {} parts: 3 are expected", parts.len()));
    };
    let header: Value = json(header)?;
    if header["alg"] != "HS256" {
        return Err(format!(
            "a token signed by {}: HS256 is expected",
            header["alg"]
        ));
    }
    if !Base64UrlUnpadded::decode_vec(signature).is_ok_and(|bytes| bytes.len() == 32) {
        return Err("the token's signature is not 32 bytes".to_owned());
    }
    json(claims)
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, String> {
    let bytes = Base64UrlUnpadded::decode_vec(part)
        .map_err(|_| "a part of the token is not base64url".to_owned())?;
    serde_json::from_slice(&bytes).map_err(|error| format!("a part of the token: {error}"))
}

fn ws_room(url: &str, island: &str) -> Result<(), String> {
    let uri = web_socket(url)?;
    if !uri.path().ends_with(&format!(".{island}")) {
        return Err(format!(
            "the path {:?} does not end in .{island}",
            uri.path()
        ));
    }
    parameter(&uri, "token").map(|_| ())
}

fn web_socket(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|_| "it holds no URL".to_owned())?;
    match uri.scheme_str() {
        Some("ws" | "wss") => Ok(uri),
        _ => Err("its URL is none of ws:// and wss://".to_owned()),
    }
}

fn parameter<'a>(uri: &'a Uri, name: &str) -> Result<&'a str, String> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(key, value)| *key == name && !value.is_empty());
    let (_, value) = found.ok_or_else(|| format!("its URL has no {name}"))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use archipelago_core::auth::Address;
    use archipelago_core::transport::{Invitation, Pass, RoomKey, TOKEN_LIFETIME_S, Transport};

    use super::*;

    const NOW_MS: u64 = 1_900_000_000_000;
    const PLAYER: Address = Address([0xab; 20]);

    fn told(transport: &Transport) -> String {
        let key = RoomKey::from([7; 32]);
        let invitation = Invitation {
            island: "I1a",
            pass: Pass {
                address: PLAYER,
                assignment: 3,
            },
            origin: "https://realm.example",
            room_key: Some(&key),
        };
        transport.connection_string(&invitation, NOW_MS)
    }

    fn livekit() -> String {
        told(&Transport::LiveKit {
            host: "livekit.example".to_owned(),
            api_key: "key".to_owned(),
            api_secret: "secret".to_owned(),
            room_prefix: "islands:".to_owned(),
        })
    }

    fn fault(text: &str, island: &str, address: Address, now_ms: u64) -> String {
        match check(text, island, &address.to_string(), now_ms) {
            Err(Trouble::ConnectionString { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    /// A token with other claims; its signature no longer fits, but only the server can see that.
    fn forged(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signature = Base64UrlUnpadded::encode_string(&[1; 32]);
        let token = format!("{}.{}.{signature}", part(header), part(claims));
        format!("livekit:wss://livekit.example?access_token={token}")
    }

    #[test]
    fn what_the_core_says_is_believed() {
        let ok = |text: &str| check(text, "I1a", &PLAYER.to_string(), NOW_MS);
        assert_eq!(ok(&livekit()), Ok(Meeting::LiveKit));
        assert_eq!(ok(&told(&Transport::Offline)), Ok(Meeting::Offline));
        let room = told(&Transport::WsRoom {
            realm: "main".to_owned(),
        });
        let url = room.strip_prefix("ws-room:").unwrap().to_owned();
        assert!(url.starts_with("wss://realm.example/rooms/main.I1a?token="));
        assert_eq!(ok(&room), Ok(Meeting::WsRoom(url)));
    }

    #[test]
    fn tokens_of_others_other_rooms_and_other_days_are_not() {
        let somebody = Address([0xcd; 20]);
        let late_ms = NOW_MS + TOKEN_LIFETIME_S * 1000;
        assert!(fault(&livekit(), "I1a", somebody, NOW_MS).contains("not 0xcdcd"));
        assert!(fault(&livekit(), "I2", PLAYER, NOW_MS).contains("not I2's"));
        assert!(fault(&livekit(), "I1a", PLAYER, late_ms).contains("is good from 0 to"));
    }

    #[test]
    fn forged_tokens_are_refused_for_what_is_wrong_with_them() {
        let header = serde_json::json!({ "alg": "HS256", "typ": "JWT" });
        let claims = serde_json::json!({
            "sub": PLAYER.to_string(), "exp": NOW_MS, "nbf": 0,
            "video": { "room": "I1a", "roomJoin": true },
        });
        let said =
            |header: &Value, claims: &Value| fault(&forged(header, claims), "I1a", PLAYER, NOW_MS);
        let with = |pointer: &str, value: Value| {
            let mut claims = claims.clone();
            *claims.pointer_mut(pointer).unwrap() = value;
            said(&header, &claims)
        };
        assert!(with("/video/roomJoin", false.into()).contains("not let its owner join"));
        assert!(with("/video/room", "I1ab".into()).contains("for room \"I1ab\""));
        assert!(with("/exp", (NOW_MS / 1000).into()).contains("not at"));
        assert!(with("/nbf", NOW_MS.into()).contains("is good from"));
        assert!(with("/video", Value::Null).contains("a part of the token"));
        let none = serde_json::json!({ "alg": "none" });
        assert!(said(&none, &claims).contains("HS256 is expected"));
        let text = forged(&header, &claims);
        assert!(check(&text, "I1a", &PLAYER.to_string(), NOW_MS).is_ok());
    }

    #[test]
    fn other_strings_are_no_invitations() {
        for text in [
            "",
            "offline",
            "offline:online",
            "livekit:",
            "livekit:https://livekit.example?access_token=a.b.c",
            "livekit:wss://livekit.example",
            "livekit:wss://livekit.example?access_token=",
            "livekit:wss://livekit.example?access_token=a.b",
            "livekit:wss://livekit.example?access_token=!.!.!",
            "ws-room:wss://realm.example/rooms/main.I1a",
            "ws-room:wss://realm.example/rooms/main.I1?token=x",
            "ws-room:realm.example/rooms/main.I1a?token=x",
            "signed-login:https://realm.example",
        ] {
            fault(text, "I1a", PLAYER, NOW_MS);
        }
    }
}
