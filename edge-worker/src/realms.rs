//! `/realms`: which realms this deployment has, for those who list realms.

use archipelago_core::config::Config;
use archipelago_core::protocol::bus::StatusRequest;
use archipelago_core::view::RealmView;
use futures_util::future::join_all;
use worker::{Env, Response, Url};

use crate::http::{self, HttpError};
use crate::upstream::untold;
use crate::{log, routes};

/// How long a realm may take to answer and still be listed, in ms.
const CALL_LIMIT_MS: u64 = 1_000;

/// `GET /realms`
pub async fn realms(env: &Env, config: &Config, url: &Url) -> Result<Response, HttpError> {
    let origin = routes::origin(config, url);
    let ask = async |name: &String| {
        let request = |upstream| StatusRequest { upstream };
        let status = untold::tell(CALL_LIMIT_MS, env, name, request).await;
        let status = status.inspect_err(|error| {
            log::warn("realm not listed", &[("realm", name), ("error", error)]);
        });
        Some(RealmView {
            server_name: name.clone(),
            url: format!("{origin}{}", config.path_of(name)),
            users_count: status.ok()?.users,
        })
    };
    let asked = join_all(config.realms.iter().map(ask)).await;
    let answered: Vec<RealmView> = asked.into_iter().flatten().collect();
    Ok(http::json(200, &answered)?)
}
