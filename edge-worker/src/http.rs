//! Answers: JSON, the headers of all of them, and one place where errors become a status.

use archipelago_core::config::ConfigError;
use archipelago_core::protocol::limits::{
    HEADERS_MAX_BYTES, SUBPROTOCOLS_MAX_BYTES, URL_MAX_BYTES,
};
use archipelago_core::view::{ErrorAnswer, entity_tag, is_known_tag};
use serde::Serialize;
use worker::js_sys::Uint8Array;
use worker::{Headers, Method, Request, Response, ResponseBuilder, Result, web_sys};

use crate::bus::BusError;

/// Why a request is not answered as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No such path.
    #[error("Not Found")]
    NotFound,
    /// The request says something impossible.
    #[error("{0}")]
    BadRequest(&'static str),
    /// What the request is sent to is no host.
    #[error("the Host header must name a host, and a port if it is not the usual one")]
    BadHost,
    /// The URL is longer than it may be.
    #[error("the URL has {0} bytes; allowed: {URL_MAX_BYTES}")]
    UrlTooLong(usize),
    /// The headers are longer than they may be, all together.
    #[error("the headers have more than {HEADERS_MAX_BYTES} bytes")]
    HeadersTooLong,
    /// The client offers more subprotocols than it may.
    #[error("Sec-WebSocket-Protocol has {0} bytes; allowed: {SUBPROTOCOLS_MAX_BYTES}")]
    SubprotocolsTooLong(usize),
    /// The client may not.
    #[error("{0}")]
    Forbidden(String),
    /// The client asks too often.
    #[error("{0}")]
    TooMany(&'static str),
    /// All places are taken.
    #[error("full: try again later")]
    Full,
    /// The path exists, the method does not.
    #[error("Method Not Allowed")]
    MethodNotAllowed {
        /// What is allowed.
        allow: &'static str,
    },
    /// A WebSocket was expected.
    #[error("Upgrade Required")]
    UpgradeRequired,
    /// A variable of the deployment holds something it may not.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// There are catalysts, and none to which clients could be sent.
    #[error("No content catalysts available")]
    NoCatalyst,
    /// The realm does not answer.
    #[error("Realm unavailable")]
    Unavailable(#[from] BusError),
    /// What the content server knows is asked for, and was never had.
    #[error("Content server unavailable")]
    ContentUnavailable,
    /// The platform failed; what it said goes to the log.
    #[error("Internal Server Error")]
    Platform(#[from] worker::Error),
}

impl HttpError {
    fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) | Self::BadHost | Self::SubprotocolsTooLong(_) => 400,
            Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::UrlTooLong(_) => 414,
            Self::UpgradeRequired => 426,
            Self::TooMany(_) => 429,
            Self::HeadersTooLong => 431,
            Self::Config(_) | Self::Platform(_) => 500,
            Self::Full | Self::NoCatalyst | Self::ContentUnavailable | Self::Unavailable(_) => 503,
        }
    }

    /// The answer that says so.
    pub fn into_response(self) -> Result<Response> {
        match &self {
            Self::Config(error) => crate::log::warn("not configured", &[("error", error)]),
            Self::Platform(error) => crate::log::warn("request failed", &[("error", error)]),
            Self::Unavailable(error) => crate::log::warn("realm unavailable", &[("error", error)]),
            _ => {}
        }
        let response = json(
            self.status(),
            &ErrorAnswer {
                error: self.to_string(),
            },
        )?;
        if let Self::MethodNotAllowed { allow } = self {
            return with_header(response, "Allow", allow);
        }
        Ok(response)
    }
}

fn with_header(response: Response, name: &str, value: &str) -> Result<Response> {
    response.headers().set(name, value)?;
    Ok(response)
}

/// A JSON answer.
pub fn json(status: u16, value: &impl Serialize) -> Result<Response> {
    ResponseBuilder::new()
        .with_status(status)
        .with_headers(open_headers()?)
        .from_json(value)
}

/// JSON with a tag: whoever has it already need not be sent it again.
pub struct TaggedJson {
    tag: String,
    /// On the side of the platform, which sends it to many without a copy.
    bytes: Uint8Array,
}

impl TaggedJson {
    /// Serialises it.
    pub fn new(value: &impl Serialize) -> Result<Self> {
        Ok(Self::of_bytes(&serde_json::to_vec(value)?))
    }

    /// What is JSON already.
    pub fn of_text(json: &str) -> Self {
        Self::of_bytes(json.as_bytes())
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        Self {
            tag: entity_tag(bytes),
            bytes: Uint8Array::from(bytes),
        }
    }
}

/// A JSON answer that nobody may take from a cache without asking whether it is still the same; if it is, it is only that
/// which is answered.
pub fn tagged(request: &Request, json: &TaggedJson) -> Result<Response> {
    let headers = open_headers()?;
    headers.set("Access-Control-Expose-Headers", "ETag")?;
    headers.set("Cache-Control", "no-cache")?;
    headers.set("ETag", &json.tag)?;
    let builder = ResponseBuilder::new();
    let known = request.headers().get("If-None-Match")?;
    if known.is_some_and(|known| is_known_tag(&known, &json.tag)) {
        return Ok(builder.with_status(304).with_headers(headers).empty());
    }
    headers.set("Content-Type", "application/json")?;
    let init = builder.with_headers(headers).into();
    let response =
        web_sys::Response::new_with_opt_buffer_source_and_init(Some(&json.bytes), &init)?;
    Ok(response.into())
}

/// A plain text answer.
pub fn text(text: &str) -> Result<Response> {
    ResponseBuilder::new()
        .with_headers(open_headers()?)
        .ok(text)
}

/// A text answer of another type.
pub fn text_of_type(media_type: &str, content: &str) -> Result<Response> {
    with_header(text(content)?, "Content-Type", media_type)
}

/// The answer to `OPTIONS`.
pub fn options(allow: &str) -> Result<Response> {
    let headers = open_headers()?;
    headers.set("Access-Control-Allow-Methods", allow)?;
    headers.set("Access-Control-Allow-Headers", "*")?;
    headers.set("Access-Control-Max-Age", "86400")?;
    headers.set("Allow", allow)?;
    Ok(ResponseBuilder::new()
        .with_status(204)
        .with_headers(headers)
        .empty())
}

/// The same answer for `HEAD`: everything but the body.
pub fn without_body(method: &Method, response: Response) -> Response {
    // A body cannot be taken from an answer below 200: it has none.
    if *method != Method::Head || response.status_code() < 200 {
        return response;
    }
    let head = ResponseBuilder::new().with_status(response.status_code());
    head.with_headers(response.headers().clone()).empty()
}

/// Everybody may read what the realm says, and nobody may take it for something else, such as a page.
fn open_headers() -> Result<Headers> {
    let headers = Headers::new();
    headers.set("Access-Control-Allow-Origin", "*")?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(headers)
}
