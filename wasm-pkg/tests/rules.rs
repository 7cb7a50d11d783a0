//! The engine as WebAssembly, and through the bindings, held to the same model and traces as the native one.

#[path = "../../archipelago-core/tests/support/mod.rs"]
mod support;

use archipelago_core::engine::{NamedEngine, Position, Scope, parse_island_id};
use archipelago_wasm::{Archipelago, Refusal};
use serde::Deserialize;
use support::model::{Change, Model, Name};
use support::subject::{Handles, Settings, Subject, View};
use support::{golden, random, restored, town, worlds};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Fewer than the native tests play: what is looked for is a difference between targets.
const WORLDS: u32 = 1000;
const WORLDS_THROUGH_BINDINGS: u32 = 500;
const RESTORED_WORLDS: u32 = 1000;
const TOWNS: u32 = 300;

/// The class that JavaScript sees, used as JavaScript would.
struct Bound {
    islands: Archipelago,
    prefix: String,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Update {
    ChangeTo {
        peer: String,
        island: String,
        from: Option<String>,
    },
    Leave {
        peer: String,
        island: String,
    },
}

#[derive(Deserialize)]
struct Island {
    id: String,
    peers: Vec<String>,
    center: [f64; 3],
    radius: f64,
}

#[derive(Deserialize)]
struct Counters {
    peers: usize,
    islands: usize,
}

impl Bound {
    fn number(&self, id: &str) -> u64 {
        parse_island_id(&self.prefix, id).expect("an id").get()
    }
}

fn name(peer: &str) -> Name {
    peer.parse().expect("a name of a test")
}

fn js_name(peer: Name) -> JsValue {
    peer.to_string().into()
}

fn taken<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn read<T: for<'de> Deserialize<'de>>(value: JsValue) -> T {
    serde_wasm_bindgen::from_value(value).expect("as declared")
}

impl Subject for Bound {
    fn new(settings: &Settings) -> Self {
        let options = js_sys::Object::new();
        let fields: [(&str, JsValue); 4] = [
            ("joinDistance", settings.join.into()),
            ("leaveDistance", settings.leave.into()),
            ("maxPeersPerIsland", settings.max_peers.into()),
            ("roomPrefix", settings.prefix.as_str().into()),
        ];
        for (key, value) in fields {
            js_sys::Reflect::set(&options, &key.into(), &value).expect("a plain object");
        }
        let islands = taken(Archipelago::new(&options));
        Self {
            islands,
            prefix: settings.prefix.clone(),
        }
    }

    fn report(&mut self, peer: Name, position: Position, wish: Option<&str>) {
        let [x, y, z] = [position.x(), position.y(), position.z()].map(JsValue::from);
        taken(self.islands.set_position(
            &js_name(peer),
            &x,
            &y,
            &z,
            &wish.map_or(JsValue::UNDEFINED, JsValue::from),
        ));
    }

    fn disconnect(&mut self, peer: Name) {
        taken(self.islands.disconnect(&js_name(peer)));
    }

    fn flush(&mut self, now_ms: u64, scope: Scope) -> Vec<Change> {
        let scope = match scope {
            Scope::Full => "full",
            Scope::Arrivals => "arrivals",
        };
        let now_ms = JsValue::from(now_ms as f64);
        let updates: Vec<Update> = read(taken(self.islands.flush(&now_ms, &scope.into())));
        let change = |update| match update {
            Update::ChangeTo { peer, island, from } => Change::ChangeTo {
                peer: name(&peer),
                island: self.number(&island),
                from: from.map(|from| self.number(&from)),
            },
            Update::Leave { peer, island } => Change::Leave {
                peer: name(&peer),
                island: self.number(&island),
            },
        };
        updates.into_iter().map(change).collect()
    }

    fn islands(&self) -> Vec<View> {
        let islands: Vec<Island> = read(self.islands.islands());
        let view = |island: Island| View {
            id: island.id,
            peers: island.peers.iter().map(|peer| name(peer)).collect(),
            geometry: Some((island.center, island.radius)),
        };
        islands.into_iter().map(view).collect()
    }

    fn check(&self, _scope: Scope) -> Result<(), String> {
        Ok(())
    }

    fn agrees(&self, model: &Model) -> Result<(), String> {
        let Counters { peers, islands } = read(self.islands.counters());
        let counts = (peers, islands);
        let expected = (model.peers().count(), model.islands().len());
        if counts != expected {
            return Err(format!("peers, islands: {counts:?}, not {expected:?}"));
        }
        for island in model.islands() {
            let id = model.id(island.number);
            let found: Island = read(self.islands.island(&id.as_str().into()));
            if found.id != id {
                return Err(format!("{id} is {}", found.id));
            }
        }
        Ok(())
    }
}

fn play_random<S: Subject>(count: u32) {
    for seed in 1..=count {
        random::play::<S>(seed).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
}

fn play_shaped<S: Subject>() {
    for (name, play) in worlds::all::<S>() {
        play().unwrap_or_else(|what| panic!("{name}: {what}"));
    }
}

fn play_golden<S: Subject>() {
    for (name, text) in golden::TRACES {
        golden::play::<S>(text).unwrap_or_else(|what| panic!("{name}: {what}"));
    }
}

#[wasm_bindgen_test]
fn golden_traces() {
    play_golden::<NamedEngine<Name>>();
}

#[wasm_bindgen_test]
fn golden_traces_through_bindings() {
    play_golden::<Bound>();
}

#[wasm_bindgen_test]
fn random_worlds() {
    play_random::<NamedEngine<Name>>(WORLDS);
}

#[wasm_bindgen_test]
fn random_worlds_by_handle() {
    play_random::<Handles>(WORLDS);
}

#[wasm_bindgen_test]
fn random_worlds_through_bindings() {
    play_random::<Bound>(WORLDS_THROUGH_BINDINGS);
}

#[wasm_bindgen_test]
fn restored_worlds() {
    for seed in 1..=RESTORED_WORLDS {
        restored::play(seed).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
}

fn play_towns<T>(count: u32, play: impl Fn(u32) -> Result<T, String>) {
    for seed in 1..=count {
        play(seed).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
}

#[wasm_bindgen_test]
fn towns() {
    play_towns(TOWNS, town::play);
}

#[wasm_bindgen_test]
fn towns_with_restarts() {
    play_towns(TOWNS, town::play_restored);
    play_towns(TOWNS, town::play_restarted);
}

#[wasm_bindgen_test]
fn towns_are_the_same_everywhere() {
    assert_eq!(town::fingerprint(), Ok(town::FINGERPRINT));
}

#[wasm_bindgen_test]
fn worlds_with_a_shape() {
    play_shaped::<NamedEngine<Name>>();
}

#[wasm_bindgen_test]
fn worlds_with_a_shape_through_bindings() {
    play_shaped::<Bound>();
}
