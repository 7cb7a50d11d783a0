//! What an operator decides about crowds: how eagerly people are brought to those around them.

mod parameters;
#[cfg(test)]
mod tests;

use parameters::PARAMETERS;

/// The parameters of the crowd policy `coherent`, checked when they are set: there are none that do not go together.
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
    pub(super) chain_length: u32,
    pub(super) fill: f64,
    pub(super) dwell_s: f64,
}

/// A parameter of [`CoherentConfig`] that cannot be: which one, its value, and what is allowed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidCoherent {
    /// No preset has that name.
    #[error("there is no preset {name:?}: it must be one of {}", CoherentConfig::PRESETS.join(", "))]
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
    /// The parameter is set more than once.
    #[error("{name} is given twice: it must be given once")]
    Twice {
        /// The name of the parameter.
        name: &'static str,
    },
    /// The parameter is NaN, outside its limits, or not whole though it has to be.
    #[error("{name} is {value}: it must be {}from {min} to {max}", if *.whole { "a whole number " } else { "" })]
    Value {
        /// The name of the parameter.
        name: &'static str,
        /// The refused value.
        value: f64,
        /// The lowest that is allowed.
        min: f64,
        /// The highest that is allowed.
        max: f64,
        /// Whether only whole numbers are allowed.
        whole: bool,
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
            kernel_cell_m: 16.0,
            radius_m: 16.0,
            look_ahead_s: 1.7,
            stay_s: 5.0,
            mix: 0.5,
            margin: 0.16,
            chain_cost: 0.4,
            chain_length: 3,
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

    /// The names of the presets, from most reassignments to fewest.
    pub const PRESETS: [&'static str; 4] = ["tight", "balanced", "calm", "saver"];

    /// The preset of that name, which is one of [`Self::PRESETS`].
    ///
    /// # Errors
    /// If no preset has that name.
    pub fn preset(name: &str) -> Result<Self, InvalidCoherent> {
        let presets = [Self::tight(), Self::balanced(), Self::calm(), Self::saver()];
        let mut named = Self::PRESETS.into_iter().zip(presets);
        let found = named.find(|(known, _)| *known == name);
        found
            .map(|(_, preset)| preset)
            .ok_or_else(|| InvalidCoherent::Preset {
                name: name.to_owned(),
            })
    }

    /// The names of all parameters.
    pub fn parameters() -> impl Iterator<Item = &'static str> {
        PARAMETERS.iter().map(|parameter| parameter.name)
    }

    /// The same with one parameter set:
    ///
    /// | name | from–to | what it is |
    /// |---|---|---|
    /// | `kernel_cell_m` | 1–1000 | side, in metres, of the cells in which neighbours are counted |
    /// | `radius_m` | 1–1000 | who is within so many metres is a neighbour; at most [`Self::REACH_MAX`] cells |
    /// | `look_ahead_s` | 0–60 | walkers are judged by where they will be in so many seconds |
    /// | `stay_s` | 0–60 | walkers go only to where they will be staying in so many seconds, if they walk on |
    /// | `mix` | 0–1 | what counts: from 0, the place alone, to 1, the neighbours alone |
    /// | `margin` | 0.01–3 | how much better another island has to be |
    /// | `chain_cost` | 0–3 | how much worse it is to move somebody for the sake of another |
    /// | `chain_length` | 1–6, whole | how many may move at once, for one to have room |
    /// | `fill` | 0.1–1 | how full islands are when a crowd is cut up, as a share |
    /// | `dwell_s` | 0–600 | another island has to be better for so many seconds |
    ///
    /// # Errors
    /// If there is no such parameter, or its value is not allowed.
    pub fn with(self, name: &str, value: f64) -> Result<Self, InvalidCoherent> {
        self.with_all([(name, value)])
    }

    /// The same with several parameters set, as [`Self::with`] does, in any order: that they go together is looked at
    /// when all are set.
    ///
    /// # Errors
    /// If there is no such parameter, it is given twice, or its value is not allowed.
    pub fn with_all<'a>(
        mut self,
        given: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Self, InvalidCoherent> {
        let mut known = [false; PARAMETERS.len()];
        for (name, value) in given {
            let (at, parameter) = parameters::find(name)?;
            if std::mem::replace(&mut known[at], true) {
                return Err(InvalidCoherent::Twice {
                    name: parameter.name,
                });
            }
            parameter.set(&mut self, value)?;
        }
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
        let (_, parameter) = parameters::find(name).ok()?;
        Some(parameter.get(&mut self.clone()))
    }
}

impl Default for CoherentConfig {
    fn default() -> Self {
        Self::balanced()
    }
}
