//! Small texts from outside: tokens, ids, addresses, signatures, dates, settings.

use std::collections::BTreeMap;

use archipelago_core::auth::{Address, PersonalSignature};
use archipelago_core::config::Config;
use archipelago_core::engine::{
    CoherentConfig, CrowdPolicy, IslandNumber, island_id, parse_island_id,
};
use archipelago_core::protocol::limits::ROOM_ID_MAX_BYTES;
use archipelago_core::transport::{Pass, RoomId, RoomKey, RoomToken, TokenError};

use crate::dates;
use crate::input::Input;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.below(9) {
        0 => foreign_token(&String::from_utf8_lossy(input.rest())),
        1 => own_token(&mut input),
        2 => room_id(&String::from_utf8_lossy(input.rest())),
        3 => island_ids(&mut input),
        4 => address(&String::from_utf8_lossy(input.rest())),
        5 => signature(&String::from_utf8_lossy(input.rest())),
        6 => dates::run(&mut input),
        8 => policy(&String::from_utf8_lossy(input.rest())),
        _ => configuration(&mut input),
    }
}

fn key() -> RoomKey {
    RoomKey::from([0x5e; 32])
}

fn room() -> RoomId {
    RoomId::of_island("main", "I1")
}

/// Nobody guesses a token.
fn foreign_token(text: &str) {
    if let Ok(token) = text.parse::<RoomToken>() {
        let verified = key().verify(&room(), &token, 0);
        assert_eq!(verified, Err(TokenError::NotForThisRoom), "{text}");
    }
}

/// A token opens its room until it expires, and nothing else does: no other room, no other time, no other spelling.
fn own_token(input: &mut Input<'_>) {
    let (assignment, expires_ms) = (input.number(), input.long());
    let address = Address([input.byte(); 20]);
    let pass = Pass {
        address,
        assignment,
    };
    let text = key().sign(&room(), &pass, expires_ms);
    let token: RoomToken = text.parse().expect("a token");
    let at = |now_ms| key().verify(&room(), &token, now_ms);
    assert_eq!(at(expires_ms), Err(TokenError::Expired));
    if let Some(before) = expires_ms.checked_sub(1) {
        assert_eq!(at(before), Ok(pass));
    }
    let elsewhere = RoomId::of_island("main", "I2");
    let verified = key().verify(&elsewhere, &token, 0);
    assert_eq!(verified, Err(TokenError::NotForThisRoom));
    let mut spoilt = text.clone().into_bytes();
    let place = usize::from(input.short()) % spoilt.len();
    spoilt[place] = input.byte();
    let spoilt = String::from_utf8_lossy(&spoilt).into_owned();
    if spoilt != text {
        foreign_token(&spoilt);
    }
}

fn room_id(text: &str) {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_id = (1..=ROOM_ID_MAX_BYTES).contains(&text.len()) && text.chars().all(is_allowed);
    let read = text.parse::<RoomId>();
    assert_eq!(read.is_ok(), is_id, "{text:?}");
    if let Ok(id) = read {
        assert_eq!(id.as_str(), text);
    }
}

fn island_ids(input: &mut Input<'_>) {
    if let Some(number) = IslandNumber::new(input.long()) {
        assert_eq!(parse_island_id("I", &island_id("I", number)), Some(number));
    }
    let prefix = input.text();
    let text = String::from_utf8_lossy(input.rest());
    if let Some(number) = parse_island_id(&prefix, &text) {
        assert_eq!(island_id(&prefix, number), text);
    }
}

fn address(text: &str) {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let is_address = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let read = text.parse::<Address>();
    assert_eq!(read.is_ok(), is_address, "{text:?}");
    if let Ok(address) = read {
        assert_eq!(address.to_string(), text.to_ascii_lowercase());
        assert_eq!(Address::try_from(&address.0[..]), Ok(address));
    }
}

/// A signature is written in one way, which is read as the same.
fn signature(text: &str) {
    let Ok(signature) = text.parse::<PersonalSignature>() else {
        return;
    };
    let written = signature.to_string();
    assert_eq!((text.len(), written.len()), (132, 132));
    assert_eq!(written.parse(), Ok(signature));
    assert!(written.ends_with("1b") || written.ends_with("1c"));
    let r = 2..66;
    assert_eq!(written[r.clone()], text[r].to_ascii_lowercase());
}

/// A policy has parameters within their limits, and is the same when all of them are written out.
fn policy(text: &str) {
    let config = match text.parse::<CrowdPolicy>() {
        Ok(CrowdPolicy::Coherent(config)) => config,
        Ok(CrowdPolicy::Stable) => return assert_eq!(text.trim(), "stable"),
        Err(error) => return assert!(error.to_string().contains("must be"), "{error}"),
    };
    let mut written = vec!["coherent".to_owned()];
    for name in CoherentConfig::parameters() {
        let value = config.get(name).expect("a parameter");
        assert_eq!(config.with(name, value), Ok(config), "{text}");
        written.push(format!("{name}={value}"));
    }
    for _ in 0..2 {
        let policy = written.join(",").parse();
        assert_eq!(policy, Ok(CrowdPolicy::Coherent(config)), "{text}");
        // They may come in any order.
        written[1..].reverse();
    }
}

/// Every variable there is.
pub const VARIABLES: [&str; 34] = [
    "ARCHIPELAGO_CROWD_POLICY",
    "ARCHIPELAGO_FLUSH_FREQUENCY",
    "ARCHIPELAGO_JOIN_DISTANCE",
    "ARCHIPELAGO_LEAVE_DISTANCE",
    "ARCHIPELAGO_MAX_PEERS_PER_ISLAND",
    "BAN_SWEEP_INTERVAL_MS",
    "CHECK_HEARTBEAT_INTERVAL",
    "COMMIT_HASH",
    "COMMS_GATEKEEPER_URL",
    "CONNECTOR_SHARDS",
    "CONTENT_URL",
    "CURRENT_VERSION",
    "DENY_LIST_URL",
    "ETH_RPC_URL",
    "HANDSHAKE_TIMEOUT",
    "IDLE_TIMEOUT",
    "LAMBDAS_URL",
    "LIVEKIT_API_KEY",
    "LIVEKIT_API_SECRET",
    "LIVEKIT_HOST",
    "MAX_SOCKETS_PER_IP",
    "OPEN_ROOMS",
    "PUBLIC_URL",
    "REALM_NAME",
    "RESUME_GRACE",
    "ROOM_PREFIX",
    "TRANSPORT",
    "",
    "PATH",
    "realm_name",
    "REALM_NAME ",
    "REALMS",
    "CATALYST_URLS",
    "CATALYST_BLACKLIST",
];

/// What holds secrets.
const HIDDEN: [&str; 4] = [
    "COMMS_GATEKEEPER_URL",
    "DENY_LIST_URL",
    "ETH_RPC_URL",
    "LIVEKIT_API_SECRET",
];

/// What nothing else holds.
const SECRET: &str = "hush-2f6c1be0a9d84735";

/// Whatever is set, it is taken within its limits or refused by name, and a secret is not shown.
fn configuration(input: &mut Input<'_>) {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    while !input.is_empty() {
        let name = input.pick(&VARIABLES);
        let mut value = input.text().into_owned();
        if value.contains(SECRET) {
            return;
        }
        if HIDDEN.contains(&name) {
            value.push_str(SECRET);
        }
        values.insert(name, value);
    }
    match Config::read(|name| values.get(name).cloned()) {
        Ok(config) => {
            check_limits(&config);
            assert!(!format!("{config:?}").contains(SECRET));
        }
        Err(error) => {
            let text = error.to_string();
            assert!(VARIABLES.contains(&error.variable), "{text}");
            assert!(text.contains(error.variable) && !error.allowed.is_empty());
            assert!(!text.contains(SECRET) && !format!("{error:?}").contains(SECRET));
            let set = values.get(error.variable).map(|value| value.trim());
            let is_shown = !error.value.is_empty() && !HIDDEN.contains(&error.variable);
            assert!(!is_shown || set == Some(&error.value), "{text}");
        }
    }
}

fn check_limits(config: &Config) {
    const DAY_MS: u64 = 86_400_000;
    let Config {
        connector, realm, ..
    } = config;
    for time_ms in [
        connector.timeouts.handshake_ms,
        connector.timeouts.idle_ms,
        realm.connector_timeout_ms,
        realm.flush_period_ms,
        realm.resume_grace_ms,
    ] {
        assert!((1..=DAY_MS).contains(&time_ms), "{time_ms} ms");
    }
    assert!((1..=1024).contains(&config.connector_shards));
    let engine = &realm.engine;
    assert!(engine.max_peers() > 0);
    assert!(engine.join_distance_m() > 0.0);
    assert!(engine.leave_distance_m() >= engine.join_distance_m());
    assert!(engine.leave_distance_m().is_finite());
    assert_eq!(engine.id_prefix(), connector.island_prefix);
    let room = RoomId::of_island(
        &config.realm_name,
        &island_id(engine.id_prefix(), IslandNumber::FIRST),
    );
    assert_eq!(room.as_str().parse(), Ok(room.clone()));
    for url in [&config.content_url, &config.lambdas_url] {
        assert!(url.starts_with("http") && url.ends_with('/'));
    }
    assert!(realm.own_rooms.is_none() || engine.max_peers() <= 150);
}
