//! What other services answer, and what contracts are asked.

use archipelago_core::auth::contract::Reply;
use archipelago_core::auth::{Address, ContractQuestion};
use archipelago_core::catalyst::{CatalystAbout, CatalystUrl};
use archipelago_core::moderation::{DenyList, ban_check_path, read_ban_check};
use archipelago_core::protocol::limits::{SCENE_PARCELS_MAX, SCENE_TEXT_MAX_BYTES};
use archipelago_core::scenes::read_scenes;
use serde_json::Value;

use crate::input::Input;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.below(6) {
        0 => reply(input.rest()),
        1 => ban_check(input.rest()),
        2 => deny_list(input.rest()),
        4 => catalyst(input.rest()),
        5 => scenes(input.rest()),
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

/// Nothing is passed on that clients do not survive, or that would lead them elsewhere.
fn catalyst(body: &[u8]) {
    let url = CatalystUrl::parse("https://peer.example").expect("a URL");
    let Ok(about) = CatalystAbout::read(&url, body) else {
        return;
    };
    let document: Value = serde_json::from_slice(body).expect("it was read");
    assert_eq!(document["healthy"], true);
    for service in [&about.content, &about.lambdas] {
        assert!(service.public_url.starts_with("http") && service.public_url.ends_with('/'));
    }
    for other in ["comms", "bff", "adapter", "fixedAdapter"] {
        assert!(!about.rest.contains_key(other), "{other}");
    }
    let rests = [&about.rest, &about.world.rest, &about.content.rest];
    assert!(
        !rests
            .into_iter()
            .flat_map(|rest| rest.values())
            .any(has_null)
    );
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(object) => object.values().any(has_null),
        _ => false,
    }
}

/// Every scene is somewhere, and its texts are no longer than they may be.
fn scenes(body: &[u8]) {
    for scene in read_scenes(body.to_vec()).unwrap_or_default() {
        assert!(!scene.parcels.is_empty() && scene.parcels.len() <= SCENE_PARCELS_MAX);
        let optional = [&scene.creator, &scene.project_id, &scene.description];
        let texts = optional
            .into_iter()
            .flatten()
            .chain([&scene.id, &scene.name]);
        assert!(
            texts
                .into_iter()
                .all(|text| text.len() <= SCENE_TEXT_MAX_BYTES)
        );
    }
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
