//! People whose keys the targets have: no fuzzer guesses a signature.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex};

use archipelago_core::auth::{Address, Wallet};
use serde_json::{Value, json};

/// How many people there are.
pub const PEOPLE: usize = 6;

/// So many signatures are remembered: signing takes longer than most inputs.
const SIGNATURES_MAX: usize = 20_000;

static WALLETS: LazyLock<[Wallet; PEOPLE]> = LazyLock::new(|| {
    std::array::from_fn(|person| {
        let mut secret = [0x11; 32];
        secret[31] = person as u8 + 1;
        Wallet::from_secret(&secret).expect("a number below the group order")
    })
});

static SIGNATURES: LazyLock<Mutex<HashMap<(usize, String), String>>> =
    LazyLock::new(Mutex::default);

/// The address of a person, counted from 0.
pub fn address(person: usize) -> Address {
    WALLETS[person].address()
}

/// Whose address it is, if it is that of one of them.
pub fn person_of(address: Address) -> Option<usize> {
    (0..PEOPLE).find(|&person| self::address(person) == address)
}

/// What `personal_sign` of a person gives for a text.
///
/// # Panics
/// If it has panicked before.
pub fn sign(person: usize, text: &str) -> String {
    let mut signatures = SIGNATURES.lock().expect("signing does not panic");
    if signatures.len() >= SIGNATURES_MAX {
        signatures.clear();
    }
    let key = (person, text.to_owned());
    let sign = || WALLETS[person].sign_personal(text).to_string();
    signatures.entry(key).or_insert_with(sign).clone()
}

/// A link of a chain, in JSON.
pub fn link(kind: &str, payload: &str, signature: &str) -> Value {
    json!({ "type": kind, "payload": payload, "signature": signature })
}

/// The first link of a chain.
pub fn signer(person: usize) -> Value {
    link("SIGNER", &address(person).to_string(), "")
}

/// The text that lets somebody else sign until a date.
pub fn delegation(to: Address, expiration: &str) -> String {
    format!("Decentraland Login\nEphemeral address: {to}\nExpiration: {expiration}")
}

/// The shortest chain there is: a person signs the challenge.
pub fn chain(person: usize, challenge: &str) -> String {
    let signature = sign(person, challenge);
    json!([
        signer(person),
        link("ECDSA_SIGNED_ENTITY", challenge, &signature)
    ])
    .to_string()
}

/// A chain of a person whose account is a contract, which has to be asked about this signature.
pub fn contract_chain(person: usize, challenge: &str, signature: &[u8]) -> String {
    let mut digits = "0x".to_owned();
    for byte in signature {
        write!(digits, "{byte:02x}").expect("writing to a String cannot fail");
    }
    json!([
        signer(person),
        link("ECDSA_EIP_1654_SIGNED_ENTITY", challenge, &digits)
    ])
    .to_string()
}
