//! Auth chains.

use archipelago_fuzz::chain::CHALLENGE;
use archipelago_fuzz::people::{self, address, delegation, link, sign, signer};
use serde_json::{Value, json};

use super::text;
use crate::Seed;

const FAR: &str = "2099-01-01T00:00:00.000Z";

const IN_WORDS: &str = "Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)";

/// Chains as the target composes them: of each link its type, its payload and its signature.
const COMPOSED: [(&str, [&[u8]; 3]); 6] = [
    ("composed", [SIGNER, BY_0_FOR_1, BY_1]),
    ("composed-odd-v", [SIGNER, BY_0_FOR_1, &[2, 2, 0, 5, 1]]),
    ("composed-capitals", [&[2, 0, 1, 0, 0], BY_0_FOR_1, BY_1]),
    ("composed-contract", [SIGNER, BY_CONTRACT, BY_1]),
    ("composed-sorted", [SIGNER, BY_1, BY_CONTRACT]),
    (
        "composed-lines",
        [SIGNER, &[1, 5, 1, 4, 0, b'm', b'o', b'r', b'e', 2, 0], BY_1],
    ),
];
const SIGNER: &[u8] = &[2, 0, 0, 0, 1];
const BY_0_FOR_1: &[u8] = &[1, 3, 1, 0, 2, 0];
const BY_1: &[u8] = &[2, 2, 0, 2, 1];
const BY_CONTRACT: &[u8] = &[3, 3, 1, 0, 6, 2, 0, 9, 9];

pub fn chain() -> Vec<Seed> {
    let early = [&[1][..], &1_000_u64.to_le_bytes()].concat();
    let mut seeds = vec![(
        "early",
        [early, people::chain(0, CHALLENGE).into_bytes()].concat(),
    )];
    for (name, chain) in good().into_iter().chain(bad()) {
        seeds.push((name, text(0, &chain.to_string())));
    }
    for (name, links) in COMPOSED {
        seeds.push((name, links.concat()));
    }
    seeds
}

fn entity(by: usize, payload: &str) -> Value {
    link("ECDSA_SIGNED_ENTITY", payload, &sign(by, payload))
}

fn ephemeral(by: usize, to: usize, expiration: &str) -> Value {
    let payload = delegation(address(to), expiration);
    link("ECDSA_EPHEMERAL", &payload, &sign(by, &payload))
}

fn standard(expiration: &str) -> Value {
    json!([signer(0), ephemeral(0, 1, expiration), entity(1, CHALLENGE)])
}

fn good() -> [(&'static str, Value); 9] {
    let mut with_returns = standard(FAR);
    with_returns[1]["payload"] = json!(delegation(address(1), FAR).replace('\n', "\r\n"));
    let mut with_more = standard(FAR);
    with_more[0]["more"] = json!([null, { "deep": [[[1.5e3]]] }]);
    with_more[0]["signature"] = Value::Null;
    let text = delegation(address(1), FAR);
    let by_contract = || link("ECDSA_EIP_1654_EPHEMERAL", &text, "0x0102");
    let entity_of_contract = link("ECDSA_EIP_1654_SIGNED_ENTITY", CHALLENGE, "0x");
    let to_2 = || entity(0, &address(2).to_string());
    [
        ("standard", standard(FAR)),
        ("two-links", json!([signer(0), entity(0, CHALLENGE)])),
        ("carriage-returns", with_returns),
        ("more-keys", with_more),
        ("date-in-words", standard(IN_WORDS)),
        ("delegate", json!([signer(0), to_2(), entity(2, CHALLENGE)])),
        (
            "contract",
            json!([signer(0), by_contract(), entity(1, CHALLENGE)]),
        ),
        (
            "contract-sorted",
            json!([signer(0), entity(1, CHALLENGE), by_contract()]),
        ),
        (
            "contract-entity",
            json!([signer(0), to_2(), entity_of_contract]),
        ),
    ]
}

fn bad() -> [(&'static str, Value); 7] {
    let identity = json!({ "type": "SIGNER", "payload": format!("0x{:040x}", 4) });
    let by_identity = link("ECDSA_EIP_1654_SIGNED_ENTITY", CHALLENGE, "0x1626ba7e");
    let many = vec![entity(0, CHALLENGE); 9];
    [
        ("expired", standard("2020-01-01")),
        ("precompiled", json!([identity, by_identity])),
        (
            "lone-signer",
            json!([{ "type": "SIGNER", "payload": CHALLENGE }]),
        ),
        (
            "two-signers",
            json!([signer(0), signer(0), entity(0, CHALLENGE)]),
        ),
        ("too-many", json!(many)),
        ("empty", json!([])),
        ("no-links", json!({ "type": "SIGNER" })),
    ]
}
