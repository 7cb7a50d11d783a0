//! Saying no: what was given, and what is allowed.

use js_sys::{JsString, Object, Reflect};
use wasm_bindgen::prelude::*;

/// An argument that is refused. In JavaScript an object with the properties `field`, `value` and `allowed`, of which the
/// facade makes an error: to describe a value is to run its code, which must not happen in the middle of a call.
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
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        object(&[
            ("field", refusal.field.into()),
            ("value", refusal.value),
            ("allowed", refusal.allowed.into()),
        ])
        .into()
    }
}

/// An object with these properties.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // An object of our own making takes any property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

/// A string without lone surrogates: those would all become the same character.
pub fn text(value: &JsValue) -> Option<String> {
    let string = value.dyn_ref::<JsString>()?;
    string.is_valid_utf16().then(|| String::from(string))
}
