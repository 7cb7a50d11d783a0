//! Well-formed links that do not hold.

use archipelago_core::auth::{self, ChainError};
use serde_json::{Value, json};

use crate::chains::*;

#[test]
fn expired_delegations() {
    for expiration in [
        "2030-03-17T17:46:40.000Z",
        "2030-03-17T17:46:39.999Z",
        "2030-03-17T17:46:40.0009",
        "1969",
        "-000001",
    ] {
        let text = delegation_text(ephemeral().address(), expiration);
        assert_refused(&standard_delegating(&text), ChainError::Expired { link: 1 });
    }
}

#[test]
fn a_chain_of_which_only_the_second_delegation_has_expired() {
    let expired = delegation_text(second_ephemeral().address(), "2030-01-01");
    let links = [
        signer(root().address()),
        delegation(&root(), &ephemeral()),
        delegation_of(&ephemeral(), &expired),
        entity(&second_ephemeral(), CHALLENGE),
    ];
    assert_refused(&links, ChainError::Expired { link: 2 });
}

#[test]
fn dates_that_are_none() {
    for expiration in [
        "",
        " ",
        "never",
        "2999-13-01",
        "2999-02-30",
        "9999999999999",
        "2999-12-31T23:59:59Z ",
    ] {
        let text = delegation_text(ephemeral().address(), expiration);
        assert_refused(&standard_delegating(&text), ChainError::BadDate { link: 1 });
    }
}

#[test]
fn malformed_delegations() {
    let to = ephemeral().address();
    for payload in [
        String::new(),
        "\n\n".into(),
        "Decentraland Login".into(),
        format!("Decentraland Login\nEphemeral address: {to}"),
        format!("Ephemeral address: {to}\nExpiration: {FAR}"),
        format!("Decentraland Login\nExpiration: {FAR}\nEphemeral address: {to}"),
        format!("Decentraland Login\n\nEphemeral address: {to}\nExpiration: {FAR}"),
        format!("Decentraland Login\nEphemeral address:{to}\nExpiration: {FAR}"),
        format!("Decentraland Login\nephemeral address: {to}\nExpiration: {FAR}"),
        format!("Decentraland Login\n Ephemeral address: {to}\nExpiration: {FAR}"),
        format!("Decentraland Login\nEphemeral address: {to}\nExpires: {FAR}"),
        format!("Decentraland Login\nEphemeral address: {to} \nExpiration: {FAR}"),
        format!(
            "Decentraland Login\nEphemeral address: {}\nExpiration: {FAR}",
            &to.to_string()[2..]
        ),
        format!("Decentraland Login\rEphemeral address: {to}\rExpiration: {FAR}"),
    ] {
        assert_refused(
            &standard_delegating(&payload),
            ChainError::MalformedEphemeral { link: 1 },
        );
    }
}

#[test]
fn carriage_returns_that_were_signed() {
    // Nobody reads them so: what wallets show and sign has none.
    let payload = delegation_text(ephemeral().address(), FAR).replace('\n', "\r\n");
    assert_refused(
        &standard_delegating(&payload),
        ChainError::WrongSigner { link: 1 },
    );
}

#[test]
fn a_final_payload_that_is_not_the_challenge() {
    for payload in [
        "",
        "dcl-",
        &CHALLENGE.to_uppercase(),
        &format!("{CHALLENGE} "),
        &format!("{CHALLENGE}\r"),
    ] {
        let mut links = standard();
        links[2] = entity(&ephemeral(), payload);
        assert_refused(&links, ChainError::WrongChallenge);
    }
    assert_refused(&standard()[..2], ChainError::WrongChallenge);
}

#[test]
fn the_challenge_of_another_socket() {
    let other = auth::challenge_from([0xff; 16]);
    let json = json!(standard()).to_string();
    assert_eq!(
        auth::verify(&json, &other, NOW_MS),
        Err(ChainError::WrongChallenge)
    );
}

#[test]
fn a_delegation_to_a_challenge_that_is_an_address() {
    let json = json!(standard()[..2]).to_string();
    let address = ephemeral().address().to_string();
    assert_eq!(
        auth::verify(&json, &address, NOW_MS),
        Err(ChainError::WrongChallenge)
    );
}

#[test]
fn links_signed_by_somebody_else() {
    let mut links = standard();
    links[1] = delegation(&ephemeral(), &ephemeral());
    assert_refused(&links, ChainError::WrongSigner { link: 1 });
    let mut links = standard();
    links[2] = entity(&root(), CHALLENGE);
    assert_refused(&links, ChainError::WrongSigner { link: 2 });
    for link in [1, 2] {
        let links = standard_with(link, "signature", foreign_signature());
        assert_refused(&links, ChainError::WrongSigner { link });
    }
    let links = standard_with(0, "payload", json!(ephemeral().address().to_string()));
    assert_refused(&links, ChainError::WrongSigner { link: 1 });
}

#[test]
fn links_that_are_left_out_or_in_another_order() {
    let chained = [
        signer(root().address()),
        delegation(&root(), &ephemeral()),
        delegation(&ephemeral(), &second_ephemeral()),
        entity(&second_ephemeral(), CHALLENGE),
    ];
    let [signer, first, second, entity] = &chained;
    let pick = |links: &[&Value]| links.iter().copied().cloned().collect::<Vec<_>>();
    assert_refused(
        &pick(&[signer, second, entity]),
        ChainError::WrongSigner { link: 1 },
    );
    assert_refused(
        &pick(&[signer, first, entity]),
        ChainError::WrongSigner { link: 2 },
    );
    assert_refused(
        &pick(&[signer, second, first, entity]),
        ChainError::WrongSigner { link: 1 },
    );
    assert_refused(
        &pick(&[signer, entity]),
        ChainError::WrongSigner { link: 1 },
    );
}

#[test]
fn an_entity_before_a_plain_delegation() {
    let mut links = standard();
    links.swap(1, 2);
    assert_refused(&links, ChainError::AuthorityNotAnAddress { link: 2 });
}

#[test]
fn links_behind_the_challenge() {
    let mut links = standard();
    links.push(entity(&ephemeral(), CHALLENGE));
    assert_refused(&links, ChainError::AuthorityNotAnAddress { link: 3 });
}

#[test]
fn signatures_that_no_key_can_have_made() {
    // No point of the curve has x = 5.
    let off_curve = format!("0x{:064x}{:064x}1b", 5, 1);
    assert_refused(
        &standard_with(2, "signature", json!(off_curve)),
        ChainError::WrongSigner { link: 2 },
    );
    // R = G and s = hash recover to the point at infinity.
    let hash = auth::ethereum::personal_hash(CHALLENGE);
    let s = base16ct::lower::encode_string(&hash);
    let infinity =
        format!("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798{s}1b");
    let parsed = infinity.parse().expect("in range");
    assert_eq!(auth::ethereum::recover(&hash, &parsed), None);
    assert_refused(
        &standard_with(2, "signature", json!(infinity)),
        ChainError::WrongSigner { link: 2 },
    );
}

#[test]
fn what_is_cheap_to_see_before_any_signature_is_looked_at() {
    let mut links = standard_with(1, "signature", foreign_signature());
    links[2]["signature"] = json!("0x");
    assert_refused(&links, ChainError::MalformedSignature { link: 2 });
    links[2] = entity(&ephemeral(), "another challenge");
    assert_refused(&links, ChainError::WrongChallenge);
    let expired = delegation_text(second_ephemeral().address(), "2030-01-01");
    links[2] = delegation_of(&ephemeral(), &expired);
    assert_refused(&links, ChainError::Expired { link: 2 });
}
