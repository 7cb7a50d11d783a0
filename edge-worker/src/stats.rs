//! The stats: who is where.

mod shared;

use std::rc::Rc;

use archipelago_core::auth::Address;
use archipelago_core::config::Config;
use archipelago_core::engine::parse_island_id;
use archipelago_core::protocol::bus::Snapshot;
use archipelago_core::view::{PeerNotFound, StatsView};
use worker::{Env, Request, Response, Url};

use crate::http::{self, HttpError, TaggedJson};

/// The realm as it was at most a second ago, the same for all who ask.
pub async fn snapshot(env: &Env, config: &Config) -> Result<Rc<Snapshot>, HttpError> {
    Ok(shared::look(env, config).await?.snapshot())
}

/// `GET /peers`, `GET /peers?id=…&id=…`
pub async fn peers(
    request: &Request,
    env: &Env,
    config: &Config,
    url: &Url,
) -> Result<Response, HttpError> {
    let ids: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| name == "id")
        .map(|(_, id)| id.into_owned())
        .collect();
    let look = shared::look(env, config).await?;
    if ids.is_empty() {
        return Ok(http::tagged(request, look.peers()?)?);
    }
    let some = StatsView(&look.snapshot()).peers(&ids);
    Ok(http::tagged(request, &TaggedJson::new(&some)?)?)
}

/// `GET /peers/{id}`
pub async fn peer(
    request: &Request,
    env: &Env,
    config: &Config,
    id: &str,
) -> Result<Response, HttpError> {
    // What is no address is nobody: the realm need not be asked.
    let peer = match id.parse::<Address>() {
        Ok(_) => StatsView(&*snapshot(env, config).await?).peer(id),
        Err(_) => None,
    };
    match peer {
        Some(answer) => Ok(http::tagged(request, &TaggedJson::new(&answer)?)?),
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
pub async fn islands(request: &Request, env: &Env, config: &Config) -> Result<Response, HttpError> {
    let look = shared::look(env, config).await?;
    Ok(http::tagged(request, look.islands()?)?)
}

/// `GET /islands/{id}`
pub async fn island(
    request: &Request,
    env: &Env,
    config: &Config,
    id: &str,
) -> Result<Response, HttpError> {
    parse_island_id(&config.connector.island_prefix, id).ok_or(HttpError::NotFound)?;
    match StatsView(&*snapshot(env, config).await?).island(id) {
        Some(island) => Ok(http::tagged(request, &TaggedJson::new(&island)?)?),
        None => Err(HttpError::NotFound),
    }
}

/// `GET /parcels`
pub async fn parcels(request: &Request, env: &Env, config: &Config) -> Result<Response, HttpError> {
    let look = shared::look(env, config).await?;
    Ok(http::tagged(request, look.parcels()?)?)
}
