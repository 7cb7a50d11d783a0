//! Pauses in which the platform looks after everybody else.

use std::cell::Cell;
use std::time::Duration;

use archipelago_core::protocol::limits::{BREATH_CLOSED_MESSAGES, BREATH_MESSAGES};
use worker::{Delay, State};

/// How much of what an object takes in one go has been taken.
#[derive(Default)]
pub struct Breath {
    used: Cell<u32>,
}

impl Breath {
    /// A message has come from a socket. The platform hands over whatever a socket has, one message after the other, before
    /// it looks at the network again, also when this side has closed it and its client goes on all the same.
    pub fn taken(&self, state: &State, is_open: bool) {
        let cost = if is_open {
            1
        } else {
            BREATH_MESSAGES / BREATH_CLOSED_MESSAGES
        };
        let used = self.used.get().saturating_add(cost);
        if used < BREATH_MESSAGES {
            return self.used.set(used);
        }
        self.used.set(0);
        let _pause = state.block_concurrency_while(async {
            Delay::from(Duration::ZERO).await;
            Ok(())
        });
    }
}
