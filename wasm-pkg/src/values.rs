//! What goes out to JavaScript as objects.

use archipelago_core::engine::{Island, NamedEngine, NamedUpdate, Peer, island_id};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// `IslandUpdate`
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum UpdateValue {
    ChangeTo {
        peer: String,
        island: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    Leave {
        peer: String,
        island: String,
    },
}

impl UpdateValue {
    pub fn new(update: NamedUpdate<String>, prefix: &str) -> Self {
        match update {
            NamedUpdate::ChangeTo { peer, island, from } => Self::ChangeTo {
                peer,
                island: island_id(prefix, island),
                from: from.map(|from| island_id(prefix, from)),
            },
            NamedUpdate::Leave { peer, island } => Self::Leave {
                peer,
                island: island_id(prefix, island),
            },
        }
    }
}

/// `Island`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IslandValue<'a> {
    id: String,
    peers: Vec<&'a str>,
    center: [f64; 3],
    radius: f64,
    max_peers: u32,
    formed_ms: u64,
}

impl<'a> IslandValue<'a> {
    pub fn new(island: &Island<'_>, engine: &'a NamedEngine<String>) -> Self {
        let name = |peer| engine.name(peer).map(String::as_str);
        Self {
            id: island.id(),
            peers: island.members().iter().copied().filter_map(name).collect(),
            center: island.center(),
            radius: island.radius(),
            max_peers: engine.engine().config().max_peers(),
            formed_ms: island.formed_ms(),
        }
    }
}

/// `Peer`
#[derive(Serialize)]
pub struct PeerValue<'a> {
    id: &'a str,
    handle: usize,
    position: [f32; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    island: Option<String>,
}

impl<'a> PeerValue<'a> {
    pub fn new(id: &'a str, peer: Peer, engine: &NamedEngine<String>) -> Option<Self> {
        let engine = engine.engine();
        let position = engine.position(peer)?;
        let prefix = engine.config().id_prefix();
        Some(Self {
            id,
            handle: peer.index(),
            position: [position.x(), position.y(), position.z()],
            island: engine
                .island_of(peer)
                .map(|number| island_id(prefix, number)),
        })
    }
}

/// `Counters`
#[derive(Clone, Copy, Default, Serialize)]
pub struct Counters {
    pub peers: usize,
    pub waiting: usize,
    pub islands: usize,
    pub flushes: u64,
    pub arrivals: u64,
    pub reassignments: u64,
    pub departures: u64,
}

/// A value as plain JavaScript: objects for maps, numbers for all integers.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .expect("texts, and numbers that JavaScript has")
}
