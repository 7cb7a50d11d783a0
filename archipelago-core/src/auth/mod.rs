//! Who is who: Ethereum addresses and the chains of signatures that prove them.
//!
//! A socket gets a challenge ([`challenge_from`]), and its answer is an auth chain that [`verify`] walks from the
//! owner's address to the challenge.

mod address;
mod chain;
mod challenge;
pub mod contract;
mod date;
mod ephemeral;
mod error;
pub mod ethereum;
mod json;
mod link;
mod signature;
mod wallet;

pub use address::{Address, InvalidAddress};
pub use chain::{ContractCheck, Verdict, verify, verify_with};
pub use challenge::challenge_from;
pub use contract::{ContractAnswer, ContractQuestion};
pub use error::ChainError;
pub use link::{CHAIN_MAX_BYTES, CHAIN_MAX_LINKS, ParseLinks, Property};
pub use signature::{InvalidSignature, PersonalSignature};
pub use wallet::Wallet;
