//! Saying no: what was given, and what is allowed.

use js_sys::{Error, JSON, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own conversion, which takes any value.
    #[wasm_bindgen(js_name = String)]
    fn string(value: &JsValue) -> String;
}

/// Values longer than this are cut in messages.
const DESCRIBED_MAX_CHARS: usize = 200;

/// An argument that is refused. In JavaScript an `Error` with the properties `field`, `value` and `allowed`.
#[derive(Debug)]
pub struct Refusal {
    field: String,
    value: JsValue,
    allowed: String,
}

impl Refusal {
    /// The argument or property, what it holds and what it may hold.
    pub fn new(field: impl Into<String>, value: &JsValue, allowed: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            value: value.clone(),
            allowed: allowed.into(),
        }
    }

    /// The sentence for people.
    pub fn message(&self) -> String {
        let Self {
            field,
            value,
            allowed,
        } = self;
        format!("{field} is {}: it must be {allowed}", described(value))
    }
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        let error = Error::new(&refusal.message());
        let Refusal {
            field,
            value,
            allowed,
        } = refusal;
        for (name, property) in [
            ("field", field.into()),
            ("value", value),
            ("allowed", JsValue::from(allowed)),
        ] {
            // An object of our own making takes any property.
            let _ = Reflect::set(&error, &name.into(), &property);
        }
        error.into()
    }
}

/// A value as a developer would write it, or nearly so.
pub fn described(value: &JsValue) -> String {
    let text = if value.is_string() || value.is_object() {
        JSON::stringify(value)
            .ok()
            .and_then(|json| json.as_string())
            .unwrap_or_else(|| "an object".to_owned())
    } else {
        string(value)
    };
    match text.char_indices().nth(DESCRIBED_MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
