//! Chains and signatures that other implementations made.

use archipelago_core::auth::ethereum::{personal_hash, recover};
use archipelago_core::auth::{self, Address, ChainError, Verdict};
use serde_json::{Value, json};

use crate::chains::{CHALLENGE, entity, ephemeral, link};

/// Address, what it signed, and the signature, by wallets of all kinds. "Some data" is the example of web3.js, and once
/// more as its high-s twin.
const SIGNED: &[(&str, &str, &str)] = &[
    (
        "0xeC6E6c0841a2bA474E92Bf42BaF76bFe80e8657C",
        "QmWyFNeHbxXaPtUnzKvDZPpKSa4d5anZEZEFJ8TC1WgcfU",
        "0xaaafb0368c13c42e401e71162cb55a062b3b0a5389e0740e7dc34e623b12f0fd65e2fadac51ab5f0de8f69b1311f23f1f218753e8a957043a2a789ba721141f91c",
    ),
    (
        "0x3ea8147dabfe6818b0f8c1f8d756f4ad20321a65",
        "Decentraland Login\nEphemeral address: 0x05Ac0D29E42F9ae09B0EfA250BD3385FC3D0a68B\nExpiration: 2022-03-11T22:35:52.090Z",
        "0xda87889b7d8aa91255d3f736b2519b6d3af42ce15f8fbc17dedf3d69f647835c7de6f6bfb37dd18fd5df1a7ad14ff3d118c2c880647f28b1b77b73453c97f2ea1b",
    ),
    (
        "0xbcac4dafb7e215f2f6cb3312af6d5e4f9d9e7eda",
        "Decentraland Login\nEphemeral address: 0x08bdc29abFB11C6a1BB201b7EF3c41273aEA23EA\nExpiration: 2020-03-16T20:38:09.875Z",
        "0x3a66ecdb318c1b6a72aaf991418804044ad30a2015d0846f52240e7bdb533853736e9308c619593a7ed20ecf9361b988fbf9e4957a12f062276eda2a37b7dfda01",
    ),
    (
        "0xEB014f8c8B418Db6b45774c326A0E64C78914dC0",
        "Some data",
        "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f953e41351267b20d4a89ebfe9c8f03c04de9b345add4a52f15bd026b63c8fb1501b",
    ),
    (
        "0xEB014f8c8B418Db6b45774c326A0E64C78914dC0",
        "Some data",
        "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f9ac1becaed984df2b57614016370fc3f9dc13a88bd1fe4d4a640237d693a68ff11c",
    ),
    (
        "0xf053efea93c7aeb3251a3c5f422864dddab354a9",
        "Decentraland Login\nEphemeral address: 0xd59c1F11bF5BDd5ae7305FA36D66089343f1C8FC\nExpiration: 2020-03-15T00:45:29.278Z",
        "0x0fc56c45d201d17339aa84b39469d08b01e71bf992b3b709ae6babca7ab51fa63ef05436551effdd65981cf62624876b3e7a745e01738b6e17c8b43890feaaa81c",
    ),
];

/// 2020-01-01.
const BEFORE_ALL_MS: u64 = 1_577_836_800_000;

#[test]
fn signatures_recover_to_who_signed() {
    for (address, message, signature) in SIGNED {
        let signature = signature.parse().expect("well-formed");
        let expected: Address = address.parse().expect("an address");
        assert_eq!(
            recover(&personal_hash(message), &signature),
            Some(expected),
            "{message}"
        );
    }
}

/// Whether the first link behind the signer holds: if so, the one behind it is what is refused.
fn holds(address: &str, delegation: &str, signature: &str) -> bool {
    let json = json!([
        link("SIGNER", address, ""),
        link("ECDSA_EPHEMERAL", delegation, signature),
        entity(&ephemeral(), CHALLENGE),
    ]);
    match auth::verify(&json.to_string(), CHALLENGE, BEFORE_ALL_MS) {
        Err(ChainError::WrongSigner { link }) => link == 2,
        other => panic!("{other:?}"),
    }
}

#[test]
fn delegations_hold_with_line_feeds_and_with_carriage_returns() {
    let delegations = SIGNED
        .iter()
        .filter(|(_, message, _)| message.contains('\n'));
    for (address, message, signature) in delegations {
        assert!(holds(address, message, signature), "{message}");
        // The last one was sent like this, and is signed like the others.
        assert!(
            holds(address, &message.replace('\n', "\r\n"), signature),
            "{message}"
        );
        assert!(
            !holds(address, &message.replace("Login", "login"), signature),
            "{message}"
        );
    }
}

#[test]
fn what_has_expired_since_is_refused() {
    for (address, message, signature) in SIGNED
        .iter()
        .filter(|(_, message, _)| message.contains('\n'))
    {
        let json = json!([
            link("SIGNER", address, ""),
            link("ECDSA_EPHEMERAL", message, signature),
            entity(&ephemeral(), CHALLENGE),
        ]);
        let verdict = auth::verify(&json.to_string(), CHALLENGE, crate::chains::NOW_MS);
        assert_eq!(verdict, Err(ChainError::Expired { link: 1 }));
    }
}

/// Made and accepted by `@dcl/crypto` 3.
#[test]
fn chains_of_the_reference_implementation_are_valid() {
    let file: Value = serde_json::from_str(include_str!("dcl_crypto_chains.json")).expect("JSON");
    let signer: Address = file["signer"]
        .as_str()
        .expect("text")
        .parse()
        .expect("an address");
    let challenge = file["challenge"].as_str().expect("text");
    let chains = file["chains"].as_array().expect("an array");
    assert_eq!(chains.len(), 12);
    for chain in chains {
        let json = chain["chain"].to_string();
        let verdict = auth::verify(&json, challenge, crate::chains::NOW_MS);
        assert_eq!(verdict, Ok(Verdict::Valid(signer)), "{}", chain["name"]);
    }
}
