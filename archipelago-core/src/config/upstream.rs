//! The services that are asked.

use std::fmt;

use super::ConfigError;
use super::read::Reader;

/// How often it is asked whether those are banned who are connected, in ms, unless it is set.
const BAN_SWEEP_INTERVAL_MS: u64 = 30_000;

/// The URL of a service. It may hold a key, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The URL, for a request and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretUrl(…)")
    }
}

/// The services that are asked about clients; what is not set is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// `ETH_RPC_URL`: a node of Ethereum, for contract wallets.
    pub ethereum: Option<SecretUrl>,
    /// `COMMS_GATEKEEPER_URL`, without a slash at the end: knows who is banned.
    pub gatekeeper: Option<SecretUrl>,
    /// `DENY_LIST_URL`
    pub deny_list: Option<SecretUrl>,
    /// `BAN_SWEEP_INTERVAL_MS`
    pub ban_sweep_ms: u64,
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Upstream, ConfigError> {
    let gatekeeper = reader.url("COMMS_GATEKEEPER_URL").map_err(without_value)?;
    Ok(Upstream {
        ethereum: read_url(reader, "ETH_RPC_URL")?,
        gatekeeper: gatekeeper.map(SecretUrl),
        deny_list: read_url(reader, "DENY_LIST_URL")?,
        ban_sweep_ms: reader.milliseconds("BAN_SWEEP_INTERVAL_MS", BAN_SWEEP_INTERVAL_MS)?,
    })
}

fn read_url(reader: &Reader<'_>, variable: &'static str) -> Result<Option<SecretUrl>, ConfigError> {
    let url = reader.url_of_document(variable).map_err(without_value)?;
    Ok(url.map(SecretUrl))
}

fn without_value(error: ConfigError) -> ConfigError {
    ConfigError {
        value: "(not shown)".to_owned(),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::read;

    const URLS: [&str; 3] = ["ETH_RPC_URL", "COMMS_GATEKEEPER_URL", "DENY_LIST_URL"];

    #[test]
    fn nobody_is_asked_by_default() {
        let config = read(&[]).unwrap();
        let upstream = &config.upstream;
        assert_eq!(
            [
                &upstream.ethereum,
                &upstream.gatekeeper,
                &upstream.deny_list
            ],
            [&None; 3]
        );
        assert!(!config.connector.vets);
        assert_eq!(config.connector.ban_sweep_ms, None);
        assert_eq!(config.connector.sockets_per_ip_max, None);
    }

    #[test]
    fn urls_are_never_shown() {
        for variable in URLS {
            let config = read(&[(variable, "https://example.org/hush")]).unwrap();
            assert!(!format!("{config:?}").contains("hush"));
            for bad in [
                "hush",
                "ftp://hush",
                "https:// hush",
                "https://hush#x",
                "https://me:hush@x.org",
                "https://:80/hush",
                "https:///hush",
            ] {
                let error = read(&[(variable, bad)]).unwrap_err();
                assert_eq!(error.variable, variable);
                assert!(!error.to_string().contains("hush"), "{error}");
            }
        }
    }

    #[test]
    fn keys_may_be_in_a_query_or_end_with_a_slash() {
        for url in [
            "https://node.example/v3/key/",
            "http://127.0.0.1:8545?key=1",
        ] {
            let config = read(&[("ETH_RPC_URL", url)]).unwrap();
            assert_eq!(config.upstream.ethereum.unwrap().expose(), url);
        }
    }

    #[test]
    fn a_gatekeeper_is_asked_again_and_again() {
        let gatekeeper = ("COMMS_GATEKEEPER_URL", "https://gatekeeper.example/");
        let config = read(&[gatekeeper]).unwrap();
        assert!(config.connector.vets);
        assert_eq!(config.connector.ban_sweep_ms, Some(30_000));
        let url = config.upstream.gatekeeper.unwrap();
        assert_eq!(url.expose(), "https://gatekeeper.example");
        let config = read(&[gatekeeper, ("BAN_SWEEP_INTERVAL_MS", "500")]).unwrap();
        assert_eq!(config.connector.ban_sweep_ms, Some(500));
    }

    #[test]
    fn a_deny_list_is_looked_at_when_somebody_comes() {
        let config = read(&[("DENY_LIST_URL", "https://example.org/deny.json")]).unwrap();
        assert!(config.connector.vets);
        assert_eq!(config.connector.ban_sweep_ms, None);
    }
}
