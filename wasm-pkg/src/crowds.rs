//! The crowd policy as JavaScript gives it: a text as operators write it, or a preset with single parameters.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, InvalidCoherent, UnknownPolicy};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::refusal::{Refusal, text};

/// The option.
pub const CROWD_POLICY: &str = "crowdPolicy";

/// The preset, where single parameters are given beside it.
const PRESET: &str = "preset";

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own conversion: what formats floats is large.
    #[wasm_bindgen(js_name = String)]
    fn string(number: f64) -> String;

    /// JavaScript's own conversion: what reads floats is larger still.
    #[wasm_bindgen(js_name = Number)]
    fn number(text: &str) -> f64;
}

/// The policy that the option asks for.
pub fn parse(value: &JsValue) -> Result<CrowdPolicy, Refusal> {
    match text(value) {
        Some(policy) => CrowdPolicy::read(&policy, decimal)
            .map_err(|error| Refusal::new(CROWD_POLICY, value, allowed_texts(error))),
        None if value.is_object() && !Array::is_array(value) => {
            parse_object(value).map(CrowdPolicy::Coherent)
        }
        None => Err(Refusal::new(CROWD_POLICY, value, allowed())),
    }
}

fn parse_object(value: &JsValue) -> Result<CoherentConfig, Refusal> {
    let (preset, given) = (preset(value)?, parameters(value));
    // A number that nothing allows stands for whatever is none: the limits are told for both.
    let numbers = given.iter().map(|(name, value)| {
        let number = value.as_f64().unwrap_or(f64::NAN);
        (snake_case(name), number)
    });
    let numbers: Vec<_> = numbers.collect();
    let config = preset.with_all(numbers.iter().map(|(name, number)| (&name[..], *number)));
    config.map_err(|error| {
        let (name, allowed) = told(&error, camel_case, &[PRESET]);
        let mut given = given.into_iter();
        let (name, value) = match given.find(|(known, _)| snake_case(known) == name) {
            Some(given) => given,
            // The preset's own, which does not go with what is given.
            None => (camel_case(&name), preset.get(&name).into()),
        };
        Refusal::new(field(&name), &value, allowed)
    })
}

/// JavaScript knows more numbers than the engine: other bases, and nothing at all.
fn decimal(text: &str) -> Option<f64> {
    let is_decimal = |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let is_number = !text.is_empty() && text.bytes().all(is_decimal);
    is_number
        .then(|| number(text))
        .filter(|number| !number.is_nan())
}

fn allowed_texts(error: UnknownPolicy) -> String {
    match error {
        UnknownPolicy::Coherent(error) if !matches!(error, InvalidCoherent::Preset { .. }) => {
            let (name, allowed) = told(&error, str::to_owned, &[]);
            format!("a policy with {name} {allowed}")
        }
        UnknownPolicy::NoParameters { .. } => "\"stable\" without parameters".to_owned(),
        _ => allowed(),
    }
}

fn allowed() -> String {
    format!(
        "\"stable\", \"coherent\", \"coherent:PRESET\", perhaps with parameters as in \"coherent:calm,margin=0.5\", or an \
         object with a preset and parameters; presets are {}",
        CoherentConfig::PRESETS.join(", ")
    )
}

fn preset(value: &JsValue) -> Result<CoherentConfig, Refusal> {
    let preset = Reflect::get(value, &PRESET.into()).unwrap_or_default();
    if preset.is_undefined() {
        return Ok(CoherentConfig::default());
    }
    let known = text(&preset).and_then(|name| CoherentConfig::preset(&name).ok());
    known.ok_or_else(|| {
        let allowed = format!("one of {}", CoherentConfig::PRESETS.join(", "));
        Refusal::new(field(PRESET), &preset, allowed)
    })
}

/// What is given beside the preset, by its name in JavaScript.
fn parameters(value: &JsValue) -> Vec<(String, JsValue)> {
    let keys = Object::keys(value.unchecked_ref::<Object>()).into_iter();
    let given = keys.map(|key| {
        let given = Reflect::get(value, &key).unwrap_or_default();
        (key.as_string().unwrap_or_default(), given)
    });
    given
        .filter(|(name, given)| name != PRESET && !given.is_undefined())
        .collect()
}

/// The engine's name of the parameter that is refused, and what it may be; with the names that parameters have where
/// they are given, and what else is given there.
fn told(error: &InvalidCoherent, name_of: fn(&str) -> String, others: &[&str]) -> (String, String) {
    match error {
        InvalidCoherent::Value {
            name,
            min,
            max,
            whole,
            ..
        } => {
            let number = if *whole { "a whole number" } else { "a number" };
            let allowed = format!("{number} from {} to {}", string(*min), string(*max));
            ((*name).to_owned(), allowed)
        }
        InvalidCoherent::Reach { kernel_cell_m, .. } => {
            let allowed = format!(
                "at most {} times {}, which is {}",
                string(CoherentConfig::REACH_MAX),
                name_of("kernel_cell_m"),
                string(*kernel_cell_m)
            );
            ("radius_m".to_owned(), allowed)
        }
        InvalidCoherent::Twice { name } => ((*name).to_owned(), "given once".to_owned()),
        InvalidCoherent::Parameter { name } | InvalidCoherent::Preset { name } => {
            let mut known: Vec<_> = others.iter().copied().map(str::to_owned).collect();
            known.extend(CoherentConfig::parameters().map(name_of));
            let allowed = format!("left out: the parameters are {}", known.join(", "));
            (name.clone(), allowed)
        }
    }
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
