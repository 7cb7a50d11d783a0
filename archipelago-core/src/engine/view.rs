//! One island, as it is read from outside.

use super::geometry::centre_and_radius;
use super::machine::Engine;
use super::number::{IslandNumber, island_id};
use super::peers::Peer;
use super::position::Position;

/// One island of an engine.
#[derive(Clone, Copy, Debug)]
pub struct Island<'a> {
    engine: &'a Engine,
    number: IslandNumber,
    slot: u32,
}

impl<'a> Island<'a> {
    pub(super) fn new(engine: &'a Engine, number: IslandNumber, slot: u32) -> Self {
        Self {
            engine,
            number,
            slot,
        }
    }

    /// Its number; the lower, the older.
    pub fn number(&self) -> IslandNumber {
        self.number
    }

    /// Its id: the engine's prefix and the number, see [`island_id`].
    pub fn id(&self) -> String {
        island_id(self.engine.config().id_prefix(), self.number)
    }

    /// Its members in the order in which they joined; never empty.
    pub fn members(&self) -> &'a [Peer] {
        &self.engine.world.islands.get(self.slot).members
    }

    /// The mean of the members' positions, in metres, as x, 0, z. Counts those who have reported; the origin if nobody
    /// has. Computed from where they are now.
    pub fn center(&self) -> [f64; 3] {
        centre_and_radius(self.positions()).0
    }

    /// The distance from the [centre](Self::center) to the farthest member, in metres.
    pub fn radius(&self) -> f64 {
        centre_and_radius(self.positions()).1
    }

    fn positions(&self) -> impl Iterator<Item = Position> + Clone + 'a {
        let engine = self.engine;
        let members = self.members().iter();
        members.filter_map(|peer| engine.position(*peer))
    }
}
