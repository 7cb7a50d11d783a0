//! Who a player is, and how it proves it.

use archipelago_core::auth::{Address, Wallet};
use chrono::{DateTime, SecondsFormat};
use serde_json::json;
use sha2::{Digest, Sha256};

/// How long a delegation is good: a month, as explorers have it.
const DELEGATION_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// An account with an ephemeral key that may sign in its place.
pub struct Identity {
    address: Address,
    ephemeral: Wallet,
    /// What the account has signed, and the signature.
    delegation: String,
    delegation_signature: String,
}

impl Identity {
    /// The player of that number; the same for the same seed.
    pub fn new(seed: u32, index: usize, now_ms: u64) -> Self {
        let owner = wallet(seed, index, "owner");
        let ephemeral = wallet(seed, index, "ephemeral");
        let expires = DateTime::from_timestamp_millis((now_ms + DELEGATION_MS) as i64)
            .unwrap_or(DateTime::<chrono::Utc>::MAX_UTC)
            .to_rfc3339_opts(SecondsFormat::Millis, true);
        let delegation = format!(
            "Decentraland Login\nEphemeral address: {}\nExpiration: {expires}",
            ephemeral.address()
        );
        Self {
            address: owner.address(),
            delegation_signature: owner.sign_personal(&delegation).to_string(),
            delegation,
            ephemeral,
        }
    }

    /// Whom the chains prove.
    pub fn address(&self) -> Address {
        self.address
    }

    /// The chain that explorers send: account → ephemeral key → challenge, in JSON.
    pub fn chain(&self, challenge: &str) -> String {
        let signature = self.ephemeral.sign_personal(challenge).to_string();
        json!([
            { "type": "SIGNER", "payload": self.address.to_string(), "signature": "" },
            {
                "type": "ECDSA_EPHEMERAL",
                "payload": self.delegation,
                "signature": self.delegation_signature,
            },
            { "type": "ECDSA_SIGNED_ENTITY", "payload": challenge, "signature": signature },
        ])
        .to_string()
    }
}

fn wallet(seed: u32, index: usize, key: &str) -> Wallet {
    let text = format!("archipelago bot {seed} {index} {key}");
    let mut secret: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    loop {
        if let Some(wallet) = Wallet::from_secret(&secret) {
            return wallet;
        }
        // One in 2^128 is no key.
        secret = Sha256::digest(secret).into();
    }
}

#[cfg(test)]
mod tests {
    use archipelago_core::auth::{Verdict, verify};

    use super::*;

    const NOW_MS: u64 = 1_900_000_000_000;
    const CHALLENGE: &str = "dcl-0123456789abcdef0123456789abcdef";

    #[test]
    fn chains_hold_before_the_verifier() {
        for index in [0, 1, 4999] {
            let identity = Identity::new(7, index, NOW_MS);
            let chain = identity.chain(CHALLENGE);
            let verdict = verify(&chain, CHALLENGE, NOW_MS);
            assert_eq!(verdict, Ok(Verdict::Valid(identity.address())));
            assert!(verify(&chain, "dcl-00", NOW_MS).is_err());
            assert!(verify(&chain, CHALLENGE, NOW_MS + DELEGATION_MS).is_err());
        }
    }

    #[test]
    fn players_are_different_and_come_back_with_their_seed() {
        let address = |seed, index| Identity::new(seed, index, NOW_MS).address();
        assert_eq!(address(1, 2), address(1, 2));
        assert_ne!(address(1, 2), address(1, 3));
        assert_ne!(address(1, 2), address(2, 2));
    }
}
