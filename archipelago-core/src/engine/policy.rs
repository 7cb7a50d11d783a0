//! What happens where more people stand together than an island holds.

use std::str::FromStr;

use super::coherent::{CoherentConfig, InvalidCoherent};

/// Who shares an island in a crowd, which is whatever hangs together and does not fit into one island. Everywhere else
/// all policies do the same.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum CrowdPolicy {
    /// Whoever is on an island stays there as long as it holds together. In a crowd the islands overlap: that costs few
    /// reassignments, but most of the people around one are on other islands.
    #[default]
    Stable,
    /// Islands are places: most of the people around one are on the same island, and who goes elsewhere changes
    /// islands. Which island a peer [prefers](super::Engine::update) makes no difference.
    Coherent(CoherentConfig),
}

impl CrowdPolicy {
    /// As [`str::parse`] does, with the target's own way to read a number, if it has a smaller one.
    ///
    /// # Errors
    /// If no policy has that text.
    pub fn read(text: &str, number: impl Fn(&str) -> Option<f64>) -> Result<Self, UnknownPolicy> {
        let (name, parameters) = match text.split_once(',') {
            Some((name, parameters)) => (name, Some(parameters)),
            None => (text, None),
        };
        match (named(name.trim())?, parameters) {
            (policy, None) => Ok(policy),
            (Self::Coherent(config), Some(parameters)) => {
                let given = read(parameters, number)?;
                Ok(Self::Coherent(config.with_all(given)?))
            }
            (Self::Stable, Some(parameters)) => Err(UnknownPolicy::NoParameters {
                text: parameters.trim().to_owned(),
            }),
        }
    }
}

/// `stable`, `coherent` (its preset `balanced`) or `coherent:PRESET`, and behind `coherent` perhaps single parameters, in
/// any order, see [`CoherentConfig::with`]: `coherent:calm,margin=0.5,look_ahead_s=2`.
impl FromStr for CrowdPolicy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        Self::read(text, |number| number.parse().ok())
    }
}

/// The policy of a name, with the parameters that the name stands for.
fn named(name: &str) -> Result<CrowdPolicy, UnknownPolicy> {
    match name.split_once(':') {
        None if name == "stable" => Ok(CrowdPolicy::Stable),
        None if name == "coherent" => Ok(CrowdPolicy::Coherent(CoherentConfig::default())),
        Some(("coherent", preset)) => Ok(CrowdPolicy::Coherent(CoherentConfig::preset(preset)?)),
        _ => Err(UnknownPolicy::Name {
            name: name.to_owned(),
        }),
    }
}

fn read(
    parameters: &str,
    number: impl Fn(&str) -> Option<f64>,
) -> Result<Vec<(&str, f64)>, UnknownPolicy> {
    let each = parameters.split(',').map(str::trim);
    each.map(|text| {
        let given = text.split_once('=');
        let given = given.and_then(|(name, value)| Some((name.trim(), number(value.trim())?)));
        given.ok_or_else(|| UnknownPolicy::Parameter {
            text: text.to_owned(),
        })
    })
    .collect()
}

/// A text that no policy has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnknownPolicy {
    /// There is no such policy.
    #[error(
        "there is no crowd policy {name:?}: it must be stable, coherent or coherent:PRESET, with one of the presets {}",
        CoherentConfig::PRESETS.join(", ")
    )]
    Name {
        /// What was asked for.
        name: String,
    },
    /// The policy has none.
    #[error("stable has no parameters: {text:?} must be left out")]
    NoParameters {
        /// What was given as its parameters.
        text: String,
    },
    /// That is no parameter.
    #[error("a parameter is {text:?}: it must be a name and a number, as in margin=0.5")]
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

    fn refusal(text: &str) -> String {
        text.parse::<CrowdPolicy>().unwrap_err().to_string()
    }

    #[test]
    fn policies_have_names() {
        assert_eq!("stable".parse(), Ok(CrowdPolicy::default()));
        let coherent = |preset| Ok(CrowdPolicy::Coherent(preset));
        assert_eq!("coherent".parse(), coherent(CoherentConfig::balanced()));
        for preset in CoherentConfig::PRESETS {
            let config = CoherentConfig::preset(preset).unwrap();
            assert_eq!(format!("coherent:{preset}").parse(), coherent(config));
        }
        for name in ["", "Stable", "stable:", "coherent:", "coherent:x", "x:calm"] {
            assert!(refusal(name).contains("it must be"), "{name}");
        }
        assert_eq!(
            refusal("steady"),
            "there is no crowd policy \"steady\": it must be stable, coherent or coherent:PRESET, with one of the \
             presets tight, balanced, calm, saver"
        );
    }

    #[test]
    fn single_parameters_follow_the_name() {
        let calm = CoherentConfig::calm().with("margin", 0.5).unwrap();
        let expected = calm.with("look_ahead_s", 2.0).unwrap();
        assert_eq!(
            " coherent:calm , margin=0.5, look_ahead_s = 2".parse(),
            Ok(CrowdPolicy::Coherent(expected))
        );
        for (text, said) in [
            ("coherent,mix=2", "mix is 2: it must be from 0 to 1"),
            (
                "coherent,mix",
                "a parameter is \"mix\": it must be a name and a number, as in margin=0.5",
            ),
            ("coherent,mix=x", "a parameter is \"mix=x\": it must be"),
            ("coherent,", "a parameter is \"\": it must be"),
            (
                "stable,mix=1",
                "stable has no parameters: \"mix=1\" must be",
            ),
            ("coherent,depth=1", "there is no parameter \"depth\""),
            ("coherent,mix=1,mix=0", "mix is given twice: it must be"),
        ] {
            assert!(refusal(text).starts_with(said), "{}", refusal(text));
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_matter() {
        let read = |text: &str| text.parse::<CrowdPolicy>();
        for [a, b] in [
            ["kernel_cell_m=50", "radius_m=100"],
            ["kernel_cell_m=1", "radius_m=4"],
        ] {
            let policy = read(&format!("coherent,{a},{b}"));
            assert!(policy.is_ok(), "{policy:?}");
            assert_eq!(policy, read(&format!("coherent,{b},{a}")));
        }
    }
}
