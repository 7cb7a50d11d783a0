//! `/metrics`: what the realm has counted, for Prometheus.

use archipelago_core::config::Config;
use archipelago_core::protocol::bus::CountersRequest;
use archipelago_core::view::{METRICS_TYPE, metrics_text};
use worker::{Env, Response};

use crate::http::{self, HttpError};
use crate::upstream::untold;

/// How long the realm may take to answer, in ms.
const CALL_LIMIT_MS: u64 = 5_000;

/// `GET /metrics`
pub async fn metrics(env: &Env, config: &Config) -> Result<Response, HttpError> {
    let request = |upstream| CountersRequest { upstream };
    let counters = untold::tell(CALL_LIMIT_MS, env, &config.realm_name, request).await?;
    Ok(http::text_of_type(METRICS_TYPE, &metrics_text(&counters))?)
}
