//! One client's session: the handshake and what follows it.
//!
//! ```text
//!  challenge_request    looked_up         signed_challenge    vetted     joined
//! AwaitingRequest ──▶ LookingUp ──▶ AwaitingSignature ──▶ Vetting ──▶ Joining ──▶ Live
//!        └──────────────┴──────────────┴── bad packet, time-out, close ─┴───────────┴──▶ Closed
//! ```
//!
//! [`Session`] is a pure state machine: packets, times and answers go in, one [`Action`] comes out.

mod action;
mod machine;
mod record;
mod stage;

pub use action::{Action, Close, Reason};
pub use machine::Session;
pub(crate) use record::{LeftOver, read_left_over};
pub use record::{RecordError, SESSION_RECORD_MAX_BYTES, without_session};
pub use stage::{Live, Stage, Timeouts};

/// The number of a session, issued by the realm: growing, never used again.
///
/// The highest number of an address is its current session; whatever names another one changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionNumber(pub u64);
