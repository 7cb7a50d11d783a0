//! Islands: who is near whom.
//!
//! [`Engine`] groups peers into islands of at most [`EngineConfig::max_peers`]: peers within the join distance are
//! brought together, an island is broken only where a gap is wider than the leave distance. Height does not count.
//!
//! It is a synchronous state machine: peers are [inserted](Engine::insert), [updated](Engine::update) and
//! [removed](Engine::remove) at any time, and a [flush](Engine::flush) now and then draws the conclusions and says what
//! has to be told to whom. The same calls in the same order give the same islands, numbers and updates everywhere.
//! Whatever is decided between equals is decided by order of arrival and island numbers.
//!
//! ```
//! use archipelago_core::engine::{Engine, EngineConfig, Position, Scope};
//!
//! let mut engine = Engine::new(EngineConfig::default());
//! let at = |x| Position::new(x, 0.0, 0.0).expect("finite");
//! let (here, there) = (engine.insert(at(0.0), None), engine.insert(at(80.0), None));
//! engine.flush(0, Scope::Full);
//! assert_eq!(engine.island_of(here), engine.island_of(there));
//!
//! engine.update(there, at(200.0), None);
//! let updates = engine.flush(2000, Scope::Full);
//! assert_eq!(updates.len(), 1, "one of the two has a new island");
//! ```
//!
//! # The way of a flush
//!
//! Arrivals get islands of their own (`flush`; all at once: `rush`); dirty islands that have come apart are split
//! (`split`, `links`, `pieces`, `points`, `groups`); clusters of adjacent islands are found (`clusters`, `borders`,
//! `contacts`, `sweep`) and merged if they fit into one, or handed to the crowd policy if not (`stable`, `board`;
//! `coherent`, which finds clusters by itself). All of it works on the members of islands (`members`) and, where these
//! do not say enough, on everybody's neighbourhood (`grid`, `window`, `lattice`), and only around islands in which
//! something changed. Memory that only arrivals need is taken when they report, and given back later (`memory`).

mod board;
mod borders;
mod bounds;
mod check;
mod clusters;
mod coherent;
mod config;
mod contacts;
mod counting;
mod flush;
mod geometry;
mod grid;
mod groups;
mod islands;
mod lattice;
mod links;
mod lists;
mod machine;
mod members;
mod memory;
mod named;
mod neighbours;
mod number;
mod peers;
mod pieces;
mod plots;
mod points;
mod policy;
mod position;
mod preferences;
mod restore;
mod rush;
mod split;
mod stable;
mod sweep;
mod updates;
mod view;
mod window;
mod world;

pub use coherent::{CoherentConfig, InvalidCoherent};
pub use config::{EngineConfig, InvalidConfig};
pub use machine::Engine;
pub use named::{NamedEngine, NamedUpdate};
pub use number::{IslandNumber, island_id, parse_island_id};
pub use peers::Peer;
pub use policy::{CrowdPolicy, UnknownPolicy};
pub use position::Position;
pub use updates::{Scope, Update};
pub use view::Island;
