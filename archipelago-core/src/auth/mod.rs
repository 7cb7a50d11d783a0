//! Who is who: Ethereum addresses and the chains of signatures that prove them.

mod address;
mod challenge;
pub mod ethereum;
mod signature;
mod wallet;

pub use address::{Address, InvalidAddress};
pub use challenge::challenge_from;
pub use signature::{InvalidSignature, PersonalSignature};
pub use wallet::Wallet;
