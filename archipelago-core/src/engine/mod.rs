//! Islands: who is near whom.

mod config;
mod machine;
mod named;
mod number;
mod peers;
mod position;
mod updates;
mod view;

pub use config::{EngineConfig, InvalidConfig};
pub use machine::Engine;
pub use named::{NamedEngine, NamedUpdate};
pub use number::{IslandNumber, island_id, parse_island_id};
pub use peers::Peer;
pub use position::Position;
pub use updates::{Scope, Update};
pub use view::Island;
