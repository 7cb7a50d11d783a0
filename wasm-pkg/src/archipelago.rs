//! The class that JavaScript sees.

#![expect(
    clippy::missing_errors_doc,
    reason = "to the readers of these docs an error is an exception"
)]

use archipelago_core::engine::{EngineConfig, NamedEngine, Position, Scope, parse_island_id};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::options::{parse, refused};
use crate::values::{IslandValue, UpdateValue};

#[wasm_bindgen]
extern "C" {
    /// The options of the constructor.
    #[wasm_bindgen(typescript_type = "ArchipelagoOptions")]
    pub type ArchipelagoOptions;
    /// The scope of a flush.
    #[wasm_bindgen(typescript_type = "FlushScope")]
    pub type FlushScope;
}

/// Groups peers into islands: who is near whom, and who has to be told what.
///
/// Deterministic and without a clock: the same calls in the same order give the same islands everywhere.
#[wasm_bindgen]
pub struct Archipelago {
    engine: NamedEngine<String>,
}

#[wasm_bindgen]
impl Archipelago {
    /// An archipelago without peers. Throws an Error if an option is unknown or not valid.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Option<ArchipelagoOptions>) -> Result<Archipelago, JsError> {
        let options = options.map_or(JsValue::UNDEFINED, JsValue::from);
        Ok(Self {
            engine: NamedEngine::new(parse(&options)?),
        })
    }

    /// A peer reports where it is, in metres; a new one is placed by the next flush. Distances ignore y.
    ///
    /// `preferred` is the id of the island the peer would like to be in where a crowd leaves the choice; an empty
    /// string withdraws the wish, and without the argument it stays as it is.
    ///
    /// Throws an Error and changes nothing if the id is empty, a coordinate is not a finite 32-bit number, or a value
    /// is not of the type it should be.
    #[wasm_bindgen(js_name = setPosition)]
    pub fn set_position(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        x: f64,
        y: f64,
        z: f64,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] preferred: &JsValue,
    ) -> Result<(), JsError> {
        let id = peer_id(id)?;
        let position = position(x, y, z)?;
        let preferred = wish(preferred)?;
        self.engine
            .set_position(id.as_str(), position, preferred.as_deref());
        Ok(())
    }

    /// A peer is gone. If it comes back, it is a newcomer. An id that is not known is ignored.
    ///
    /// Throws an Error if the id is not a string or empty.
    pub fn disconnect(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<(), JsError> {
        self.engine.disconnect(&peer_id(id)?);
        Ok(())
    }

    /// Brings the islands up to date and says what has to be told: first all `leave`s, then the `changeTo`s by
    /// island. `nowMs` is the time in milliseconds, on any clock that does not go back.
    ///
    /// Throws an Error if the time is not a number from 0 or the scope is not a known one.
    #[wasm_bindgen(unchecked_return_type = "IslandUpdate[]")]
    pub fn flush(
        &mut self,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
        scope: Option<FlushScope>,
    ) -> Result<JsValue, JsError> {
        if !(now_ms.is_finite() && now_ms >= 0.0) {
            return Err(refused(
                "nowMs",
                &now_ms.into(),
                "a finite number, at least 0",
            ));
        }
        let scope = parse_scope(&scope.map_or(JsValue::UNDEFINED, JsValue::from))?;
        let updates = self.engine.flush(now_ms as u64, scope);
        let prefix = self.config().id_prefix();
        to_js(
            &updates
                .into_iter()
                .map(|update| UpdateValue::new(update, prefix))
                .collect::<Vec<_>>(),
        )
    }

    /// All islands, oldest first, as of the last flush and the disconnects since.
    #[wasm_bindgen(unchecked_return_type = "Island[]")]
    pub fn islands(&self) -> Result<JsValue, JsError> {
        let islands = self.engine.engine().islands();
        to_js(
            &islands
                .map(|island| IslandValue::new(&island, &self.engine))
                .collect::<Vec<_>>(),
        )
    }

    /// The island with that id; undefined if there is none.
    #[wasm_bindgen(unchecked_return_type = "Island | undefined")]
    pub fn island(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<JsValue, JsError> {
        let id = id.as_string().unwrap_or_default();
        let number = parse_island_id(self.config().id_prefix(), &id);
        match number.and_then(|number| self.engine.engine().island(number)) {
            Some(island) => to_js(&IslandValue::new(&island, &self.engine)),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// How many peers there are, those that wait for the next flush included.
    #[wasm_bindgen(getter, js_name = peersCount)]
    pub fn peers_count(&self) -> usize {
        let engine = self.engine.engine();
        engine.peer_count() + engine.waiting_count()
    }

    /// How many islands there are.
    #[wasm_bindgen(getter, js_name = islandsCount)]
    pub fn islands_count(&self) -> usize {
        self.engine.engine().island_count()
    }

    fn config(&self) -> &EngineConfig {
        self.engine.engine().config()
    }
}

/// Strings are taken as values and looked at here: what wasm-bindgen does with a number where it expects a string ends
/// in reads outside of the memory.
fn peer_id(id: &JsValue) -> Result<String, JsError> {
    let text = id.as_string().filter(|text| !text.is_empty());
    text.ok_or_else(|| refused("id", id, "a string that is not empty"))
}

fn wish(preferred: &JsValue) -> Result<Option<String>, JsError> {
    if preferred.is_undefined() || preferred.is_null() {
        return Ok(None);
    }
    let text = preferred.as_string();
    text.map(Some)
        .ok_or_else(|| refused("preferred", preferred, "a string"))
}

fn position(x: f64, y: f64, z: f64) -> Result<Position, JsError> {
    for (name, coordinate) in [("x", x), ("y", y), ("z", z)] {
        if !(coordinate as f32).is_finite() {
            return Err(refused(name, &coordinate.into(), "a finite 32-bit number"));
        }
    }
    Position::new(x as f32, y as f32, z as f32)
        .ok_or_else(|| JsError::new("the position is not finite"))
}

fn parse_scope(scope: &JsValue) -> Result<Scope, JsError> {
    if scope.is_undefined() {
        return Ok(Scope::Full);
    }
    match scope.as_string().as_deref() {
        Some("full") => Ok(Scope::Full),
        Some("arrivals") => Ok(Scope::Arrivals),
        _ => Err(refused("scope", scope, "\"full\" or \"arrivals\"")),
    }
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(JsError::from)
}
