//! `/about` (ADR-110) and the short states.

use std::rc::Rc;

use archipelago_core::config::Config;
use archipelago_core::protocol::bus::StatusRequest;
use archipelago_core::view::{About, Comms, Configurations, CoreStatus, Service, Status};
use worker::{Env, Response, Url};

use crate::clock::now_ms;
use crate::http::{self, HttpError};
use crate::{bus, log, routes};

/// How long the realm may take to answer and still be healthy, in ms.
const HEALTH_LIMIT_MS: u64 = 1_000;

/// How the realm is, as measured now.
struct Health {
    healthy: bool,
    users: u32,
}

/// Healthy: the realm has answered in time, and no flush that was due is more than two periods late.
async fn measure(env: &Env, config: &Config) -> Health {
    match bus::call_within(HEALTH_LIMIT_MS, env, &config.realm_name, &StatusRequest {}).await {
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
pub async fn about(env: &Env, config: &Rc<Config>, url: &Url) -> Result<Response, HttpError> {
    let Health { healthy, users } = measure(env, config).await;
    // http becomes ws, https becomes wss.
    let ws_url = format!(
        "{}/ws",
        routes::origin(config, url).replacen("http", "ws", 1)
    );
    let about = About {
        healthy,
        accepting_users: healthy,
        configurations: Configurations {
            network_id: 1,
            realm_name: config.realm_name.clone(),
            global_scenes_urn: Vec::new(),
            scenes_urn: Vec::new(),
        },
        content: Service {
            healthy: true,
            public_url: config.content_url.clone(),
        },
        lambdas: Service {
            healthy: true,
            public_url: config.lambdas_url.clone(),
        },
        comms: Comms {
            healthy,
            protocol: "v3",
            version: Some(config.version.clone()),
            commit_hash: config.commit_hash.clone(),
            users_count: users,
            adapter: Comms::adapter(&ws_url),
        },
    };
    Ok(http::json(if healthy { 200 } else { 503 }, &about)?)
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
