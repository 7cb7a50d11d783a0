//! The messages between a realm and its rooms, and what they mean in the core.

use crate::auth::Address;
use crate::transport::Pass;

use super::bus::RoomGuest;

impl RoomGuest {
    /// How a guest is named who was let in by this assignment; 0: without a token.
    pub fn new(address: &Address, assignment: u64) -> Self {
        Self {
            address: address.0.to_vec(),
            assignment,
        }
    }
}

impl From<Pass> for RoomGuest {
    fn from(pass: Pass) -> Self {
        Self::new(&pass.address, pass.assignment)
    }
}
