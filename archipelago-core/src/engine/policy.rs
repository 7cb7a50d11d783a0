//! What happens where more people stand together than an island holds.

use std::str::FromStr;

use super::coherent::{CoherentConfig, InvalidCoherent};

/// Who shares an island in a crowd, which is whatever hangs together and does not fit into one island. Everywhere else
/// all policies do the same.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum CrowdPolicy {
    /// Whoever is on an island stays there as long as it holds together. In a crowd the islands overlap: that costs no
    /// reassignments, but most of the people around one are on other islands.
    #[default]
    Stable,
    /// Islands are places: most of the people around one are on the same island, and who goes elsewhere changes
    /// islands.
    Coherent(CoherentConfig),
}

impl CrowdPolicy {
    /// The policy of that name: `stable`, `coherent` (its preset `balanced`) or `coherent:PRESET`.
    ///
    /// # Errors
    /// If no policy has that name.
    pub fn named(name: &str) -> Result<Self, UnknownPolicy> {
        let unknown = || UnknownPolicy::Name {
            name: name.to_owned(),
        };
        match name.split_once(':') {
            None if name == "stable" => Ok(Self::Stable),
            None if name == "coherent" => Ok(Self::Coherent(CoherentConfig::default())),
            Some(("coherent", preset)) => Ok(Self::Coherent(CoherentConfig::preset(preset)?)),
            _ => Err(unknown()),
        }
    }
}

/// A [name](CrowdPolicy::named), and perhaps single parameters of it, see [`CoherentConfig::with`]:
/// `coherent:calm,margin=0.5,look_ahead_s=2`.
impl FromStr for CrowdPolicy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        let mut parts = text.split(',').map(str::trim);
        let mut policy = Self::named(parts.next().unwrap_or_default())?;
        for part in parts {
            let malformed = || UnknownPolicy::Parameter {
                text: part.to_owned(),
            };
            let (name, value) = part.split_once('=').ok_or_else(malformed)?;
            let value = value.trim().parse().map_err(|_| malformed())?;
            let Self::Coherent(config) = &mut policy else {
                return Err(malformed());
            };
            *config = config.with(name.trim(), value)?;
        }
        Ok(policy)
    }
}

/// A text that no policy has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnknownPolicy {
    /// There is no such policy.
    #[error("there is no crowd policy {name:?}: it must be stable, coherent or coherent:PRESET")]
    Name {
        /// What was asked for.
        name: String,
    },
    /// That is no parameter, or the policy has none.
    #[error(
        "a parameter is {text:?}: it must be the name and the number of a parameter of coherent, as in margin=0.5"
    )]
    Parameter {
        /// What was given as a parameter.
        text: String,
    },
    /// The policy is known; its preset, or one of its parameters, is not, or may not be so.
    #[error(transparent)]
    Coherent(#[from] InvalidCoherent),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_have_names() {
        assert_eq!(CrowdPolicy::named("stable"), Ok(CrowdPolicy::default()));
        let coherent = |preset| Ok(CrowdPolicy::Coherent(preset));
        assert_eq!(
            CrowdPolicy::named("coherent"),
            coherent(CoherentConfig::balanced())
        );
        for preset in CoherentConfig::PRESETS {
            let config = CoherentConfig::preset(preset).unwrap();
            let name = format!("coherent:{preset}");
            assert_eq!(CrowdPolicy::named(&name), coherent(config));
        }
        for name in ["", "Stable", "stable:", "coherent:", "coherent:x", "x:calm"] {
            let refusal = CrowdPolicy::named(name).unwrap_err().to_string();
            assert!(refusal.contains("it must be"), "{refusal}");
        }
    }

    #[test]
    fn single_parameters_follow_the_name() {
        let calm = CoherentConfig::calm().with("margin", 0.5).unwrap();
        let expected = calm.with("look_ahead_s", 2.0).unwrap();
        assert_eq!(
            "coherent:calm, margin=0.5, look_ahead_s = 2".parse(),
            Ok(CrowdPolicy::Coherent(expected))
        );
        assert_eq!("stable".parse(), Ok(CrowdPolicy::Stable));
        for (text, what) in [
            ("coherent,mix=2", "mix is 2: it must be from 0 to 1"),
            ("coherent,mix", "a parameter is \"mix\": it must be"),
            ("coherent,mix=x", "a parameter is \"mix=x\": it must be"),
            ("coherent,", "a parameter is \"\": it must be"),
            ("stable,mix=1", "a parameter is \"mix=1\": it must be"),
            ("coherent,depth=1", "there is no parameter \"depth\""),
        ] {
            let refusal = text.parse::<CrowdPolicy>().unwrap_err().to_string();
            assert!(refusal.starts_with(what), "{refusal}");
        }
    }
}
