//! What an operator decides about crowds: how eagerly people are brought to those around them.

/// The parameters of the crowd policy `coherent`, checked when they are set.
///
/// Start from a preset and change single parameters with [`Self::with`]. Trading reassignments for company is what
/// they are about: [`Self::tight`] moves most people and keeps most of those together who stand together,
/// [`Self::saver`] moves the fewest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoherentConfig {
    pub(super) kernel_cell_m: f64,
    pub(super) radius_m: f64,
    pub(super) look_ahead_s: f64,
    pub(super) stay_s: f64,
    pub(super) mix: f64,
    pub(super) margin: f64,
    pub(super) chain_cost: f64,
    pub(super) chain_length: f64,
    pub(super) fill: f64,
    pub(super) dwell_s: f64,
}

/// A parameter of [`CoherentConfig`] that cannot be: which one, its value, and what is allowed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidCoherent {
    /// No preset has that name.
    #[error("there is no preset {name:?}: it must be tight, balanced, calm or saver")]
    Preset {
        /// The refused name.
        name: String,
    },
    /// No parameter has that name.
    #[error(
        "there is no parameter {name:?}: it must be one of {}",
        CoherentConfig::parameters().collect::<Vec<_>>().join(", ")
    )]
    Parameter {
        /// The refused name.
        name: String,
    },
    /// The parameter is NaN, or outside its limits.
    #[error("{name} is {value}: it must be from {min} to {max}")]
    Value {
        /// The name of the parameter.
        name: &'static str,
        /// The refused value.
        value: f64,
        /// The lowest that is allowed.
        min: f64,
        /// The highest that is allowed.
        max: f64,
    },
    /// The parameter has to be a whole number.
    #[error("{name} is {value}: it must be a whole number")]
    Whole {
        /// The name of the parameter.
        name: &'static str,
        /// The refused value.
        value: f64,
    },
    /// The cells are too small for the radius: there would be too many to look at around everybody.
    #[error(
        "radius_m is {radius_m}: it must be at most {} times kernel_cell_m, which is {kernel_cell_m}",
        CoherentConfig::REACH_MAX
    )]
    Reach {
        /// The radius, in metres.
        radius_m: f64,
        /// The side of a cell, in metres.
        kernel_cell_m: f64,
    },
}

/// A parameter: its name, its limits, and where it is kept.
struct Parameter {
    name: &'static str,
    min: f64,
    max: f64,
    field: fn(&mut CoherentConfig) -> &mut f64,
}

const PARAMETERS: [Parameter; 10] = [
    Parameter {
        name: "kernel_cell_m",
        min: 1.0,
        max: 1000.0,
        field: |config| &mut config.kernel_cell_m,
    },
    Parameter {
        name: "radius_m",
        min: 1.0,
        max: 1000.0,
        field: |config| &mut config.radius_m,
    },
    Parameter {
        name: "look_ahead_s",
        min: 0.0,
        max: 60.0,
        field: |config| &mut config.look_ahead_s,
    },
    Parameter {
        name: "stay_s",
        min: 0.0,
        max: 60.0,
        field: |config| &mut config.stay_s,
    },
    Parameter {
        name: "mix",
        min: 0.0,
        max: 1.0,
        field: |config| &mut config.mix,
    },
    Parameter {
        // Below, rounding alone could be a reason to move.
        name: "margin",
        min: 0.01,
        max: 3.0,
        field: |config| &mut config.margin,
    },
    Parameter {
        name: "chain_cost",
        min: 0.0,
        max: 3.0,
        field: |config| &mut config.chain_cost,
    },
    Parameter {
        name: "chain_length",
        min: 1.0,
        max: 6.0,
        field: |config| &mut config.chain_length,
    },
    Parameter {
        name: "fill",
        min: 0.1,
        max: 1.0,
        field: |config| &mut config.fill,
    },
    Parameter {
        name: "dwell_s",
        min: 0.0,
        max: 600.0,
        field: |config| &mut config.dwell_s,
    },
];

impl CoherentConfig {
    /// The largest radius, in cells.
    pub const REACH_MAX: f64 = 4.0;

    /// Most company, most reassignments.
    pub const fn tight() -> Self {
        Self {
            margin: 0.12,
            chain_cost: 0.3,
            stay_s: 3.5,
            ..Self::balanced()
        }
    }

    /// What is right for most.
    pub const fn balanced() -> Self {
        Self {
            kernel_cell_m: 10.0,
            radius_m: 20.0,
            look_ahead_s: 1.7,
            stay_s: 5.0,
            mix: 0.5,
            margin: 0.16,
            chain_cost: 0.4,
            chain_length: 3.0,
            fill: 0.92,
            dwell_s: 0.0,
        }
    }

    /// Fewer reassignments: who walks far stays where it is for longer.
    pub const fn calm() -> Self {
        Self {
            margin: 0.27,
            stay_s: 7.0,
            ..Self::balanced()
        }
    }

    /// Fewest reassignments.
    pub const fn saver() -> Self {
        Self {
            margin: 0.33,
            stay_s: 10.0,
            ..Self::balanced()
        }
    }

    /// The preset of that name: `tight`, `balanced`, `calm` or `saver`.
    ///
    /// # Errors
    /// If no preset has that name.
    pub fn preset(name: &str) -> Result<Self, InvalidCoherent> {
        match name {
            "tight" => Ok(Self::tight()),
            "balanced" => Ok(Self::balanced()),
            "calm" => Ok(Self::calm()),
            "saver" => Ok(Self::saver()),
            _ => Err(InvalidCoherent::Preset {
                name: name.to_owned(),
            }),
        }
    }

    /// The names of the presets, from most reassignments to fewest.
    pub const PRESETS: [&'static str; 4] = ["tight", "balanced", "calm", "saver"];

    /// The names of all parameters.
    pub fn parameters() -> impl Iterator<Item = &'static str> {
        PARAMETERS.iter().map(|parameter| parameter.name)
    }

    /// The same with one parameter set:
    ///
    /// | name | what it is |
    /// |---|---|
    /// | `kernel_cell_m` | side, in metres, of the cells in which neighbours are counted |
    /// | `radius_m` | who is within so many metres is a neighbour |
    /// | `look_ahead_s` | walkers are judged by where they will be in so many seconds |
    /// | `stay_s` | walkers go only to where they will be staying in so many seconds, if they walk on |
    /// | `mix` | what counts: from 0, the place alone, to 1, the neighbours alone |
    /// | `margin` | how much better another island has to be |
    /// | `chain_cost` | how much worse it is to move somebody for the sake of another |
    /// | `chain_length` | how many may move at once, for one to have room |
    /// | `fill` | how full islands are when a crowd is cut up, as a share |
    /// | `dwell_s` | another island has to be better for so many seconds |
    ///
    /// # Errors
    /// If there is no such parameter, or its value is not allowed.
    pub fn with(mut self, name: &str, value: f64) -> Result<Self, InvalidCoherent> {
        let Some(parameter) = PARAMETERS.iter().find(|parameter| parameter.name == name) else {
            return Err(InvalidCoherent::Parameter {
                name: name.to_owned(),
            });
        };
        let Parameter { name, min, max, .. } = *parameter;
        if !(min..=max).contains(&value) {
            return Err(InvalidCoherent::Value {
                name,
                value,
                min,
                max,
            });
        }
        if name == "chain_length" && value.fract() != 0.0 {
            return Err(InvalidCoherent::Whole { name, value });
        }
        *(parameter.field)(&mut self) = value;
        if self.radius_m > Self::REACH_MAX * self.kernel_cell_m {
            return Err(InvalidCoherent::Reach {
                radius_m: self.radius_m,
                kernel_cell_m: self.kernel_cell_m,
            });
        }
        Ok(self)
    }

    /// The value of a parameter; `None` if there is none of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let parameter = PARAMETERS.iter().find(|parameter| parameter.name == name)?;
        Some(*(parameter.field)(&mut self.clone()))
    }
}

impl Default for CoherentConfig {
    fn default() -> Self {
        Self::balanced()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_within_the_limits() {
        for preset in CoherentConfig::PRESETS {
            let config = CoherentConfig::preset(preset).unwrap();
            for name in CoherentConfig::parameters() {
                let value = config.get(name).unwrap();
                assert_eq!(config.with(name, value), Ok(config), "{preset}: {name}");
            }
        }
        assert_eq!(CoherentConfig::balanced(), CoherentConfig::default());
    }

    #[test]
    fn refusals_name_field_value_and_what_is_allowed() {
        let said = |name, value| {
            let refused = CoherentConfig::balanced().with(name, value);
            refused.unwrap_err().to_string()
        };
        assert_eq!(said("mix", 1.5), "mix is 1.5: it must be from 0 to 1");
        assert_eq!(
            said("margin", f64::NAN),
            "margin is NaN: it must be from 0.01 to 3"
        );
        assert_eq!(
            said("chain_length", 2.5),
            "chain_length is 2.5: it must be a whole number"
        );
        assert_eq!(
            said("radius_m", 50.0),
            "radius_m is 50: it must be at most 4 times kernel_cell_m, which is 10"
        );
        assert!(
            said("depth", 1.0)
                .starts_with("there is no parameter \"depth\": it must be one of kernel_cell_m, ")
        );
        let preset = CoherentConfig::preset("calmer").unwrap_err();
        assert_eq!(
            preset.to_string(),
            "there is no preset \"calmer\": it must be tight, balanced, calm or saver"
        );
    }
}
