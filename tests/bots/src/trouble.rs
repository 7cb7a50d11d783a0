//! What can go wrong for a player.

use tokio_tungstenite::tungstenite::Error;

/// Why a player is not served as it should be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Trouble {
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("the upgrade was answered with {status}: {text}")]
    Refused { status: u16, text: String },
    #[error("closed with {code}: {reason:?}")]
    Closed { code: u16, reason: String },
    #[error("the connection has ended: {0}")]
    Cut(String),
    #[error("kicked for a newer session of the same address")]
    Kicked,
    #[error("not welcome in time")]
    NoWelcome,
    #[error("not told an island in time")]
    NoIsland,
    #[error("not told another island within 10 s after crossing a border")]
    NoCrossing,
    #[error("what came is no message: {0}")]
    Undecodable(String),
    #[error("{got} instead of {expected}")]
    Unexpected {
        expected: &'static str,
        got: &'static str,
    },
    #[error("island_changed names {told:?} as the island before: it was {before:?}")]
    WrongFrom {
        told: Option<String>,
        before: Option<String>,
    },
    #[error("island_changed does not list its receiver {0}")]
    NotListed(String),
    #[error("connection string {text:?}: {fault}")]
    ConnectionString { text: String, fault: String },
}

impl Trouble {
    /// What it is counted as: lower case, with the code or status where there is one.
    pub fn kind(&self) -> String {
        match self {
            Self::NoConnection(_) => "no_connection".to_owned(),
            Self::Refused { status, .. } => format!("refused_{status}"),
            Self::Closed { code, .. } => format!("closed_{code}"),
            Self::Cut(_) => "cut".to_owned(),
            Self::Kicked => "kicked".to_owned(),
            Self::NoWelcome => "no_welcome".to_owned(),
            Self::NoIsland => "no_island".to_owned(),
            Self::NoCrossing => "no_crossing".to_owned(),
            Self::Undecodable(_) => "undecodable".to_owned(),
            Self::Unexpected { .. } => "unexpected".to_owned(),
            Self::WrongFrom { .. } => "wrong_from_island".to_owned(),
            Self::NotListed(_) => "not_listed".to_owned(),
            Self::ConnectionString { .. } => "bad_connection_string".to_owned(),
        }
    }

    /// Whether what the realm has told, or has not, is wrong by itself: no network accounts for it.
    pub fn is_wrong(&self) -> bool {
        match self {
            Self::NoCrossing
            | Self::Undecodable(_)
            | Self::Unexpected { .. }
            | Self::WrongFrom { .. }
            | Self::NotListed(_)
            | Self::ConnectionString { .. } => true,
            Self::NoConnection(_)
            | Self::Refused { .. }
            | Self::Closed { .. }
            | Self::Cut(_)
            | Self::Kicked
            | Self::NoWelcome
            | Self::NoIsland => false,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Http(response) => {
                let body = response.body().as_deref().unwrap_or_default();
                Self::Refused {
                    status: response.status().as_u16(),
                    text: String::from_utf8_lossy(body).into_owned(),
                }
            }
            other => Self::Cut(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_wrong_and_what_a_connection_suffers_is_not() {
        let text = String::new;
        let wrong = [
            Trouble::NoCrossing,
            Trouble::Undecodable(text()),
            Trouble::Unexpected {
                expected: "welcome",
                got: "kicked",
            },
            Trouble::WrongFrom {
                told: None,
                before: Some(text()),
            },
            Trouble::NotListed(text()),
            Trouble::ConnectionString {
                text: text(),
                fault: text(),
            },
        ];
        assert!(wrong.iter().all(Trouble::is_wrong));
        let suffered = [
            Trouble::NoConnection(text()),
            Trouble::Cut(text()),
            Trouble::Kicked,
            Trouble::NoWelcome,
            Trouble::NoIsland,
        ];
        assert!(!suffered.iter().any(Trouble::is_wrong));
    }
}
