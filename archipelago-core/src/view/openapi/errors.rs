//! What is answered when something is not as it was asked.

use serde_json::json;
use utoipa::openapi::schema::{AnyOfBuilder, ComponentsBuilder};
use utoipa::openapi::{ContentBuilder, ResponseBuilder};

use super::answers::{JSON, bare, json, of};
use super::headers::with;
use crate::protocol::limits::{HEADERS_MAX_BYTES, SUBPROTOCOLS_MAX_BYTES, URL_MAX_BYTES};
use crate::view::{About, ErrorAnswer, PeerNotFound};

/// Name, meaning, and an `error` for example.
const ERRORS: [(&str, &str, &str); 7] = [
    (
        "Forbidden",
        "The token lets nobody in: it is missing, not of this room, forged, expired or outdated.",
        "room token missing",
    ),
    (
        "NotFound",
        "There is no such thing, or no such realm.",
        "Not Found",
    ),
    (
        "TooManyConnections",
        "Too many connections from this IP address.",
        "too many connections from your IP address",
    ),
    (
        "TooManyTries",
        "Too many tries with this player's tokens.",
        "too many tries: wait a second",
    ),
    (
        "Failed",
        "A variable of the deployment holds what it may not, or the platform has failed.",
        "Internal Server Error",
    ),
    (
        "Unavailable",
        "The realm does not answer, or all places are taken.",
        "Realm unavailable",
    ),
    (
        "HotScenesUnavailable",
        "There is no answer yet, and the content server, or the realm, gives none.",
        "Content server unavailable",
    ),
];

/// Adds all of them, by the names that the routes know them by.
pub fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    let errors = ERRORS.into_iter();
    let errors = errors.map(|(name, meaning, example)| (name, error(meaning, example)));
    let all = errors.chain(limits()).chain(methods()).chain(either());
    all.fold(components, |components, (name, answer)| {
        components.response(name, answer)
    })
}

/// Something is longer than it may be.
fn limits() -> [(&'static str, ResponseBuilder); 3] {
    let subprotocols = format!(
        "The `Host` header names no host, or one that is too long; or `Sec-WebSocket-Protocol` has more than \
         {SUBPROTOCOLS_MAX_BYTES} bytes.",
    );
    let url = format!("the URL has 20000 bytes; allowed: {URL_MAX_BYTES}");
    let headers = format!("the headers have more than {HEADERS_MAX_BYTES} bytes");
    [
        (
            "BadRequest",
            error(&subprotocols, "the name of the host is too long"),
        ),
        ("UrlTooLong", error("The URL is too long.", &url)),
        (
            "HeadersTooLong",
            error("The headers are too long, all together.", &headers),
        ),
    ]
}

/// It has to be asked in another way.
fn methods() -> [(&'static str, ResponseBuilder); 2] {
    let method = error("Asked with any other method.", "Method Not Allowed");
    let upgrade = error("Here is a WebSocket and nothing else.", "Upgrade Required");
    [
        ("MethodNotAllowed", with(method, &["Allow"])),
        ("UpgradeRequired", upgrade),
    ]
}

/// One of two shapes.
fn either() -> [(&'static str, ResponseBuilder); 2] {
    let about = AnyOfBuilder::new()
        .item(of::<About>())
        .item(of::<ErrorAnswer>());
    let peer = AnyOfBuilder::new()
        .item(of::<PeerNotFound>())
        .item(of::<ErrorAnswer>());
    let unhealthy = "The realm is not healthy; or, with an `error`, there are catalysts, and none to which clients \
                     could be sent.";
    let nobody = "Nobody of this address is there; or, with an `error`, there is no such realm.";
    [
        ("AboutUnhealthy", json(unhealthy, about)),
        ("PeerNotFound", json(nobody, peer)),
    ]
}

fn error(meaning: &str, example: &str) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(of::<ErrorAnswer>()))
        .example(Some(json!({ "error": example })));
    bare(meaning).content(JSON, content.build())
}
