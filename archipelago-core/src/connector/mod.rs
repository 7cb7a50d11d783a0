//! One connector: the sessions of its sockets, and what it has to report to the realm.
//!
//! [`Connector`] is a pure state machine. Its host feeds it sockets, frames, answers and the time, carries out the
//! [`Action`]s, sends the reports that are due and calls [`Connector::tick`] at the deadline.

mod action;
mod counting;
mod crowd;
mod deliveries;
mod machine;
mod reports;
mod steps;
mod sweep;
mod vetting;

pub use action::{Action, SocketId};
pub use machine::{Connector, ConnectorConfig, Crowded};
pub use reports::{KEEP_ALIVE_MS, REPORT_INTERVAL_MS, RETRY_MAX_MS, RETRY_MS};
