//! `/about` (ADR-110) and the short states.

use std::rc::Rc;

use archipelago_core::catalyst::CatalystAbout;
use archipelago_core::config::Config;
use archipelago_core::protocol::bus::StatusRequest;
use archipelago_core::view::{About, Comms, Configurations, CoreStatus, Service, Status, World};
use futures_util::future::join;
use serde_json::Map;
use worker::{Context, Env, Request, Response, Url};

use crate::clock::now_ms;
use crate::http::{self, HttpError};
use crate::upstream::untold;
use crate::{catalysts, log, routes};

/// How long the realm may take to answer and still be healthy, in ms.
const HEALTH_LIMIT_MS: u64 = 1_000;

/// How the realm is, as measured now.
struct Health {
    healthy: bool,
    users: u32,
}

/// Healthy: the realm has answered in time, and no flush that was due is more than two periods late.
async fn measure(env: &Env, config: &Config) -> Health {
    let request = |upstream| StatusRequest { upstream };
    match untold::tell(HEALTH_LIMIT_MS, env, &config.realm_name, request).await {
        Ok(status) => Health {
            healthy: status.is_healthy(config.realm.flush_period_ms),
            users: status.users,
        },
        Err(error) => {
            log::warn("realm unhealthy", &[("error", &error)]);
            Health {
                healthy: false,
                users: 0,
            }
        }
    }
}

/// `GET /about`
pub async fn about(
    request: &Request,
    env: &Env,
    context: &Context,
    config: &Rc<Config>,
    url: &Url,
) -> Result<Response, HttpError> {
    let choice = catalysts::choose(request, config, url, context);
    let (health, catalyst) = join(measure(env, config), choice).await;
    let Health { healthy, users } = health;
    let catalyst = catalyst?.unwrap_or_else(|| configured(config));
    // http becomes ws, https becomes wss.
    let ws_url = format!("{}/ws", routes::base(config, url).replacen("http", "ws", 1));
    let about = About {
        healthy,
        accepting_users: healthy,
        configurations: Configurations {
            realm_name: config.realm_name.clone(),
            world: catalyst.world,
        },
        content: catalyst.content,
        lambdas: catalyst.lambdas,
        comms: Comms {
            healthy,
            protocol: "v3",
            version: Some(config.version.clone()),
            commit_hash: config.commit_hash.clone(),
            users_count: users,
            adapter: Comms::adapter(&ws_url),
        },
        rest: catalyst.rest,
    };
    Ok(http::json(if healthy { 200 } else { 503 }, &about)?)
}

/// What is known without asking anybody.
fn configured(config: &Config) -> CatalystAbout {
    CatalystAbout {
        content: Service::at(&config.content_url),
        lambdas: Service::at(&config.lambdas_url),
        content_version: None,
        lambdas_version: None,
        world: World::default(),
        rest: Map::new(),
    }
}

/// `GET /core-status`
pub async fn core_status(env: &Env, config: &Rc<Config>) -> Result<Response, HttpError> {
    let Health { healthy, users } = measure(env, config).await;
    Ok(http::json(
        200,
        &CoreStatus {
            healthy,
            user_count: users,
        },
    )?)
}

/// `GET /status`
pub async fn status(env: &Env, config: &Rc<Config>) -> Result<Response, HttpError> {
    let Health { users, .. } = measure(env, config).await;
    let status = Status {
        version: config.version.clone(),
        current_time: now_ms(),
        commit_hash: config.commit_hash.clone().unwrap_or_default(),
        user_count: users,
    };
    Ok(http::json(200, &status)?)
}
