//! `/metrics`: what the realm has counted, for Prometheus.

use archipelago_core::config::Config;
use archipelago_core::protocol::bus::{CountersRequest, StatusRequest};
use archipelago_core::view::{METRICS_TYPE, metrics_text, realm_metrics};
use futures_util::future::try_join;
use worker::{Env, Response};

use crate::bus;
use crate::http::{self, HttpError};

/// How long the realm may take to answer, in ms.
const CALL_LIMIT_MS: u64 = 5_000;

/// `GET /metrics`
pub async fn metrics(env: &Env, config: &Config) -> Result<Response, HttpError> {
    let realm = &config.realm_name;
    let (status, counters) = try_join(
        bus::call_within(CALL_LIMIT_MS, env, realm, &StatusRequest {}),
        bus::call_within(CALL_LIMIT_MS, env, realm, &CountersRequest {}),
    )
    .await?;
    let text = metrics_text(&realm_metrics(status.users, counters));
    Ok(http::text_of_type(METRICS_TYPE, &text)?)
}
