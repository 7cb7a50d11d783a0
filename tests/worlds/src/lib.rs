//! Worlds full of walkers: the workloads on which the island engine is measured, tested and shown.
//!
//! A [`World`] is known by its name and a seed. The same name, seed and steps give the same positions, bit for bit,
//! native and as WebAssembly. [`figures`] says how well islands serve the people in it, [`Settings`] under which
//! parameters worlds are compared, and a [`Run`] is a world with the engine in it.
//!
//! ```
//! use archipelago_worlds::{Settings, World};
//!
//! let mut world = World::named("plaza-400", 1)?;
//! world.step(Settings::WORLDS.flush_interval_s);
//! assert_eq!(world.positions().len(), 3 * world.count());
//! # Ok::<(), archipelago_worlds::UnknownWorld>(())
//! ```
//!
//! # The worlds
//!
//! | name | players | where |
//! |---|---|---|
//! | `plaza-400`, `plaza-1000`, `plaza-3000` | as named | around one spot, sigma 30, 50 and 100 m |
//! | `festival` | 2000 | around five stages of different attraction |
//! | `sparse` | 1000 | anywhere in 600 × 600 m |
//! | `city` | 10,000 | anywhere in 4800 × 4800 m, on short trips |
//! | `surge` | 0, after 60 s 1500 | around one spot, sigma 60 m |
//! | `hamlets` | 250 | as `city`, in 1200 × 1200 m: nobody's island is full |
//! | `uniform-N` | N | as `city`, at its density |
//! | `plazas-N` | N | plazas of a thousand, 400 m apart |
//! | `crowd-N` | N | anywhere in a square with 0.03 players per m² |
//!
//! Half of the players of a world stand still; of one whose name ends in `-85`, such as `plaza-1000-85`, 85 %.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod bindings;
pub mod figures;
mod fingerprint;
mod ground;
mod plan;
mod rng;
mod run;
mod settings;
mod walker;
mod world;

pub use fingerprint::Fingerprint;
pub use plan::UnknownWorld;
pub use rng::Rng;
pub use run::Run;
pub use settings::Settings;
pub use world::World;
