//! Positions between the wire and the engine.

use crate::engine::Position;

use super::common;

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
    /// Reads a position from the wire; none unless all coordinates are finite.
    pub fn from_message(message: common::Position) -> Option<Self> {
        Self::new(message.x, message.y, message.z)
    }
}
