//! The parameters by name, each with its limits.

use super::{CoherentConfig, InvalidCoherent};

/// A parameter: its name, its limits, and where it is kept.
pub(super) struct Parameter {
    pub name: &'static str,
    min: f64,
    max: f64,
    field: Field,
}

/// Where a parameter is kept, and as what.
enum Field {
    Number(fn(&mut CoherentConfig) -> &mut f64),
    Whole(fn(&mut CoherentConfig) -> &mut u32),
}

use Field::{Number, Whole};

/// All of them, in the order in which they are told.
pub(super) const PARAMETERS: [Parameter; 10] = [
    Parameter {
        name: "kernel_cell_m",
        min: 1.0,
        max: 1000.0,
        field: Number(|config| &mut config.kernel_cell_m),
    },
    Parameter {
        name: "radius_m",
        min: 1.0,
        max: 1000.0,
        field: Number(|config| &mut config.radius_m),
    },
    Parameter {
        name: "look_ahead_s",
        min: 0.0,
        max: 60.0,
        field: Number(|config| &mut config.look_ahead_s),
    },
    Parameter {
        name: "stay_s",
        min: 0.0,
        max: 60.0,
        field: Number(|config| &mut config.stay_s),
    },
    Parameter {
        name: "mix",
        min: 0.0,
        max: 1.0,
        field: Number(|config| &mut config.mix),
    },
    Parameter {
        // Below, rounding alone could be a reason to move.
        name: "margin",
        min: 0.01,
        max: 3.0,
        field: Number(|config| &mut config.margin),
    },
    Parameter {
        name: "chain_cost",
        min: 0.0,
        max: 3.0,
        field: Number(|config| &mut config.chain_cost),
    },
    Parameter {
        name: "chain_length",
        min: 1.0,
        max: 6.0,
        field: Whole(|config| &mut config.chain_length),
    },
    Parameter {
        name: "fill",
        min: 0.1,
        max: 1.0,
        field: Number(|config| &mut config.fill),
    },
    Parameter {
        name: "dwell_s",
        min: 0.0,
        max: 600.0,
        field: Number(|config| &mut config.dwell_s),
    },
];

/// The parameter of that name, and its place among them.
pub(super) fn find(name: &str) -> Result<(usize, &'static Parameter), InvalidCoherent> {
    let mut all = PARAMETERS.iter().enumerate();
    let found = all.find(|(_, parameter)| parameter.name == name);
    found.ok_or_else(|| InvalidCoherent::Parameter {
        name: name.to_owned(),
    })
}

impl Parameter {
    /// Sets it in `config`, if the value is within the limits.
    pub fn set(&self, config: &mut CoherentConfig, value: f64) -> Result<(), InvalidCoherent> {
        let whole = matches!(self.field, Whole(_));
        if !(self.min..=self.max).contains(&value) || (whole && value.fract() != 0.0) {
            return Err(InvalidCoherent::Value {
                name: self.name,
                value,
                min: self.min,
                max: self.max,
                whole,
            });
        }
        match self.field {
            Number(field) => *field(config) = value,
            Whole(field) => *field(config) = value as u32,
        }
        Ok(())
    }

    /// Its value in `config`.
    pub fn get(&self, config: &mut CoherentConfig) -> f64 {
        match self.field {
            Number(field) => *field(config),
            Whole(field) => (*field(config)).into(),
        }
    }
}
