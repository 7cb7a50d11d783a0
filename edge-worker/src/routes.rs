//! Who answers what.

use std::time::Duration;

use archipelago_core::config::Config;
use archipelago_core::protocol::limits::{ORIGIN_MAX_BYTES, RESTLESS_ANSWER_MS};
use archipelago_core::view::Route;
use worker::{Context, Delay, Env, Headers, Method, Request, RequestInit, Response, Result, Url};

use crate::bus::{BusError, CONNECTORS, LIVE_MAPS};
use crate::connector::{IP_HEADER, NAME_HEADER, ORIGIN_HEADER};
use crate::http::{self, HttpError};
use crate::sockets::SUBPROTOCOL_HEADER;
use crate::{
    about, connector, hot_scenes, limits, live_map, metrics, openapi, realms, rooms, settings,
    stats,
};

/// All routes are read-only; the upgrade of a WebSocket is a `GET` too.
const ALLOW: &str = "GET, HEAD, OPTIONS";

/// Where the platform says which IP the client has. What any other header says is the client's invention.
const CLIENT_IP_HEADER: &str = "CF-Connecting-IP";

/// The longest IP that is passed on: one of IPv6 has 45 characters at most.
const CLIENT_IP_MAX_BYTES: usize = 64;

/// Answers a request.
pub async fn handle(request: Request, env: &Env, context: &Context) -> Result<Response> {
    let method = request.method();
    let response = match dispatch(request, &method, env, context).await {
        Ok(response) => response,
        Err(error) => error.into_response()?,
    };
    Ok(http::without_body(&method, response))
}

async fn dispatch(
    request: Request,
    method: &Method,
    env: &Env,
    context: &Context,
) -> Result<Response, HttpError> {
    limits::check(&request)?;
    let config = settings::config(env)?;
    let url = request.url().map_err(|_| HttpError::BadHost)?;
    let (realm, route) = Route::find(url.path(), &config).ok_or(HttpError::NotFound)?;
    let config = settings::realm(env, realm)?;
    // As it was sent: the parsed method of one that is unknown is `Get`.
    match request.inner().method().as_str() {
        "GET" | "HEAD" => {}
        "OPTIONS" => return Ok(http::options(ALLOW)?),
        _ => return Err(HttpError::MethodNotAllowed { allow: ALLOW }),
    }
    match route {
        Route::WebSocket | Route::Live | Route::Room(_) if !is_upgrade(&request, method)? => {
            Err(HttpError::UpgradeRequired)
        }
        Route::WebSocket => connect(&request, env, &config, &url).await,
        Route::Room(id) => {
            let room = id.parse().map_err(|_| HttpError::NotFound)?;
            rooms::enter(&request, env, &config, &url, &room).await
        }
        Route::RoomsStatus => rooms::status(env, &config).await,
        Route::Live => watch(&request, env, &config).await,
        Route::About => about::about(&request, env, context, &config, &url).await,
        Route::Peers => stats::peers(&request, env, &config, &url).await,
        Route::Peer(id) => stats::peer(&request, env, &config, id).await,
        Route::Islands => stats::islands(&request, env, &config).await,
        Route::Island(id) => stats::island(&request, env, &config, id).await,
        Route::Parcels => stats::parcels(&request, env, &config).await,
        Route::HotScenes => hot_scenes::hot_scenes(&request, env, &config, context).await,
        Route::CoreStatus => about::core_status(env, &config).await,
        Route::Status => about::status(env, &config).await,
        Route::Metrics => metrics::metrics(env, &config).await,
        Route::Realms => realms::realms(env, &config, &url).await,
        Route::OpenApi => openapi::openapi(&request, &config),
        Route::Alive => Ok(http::text("alive")?),
        Route::Ping => Ok(http::text("pong")?),
    }
}

fn is_upgrade(request: &Request, method: &Method) -> Result<bool> {
    let wants = request.headers().get("Upgrade")?.unwrap_or_default();
    Ok(*method == Method::Get && wants.eq_ignore_ascii_case("websocket"))
}

/// Hands a client's socket to a connector. Which one is left to chance: none knows how many sockets the others have.
async fn connect(
    request: &Request,
    env: &Env,
    config: &Config,
    url: &Url,
) -> Result<Response, HttpError> {
    let origin = origin(config, url);
    if origin.len() > ORIGIN_MAX_BYTES {
        return Err(HttpError::BadRequest("the name of the host is too long"));
    }
    let random = getrandom::u32().map_err(|error| worker::Error::from(error.to_string()))?;
    let name = config.connector_name(random % config.connector_shards.max(1));
    let headers = Headers::new();
    headers.set(NAME_HEADER, &name)?;
    headers.set(ORIGIN_HEADER, &origin)?;
    if let Some(ip) = request.headers().get(CLIENT_IP_HEADER)?
        && ip.len() <= CLIENT_IP_MAX_BYTES
    {
        headers.set(IP_HEADER, &ip)?;
    }
    upgrade(
        request,
        env,
        CONNECTORS,
        &name,
        connector::UPGRADE_PATH,
        headers,
    )
    .await
}

/// Hands a viewer's socket to the realm's live map.
async fn watch(request: &Request, env: &Env, config: &Config) -> Result<Response, HttpError> {
    let (name, path) = (&config.realm_name, live_map::UPGRADE_PATH);
    upgrade(request, env, LIVE_MAPS, name, path, Headers::new()).await
}

/// What an object answers to an upgrade for which it has no place.
pub const FULL: u16 = 429;

/// What an object answers to an upgrade from where too many go on sending on sockets that were closed.
pub const RESTLESS: u16 = 420;

/// What an object answers to an upgrade from an IP that has as many sockets as it may.
pub const TOO_MANY_OF_IP: u16 = 403;

/// Hands a client's socket to an object; `headers` are for the object.
pub async fn upgrade(
    request: &Request,
    env: &Env,
    binding: &str,
    name: &str,
    path: &str,
    headers: Headers,
) -> Result<Response, HttpError> {
    headers.set("Upgrade", "websocket")?;
    if let Some(offered) = request.headers().get(SUBPROTOCOL_HEADER)? {
        headers.set(SUBPROTOCOL_HEADER, &offered)?;
    }
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let upgrade = Request::new_with_init(&format!("https://object{path}"), &init)?;
    let stub = env.durable_object(binding)?.get_by_name(name)?;
    let answer = stub.fetch_with_request(upgrade).await;
    let response = answer.map_err(BusError::Unreachable)?;
    match response.status_code() {
        101 => Ok(response),
        FULL => Err(HttpError::Full),
        RESTLESS => {
            Delay::from(Duration::from_millis(RESTLESS_ANSWER_MS)).await;
            Err(HttpError::Full)
        }
        TOO_MANY_OF_IP => Err(HttpError::TooMany(
            "too many connections from your IP address",
        )),
        refused => Err(BusError::Refused(refused).into()),
    }
}

/// What the URLs of a realm begin with.
pub fn base(config: &Config, url: &Url) -> String {
    origin(config, url) + &config.path_of(&config.realm_name)
}

/// The origin under which clients reach the deployment: the configured one, else the request's.
pub fn origin(config: &Config, url: &Url) -> String {
    config
        .public_url
        .clone()
        .unwrap_or_else(|| url.origin().ascii_serialization())
}
