//! Builds chains link by link, so that a test shows what is special about its own.

use archipelago_core::auth::{self, Address, ChainError, Verdict, Wallet};
use serde_json::{Value, json};

pub const CHALLENGE: &str = "dcl-000102030405060708090a0b0c0d0e0f";
/// 2030-03-17T17:46:40Z.
pub const NOW_MS: u64 = 1_900_000_000_000;
pub const FAR: &str = "2999-12-31T23:59:59.999Z";

fn wallet(byte: u8) -> Wallet {
    Wallet::from_secret(&[byte; 32]).expect("a number below the group order")
}

pub fn root() -> Wallet {
    wallet(0x11)
}

pub fn ephemeral() -> Wallet {
    wallet(0x22)
}

pub fn second_ephemeral() -> Wallet {
    wallet(0x33)
}

pub fn link(kind: &str, payload: &str, signature: &str) -> Value {
    json!({ "type": kind, "payload": payload, "signature": signature })
}

pub fn signer(address: Address) -> Value {
    link("SIGNER", &address.to_string(), "")
}

pub fn delegation_text(to: Address, expiration: &str) -> String {
    format!("Decentraland Login\nEphemeral address: {to}\nExpiration: {expiration}")
}

/// A delegation of which the payload is signed just as it is.
pub fn delegation_of(by: &Wallet, payload: &str) -> Value {
    link(
        "ECDSA_EPHEMERAL",
        payload,
        &by.sign_personal(payload).to_string(),
    )
}

pub fn delegation(by: &Wallet, to: &Wallet) -> Value {
    delegation_of(by, &delegation_text(to.address(), FAR))
}

pub fn entity(by: &Wallet, payload: &str) -> Value {
    link(
        "ECDSA_SIGNED_ENTITY",
        payload,
        &by.sign_personal(payload).to_string(),
    )
}

/// The chain that nearly every client sends.
pub fn standard() -> Vec<Value> {
    vec![
        signer(root().address()),
        delegation(&root(), &ephemeral()),
        entity(&ephemeral(), CHALLENGE),
    ]
}

/// The standard chain with one value replaced.
pub fn standard_with(link: usize, key: &str, value: Value) -> Vec<Value> {
    let mut links = standard();
    links[link][key] = value;
    links
}

/// The standard chain with another delegation, signed by the root.
pub fn standard_delegating(payload: &str) -> Vec<Value> {
    let mut links = standard();
    links[1] = delegation_of(&root(), payload);
    links
}

/// A signature that is well-formed, and not of what it stands beside.
pub fn foreign_signature() -> Value {
    json!(root().sign_personal("something else").to_string())
}

pub fn verify(links: &[Value]) -> Result<Verdict, ChainError> {
    auth::verify(&json!(links).to_string(), CHALLENGE, NOW_MS)
}

#[track_caller]
pub fn assert_valid(links: &[Value]) {
    assert_eq!(verify(links), Ok(Verdict::Valid(root().address())));
}

#[track_caller]
pub fn assert_refused(links: &[Value], error: ChainError) {
    assert_eq!(verify(links), Err(error));
}
