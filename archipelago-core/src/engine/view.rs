//! One island, as it is read from outside.

use super::machine::Engine;
use super::number::{IslandNumber, island_id};
use super::peers::Peer;

/// One island.
#[derive(Clone, Copy, Debug)]
pub struct Island<'a> {
    engine: &'a Engine,
    number: IslandNumber,
}

#[expect(missing_docs)]
impl<'a> Island<'a> {
    pub fn number(&self) -> IslandNumber {
        self.number
    }
    pub fn id(&self) -> String {
        island_id(self.engine.config().id_prefix(), self.number)
    }
    pub fn members(&self) -> &'a [Peer] {
        &[]
    }
    pub fn center(&self) -> [f64; 3] {
        [0.0; 3]
    }
    pub fn radius(&self) -> f64 {
        0.0
    }
}
