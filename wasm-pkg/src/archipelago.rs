//! The class that JavaScript sees: peers by id, objects out. Many peers at once by handle: see `arrays`.

use archipelago_core::engine::{
    EngineConfig, IslandNumber, NamedEngine, NamedUpdate, Position, Scope, parse_island_id,
};
use wasm_bindgen::prelude::*;

use crate::arrays::Scratch;
use crate::options::parse;
use crate::refusal::{Refusal, text};
use crate::values::{Counters, IslandValue, PeerValue, UpdateValue, to_js};

/// The last integer that JavaScript can tell from the next: times are given back.
const TIME_MAX_MS: f64 = 9_007_199_254_740_991.0;

/// Groups peers into islands: who is near whom, and who has to be told what.
///
/// Deterministic and without a clock: the same calls in the same order give the same islands everywhere.
#[wasm_bindgen]
pub struct Archipelago {
    pub(crate) engine: NamedEngine<String>,
    pub(crate) told: Told,
    pub(crate) scratch: Scratch,
}

/// What the flushes so far have told.
#[derive(Default)]
pub(crate) struct Told {
    flushes: u64,
    arrivals: u64,
    reassignments: u64,
    departures: u64,
}

impl Told {
    pub(crate) fn flush(&mut self) {
        self.flushes += 1;
    }

    pub(crate) fn change(&mut self, from: Option<IslandNumber>) {
        *match from {
            None => &mut self.arrivals,
            Some(_) => &mut self.reassignments,
        } += 1;
    }

    pub(crate) fn leave(&mut self) {
        self.departures += 1;
    }
}

#[wasm_bindgen]
impl Archipelago {
    /// An archipelago without peers. Refuses options that are unknown or not valid.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Archipelago, Refusal> {
        Ok(Self {
            engine: NamedEngine::new(parse(options)?),
            told: Told::default(),
            scratch: Scratch::default(),
        })
    }

    /// A peer reports where it is, in metres; a new one is placed by the next flush.
    #[wasm_bindgen(js_name = setPosition)]
    pub fn set_position(
        &mut self,
        id: &JsValue,
        x: &JsValue,
        y: &JsValue,
        z: &JsValue,
        preferred: &JsValue,
    ) -> Result<(), Refusal> {
        let id = peer_id("id", id)?;
        let position = position(x, y, z)?;
        let preferred = wish(preferred)?;
        self.engine
            .set_position(id.as_str(), position, preferred.as_deref());
        Ok(())
    }

    /// A peer is gone. An id that is not known is ignored.
    pub fn disconnect(&mut self, id: &JsValue) -> Result<(), Refusal> {
        self.engine.disconnect(&peer_id("id", id)?);
        Ok(())
    }

    /// Brings the islands up to date and says what has to be told, by id.
    pub fn flush(&mut self, now_ms: &JsValue, scope: &JsValue) -> Result<JsValue, Refusal> {
        let (now_ms, scope) = (time(now_ms)?, parse_scope(scope)?);
        let updates = self.engine.flush(now_ms, scope);
        self.told.flush();
        for update in &updates {
            match update {
                NamedUpdate::ChangeTo { from, .. } => self.told.change(*from),
                NamedUpdate::Leave { .. } => self.told.leave(),
            }
        }
        let prefix = self.config().id_prefix();
        let values = updates
            .into_iter()
            .map(|update| UpdateValue::new(update, prefix));
        Ok(to_js(&values.collect::<Vec<_>>()))
    }

    /// All islands, oldest first.
    pub fn islands(&self) -> JsValue {
        let islands = self.engine.engine().islands();
        let values = islands.map(|island| IslandValue::new(&island, &self.engine));
        to_js(&values.collect::<Vec<_>>())
    }

    /// The island with that id; undefined if there is none.
    pub fn island(&self, id: &JsValue) -> JsValue {
        let id = id.as_string().unwrap_or_default();
        parse_island_id(self.config().id_prefix(), &id)
            .and_then(|number| self.engine.engine().island(number))
            .map_or(JsValue::UNDEFINED, |island| {
                to_js(&IslandValue::new(&island, &self.engine))
            })
    }

    /// The peer with that id; undefined if there is none.
    pub fn peer(&self, id: &JsValue) -> JsValue {
        let id = id.as_string().unwrap_or_default();
        self.engine
            .peer(id.as_str())
            .and_then(|peer| PeerValue::new(&id, peer, &self.engine))
            .map_or(JsValue::UNDEFINED, |peer| to_js(&peer))
    }

    /// How many there are, and how many were told what.
    pub fn counters(&self) -> JsValue {
        let engine = self.engine.engine();
        let waiting = engine.waiting_count();
        to_js(&Counters {
            peers: engine.peer_count() + waiting,
            waiting,
            islands: engine.island_count(),
            flushes: self.told.flushes,
            arrivals: self.told.arrivals,
            reassignments: self.told.reassignments,
            departures: self.told.departures,
        })
    }

    fn config(&self) -> &EngineConfig {
        self.engine.engine().config()
    }
}

pub(crate) fn peer_id(field: &str, id: &JsValue) -> Result<String, Refusal> {
    let text = text(id).filter(|text| !text.is_empty());
    text.ok_or_else(|| {
        Refusal::new(
            field,
            id,
            "a string that is not empty, without lone surrogates",
        )
    })
}

pub(crate) fn time(now_ms: &JsValue) -> Result<u64, Refusal> {
    let time = now_ms
        .as_f64()
        .filter(|ms| (0.0..=TIME_MAX_MS).contains(ms));
    time.map(|ms| ms as u64)
        .ok_or_else(|| Refusal::new("nowMs", now_ms, "a number from 0 to 9007199254740991"))
}

pub(crate) fn parse_scope(scope: &JsValue) -> Result<Scope, Refusal> {
    if scope.is_undefined() {
        return Ok(Scope::Full);
    }
    match scope.as_string().as_deref() {
        Some("full") => Ok(Scope::Full),
        Some("arrivals") => Ok(Scope::Arrivals),
        _ => Err(Refusal::new("scope", scope, "\"full\" or \"arrivals\"")),
    }
}

fn wish(preferred: &JsValue) -> Result<Option<String>, Refusal> {
    if preferred.is_undefined() || preferred.is_null() {
        return Ok(None);
    }
    let text = preferred.as_string();
    text.map(Some)
        .ok_or_else(|| Refusal::new("preferred", preferred, "a string"))
}

fn position(x: &JsValue, y: &JsValue, z: &JsValue) -> Result<Position, Refusal> {
    let number = |value: &JsValue| value.as_f64().map_or(f32::NAN, |number| number as f32);
    Position::new(number(x), number(y), number(z)).ok_or_else(|| {
        let coordinates = [("x", x), ("y", y), ("z", z)];
        let at_fault = coordinates
            .into_iter()
            .find(|(_, value)| !number(value).is_finite());
        let (name, value) = at_fault.unwrap_or(coordinates[0]);
        Refusal::new(name, value, "a finite 32-bit number")
    })
}
