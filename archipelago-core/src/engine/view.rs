//! One island, as it is read from outside.

use super::geometry::centre_and_radius;
use super::islands::Slot;
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

    /// When it came to be: the `now_ms` of the [flush](Engine::flush) that opened it, or what it was
    /// [restored](Engine::restore) with. Whoever comes and goes, it stays; a part that splits off is a new island.
    pub fn formed_ms(&self) -> u64 {
        self.slot().formed_ms
    }

    /// Its members in the order in which they joined; never empty.
    pub fn members(&self) -> &'a [Peer] {
        self.engine.world.islands.members(self.slot)
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

    fn slot(&self) -> &'a Slot {
        self.engine.world.islands.get(self.slot)
    }

    fn positions(&self) -> impl Iterator<Item = Position> + Clone + 'a {
        let engine = self.engine;
        let members = self.members().iter();
        members.filter_map(|peer| engine.position(*peer))
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, EngineConfig, IslandNumber, Peer, Position, Scope};

    fn at(x: f32) -> Position {
        Position::new(x, 0.0, 0.0).unwrap()
    }

    fn formed_ms(engine: &Engine, peer: Peer) -> u64 {
        let island = engine.island(engine.island_of(peer).unwrap());
        island.unwrap().formed_ms()
    }

    #[test]
    fn an_island_is_as_old_as_the_flush_that_opened_it() {
        let mut engine = Engine::new(EngineConfig::new(10, 10.0, Some(15.0)).unwrap());
        let [a, b] = [0.0, 100.0].map(|x| engine.insert(at(x), None));
        engine.flush(1_000, Scope::Arrivals);
        let c = engine.insert(at(100.0), None);
        engine.flush(2_000, Scope::Full);
        let d = engine.insert(at(200.0), None);
        engine.flush(3_000, Scope::Full);
        assert_eq!(
            [a, b, c, d].map(|peer| formed_ms(&engine, peer)),
            [1_000, 1_000, 1_000, 3_000]
        );

        // What merges goes into an island that is there; what splits off is new, and so is what had gone before.
        engine.update(d, at(100.0), None);
        engine.flush(4_000, Scope::Full);
        engine.update(b, at(200.0), None);
        engine.flush(5_000, Scope::Full);
        assert_eq!(
            [a, b, c, d].map(|peer| formed_ms(&engine, peer)),
            [1_000, 5_000, 1_000, 1_000]
        );
    }

    #[test]
    fn a_restored_island_is_as_old_as_it_was() {
        let mut engine = Engine::new(EngineConfig::default());
        let peers = engine.restore(IslandNumber::FIRST, 1_000, 1);
        engine.update(peers[0], at(0.0), None);
        engine.flush(9_000, Scope::Full);
        assert_eq!(formed_ms(&engine, peers[0]), 1_000);
    }
}
