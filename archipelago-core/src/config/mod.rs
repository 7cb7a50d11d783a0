//! What an operator can set: every variable with its default, its check and its place.
//!
//! Names that the production services use are kept.

mod catalysts;
mod read;
mod realms;
mod transport;
mod upstream;

use crate::connector::{ConnectorConfig, KEEP_ALIVE_MS};
use crate::engine::{CrowdPolicy, EngineConfig};
use crate::protocol::limits::{CONNECTOR_SOCKETS_MAX, ROOM_PLAYERS_MAX};
use crate::realm::{ISLAND_MEMBERS_MAX, RealmConfig};
use crate::session::Timeouts;
use crate::transport::Transport;

pub use catalysts::Catalysts;
pub use read::ConfigError;
use read::{LONGEST_MS, Reader};
pub use realms::realm_of_connector;
pub use upstream::{SecretUrl, Upstream};

/// Where Decentraland's public content and lambdas are served.
const PUBLIC_PEER: &str = "https://peer.decentraland.org";

/// More shards than this would cost more in reports than they carry in sockets.
const CONNECTOR_SHARDS_MAX: u32 = 1024;

/// A connector that lives may miss one of its signs of life.
const CONNECTOR_TIMEOUT_MIN_MS: u64 = 2 * KEEP_ALIVE_MS;

/// The configuration of a deployment, as it holds for one of its realms: the first, or another by [`Config::of_realm`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The name of that realm.
    pub realm_name: String,
    /// `REALMS`: the names of all realms, of which there is at least one.
    pub realms: Vec<String>,
    /// `CONNECTOR_SHARDS`
    pub connector_shards: u32,
    /// `CONTENT_URL`, with a slash at the end.
    pub content_url: String,
    /// `LAMBDAS_URL`, with a slash at the end.
    pub lambdas_url: String,
    /// `OPEN_ROOMS`: whether anybody may enter any room without a token.
    pub open_rooms: bool,
    /// `PUBLIC_URL`, without a slash at the end.
    pub public_url: Option<String>,
    /// `CURRENT_VERSION`
    pub version: String,
    /// `COMMIT_HASH`
    pub commit_hash: Option<String>,
    /// Where clients find scenes and profiles, if there is a choice.
    pub catalysts: Catalysts,
    /// Who is asked about clients.
    pub upstream: Upstream,
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
        let realms = realms::read(&reader)?;
        let realm_name = realms.first().cloned().unwrap_or_default();
        let island_prefix = read_island_prefix(&reader)?;
        let transport = transport::read(&reader, &realm_name)?;
        let upstream = upstream::read(&reader)?;
        Ok(Self {
            open_rooms: reader.flag("OPEN_ROOMS")?,
            connector_shards: reader.whole("CONNECTOR_SHARDS", 4, 1..=CONNECTOR_SHARDS_MAX)?,
            content_url: reader
                .url("CONTENT_URL")?
                .map_or_else(|| format!("{PUBLIC_PEER}/content/"), |url| url + "/"),
            lambdas_url: reader
                .url("LAMBDAS_URL")?
                .map_or_else(|| format!("{PUBLIC_PEER}/lambdas/"), |url| url + "/"),
            public_url: reader.origin("PUBLIC_URL")?,
            version: reader
                .get("CURRENT_VERSION")
                .unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            commit_hash: reader.get("COMMIT_HASH"),
            connector: read_connector(&reader, &island_prefix, &transport, &upstream)?,
            catalysts: catalysts::read(&reader)?,
            upstream,
            realm: read_realm(&reader, &island_prefix, transport)?,
            realm_name,
            realms,
        })
    }
}

fn read_island_prefix(reader: &Reader<'_>) -> Result<String, ConfigError> {
    let allowed = "letters and digits, at most 16";
    reader.text("ROOM_PREFIX", "I", allowed, |prefix| {
        prefix.len() <= 16 && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn read_realm(
    reader: &Reader<'_>,
    island_prefix: &str,
    transport: Transport,
) -> Result<RealmConfig, ConfigError> {
    let engine = read_engine(reader, &transport)?;
    Ok(RealmConfig {
        engine: engine
            .with_id_prefix(island_prefix)
            .with_crowd_policy(read_crowd_policy(reader)?),
        flush_period_ms: reader.seconds("ARCHIPELAGO_FLUSH_FREQUENCY", 2.0)?,
        connector_timeout_ms: reader.whole(
            "CHECK_HEARTBEAT_INTERVAL",
            60_000,
            CONNECTOR_TIMEOUT_MIN_MS..=LONGEST_MS,
        )?,
        resume_grace_ms: reader.seconds("RESUME_GRACE", 30.0)?,
        own_rooms: match transport {
            Transport::WsRoom { realm } => Some(realm),
            _ => None,
        },
    })
}

fn read_connector(
    reader: &Reader<'_>,
    island_prefix: &str,
    transport: &Transport,
    upstream: &Upstream,
) -> Result<ConnectorConfig, ConfigError> {
    let sockets_per_ip_max = reader.whole("MAX_SOCKETS_PER_IP", 0, 0..=CONNECTOR_SOCKETS_MAX)?;
    let has_gatekeeper = upstream.gatekeeper.is_some();
    Ok(ConnectorConfig {
        timeouts: Timeouts {
            handshake_ms: reader.milliseconds("HANDSHAKE_TIMEOUT", 60_000)?,
            idle_ms: reader.milliseconds("IDLE_TIMEOUT", 90_000)?,
        },
        island_prefix: island_prefix.to_owned(),
        transport: transport.clone(),
        vets: has_gatekeeper || upstream.deny_list.is_some(),
        ban_sweep_ms: has_gatekeeper.then_some(upstream.ban_sweep_ms),
        sockets_per_ip_max: (sockets_per_ip_max > 0).then_some(sockets_per_ip_max),
    })
}

fn read_engine(reader: &Reader<'_>, transport: &Transport) -> Result<EngineConfig, ConfigError> {
    let defaults = EngineConfig::default();
    let largest = match transport {
        // Nobody may be assigned to an island whose room is full.
        Transport::WsRoom { .. } => ROOM_PLAYERS_MAX as u32,
        _ => ISLAND_MEMBERS_MAX as u32,
    };
    let max_peers = reader.whole(
        "ARCHIPELAGO_MAX_PEERS_PER_ISLAND",
        defaults.max_peers(),
        1..=largest,
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

fn read_crowd_policy(reader: &Reader<'_>) -> Result<CrowdPolicy, ConfigError> {
    let variable = "ARCHIPELAGO_CROWD_POLICY";
    let Some(value) = reader.get(variable) else {
        return Ok(CrowdPolicy::default());
    };
    value.parse().map_err(|error| ConfigError {
        variable,
        value,
        allowed: format!("a crowd policy, such as stable or coherent:calm,margin=0.5; {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CoherentConfig;

    pub fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
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
    fn crowds_can_be_coherent() {
        let policy = |value| {
            let config = read(&[("ARCHIPELAGO_CROWD_POLICY", value)]).unwrap();
            config.realm.engine.crowd_policy()
        };
        assert_eq!(policy(""), CrowdPolicy::Stable);
        let saver = CoherentConfig::saver();
        assert_eq!(policy("coherent:saver"), CrowdPolicy::Coherent(saver));
        let error = read(&[("ARCHIPELAGO_CROWD_POLICY", "coherent,fill=7")]).unwrap_err();
        assert!(
            error
                .allowed
                .ends_with("; fill is 7: it must be from 0.1 to 1")
        );
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
            ("PUBLIC_URL", &format!("https://{}", "x".repeat(300))),
            ("CONTENT_URL", "ftp://example.org"),
            ("TRANSPORT", "carrier pigeon"),
            ("TRANSPORT", "livekit"),
            ("OPEN_ROOMS", "yes"),
            ("BAN_SWEEP_INTERVAL_MS", "0"),
            ("MAX_SOCKETS_PER_IP", "-1"),
            ("MAX_SOCKETS_PER_IP", "20001"),
            ("ARCHIPELAGO_MAX_PEERS_PER_ISLAND", "151"),
            ("ARCHIPELAGO_CROWD_POLICY", "steady"),
            ("ARCHIPELAGO_CROWD_POLICY", "coherent:wild"),
            ("ARCHIPELAGO_CROWD_POLICY", "coherent:calm,mix=NaN"),
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
