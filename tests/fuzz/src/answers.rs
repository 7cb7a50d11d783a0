//! What other services answer, and what contracts are asked.

use archipelago_core::auth::contract::Reply;
use archipelago_core::auth::{Address, ContractQuestion};
use archipelago_core::moderation::{DenyList, ban_check_path, read_ban_check};
use serde_json::Value;

use crate::input::Input;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.below(4) {
        0 => reply(input.rest()),
        1 => ban_check(input.rest()),
        2 => deny_list(input.rest()),
        _ => question(&mut input),
    }
}

/// Only the magic value, filled up with zeros, is a yes, and what is no answer at all says nothing.
fn reply(body: &[u8]) {
    let reply = Reply::read(body);
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        assert_eq!(reply, Reply::Unknown);
        return;
    };
    let result = answer["result"].as_str().unwrap_or_default();
    let digits = result.strip_prefix("0x").unwrap_or_default();
    let is_hex = digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let rest = digits.get(8..).unwrap_or_default();
    let is_magic = is_hex && digits.to_lowercase().starts_with("1626ba7e");
    let is_magic = is_magic && rest.bytes().all(|digit| digit == b'0');
    let is_error = !answer["error"].is_null();
    assert_eq!(reply == Reply::Yes, is_magic && !is_error);
    if reply == Reply::No {
        assert!(result.starts_with("0x") || is_error);
    }
    if !answer.is_object() {
        assert_eq!(reply, Reply::Unknown);
    }
}

/// Nobody is banned who is not said to be.
fn ban_check(body: &[u8]) {
    if let Some(is_banned) = read_ban_check(body) {
        let answer: Value = serde_json::from_slice(body).expect("it was read");
        assert_eq!(answer["data"]["isBanned"], is_banned);
    }
}

/// Exactly the wallets that are named are denied.
fn deny_list(body: &[u8]) {
    let Some(list) = DenyList::read(body) else {
        return;
    };
    let document: Value = serde_json::from_slice(body).expect("it was read");
    let users = document["users"].as_array().expect("a list");
    let wallets = users.iter().filter_map(|user| user["wallet"].as_str());
    let wallets: Vec<Address> = wallets.filter_map(|text| text.parse().ok()).collect();
    assert!(wallets.iter().all(|wallet| list.denies(wallet)));
    let mut others = wallets
        .iter()
        .map(|wallet| Address(wallet.0.map(|byte| !byte)));
    assert!(others.all(|other| wallets.contains(&other) || !list.denies(&other)));
    assert_eq!(list == DenyList::default(), wallets.is_empty());
}

/// A node is asked for `isValidSignature(bytes32,bytes)` of the contract, once for each hash.
fn question(input: &mut Input<'_>) {
    let hash = |input: &mut Input<'_>| [input.byte(); 32];
    let question = ContractQuestion {
        link: input.below(8),
        contract: Address([input.byte(); 20]),
        message_hash: hash(input),
        personal_hash: hash(input),
        signature: input.rest().to_vec(),
    };
    let hashes = [question.message_hash, question.personal_hash];
    for (request, hash) in question.requests().iter().zip(hashes) {
        let request: Value = serde_json::from_str(request).expect("JSON");
        assert_eq!(request["method"], "eth_call");
        assert_eq!(request["params"][1], "latest");
        let call = &request["params"][0];
        assert_eq!(call["to"], question.contract.to_string());
        let data = call["data"].as_str().expect("a text");
        let digits = data.strip_prefix("0x1626ba7e").expect("the function");
        let arguments = base16ct::lower::decode_vec(digits).expect("hex digits");
        assert_eq!(
            read_arguments(&arguments),
            Some((hash, question.signature.clone()))
        );
    }
    let path = ban_check_path(&question.contract);
    assert!(
        path.bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"/0123456789".contains(&byte))
    );
}

/// `(bytes32, bytes)`, as a contract reads it; none if it would not.
fn read_arguments(bytes: &[u8]) -> Option<([u8; 32], Vec<u8>)> {
    let (hash, rest) = bytes.split_first_chunk::<32>()?;
    let (offset, _) = rest.split_first_chunk::<32>()?;
    let tail = bytes.get(number(offset)?..)?;
    let (length, tail) = tail.split_first_chunk::<32>()?;
    let length = number(length)?;
    let (signature, padding) = tail.split_at_checked(length)?;
    let is_padded = tail.len() == length.next_multiple_of(32);
    (is_padded && padding.iter().all(|&byte| byte == 0)).then(|| (*hash, signature.to_vec()))
}

fn number(word: &[u8; 32]) -> Option<usize> {
    let (high, low) = word.split_last_chunk::<8>()?;
    let is_small = high.iter().all(|&byte| byte == 0);
    is_small.then(|| u64::from_be_bytes(*low) as usize)
}
