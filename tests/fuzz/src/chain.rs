//! Auth chains: as texts, and put together with signatures that are good. An oracle says which hold.

use archipelago_core::auth::{self, Address, ChainError, Verdict};
use archipelago_core::protocol::limits::CLOSE_REASON_MAX_BYTES;
use serde_json::{Value, json};

use crate::input::Input;
use crate::oracle::{self, Held};
use crate::people::{self, PEOPLE};

/// What has to be signed.
pub const CHALLENGE: &str = "dcl-00112233445566778899aabbccddeeff";

/// 2030-03-17T17:46:40Z.
pub const NOW_MS: u64 = 1_900_000_000_000;

const EXPIRATIONS: [&str; 8] = [
    "2099-01-01T00:00:00.000Z",
    "2030-03-17T17:46:40.000Z",
    "2030-03-17T17:46:40.001Z",
    "Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)",
    "2020-01-01T00:00:00.000Z",
    "2031-02-29T00:00:00.000Z",
    "2099-12-31",
    "never",
];

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() {
        0 => check(&String::from_utf8_lossy(input.rest()), NOW_MS),
        1 => {
            let now_ms = input.long();
            check(&String::from_utf8_lossy(input.rest()), now_ms);
        }
        _ => check(&composed(&mut input), NOW_MS),
    }
}

/// A chain of up to ten links, each of which may be right.
fn composed(input: &mut Input<'_>) -> String {
    let mut links = Vec::new();
    while !input.is_empty() && links.len() < 10 {
        let kind = input.pick(&[
            "SIGNER",
            "ECDSA_EPHEMERAL",
            "ECDSA_SIGNED_ENTITY",
            "ECDSA_EIP_1654_EPHEMERAL",
            "ECDSA_EIP_1654_SIGNED_ENTITY",
            "ECDSA_SIGNED",
        ]);
        let payload = payload(input);
        let signature = signature(input, &payload);
        links.push(json!({ "type": kind, "payload": payload, "signature": signature }));
    }
    Value::from(links).to_string()
}

fn payload(input: &mut Input<'_>) -> String {
    let choice = input.byte();
    let person = input.below(PEOPLE);
    let address = people::address(person);
    match choice % 8 {
        0 => address.to_string(),
        1 => address.to_string().to_uppercase().replace("0X", "0x"),
        2 => CHALLENGE.to_owned(),
        3 => people::delegation(address, input.pick(&EXPIRATIONS)),
        4 => people::delegation(address, EXPIRATIONS[0]).replace('\n', "\r\n"),
        5 => people::delegation(address, EXPIRATIONS[0]) + "\n" + &input.text(),
        6 => people::delegation(address, &input.text()),
        _ => input.text().into_owned(),
    }
}

fn signature(input: &mut Input<'_>, payload: &str) -> Value {
    let choice = input.byte();
    let good =
        |input: &mut Input<'_>| people::sign(input.below(PEOPLE), &payload.replace('\r', ""));
    match choice % 8 {
        0 => Value::Null,
        1 => "".into(),
        2..=4 => good(input).into(),
        // v as 0 or 1.
        5 => match good(input) {
            text if text.ends_with("1b") => (text[..130].to_owned() + "00").into(),
            text => (text[..130].to_owned() + "01").into(),
        },
        6 => format!("0x{}", base16ct::lower::encode_string(input.chunk())).into(),
        _ => input.text().into(),
    }
}

fn check(json: &str, now_ms: u64) {
    let verdict = auth::verify(json, CHALLENGE, now_ms);
    match (&verdict, oracle::holds(json, CHALLENGE, now_ms)) {
        (Ok(verdict), Held::Yes(expected)) => assert_eq!(*verdict, expected, "{json}"),
        (Ok(_), Held::Unsure) => {}
        (Err(error), Held::No | Held::Unsure) => check_error(error),
        (verdict, held) => panic!("{verdict:?}, but {held:?}: {json}"),
    }
    if let Ok(verdict) = verdict {
        check_held(json, &verdict, now_ms);
    }
}

fn check_error(error: &ChainError) {
    let text = error.to_string();
    assert!(text.len() <= CLOSE_REASON_MAX_BYTES, "{text}");
}

/// What holds now has held since 1970, and says nothing of another challenge.
fn check_held(json: &str, verdict: &Verdict, now_ms: u64) {
    let signer: Address = match verdict {
        Verdict::Valid(signer) => *signer,
        Verdict::NeedsContractCheck(check) => check.signer,
    };
    assert!(json.to_lowercase().contains(&signer.to_string()[2..]));
    assert_eq!(
        auth::verify(json, CHALLENGE, now_ms / 2).as_ref(),
        Ok(verdict)
    );
    let other = auth::verify(json, &CHALLENGE.replace('0', "1"), now_ms);
    assert_eq!(other, Err(ChainError::WrongChallenge));
}
