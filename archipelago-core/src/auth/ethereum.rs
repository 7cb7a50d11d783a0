//! The Ethereum primitives of an auth chain: hashes, and the recovery of who signed.

use k256::ecdsa::VerifyingKey;
use sha3::{Digest, Keccak256};

use super::{Address, PersonalSignature};

/// Keccak-256 as Ethereum uses it (not SHA3-256: the padding differs).
pub fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// The hash that `personal_sign` signs (EIP-191, version `E`): the message is prefixed, so that a signature can never
/// be one of a transaction. The length is in bytes of UTF-8.
pub fn personal_hash(message: &str) -> [u8; 32] {
    Keccak256::new()
        .chain_update("\x19Ethereum Signed Message:\n")
        .chain_update(message.len().to_string())
        .chain_update(message)
        .finalize()
        .into()
}

/// The account that made the signature over `hash`, or `None` when no account can have made it.
///
/// `hash` must be the output of a hash function: over a number of one's own choice anybody can make a signature that
/// recovers to an arbitrary account.
pub fn recover(hash: &[u8; 32], signature: &PersonalSignature) -> Option<Address> {
    VerifyingKey::recover_from_prehash(hash, &signature.rs, signature.recovery)
        .ok()
        .map(|key| address_of(&key))
}

/// The account of a public key: the last 20 bytes of the hash of its two coordinates.
pub(super) fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_sec1_point(false);
    let hash = keccak256(&point.as_bytes()[1..]);
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&hash[12..]);
    Address(bytes)
}
