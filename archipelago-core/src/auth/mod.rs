//! Who is who: Ethereum addresses and the chains of signatures that prove them.

mod address;

pub use address::{Address, InvalidAddress};
