use std::fmt;

use k256::ecdsa::SigningKey;

use super::{Address, PersonalSignature, ethereum};

/// An account that can sign: for whoever plays a client (a test, a load generator). The server holds none.
#[derive(Clone)]
pub struct Wallet {
    key: SigningKey,
    address: Address,
}

impl Wallet {
    /// The account of a secret key, or `None` if the number is zero or not below the group order.
    pub fn from_secret(secret_key: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_slice(secret_key).ok()?;
        let address = ethereum::address_of(key.verifying_key());
        Some(Self { key, address })
    }

    /// The address of the account.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Signs a message the way `personal_sign` does. The same message gives the same signature (RFC 6979).
    pub fn sign_personal(&self, message: &str) -> PersonalSignature {
        let hash = ethereum::personal_hash(message);
        let (rs, recovery) = self.key.sign_prehash_recoverable(&hash);
        PersonalSignature { rs, recovery }
    }
}

// By hand: the key must not end up in a log.
impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wallet")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
