use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::protocol::limits::ORIGIN_MAX_BYTES;

/// A variable holds something it may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is {value:?}; allowed: {allowed}")]
pub struct ConfigError {
    /// Which one.
    pub variable: &'static str,
    /// What it holds; empty or "(not shown)" for secrets.
    pub value: String,
    /// What it may hold.
    pub allowed: String,
}

/// The longest time that can be set, in ms: a day.
pub(super) const LONGEST_MS: u64 = 86_400_000;

const URL: &str = "a URL that starts with http:// or https://, without user, fragment or space";

fn is_url(value: &str) -> bool {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        // Credentials are not sent, and a host that is none would be found out only when it is asked.
        !host.is_empty()
            && !host.starts_with(':')
            && !host.contains('@')
            && !rest.contains([' ', '#'])
    })
}

/// Reads variables; unset and empty ones have their default.
pub(super) struct Reader<'a>(pub &'a dyn Fn(&str) -> Option<String>);

impl Reader<'_> {
    pub fn get(&self, variable: &str) -> Option<String> {
        (self.0)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub fn check<T>(
        &self,
        variable: &'static str,
        allowed: impl Display,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(variable) else {
            return Ok(None);
        };
        match read(&value) {
            Some(read) => Ok(Some(read)),
            None => Err(ConfigError {
                variable,
                value,
                allowed: allowed.to_string(),
            }),
        }
    }

    pub fn text(
        &self,
        variable: &'static str,
        default: &str,
        allowed: &str,
        is_allowed: impl FnOnce(&str) -> bool,
    ) -> Result<String, ConfigError> {
        let text = self.check(variable, allowed, |value| {
            is_allowed(value).then(|| value.to_owned())
        })?;
        Ok(text.unwrap_or_else(|| default.to_owned()))
    }

    pub fn whole<T: FromStr + PartialOrd + Display>(
        &self,
        variable: &'static str,
        default: T,
        range: RangeInclusive<T>,
    ) -> Result<T, ConfigError> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        let number = self.check(variable, allowed, |value| {
            value.parse().ok().filter(|number| range.contains(number))
        })?;
        Ok(number.unwrap_or(default))
    }

    pub fn milliseconds(&self, variable: &'static str, default: u64) -> Result<u64, ConfigError> {
        self.whole(variable, default, 1..=LONGEST_MS)
    }

    /// Seconds, with a fraction; in ms.
    pub fn seconds(&self, variable: &'static str, default: f64) -> Result<u64, ConfigError> {
        let longest = (LONGEST_MS / 1000) as f64;
        let allowed = format!("a number of seconds from 0.01 to {longest}");
        let seconds = self.check(variable, allowed, |value| {
            value
                .parse()
                .ok()
                .filter(|seconds| (0.01..=longest).contains(seconds))
        })?;
        Ok((seconds.unwrap_or(default) * 1000.0).round() as u64)
    }

    pub fn flag(&self, variable: &'static str) -> Result<bool, ConfigError> {
        let flag = self.check(variable, "true or false", |value| value.parse().ok())?;
        Ok(flag.unwrap_or(false))
    }

    pub fn metres(&self, variable: &'static str) -> Result<Option<f64>, ConfigError> {
        self.check(variable, "a number of metres above 0", |value| {
            value
                .parse()
                .ok()
                .filter(|metres: &f64| metres.is_finite() && *metres > 0.0)
        })
    }

    /// The HTTP URL of a service, without slashes at the end.
    pub fn url(&self, variable: &'static str) -> Result<Option<String>, ConfigError> {
        let allowed = format!("{URL}, and without a query");
        self.check(variable, allowed, |value| {
            let is_service = is_url(value) && !value.contains('?');
            is_service.then(|| value.trim_end_matches('/').to_owned())
        })
    }

    /// An HTTP URL as it is, perhaps with a query.
    pub fn url_of_document(&self, variable: &'static str) -> Result<Option<String>, ConfigError> {
        self.check(variable, URL, |value| {
            is_url(value).then(|| value.to_owned())
        })
    }

    /// A URL that is not too long to be kept with each session.
    pub fn origin(&self, variable: &'static str) -> Result<Option<String>, ConfigError> {
        let url = self.url(variable)?;
        if url.as_ref().is_none_or(|url| url.len() <= ORIGIN_MAX_BYTES) {
            return Ok(url);
        }
        Err(ConfigError {
            variable,
            value: self.get(variable).unwrap_or_default(),
            allowed: format!("a URL of at most {ORIGIN_MAX_BYTES} bytes"),
        })
    }

    /// Where a `LiveKit` server is: a WebSocket URL, without slashes at the end. Hosts and HTTP URLs are understood.
    pub fn livekit_host(&self) -> Result<Option<String>, ConfigError> {
        let allowed = "a host, or a URL that starts with wss://, ws://, https:// or http://";
        self.check("LIVEKIT_HOST", allowed, |value| {
            let (scheme, host) = match value.split_once("://") {
                Some(("wss" | "https", host)) => ("wss", host),
                Some(("ws" | "http", host)) => ("ws", host),
                Some(_) => return None,
                None => ("wss", value),
            };
            let host = host.trim_end_matches('/');
            let is_host =
                !host.is_empty() && !host.starts_with('/') && !host.contains([' ', '?', '#', '@']);
            is_host.then(|| format!("{scheme}://{host}"))
        })
    }
}
