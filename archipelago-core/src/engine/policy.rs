//! What happens where more people stand together than an island holds.

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

/// A name that no policy has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnknownPolicy {
    /// There is no such policy.
    #[error("there is no crowd policy {name:?}: it must be stable, coherent or coherent:PRESET")]
    Name {
        /// What was asked for.
        name: String,
    },
    /// The policy is known, its preset is not.
    #[error(transparent)]
    Preset(#[from] InvalidCoherent),
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
}
