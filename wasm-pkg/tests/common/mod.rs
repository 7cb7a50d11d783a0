//! What the tests of the bindings share.

// Every test file uses a part of it.
#![allow(dead_code)]

use archipelago_wasm::{Archipelago, Refusal};
use js_sys::JSON;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = String)]
    fn string(value: &JsValue) -> String;
}

pub fn options(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

pub fn made(json: &str) -> Archipelago {
    taken(Archipelago::new(&options(json)))
}

pub fn refused(json: &str) -> String {
    said(Archipelago::new(&options(json)))
}

/// What the refusal comes to in words.
pub fn said<T>(result: Result<T, Refusal>) -> String {
    let refusal = JsValue::from(result.err().expect("it was taken"));
    let part = |name: &str| js_sys::Reflect::get(&refusal, &name.into()).expect("an object");
    let text = |name: &str| part(name).as_string().expect("a string");
    let value = part("value");
    let value = if value.is_string() || value.is_object() {
        String::from(JSON::stringify(&value).expect("plain data"))
    } else {
        string(&value)
    };
    format!(
        "{} is {value}: it must be {}",
        text("field"),
        text("allowed")
    )
}

pub fn taken<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

pub fn text(value: &JsValue) -> String {
    if value.is_undefined() {
        return "undefined".to_owned();
    }
    JSON::stringify(value).expect("plain data").into()
}

pub fn put(islands: &mut Archipelago, id: &str, x: f64, z: f64) {
    let none = JsValue::UNDEFINED;
    taken(islands.set_position(&id.into(), &x.into(), &0.into(), &z.into(), &none));
}

pub fn flushed(islands: &mut Archipelago, now_ms: f64, scope: Option<&str>) -> String {
    let scope = scope.map_or(JsValue::UNDEFINED, JsValue::from);
    text(&taken(islands.flush(&now_ms.into(), &scope)))
}

pub fn counter(islands: &Archipelago, name: &str) -> f64 {
    let counters = islands.counters();
    let count = js_sys::Reflect::get(&counters, &name.into()).expect("an object");
    count.as_f64().expect("a number")
}
