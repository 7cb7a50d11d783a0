//! Chains that are not even well-formed.

use archipelago_core::auth::{self, CHAIN_MAX_BYTES, ChainError};
use serde_json::{Value, json};

use crate::chains::*;

#[track_caller]
fn assert_text_refused(json: &str, error: ChainError) {
    assert_eq!(auth::verify(json, CHALLENGE, NOW_MS), Err(error), "{json}");
}

#[test]
fn what_is_not_a_json_array_of_objects() {
    for json in [
        "",
        " ",
        "chain",
        "{}",
        "null",
        "1",
        "\"[]\"",
        "[1]",
        "[[]]",
        "[null]",
        "[{}",
        "[{}]]",
        "[{\"type\":}]",
    ] {
        assert_text_refused(json, ChainError::NotJson);
    }
    let as_arrays = r#"[["SIGNER","0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a",""]]"#;
    assert_text_refused(as_arrays, ChainError::NotJson);
    assert_text_refused(&"[".repeat(CHAIN_MAX_BYTES), ChainError::NotJson);
    let deep = format!("[{{\"x\":{}", "[".repeat(CHAIN_MAX_BYTES - 6));
    assert_text_refused(&deep, ChainError::NotJson);
    assert_text_refused(
        r#"[{"type":"SIGNER","payload":"\ud800"}]"#,
        ChainError::NotJson,
    );
}

#[test]
fn every_chain_that_is_cut_off() {
    let json = json!(standard()).to_string();
    for end in 0..json.len() {
        assert_text_refused(&json[..end], ChainError::NotJson);
    }
}

#[test]
fn an_empty_chain() {
    assert_refused(&[], ChainError::NoSigner);
}

#[test]
fn more_bytes_than_the_bound() {
    let mut json = json!(standard()).to_string();
    json += &" ".repeat(CHAIN_MAX_BYTES + 1 - json.len());
    assert_text_refused(
        &json,
        ChainError::TooLong {
            bytes: CHAIN_MAX_BYTES + 1,
        },
    );
}

#[test]
fn more_links_than_the_bound() {
    let mut links = vec![signer(root().address())];
    links.extend(vec![delegation(&root(), &root()); 7]);
    links.push(entity(&root(), CHALLENGE));
    assert_refused(&links, ChainError::TooManyLinks { links: 9 });
}

#[test]
fn a_first_link_that_is_not_the_signer() {
    assert_refused(&standard()[1..], ChainError::NoSigner);
    assert_refused(&standard()[2..], ChainError::NoSigner);
}

#[test]
fn a_second_signer() {
    let mut links = standard();
    links.insert(1, signer(root().address()));
    assert_refused(&links, ChainError::SecondSigner { link: 1 });
    let mut links = standard();
    links.push(signer(root().address()));
    assert_refused(&links, ChainError::SecondSigner { link: 3 });
}

#[test]
fn a_signer_with_a_signature() {
    assert_refused(
        &standard_with(0, "signature", foreign_signature()),
        ChainError::SignerSigned,
    );
    assert_refused(
        &standard_with(0, "signature", json!("0x")),
        ChainError::SignerSigned,
    );
}

#[test]
fn a_signer_that_is_not_an_address() {
    let address = root().address().to_string();
    for payload in [
        "",
        "0x",
        CHALLENGE,
        &address[2..],
        &format!("{address}0"),
        &format!(" {address}"),
    ] {
        let links = standard_with(0, "payload", json!(payload));
        assert_refused(&links, ChainError::SignerNotAnAddress);
    }
}

#[test]
fn a_lone_signer() {
    assert_refused(&[signer(root().address())], ChainError::NothingSigned);
    assert_refused(
        &[link("SIGNER", CHALLENGE, "")],
        ChainError::SignerNotAnAddress,
    );
    let address = root().address().to_string();
    let json = json!([signer(root().address())]).to_string();
    assert_eq!(
        auth::verify(&json, &address, NOW_MS),
        Err(ChainError::NothingSigned)
    );
}

#[test]
fn unknown_types() {
    for kind in [
        "",
        "signer",
        "ECDSA_PERSONAL_EPHEMERAL",
        "ECDSA_SIGNED_ENTITY ",
        "ECDSA_EIP_1654",
    ] {
        assert_refused(
            &standard_with(2, "type", json!(kind)),
            ChainError::UnknownType { link: 2 },
        );
    }
}

#[test]
fn values_that_are_missing_or_not_text() {
    for key in ["type", "payload"] {
        for value in [Value::Null, json!(1), json!(["SIGNER"]), json!({})] {
            assert_refused(
                &standard_with(1, key, value),
                ChainError::MalformedLink { link: 1 },
            );
        }
        let mut links = standard();
        links[1].as_object_mut().unwrap().remove(key);
        assert_refused(&links, ChainError::MalformedLink { link: 1 });
    }
    for value in [json!(0), json!(false), json!([]), json!({})] {
        for link in 0..3 {
            let links = standard_with(link, "signature", value.clone());
            assert_refused(&links, ChainError::MalformedLink { link });
        }
    }
}

#[test]
fn missing_signatures() {
    for link in [1, 2] {
        for value in [json!(""), Value::Null] {
            let links = standard_with(link, "signature", value);
            assert_refused(&links, ChainError::MissingSignature { link });
        }
        let mut links = standard();
        links[link].as_object_mut().unwrap().remove("signature");
        assert_refused(&links, ChainError::MissingSignature { link });
    }
}

#[test]
fn malformed_signatures() {
    let good = standard()[2]["signature"].as_str().unwrap().to_owned();
    let rs = &good[..130];
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let one = format!("{:064x}", 1);
    let zero = "0".repeat(64);
    let ones = "f".repeat(64);
    let mut bad = vec![
        good[2..].to_owned(),
        format!("0X{}", &good[2..]),
        format!(" {good}"),
        format!("{good} "),
        good[..good.len() - 1].to_owned(),
        good[..good.len() - 2].to_owned(),
        format!("{good}0"),
        format!("{good}00"),
        "0x".into(),
        format!("{}g{}", &good[..9], &good[10..]),
        format!("{}é{}", &good[..9], &good[11..]),
    ];
    bad.extend((2..27).chain(29..256).map(|v| format!("{rs}{v:02x}")));
    for (r, s) in [
        (&zero, &one),
        (&one, &zero),
        (&zero, &zero),
        (&ones, &one),
        (&one, &ones),
    ] {
        bad.push(format!("0x{r}{s}1b"));
    }
    bad.push(format!("0x{order}{one}1b"));
    bad.push(format!("0x{one}{order}1b"));
    for signature in bad {
        let links = standard_with(2, "signature", json!(signature));
        assert_refused(&links, ChainError::MalformedSignature { link: 2 });
    }
}
