//! Options as JavaScript gives them, checked before the engine sees them.

use archipelago_core::engine::{EngineConfig, InvalidConfig};
use js_sys::{Array, JSON, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

const JOIN_DISTANCE: &str = "joinDistance";
const LEAVE_DISTANCE: &str = "leaveDistance";
const MAX_PEERS: &str = "maxPeersPerIsland";
const ROOM_PREFIX: &str = "roomPrefix";
const KNOWN: [&str; 4] = [JOIN_DISTANCE, LEAVE_DISTANCE, MAX_PEERS, ROOM_PREFIX];

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own conversion, which takes any value.
    #[wasm_bindgen(js_name = String)]
    fn string(value: &JsValue) -> String;
}

/// The engine's parameters; what the options leave out has the engine's defaults.
pub fn parse(options: &JsValue) -> Result<EngineConfig, JsError> {
    let defaults = EngineConfig::default();
    if options.is_undefined() || options.is_null() {
        return Ok(defaults);
    }
    if !options.is_object() || Array::is_array(options) {
        return Err(refused("options", options, "an object"));
    }
    refuse_unknown(options)?;
    let max_peers = field(options, MAX_PEERS, "an integer from 1 to 4294967295")?;
    let join_m = field(options, JOIN_DISTANCE, "a number above 0")?;
    let leave_m = field(options, LEAVE_DISTANCE, "a number, at least joinDistance")?;
    let prefix: Option<String> = field(options, ROOM_PREFIX, "a string that is not empty")?;
    let prefix = prefix.as_deref().unwrap_or(defaults.id_prefix());
    if prefix.is_empty() {
        return Err(refused(
            ROOM_PREFIX,
            &prefix.into(),
            "a string that is not empty",
        ));
    }
    EngineConfig::new(
        max_peers.unwrap_or(defaults.max_peers()),
        join_m.unwrap_or(defaults.join_distance_m()),
        leave_m,
    )
    .map(|config| config.with_id_prefix(prefix))
    .map_err(by_its_name_here)
}

fn refuse_unknown(options: &JsValue) -> Result<(), JsError> {
    for key in Object::keys(options.unchecked_ref::<Object>()).iter() {
        let key = key.as_string().unwrap_or_default();
        if !KNOWN.contains(&key.as_str()) {
            let value = described(&get(options, &key)?);
            return Err(JsError::new(&format!(
                "{key} is not an option (its value is {value}): known are {}",
                KNOWN.join(", ")
            )));
        }
    }
    Ok(())
}

/// None where it is absent or undefined.
fn field<T: DeserializeOwned>(
    options: &JsValue,
    name: &str,
    allowed: &str,
) -> Result<Option<T>, JsError> {
    let value = get(options, name)?;
    if value.is_undefined() {
        return Ok(None);
    }
    serde_wasm_bindgen::from_value(value.clone())
        .map(Some)
        .map_err(|_| refused(name, &value, allowed))
}

fn get(options: &JsValue, name: &str) -> Result<JsValue, JsError> {
    Reflect::get(options, &name.into()).map_err(|_| JsError::new(&format!("{name} cannot be read")))
}

/// The engine's refusals, with the names that the options have in JavaScript.
fn by_its_name_here(error: InvalidConfig) -> JsError {
    match error {
        InvalidConfig::MaxPeers { value } => {
            refused(MAX_PEERS, &value.into(), "an integer from 1 to 4294967295")
        }
        InvalidConfig::JoinDistance { value } => {
            refused(JOIN_DISTANCE, &value.into(), "finite and above 0")
        }
        InvalidConfig::LeaveDistance {
            value,
            join_distance_m,
        } => {
            let allowed =
                format!("finite and at least {JOIN_DISTANCE}, which is {join_distance_m}");
            refused(LEAVE_DISTANCE, &value.into(), &allowed)
        }
    }
}

/// An error that names what was given, its value, and what is allowed.
pub fn refused(name: &str, value: &JsValue, allowed: &str) -> JsError {
    JsError::new(&format!(
        "{name} is {}: it must be {allowed}",
        described(value)
    ))
}

/// A value as a developer would write it, or nearly so.
fn described(value: &JsValue) -> String {
    if value.is_string() || value.is_object() {
        JSON::stringify(value).map_or_else(|_| "an object".to_owned(), String::from)
    } else {
        string(value)
    }
}
