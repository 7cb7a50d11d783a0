//! What JavaScript sees.

use wasm_bindgen::prelude::*;

/// One run of a world, see [`crate::measure`]: its row, as JSON.
///
/// Throws an Error if there is no such world or policy, or fewer than two flushes are asked for.
#[wasm_bindgen]
pub fn measure(world: &str, policy: &str, flushes: u32) -> Result<String, JsError> {
    let row = crate::measure(world, policy, flushes)?;
    Ok(serde_json::to_string(&row)?)
}
