//! Options as JavaScript gives them, checked before the engine sees them.

use archipelago_core::engine::{EngineConfig, InvalidConfig};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::crowds::{self, CROWD_POLICY};
use crate::refusal::{Refusal, text};

const JOIN_DISTANCE: &str = "joinDistance";
const LEAVE_DISTANCE: &str = "leaveDistance";
const MAX_PEERS: &str = "maxPeersPerIsland";
const ROOM_PREFIX: &str = "roomPrefix";
const MAX_PEERS_ALLOWED: &str = "an integer from 1 to 4294967295";
const KNOWN: [&str; 5] = [
    CROWD_POLICY,
    JOIN_DISTANCE,
    LEAVE_DISTANCE,
    MAX_PEERS,
    ROOM_PREFIX,
];

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own conversion.
    #[wasm_bindgen(js_name = String)]
    fn string(number: f64) -> String;
}

/// The engine's parameters; what the options leave out has the engine's defaults.
pub fn parse(options: &JsValue) -> Result<EngineConfig, Refusal> {
    let defaults = EngineConfig::default();
    if options.is_undefined() || options.is_null() {
        return Ok(defaults);
    }
    if !options.is_object() || Array::is_array(options) {
        return Err(Refusal::new("options", options, "an object"));
    }
    refuse_unknown(options)?;
    let max_peers = field(options, MAX_PEERS, MAX_PEERS_ALLOWED, |value| {
        let whole = value.as_f64().filter(|number| number.fract() == 0.0);
        let in_range = whole.filter(|number| (1.0..=f64::from(u32::MAX)).contains(number));
        in_range.map(|number| number as u32)
    })?;
    let join_m = field(options, JOIN_DISTANCE, "a number above 0", JsValue::as_f64)?;
    let leave_allowed = "a number, at least joinDistance";
    let leave_m = field(options, LEAVE_DISTANCE, leave_allowed, JsValue::as_f64)?;
    let prefix = field(
        options,
        ROOM_PREFIX,
        "a string that is not empty",
        |value| text(value).filter(|prefix| !prefix.is_empty()),
    )?;
    let policy = match get(options, &CROWD_POLICY.into()) {
        absent if absent.is_undefined() => defaults.crowd_policy(),
        value => crowds::parse(&value)?,
    };
    EngineConfig::new(
        max_peers.unwrap_or(defaults.max_peers()),
        join_m.unwrap_or(defaults.join_distance_m()),
        leave_m,
    )
    .map(|config| config.with_crowd_policy(policy))
    .map(|config| match &prefix {
        Some(prefix) => config.with_id_prefix(prefix),
        None => config,
    })
    .map_err(by_its_name_here)
}

fn refuse_unknown(options: &JsValue) -> Result<(), Refusal> {
    for key in Object::keys(options.unchecked_ref::<Object>()).iter() {
        let name = key.as_string().unwrap_or_default();
        if !KNOWN.contains(&name.as_str()) {
            let known = format!("left out: the options are {}", KNOWN.join(", "));
            return Err(Refusal::new(name, &get(options, &key), known));
        }
    }
    Ok(())
}

/// None where it is absent or undefined.
fn field<T>(
    options: &JsValue,
    name: &str,
    allowed: &str,
    read: impl Fn(&JsValue) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let value = get(options, &name.into());
    if value.is_undefined() {
        return Ok(None);
    }
    match read(&value) {
        Some(read) => Ok(Some(read)),
        None => Err(Refusal::new(name, &value, allowed)),
    }
}

/// What cannot be read is as good as absent.
fn get(options: &JsValue, name: &JsValue) -> JsValue {
    Reflect::get(options, name).unwrap_or_default()
}

/// The engine's refusals, with the names that the options have in JavaScript.
fn by_its_name_here(error: InvalidConfig) -> Refusal {
    match error {
        InvalidConfig::MaxPeers { value } => {
            Refusal::new(MAX_PEERS, &value.into(), MAX_PEERS_ALLOWED)
        }
        InvalidConfig::JoinDistance { value } => {
            Refusal::new(JOIN_DISTANCE, &value.into(), "finite and above 0")
        }
        InvalidConfig::LeaveDistance {
            value,
            join_distance_m,
        } => {
            // Written by JavaScript: what formats floats is large.
            let join_m = string(join_distance_m);
            let allowed = format!("finite and at least {JOIN_DISTANCE}, which is {join_m}");
            Refusal::new(LEAVE_DISTANCE, &value.into(), allowed)
        }
    }
}
