//! The messages of `proto/`, compiled.
//!
//! The `.proto` files hold the documentation of every message and field.

mod counters;
mod island_changed;
pub mod limits;
mod position;
mod room;

/// `decentraland.*`: the public contract.
#[allow(missing_docs, clippy::pedantic)]
pub mod decentraland {
    /// `decentraland.common`
    pub mod common {
        include!(concat!(env!("OUT_DIR"), "/decentraland.common.rs"));
    }
    /// `decentraland.kernel`
    pub mod kernel {
        /// `decentraland.kernel.comms`
        pub mod comms {
            /// `decentraland.kernel.comms.v3`: archipelago.
            pub mod v3 {
                include!(concat!(env!("OUT_DIR"), "/decentraland.kernel.comms.v3.rs"));
            }
            /// `decentraland.kernel.comms.rfc5`: the embedded transport.
            pub mod rfc5 {
                include!(concat!(
                    env!("OUT_DIR"),
                    "/decentraland.kernel.comms.rfc5.rs"
                ));
            }
        }
    }
}

/// `archipelago.bus`: what the objects of one deployment say to each other.
#[allow(missing_docs, clippy::pedantic)]
pub mod archipelago {
    /// `archipelago.bus`
    pub mod bus {
        include!(concat!(env!("OUT_DIR"), "/archipelago.bus.rs"));
    }
}

pub use archipelago::bus;
pub use counters::Upstream;
pub use decentraland::common;
pub use decentraland::kernel::comms::{rfc5, v3};
pub use island_changed::IslandChanged;
