//! What an operator can set: every variable with its default, its check and its place.
//!
//! Names that the production services use are kept.

mod read;

use crate::connector::{ConnectorConfig, KEEP_ALIVE_MS};
use crate::engine::EngineConfig;
use crate::realm::RealmConfig;
use crate::session::Timeouts;
use crate::transport::Transport;

pub use read::ConfigError;
use read::{LONGEST_MS, Reader};

/// Where Decentraland's public content and lambdas are served.
const PUBLIC_PEER: &str = "https://peer.decentraland.org";

/// More shards than this would cost more in reports than they carry in sockets.
const CONNECTOR_SHARDS_MAX: u32 = 1024;

/// A connector that lives may miss one of its signs of life.
const CONNECTOR_TIMEOUT_MIN_MS: u64 = 2 * KEEP_ALIVE_MS;

/// What a realm may not be called, because these are routes here or in the production services.
const ROUTES: [&str; 17] = [
    "about",
    "archipelago",
    "comms",
    "core-status",
    "health",
    "hot-scenes",
    "islands",
    "live",
    "metrics",
    "parcels",
    "peers",
    "ping",
    "realms",
    "rooms",
    "simulator",
    "status",
    "ws",
];

/// The configuration of a deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// `REALM_NAME`
    pub realm_name: String,
    /// `CONNECTOR_SHARDS`
    pub connector_shards: u32,
    /// `CONTENT_URL`, with a slash at the end.
    pub content_url: String,
    /// `LAMBDAS_URL`, with a slash at the end.
    pub lambdas_url: String,
    /// `PUBLIC_URL`, without a slash at the end.
    pub public_url: Option<String>,
    /// `CURRENT_VERSION`
    pub version: String,
    /// `COMMIT_HASH`
    pub commit_hash: Option<String>,
    /// What the connectors need.
    pub connector: ConnectorConfig,
    /// What the realm needs.
    pub realm: RealmConfig,
}

impl Config {
    /// Reads and checks all variables. `variable` yields what a variable holds; unset and empty ones have their default.
    ///
    /// # Errors
    /// The first variable that holds something it may not.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let reader = Reader(&variable);
        let realm_name = read_realm_name(&reader)?;
        let island_prefix = reader.text(
            "ROOM_PREFIX",
            "I",
            "letters and digits, at most 16",
            |prefix| prefix.len() <= 16 && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        )?;
        Ok(Self {
            connector_shards: reader.whole("CONNECTOR_SHARDS", 4, 1..=CONNECTOR_SHARDS_MAX)?,
            content_url: reader
                .url("CONTENT_URL")?
                .map_or_else(|| format!("{PUBLIC_PEER}/content/"), |url| url + "/"),
            lambdas_url: reader
                .url("LAMBDAS_URL")?
                .map_or_else(|| format!("{PUBLIC_PEER}/lambdas/"), |url| url + "/"),
            public_url: reader.url("PUBLIC_URL")?,
            version: reader
                .get("CURRENT_VERSION")
                .unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            commit_hash: reader.get("COMMIT_HASH"),
            connector: ConnectorConfig {
                timeouts: Timeouts {
                    handshake_ms: reader.milliseconds("HANDSHAKE_TIMEOUT", 60_000)?,
                    idle_ms: reader.milliseconds("IDLE_TIMEOUT", 90_000)?,
                },
                island_prefix: island_prefix.clone(),
                transport: read_transport(&reader)?,
            },
            realm: RealmConfig {
                engine: read_engine(&reader)?.with_id_prefix(&island_prefix),
                flush_period_ms: reader.seconds("ARCHIPELAGO_FLUSH_FREQUENCY", 2.0)?,
                connector_timeout_ms: reader.whole(
                    "CHECK_HEARTBEAT_INTERVAL",
                    60_000,
                    CONNECTOR_TIMEOUT_MIN_MS..=LONGEST_MS,
                )?,
                resume_grace_ms: reader.seconds("RESUME_GRACE", 30.0)?,
            },
            realm_name,
        })
    }
}

fn read_realm_name(reader: &Reader<'_>) -> Result<String, ConfigError> {
    let allowed = "1 to 64 letters, digits, '-' and '_', and not the name of a route";
    reader.text("REALM_NAME", "main", allowed, |name| {
        name.len() <= 64
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !ROUTES.contains(&name)
    })
}

fn read_engine(reader: &Reader<'_>) -> Result<EngineConfig, ConfigError> {
    let defaults = EngineConfig::default();
    let max_peers = reader.whole(
        "ARCHIPELAGO_MAX_PEERS_PER_ISLAND",
        defaults.max_peers(),
        1..=u32::MAX,
    )?;
    let join_m = reader
        .metres("ARCHIPELAGO_JOIN_DISTANCE")?
        .unwrap_or(defaults.join_distance_m());
    let leave_m = reader.metres("ARCHIPELAGO_LEAVE_DISTANCE")?;
    // The single values are checked: what is left is that they do not fit together.
    EngineConfig::new(max_peers, join_m, leave_m).map_err(|_| {
        let (variable, allowed) = match leave_m {
            Some(_) => (
                "ARCHIPELAGO_LEAVE_DISTANCE",
                format!("a number of metres from ARCHIPELAGO_JOIN_DISTANCE, {join_m}, up"),
            ),
            None => (
                "ARCHIPELAGO_JOIN_DISTANCE",
                "a number of metres whose 1.25-fold is finite".to_owned(),
            ),
        };
        ConfigError {
            variable,
            value: reader.get(variable).unwrap_or_default(),
            allowed,
        }
    })
}

/// `LiveKit` is configured as a whole or not at all.
fn read_transport(reader: &Reader<'_>) -> Result<Transport, ConfigError> {
    let host = reader.livekit_host()?;
    let api_key = reader.get("LIVEKIT_API_KEY");
    let api_secret = reader.get("LIVEKIT_API_SECRET");
    match (host, api_key, api_secret) {
        (None, None, None) => Ok(Transport::Offline),
        (Some(host), Some(api_key), Some(api_secret)) => Ok(Transport::LiveKit {
            host,
            api_key,
            api_secret,
        }),
        (host, api_key, _) => {
            let variable = match (host, api_key) {
                (None, _) => "LIVEKIT_HOST",
                (_, None) => "LIVEKIT_API_KEY",
                _ => "LIVEKIT_API_SECRET",
            };
            let allowed = "LIVEKIT_HOST, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, all three or none"
                .to_owned();
            Err(ConfigError {
                variable,
                value: String::new(),
                allowed,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn defaults() {
        let config = read(&[]).unwrap();
        assert_eq!(config.realm_name, "main");
        assert_eq!(config.connector_shards, 4);
        assert_eq!(config.content_url, "https://peer.decentraland.org/content/");
        assert_eq!(config.realm.flush_period_ms, 2000);
        assert_eq!(config.realm.resume_grace_ms, 30_000);
        assert_eq!(config.realm.engine.max_peers(), 100);
        assert!((config.realm.engine.leave_distance_m() - 125.0).abs() < 1e-9);
        assert_eq!(
            config.connector.timeouts,
            Timeouts {
                handshake_ms: 60_000,
                idle_ms: 90_000
            }
        );
    }

    #[test]
    fn the_main_realm_is_one_preset_away() {
        let config = read(&[
            ("ARCHIPELAGO_JOIN_DISTANCE", "64"),
            ("ARCHIPELAGO_LEAVE_DISTANCE", "80"),
        ])
        .unwrap();
        assert_eq!(config.realm.engine, EngineConfig::main_realm());
    }

    #[test]
    fn bad_values_name_the_variable_the_value_and_what_is_allowed() {
        for (variable, value) in [
            ("ARCHIPELAGO_JOIN_DISTANCE", "NaN"),
            ("ARCHIPELAGO_JOIN_DISTANCE", "-3"),
            ("ARCHIPELAGO_LEAVE_DISTANCE", "99"),
            ("ARCHIPELAGO_MAX_PEERS_PER_ISLAND", "0"),
            ("ARCHIPELAGO_FLUSH_FREQUENCY", "fast"),
            ("CHECK_HEARTBEAT_INTERVAL", "-1"),
            ("CHECK_HEARTBEAT_INTERVAL", "39999"),
            ("ARCHIPELAGO_JOIN_DISTANCE", "1.7e308"),
            ("LIVEKIT_HOST", "wss://x?y"),
            ("LIVEKIT_HOST", "ftp://x"),
            ("HANDSHAKE_TIMEOUT", "0"),
            ("IDLE_TIMEOUT", "1e99"),
            ("CONNECTOR_SHARDS", "2000"),
            ("REALM_NAME", "peers"),
            ("REALM_NAME", "live"),
            ("REALM_NAME", "a/b"),
            ("ROOM_PREFIX", "I-"),
            ("PUBLIC_URL", "example.org"),
            ("CONTENT_URL", "ftp://example.org"),
        ] {
            let error = read(&[(variable, value)]).unwrap_err();
            assert_eq!((error.variable, error.value.as_str()), (variable, value));
            assert!(
                error.to_string().contains(variable) && error.to_string().contains(value),
                "{error}"
            );
        }
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

    #[test]
    fn urls_end_as_they_should() {
        let config = read(&[
            ("PUBLIC_URL", "https://x.org/"),
            ("CONTENT_URL", "https://c.org/content"),
        ])
        .unwrap();
        assert_eq!(config.public_url.as_deref(), Some("https://x.org"));
        assert_eq!(config.content_url, "https://c.org/content/");
    }
}
