//! What connectors and rooms count, and the realm adds up.

use super::bus::{ConnectorCounters, RoomCounters};

macro_rules! add_up {
    ($counters:ty: $($field:ident),*) => {
        impl $counters {
            /// Adds what was counted elsewhere.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }
        }
    };
}

add_up!(RoomCounters: received, relayed, dropped, too_slow);

add_up!(
    ConnectorCounters: welcomed,
    refused,
    banned,
    denied,
    too_fast,
    crowded,
    positions_refused,
    wishes_refused,
    ban_checks,
    ban_checks_failed,
    deny_lists,
    deny_lists_failed,
    contract_checks,
    contract_checks_failed
);
