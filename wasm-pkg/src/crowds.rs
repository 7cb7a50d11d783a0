//! The crowd policy as JavaScript gives it: a name, or a preset with single parameters.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, InvalidCoherent};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::refusal::{Refusal, text};

/// The option.
pub const CROWD_POLICY: &str = "crowdPolicy";

const ALLOWED: &str = "\"stable\", \"coherent\", \"coherent:PRESET\" or an object with a preset and parameters; presets \
                       are tight, balanced, calm and saver";
const PRESET: &str = "preset";
const PRESET_ALLOWED: &str = "\"tight\", \"balanced\", \"calm\" or \"saver\"";

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own conversion: what formats floats is large.
    #[wasm_bindgen(js_name = String)]
    fn string(number: f64) -> String;
}

/// The policy that the option asks for.
pub fn parse(value: &JsValue) -> Result<CrowdPolicy, Refusal> {
    let refused = || Refusal::new(CROWD_POLICY, value, ALLOWED);
    if let Some(name) = text(value) {
        return CrowdPolicy::named(&name).map_err(|_| refused());
    }
    if !value.is_object() || Array::is_array(value) {
        return Err(refused());
    }
    let mut config = preset(value)?;
    for key in Object::keys(value.unchecked_ref::<Object>()).iter() {
        let name = key.as_string().unwrap_or_default();
        let given = Reflect::get(value, &key).unwrap_or_default();
        if name != PRESET && !given.is_undefined() {
            config = set(config, &name, &given)?;
        }
    }
    Ok(CrowdPolicy::Coherent(config))
}

fn preset(value: &JsValue) -> Result<CoherentConfig, Refusal> {
    let preset = Reflect::get(value, &PRESET.into()).unwrap_or_default();
    if preset.is_undefined() {
        return Ok(CoherentConfig::default());
    }
    let known = text(&preset).and_then(|name| CoherentConfig::preset(&name).ok());
    known.ok_or_else(|| Refusal::new(field(PRESET), &preset, PRESET_ALLOWED))
}

fn set(config: CoherentConfig, name: &str, given: &JsValue) -> Result<CoherentConfig, Refusal> {
    let refused = |allowed: String| Refusal::new(field(name), given, allowed);
    // A number that nothing allows stands for whatever is none: the limits are told for both.
    let number = given.as_f64().unwrap_or(f64::NAN);
    config
        .with(&snake_case(name), number)
        .map_err(|error| match error {
            InvalidCoherent::Value { min, max, .. } => {
                refused(format!("a number from {} to {}", string(min), string(max)))
            }
            InvalidCoherent::Whole { .. } => refused("a whole number".to_owned()),
            InvalidCoherent::Reach { kernel_cell_m, .. } => refused(format!(
                "at most {} times kernelCellM, which is {}",
                string(CoherentConfig::REACH_MAX),
                string(kernel_cell_m)
            )),
            InvalidCoherent::Parameter { .. } | InvalidCoherent::Preset { .. } => {
                let names: Vec<_> = CoherentConfig::parameters().map(camel_case).collect();
                refused(format!(
                    "left out: the parameters are {PRESET}, {}",
                    names.join(", ")
                ))
            }
        })
}

fn field(name: &str) -> String {
    format!("{CROWD_POLICY}.{name}")
}

/// The engine's name of a parameter.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        match letter {
            'A'..='Z' => snake.extend(['_', letter.to_ascii_lowercase()]),
            // No name of JavaScript has one: nothing goes by two names.
            '_' => snake.push('-'),
            _ => snake.push(letter),
        }
    }
    snake
}

/// JavaScript's name of a parameter.
fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at(1);
        camel += &first.to_ascii_uppercase();
        camel += rest;
    }
    camel
}
