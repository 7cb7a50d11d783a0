use archipelago_core::auth::{self, CHAIN_MAX_BYTES, Verdict};
use serde_json::{Value, json};

use crate::chains::*;

#[test]
fn the_three_standard_links() {
    assert_valid(&standard());
}

#[test]
fn an_entity_signed_by_the_root() {
    assert_valid(&[signer(root().address()), entity(&root(), CHALLENGE)]);
}

#[test]
fn an_ephemeral_equal_to_the_root() {
    assert_valid(&[
        signer(root().address()),
        delegation(&root(), &root()),
        entity(&root(), CHALLENGE),
    ]);
}

#[test]
fn addresses_in_mixed_case() {
    let upper = |address: &str| format!("0x{}", address[2..].to_uppercase());
    let mut links = standard_with(0, "payload", json!(upper(&root().address().to_string())));
    assert_valid(&links);
    let to = upper(&ephemeral().address().to_string());
    let payload = format!("Decentraland Login\nEphemeral address: {to}\nExpiration: {FAR}");
    links[1] = delegation_of(&root(), &payload);
    assert_valid(&links);
}

#[test]
fn carriage_returns_that_were_not_signed() {
    let payload = delegation_text(ephemeral().address(), FAR).replace('\n', "\r\n");
    assert_valid(&standard_with(1, "payload", json!(payload)));
}

#[test]
fn further_lines() {
    let text = delegation_text(ephemeral().address(), FAR);
    assert_valid(&standard_delegating(&format!("{text}\n")));
    assert_valid(&standard_delegating(&format!(
        "{text}\nNonce: 1\nExpiration: 1970-01-01"
    )));
}

#[test]
fn any_first_line() {
    let text = delegation_text(ephemeral().address(), FAR);
    for first_line in ["", "Connexion à Décentraland 🏝", "Expiration: 1970-01-01"] {
        assert_valid(&standard_delegating(
            &text.replace("Decentraland Login", first_line),
        ));
    }
}

#[test]
fn chained_ephemerals() {
    assert_valid(&[
        signer(root().address()),
        delegation(&root(), &ephemeral()),
        delegation(&ephemeral(), &second_ephemeral()),
        entity(&second_ephemeral(), CHALLENGE),
    ]);
}

#[test]
fn an_entity_that_delegates() {
    let delegate = ephemeral().address().to_string();
    for delegate in [
        delegate.clone(),
        format!("0x{}", delegate[2..].to_uppercase()),
    ] {
        assert_valid(&[
            signer(root().address()),
            entity(&root(), &delegate),
            entity(&ephemeral(), CHALLENGE),
        ]);
    }
    assert_valid(&[
        signer(root().address()),
        entity(&root(), &delegate),
        delegation(&ephemeral(), &second_ephemeral()),
        entity(&second_ephemeral(), CHALLENGE),
    ]);
}

#[test]
fn signers_without_a_signature_in_every_spelling() {
    assert_valid(&standard_with(0, "signature", Value::Null));
    let mut links = standard();
    links[0].as_object_mut().unwrap().remove("signature");
    assert_valid(&links);
}

#[test]
fn extra_keys() {
    let mut links = standard();
    for link in &mut links {
        link["extra"] = json!({ "type": "SIGNER", "deep": [1, null, "x"] });
    }
    assert_valid(&links);
    // A key that is there twice counts as what it is the second time, as in JavaScript.
    let repeated = json!(standard())
        .to_string()
        .replace("\"type\":", "\"x\":1,\"x\":2,\"type\":");
    assert_eq!(
        auth::verify(&repeated, CHALLENGE, NOW_MS),
        Ok(Verdict::Valid(root().address()))
    );
}

#[test]
fn recovery_values_from_zero() {
    for index in [1, 2] {
        let signature = standard()[index]["signature"].as_str().unwrap().to_owned();
        let (rs, v) = signature.split_at(130);
        let v = if v == "1b" { "00" } else { "01" };
        assert_valid(&standard_with(
            index,
            "signature",
            json!(format!("{rs}{v}")),
        ));
    }
}

#[test]
fn signatures_in_capitals() {
    let signature = standard()[2]["signature"].as_str().unwrap()[2..].to_uppercase();
    assert_valid(&standard_with(
        2,
        "signature",
        json!(format!("0x{signature}")),
    ));
}

#[test]
fn dates_in_words_and_without_a_zone() {
    for expiration in [
        "Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)",
        "Wed, 02 Oct 2030 15:00:00 GMT",
        "2030-03-17T17:46:40.001",
        "2031",
        "+275760-09-13T00:00:00.000Z",
    ] {
        assert_valid(&standard_delegating(&delegation_text(
            ephemeral().address(),
            expiration,
        )));
    }
}

#[test]
fn a_delegation_in_its_last_millisecond() {
    assert_valid(&standard_delegating(&delegation_text(
        ephemeral().address(),
        "2030-03-17T17:46:40.001Z",
    )));
}

#[test]
fn as_many_bytes_and_links_as_the_bounds_allow() {
    let mut json = json!(standard()).to_string();
    json += &" ".repeat(CHAIN_MAX_BYTES - json.len());
    assert_eq!(
        auth::verify(&json, CHALLENGE, NOW_MS),
        Ok(Verdict::Valid(root().address()))
    );
    let mut links = vec![signer(root().address())];
    links.extend(vec![delegation(&root(), &root()); 6]);
    links.push(entity(&root(), CHALLENGE));
    assert_eq!(links.len(), auth::CHAIN_MAX_LINKS);
    assert_valid(&links);
}
