//! What goes out to JavaScript, in the shapes that `types.ts` declares.

use archipelago_core::engine::{Island, IslandNumber, NamedEngine, NamedUpdate, island_id};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

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
        let id = |number: IslandNumber| island_id(prefix, number);
        match update {
            NamedUpdate::ChangeTo { peer, island, from } => Self::ChangeTo {
                peer,
                island: id(island),
                from: from.map(id),
            },
            NamedUpdate::Leave { peer, island } => Self::Leave {
                peer,
                island: id(island),
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
        }
    }
}
