//! The stats: who is where.

use std::rc::Rc;

use archipelago_core::auth::Address;
use archipelago_core::config::Config;
use archipelago_core::engine::parse_island_id;
use archipelago_core::protocol::bus::{Snapshot, SnapshotRequest};
use archipelago_core::view::{PeerNotFound, StatsView};
use worker::{Env, Response, Url};

use crate::bus;
use crate::http::{self, HttpError};

/// How long the realm may take, in ms.
const SNAPSHOT_LIMIT_MS: u64 = 5_000;

async fn snapshot(env: &Env, config: &Config) -> Result<Snapshot, HttpError> {
    Ok(bus::call_within(
        SNAPSHOT_LIMIT_MS,
        env,
        &config.realm_name,
        &SnapshotRequest {},
    )
    .await?)
}

/// `GET /peers`, `GET /peers?id=…&id=…`
pub async fn peers(env: &Env, config: &Rc<Config>, url: &Url) -> Result<Response, HttpError> {
    let ids: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| name == "id")
        .map(|(_, id)| id.into_owned())
        .collect();
    Ok(http::json(
        200,
        &StatsView(&snapshot(env, config).await?).peers(&ids),
    )?)
}

/// `GET /peers/{id}`
pub async fn peer(env: &Env, config: &Rc<Config>, id: &str) -> Result<Response, HttpError> {
    // What is no address is nobody: the realm need not be asked.
    let peer = match id.parse::<Address>() {
        Ok(_) => StatsView(&snapshot(env, config).await?).peer(id),
        Err(_) => None,
    };
    match peer {
        Some(answer) => Ok(http::json(200, &answer)?),
        None => Ok(http::json(
            404,
            &PeerNotFound {
                ok: false,
                peer: None,
            },
        )?),
    }
}

/// `GET /islands`
pub async fn islands(env: &Env, config: &Rc<Config>) -> Result<Response, HttpError> {
    Ok(http::json(
        200,
        &StatsView(&snapshot(env, config).await?).islands(),
    )?)
}

/// `GET /islands/{id}`
pub async fn island(env: &Env, config: &Rc<Config>, id: &str) -> Result<Response, HttpError> {
    parse_island_id(&config.connector.island_prefix, id).ok_or(HttpError::NotFound)?;
    match StatsView(&snapshot(env, config).await?).island(id) {
        Some(island) => Ok(http::json(200, &island)?),
        None => Err(HttpError::NotFound),
    }
}

/// `GET /parcels`
pub async fn parcels(env: &Env, config: &Rc<Config>) -> Result<Response, HttpError> {
    Ok(http::json(
        200,
        &StatsView(&snapshot(env, config).await?).parcels(),
    )?)
}
