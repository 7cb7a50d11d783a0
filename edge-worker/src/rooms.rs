//! The realm's own rooms, seen from outside: who is let in, and how many are where.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use archipelago_core::auth::Address;
use archipelago_core::config::Config;
use archipelago_core::pacing::PerSecond;
use archipelago_core::protocol::bus::{PassRequest, RoomKeyRequest, RoomsRequest};
use archipelago_core::protocol::limits::{KEY_REQUESTS_PER_SECOND_MAX, ROOM_TRIES_PER_SECOND_MAX};
use archipelago_core::transport::{Pass, RoomId, RoomKey, RoomToken, TokenError};
use archipelago_core::view::RoomsStatus;
use worker::{Env, Headers, Request, Response, Url};

use crate::bus::{self, BusError, ROOMS};
use crate::clock::now_ms;
use crate::http::{self, HttpError};
use crate::room::{ID_HEADER, PASS_HEADER, UPGRADE_PATH, pass_header};
use crate::routes;

/// How long the realm may take to answer, in ms.
const CALL_LIMIT_MS: u64 = 5_000;

thread_local! {
    /// The keys of the realms, as far as this isolate knows them: they never change.
    static KEYS: RefCell<HashMap<String, RoomKey>> = RefCell::default();
    /// How often each realm was asked for its key, by those who have proven nothing.
    static ASKED: RefCell<HashMap<String, PerSecond>> = RefCell::default();
    /// How often whose tokens were tried, in the second that is named.
    static TRIES: RefCell<(u64, HashMap<Address, PerSecond>)> = RefCell::default();
}

/// `GET /rooms/{id}`: an upgrade with a token, or without one where rooms are open. Nothing of the room is touched before
/// the token is found to be good.
pub async fn enter(
    request: &Request,
    env: &Env,
    config: &Config,
    url: &Url,
    room: &RoomId,
) -> Result<Response, HttpError> {
    let token = url.query_pairs().find(|(name, _)| name == "token");
    let headers = Headers::new();
    headers.set(ID_HEADER, room.as_str())?;
    if let Some((_, token)) = token {
        let pass = check(env, config, room, &token).await?;
        headers.set(PASS_HEADER, &pass_header(&pass))?;
    } else if !config.open_rooms {
        return Err(HttpError::Forbidden("room token missing".to_owned()));
    }
    routes::upgrade(request, env, ROOMS, room.as_str(), UPGRADE_PATH, headers).await
}

/// Whom the token lets in. The realm is asked only about what it has signed.
async fn check(env: &Env, config: &Config, room: &RoomId, token: &str) -> Result<Pass, HttpError> {
    let forbidden = |error: TokenError| HttpError::Forbidden(error.to_string());
    let token: RoomToken = token.parse().map_err(forbidden)?;
    let key = key(env, config).await?;
    let pass = key.verify(room, &token, now_ms()).map_err(forbidden)?;
    if !may_try(pass.address, now_ms()) {
        return Err(HttpError::TooMany("too many tries: wait a second"));
    }
    let request = PassRequest {
        guest: Some(pass.into()),
    };
    let reply = bus::call_within(CALL_LIMIT_MS, env, &config.realm_name, &request).await?;
    if reply.is_current {
        Ok(pass)
    } else {
        let error = "outdated room token: its owner has been assigned elsewhere, or has left";
        Err(HttpError::Forbidden(error.to_owned()))
    }
}

async fn key(env: &Env, config: &Config) -> Result<RoomKey, HttpError> {
    let realm = &config.realm_name;
    if let Some(key) = KEYS.with_borrow(|keys| keys.get(realm).cloned()) {
        return Ok(key);
    }
    let may_ask = |asked: &mut HashMap<String, PerSecond>| {
        let asked = asked.entry(realm.clone()).or_default();
        asked.allows(KEY_REQUESTS_PER_SECOND_MAX, now_ms())
    };
    if !ASKED.with_borrow_mut(may_ask) {
        return Err(BusError::NotReady("too many ask for the room key".to_owned()).into());
    }
    let request = RoomKeyRequest {};
    let reply = bus::call_within(CALL_LIMIT_MS, env, realm, &request).await?;
    let key = RoomKey::try_from(reply.key.as_slice())
        .map_err(|error| BusError::NotReady(error.to_string()))?;
    KEYS.with_borrow_mut(|keys| keys.insert(realm.clone(), key.clone()));
    Ok(key)
}

/// A token stays signed when it has become outdated, and whoever has it can try as often as he likes.
fn may_try(address: Address, now_ms: u64) -> bool {
    TRIES.with_borrow_mut(|(second, tries)| {
        if *second != now_ms / 1000 {
            *second = now_ms / 1000;
            tries.clear();
        }
        let own = tries.entry(address).or_default();
        own.allows(ROOM_TRIES_PER_SECOND_MAX, now_ms)
    })
}

/// `GET /rooms/status`
pub async fn status(env: &Env, config: &Rc<Config>) -> Result<Response, HttpError> {
    let request = RoomsRequest {};
    let reply = bus::call_within(CALL_LIMIT_MS, env, &config.realm_name, &request).await?;
    let commit_hash = config.commit_hash.clone().unwrap_or_default();
    let status = RoomsStatus::new(config.version.clone(), commit_hash, now_ms(), reply.rooms);
    Ok(http::json(200, &status)?)
}
