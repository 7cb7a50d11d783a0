//! Positions between the wire and the engine.

use crate::engine::Position;

use super::common;
use super::limits::POSITION_MAX_M;

impl From<Position> for common::Position {
    fn from(position: Position) -> Self {
        Self {
            x: position.x(),
            y: position.y(),
            z: position.z(),
        }
    }
}

impl Position {
    /// Reads a position from the wire; none unless all coordinates are numbers from −[`POSITION_MAX_M`] to
    /// [`POSITION_MAX_M`].
    pub fn from_message(message: common::Position) -> Option<Self> {
        let common::Position { x, y, z } = message;
        let is_in_the_world = [x, y, z]
            .iter()
            .all(|coordinate| coordinate.abs() <= POSITION_MAX_M);
        is_in_the_world.then(|| Self::new(x, y, z)).flatten()
    }
}
