//! What carries the peers' traffic.

use crate::transport::Transport;

use super::ConfigError;
use super::read::Reader;

const VARIABLE: &str = "TRANSPORT";

/// `TRANSPORT`, and what it needs. Unset: `LiveKit` if it is configured, else rooms of our own.
pub(super) fn read(reader: &Reader<'_>, realm: &str) -> Result<Transport, ConfigError> {
    let livekit = read_livekit(reader)?;
    let allowed = "livekit, ws-room or offline";
    let kinds = ["livekit", "ws-room", "offline"];
    let forced = reader.text(VARIABLE, "", allowed, |kind| kinds.contains(&kind))?;
    let ws_room = Transport::WsRoom {
        realm: realm.to_owned(),
    };
    match (forced.as_str(), livekit) {
        ("offline", _) => Ok(Transport::Offline),
        ("ws-room", _) => Ok(ws_room),
        ("livekit", None) => Err(ConfigError {
            variable: VARIABLE,
            value: forced,
            allowed: format!("{allowed}; livekit needs {ALL_OR_NONE}"),
        }),
        (_, livekit) => Ok(livekit.unwrap_or(ws_room)),
    }
}

const ALL_OR_NONE: &str = "LIVEKIT_HOST, LIVEKIT_API_KEY and LIVEKIT_API_SECRET";

/// `LiveKit` is configured as a whole or not at all.
fn read_livekit(reader: &Reader<'_>) -> Result<Option<Transport>, ConfigError> {
    let host = reader.livekit_host()?;
    let api_key = reader.get("LIVEKIT_API_KEY");
    let api_secret = reader.get("LIVEKIT_API_SECRET");
    match (host, api_key, api_secret) {
        (None, None, None) => Ok(None),
        (Some(host), Some(api_key), Some(api_secret)) => Ok(Some(Transport::LiveKit {
            host,
            api_key,
            api_secret,
            room_prefix: String::new(),
        })),
        (host, api_key, _) => {
            let variable = match (host, api_key) {
                (None, _) => "LIVEKIT_HOST",
                (_, None) => "LIVEKIT_API_KEY",
                _ => "LIVEKIT_API_SECRET",
            };
            Err(ConfigError {
                variable,
                value: String::new(),
                allowed: format!("{ALL_OR_NONE}, all three or none"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::read;

    use super::*;

    const LIVEKIT: [(&str, &str); 3] = [
        ("LIVEKIT_HOST", "wss://x"),
        ("LIVEKIT_API_KEY", "key"),
        ("LIVEKIT_API_SECRET", "hush"),
    ];

    fn transport(pairs: &[(&str, &str)]) -> Transport {
        read(pairs).unwrap().connector.transport
    }

    #[test]
    fn a_configured_livekit_wins_and_without_it_there_are_rooms_of_our_own() {
        assert!(matches!(transport(&LIVEKIT), Transport::LiveKit { .. }));
        let config = read(&[("REALM_NAME", "moon")]).unwrap();
        let realm = "moon".to_owned();
        assert_eq!(config.connector.transport, Transport::WsRoom { realm });
        assert_eq!(config.realm.own_rooms.as_deref(), Some("moon"));
        assert_eq!(read(&LIVEKIT).unwrap().realm.own_rooms, None);
    }

    #[test]
    fn one_can_be_forced() {
        for configured in [&LIVEKIT[..], &[]] {
            let forced = |kind| transport(&[configured, &[("TRANSPORT", kind)]].concat());
            assert_eq!(forced("offline"), Transport::Offline);
            assert!(matches!(forced("ws-room"), Transport::WsRoom { .. }));
        }
        let all = [&LIVEKIT[..], &[("TRANSPORT", "livekit")]].concat();
        assert!(matches!(transport(&all), Transport::LiveKit { .. }));
    }

    #[test]
    fn islands_are_no_larger_than_rooms_of_our_own() {
        let large = [("ARCHIPELAGO_MAX_PEERS_PER_ISLAND", "5000")];
        assert_eq!(read(&large).unwrap_err().value, "5000");
        let elsewhere = read(&[&LIVEKIT[..], &large].concat()).unwrap();
        assert_eq!(elsewhere.realm.engine.max_peers(), 5000);
    }

    #[test]
    fn rooms_are_open_only_if_it_is_said() {
        assert!(!read(&[]).unwrap().open_rooms);
        assert!(!read(&[("OPEN_ROOMS", "false")]).unwrap().open_rooms);
        assert!(read(&[("OPEN_ROOMS", "true")]).unwrap().open_rooms);
    }

    #[test]
    fn half_a_livekit_is_refused_and_the_secret_is_not_shown() {
        let error =
            read(&[("LIVEKIT_HOST", "wss://x"), ("LIVEKIT_API_SECRET", "hush")]).unwrap_err();
        assert_eq!(error.variable, "LIVEKIT_API_KEY");
        assert!(!error.to_string().contains("hush"));
        let whole = read(&[
            ("LIVEKIT_HOST", "wss://x"),
            ("LIVEKIT_API_KEY", "key"),
            ("LIVEKIT_API_SECRET", "hush"),
        ]);
        assert!(!format!("{:?}", whole.unwrap()).contains("hush"));
    }

    #[test]
    fn livekit_hosts_become_websocket_urls() {
        for (host, url) in [
            ("x.livekit.cloud", "wss://x.livekit.cloud"),
            ("https://x.livekit.cloud/", "wss://x.livekit.cloud"),
            ("http://127.0.0.1:7880", "ws://127.0.0.1:7880"),
            ("ws://x", "ws://x"),
        ] {
            let whole = [
                ("LIVEKIT_HOST", host),
                ("LIVEKIT_API_KEY", "key"),
                ("LIVEKIT_API_SECRET", "hush"),
            ];
            let Transport::LiveKit { host, .. } = read(&whole).unwrap().connector.transport else {
                panic!("no LiveKit");
            };
            assert_eq!(host, url);
        }
    }
}
