//! One room: the players of an island, who talk to each other through it (`decentraland.kernel.comms.rfc5`).
//!
//! ```text
//!  peer_identification      signed_challenge_for_server            mute
//! Visitor ──────────▶ Visitor, challenged ───────────▶ Member ──────────▶ Muted
//!    └──────────────────────┴── bad packet, time-out, ────┴── order, close ──┴──▶ gone
//! ```
//!
//! [`Room`] is a pure state machine. Its host feeds it sockets, frames and the time, carries out the [`Action`]s in
//! their order (what [`Room::relay`] adds comes after those that wait), sends the reports that are due and calls
//! [`Room::tick`] at the deadline.

mod action;
mod batch;
mod counting;
mod guests;
mod machine;
mod orders;
mod pace;
mod packet;
mod record;
mod relay;
mod reports;
mod visitor;

pub use crate::connector::SocketId;
pub use action::{Action, Reason, Relay};
pub use batch::Batch;
pub use machine::Room;
pub use record::{ROOM_RECORD_MAX_BYTES, RecordError, room_of_record};
pub use reports::{
    ROOM_IDLE_REPORT_MS, ROOM_REPORT_INTERVAL_MS, ROOM_REPORT_REST_MS, ROOM_RETRY_MAX_MS,
    ROOM_RETRY_MS,
};
