//! Auth chains as JavaScript gives them; the rules themselves are tested in the core.

mod common;

use archipelago_core::auth::{Verdict, Wallet, verify};
use archipelago_wasm::verify_auth_chain;
use common::said;
use js_sys::JSON;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const NOW_MS: u32 = 1_790_000;

fn wallet(secret: u8) -> Wallet {
    Wallet::from_secret(&[secret; 32]).expect("a key")
}

fn verdict(chain: &str, challenge: &str) -> String {
    let verdict = verify_auth_chain(&chain.into(), &challenge.into(), &NOW_MS.into());
    let verdict = verdict.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    JSON::stringify(&verdict).expect("plain data").into()
}

fn link(kind: &str, payload: &str, signature: &str) -> String {
    format!(r#"{{"type":"{kind}","payload":"{payload}","signature":"{signature}"}}"#)
}

#[wasm_bindgen_test]
fn a_chain_is_valid_for_its_challenge_only() {
    let owner = wallet(7);
    let signer = link("SIGNER", &owner.address().to_string(), "");
    let signature = owner.sign_personal("dcl-1").to_string();
    let chain = format!(
        "[{signer},{}]",
        link("ECDSA_SIGNED_ENTITY", "dcl-1", &signature)
    );
    assert_eq!(
        verdict(&chain, "dcl-1"),
        format!(r#"{{"kind":"valid","address":"{}"}}"#, owner.address())
    );
    assert_eq!(
        verdict(&chain, "dcl-2"),
        r#"{"kind":"invalid","reason":"auth chain: the challenge is not what was signed"}"#
    );
    assert_eq!(
        verdict("nonsense", "dcl-1"),
        r#"{"kind":"invalid","reason":"auth chain: not a JSON array of links"}"#
    );
}

#[wasm_bindgen_test]
fn what_contracts_have_to_say_is_a_question() {
    let owner = wallet(7).address();
    let signer = link("SIGNER", &owner.to_string(), "");
    let chain = format!(
        "[{signer},{}]",
        link("ECDSA_EIP_1654_SIGNED_ENTITY", "dcl-1", "0x0102")
    );
    let said = verdict(&chain, "dcl-1");
    assert!(
        said.starts_with(&format!(
            r#"{{"kind":"needsContractCheck","address":"{owner}","questions":[{{"contract":"{owner}","messageHash":"0x"#
        )),
        "{said}"
    );
    assert!(said.ends_with(r#""signature":"0x0102"}]}"#), "{said}");
}

#[wasm_bindgen_test]
fn arguments_of_the_wrong_type_are_refused() {
    let text = || JsValue::from("[]");
    let now = || JsValue::from(NOW_MS);
    for (chain, challenge, now_ms, told) in [
        (
            7.into(),
            text(),
            now(),
            "authChain is 7: it must be a string, without lone surrogates",
        ),
        (
            text(),
            JsValue::NULL,
            now(),
            "challenge is null: it must be a string, without lone surrogates",
        ),
        (
            text(),
            text(),
            f64::NAN.into(),
            "nowMs is NaN: it must be a number from 0 to 9007199254740991",
        ),
    ] {
        assert_eq!(said(verify_auth_chain(&chain, &challenge, &now_ms)), told);
    }
}

/// The browser's parser of JSON, and the one that the worker has.
#[wasm_bindgen_test]
fn both_parsers_come_to_the_same_verdict() {
    let owner = wallet(7);
    let signer = link("SIGNER", &owner.address().to_string(), "");
    let signature = owner.sign_personal("dcl-1").to_string();
    let entity = link("ECDSA_SIGNED_ENTITY", "dcl-1", &signature);
    let with = |extra: &str| {
        format!(
            "[{},{entity}]",
            signer.replacen('{', &format!("{{{extra},"), 1)
        )
    };
    let chains = [
        format!("[{signer},{entity}]"),
        format!(" [ {signer} ,\n{entity} ] "),
        format!("\u{feff}[{signer},{entity}]"),
        format!("[{signer},{entity}"),
        format!("[{signer},{entity},]"),
        format!("[{signer},[\"ECDSA_SIGNED_ENTITY\",\"dcl-1\",\"{signature}\"]]"),
        format!("{{\"0\":{signer},\"1\":{entity}}}"),
        format!("[{signer},null]"),
        with(r#""type":"ECDSA_EPHEMERAL""#),
        with(r#""extra":[1,{"a":null}]"#),
        with(r#""__proto__":{"signature":"0x"}"#),
        signer_with(&signer, &entity, r#""signature":null"#),
        signer_with(&signer, &entity, r#""signature":7"#),
        signer_with(&signer, &entity, r#""signature":1e999"#),
        signer_with(&signer, &entity, r#""signature":"\ud800""#),
    ];
    for chain in chains {
        let here = verdict(&chain, "dcl-1");
        let there = verify(&chain, "dcl-1", u64::from(NOW_MS));
        let valid = matches!(there, Ok(Verdict::Valid(_)));
        assert_eq!(
            here.contains(r#""kind":"valid""#),
            valid,
            "{chain}: {here}, {there:?}"
        );
    }
}

fn signer_with(signer: &str, entity: &str, signature: &str) -> String {
    format!(
        "[{},{entity}]",
        signer.replace(r#""signature":"""#, signature)
    )
}
