//! The headers of the answers, each of them once for all answers that have it.

use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::{Ref, ResponseBuilder};

use super::values;

/// What every answer has, but for that to an upgrade.
pub const OF_ALL: &[&str] = &["Access-Control-Allow-Origin", "X-Content-Type-Options"];

/// What an answer has that need not be sent again as long as it is the same.
pub const OF_TAGGED: &[&str] = &["Access-Control-Expose-Headers", "Cache-Control", "ETag"];

/// What the answer to `OPTIONS` has.
pub const OF_OPTIONS: &[&str] = &[
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Max-Age",
    "Allow",
];

/// What the answer to an upgrade has, if that is not kept by the platform, and if a subprotocol was offered.
pub const OF_UPGRADE: &[&str] = &["Sec-WebSocket-Protocol", "Upgrade"];

const METHODS: &str = "GET, HEAD, OPTIONS";

struct Described {
    name: &'static str,
    meaning: &'static str,
    /// If it is always the same.
    value: Option<&'static str>,
}

const fn always(name: &'static str, value: &'static str, meaning: &'static str) -> Described {
    let value = Some(value);
    Described {
        name,
        meaning,
        value,
    }
}

const fn varying(name: &'static str, meaning: &'static str) -> Described {
    let value = None;
    Described {
        name,
        meaning,
        value,
    }
}

const HEADERS: [Described; 11] = [
    always(
        "Access-Control-Allow-Headers",
        "*",
        "Which headers a page may send.",
    ),
    always(
        "Access-Control-Allow-Methods",
        METHODS,
        "What a page may ask with.",
    ),
    always(
        "Access-Control-Allow-Origin",
        "*",
        "Every page may read the answer.",
    ),
    always(
        "Access-Control-Expose-Headers",
        "ETag",
        "What a page may read besides the body.",
    ),
    always(
        "Access-Control-Max-Age",
        "86400",
        "For how many seconds a browser need not ask again.",
    ),
    always("Allow", METHODS, "Which methods there are."),
    always(
        "Cache-Control",
        "no-cache",
        "Keep it, but ask whether it is still the same.",
    ),
    varying(
        "ETag",
        "The tag of the content: equal contents have equal tags.",
    ),
    varying(
        "Sec-WebSocket-Protocol",
        "The subprotocol, if the client has offered it.",
    ),
    always("Upgrade", "websocket", "What is spoken here."),
    always(
        "X-Content-Type-Options",
        "nosniff",
        "It is what its type says, and nothing else.",
    ),
];

/// Adds all of them, by their names.
pub fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    HEADERS.iter().fold(components, |components, described| {
        components.header(described.name, header(described))
    })
}

fn header(described: &Described) -> Header {
    let required = !OF_UPGRADE.contains(&described.name);
    let schema = described.value.map_or_else(values::any_text, values::text);
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(described.meaning))
        // The library does not know that a header may be required.
        .extensions(Some(Extensions::from_iter([(
            "required",
            Value::Bool(required),
        )])))
        .build()
}

/// An answer with these headers besides those that it has.
pub fn with(answer: ResponseBuilder, headers: &[&str]) -> ResponseBuilder {
    headers.iter().fold(answer, |answer, name| {
        answer.header_ref(*name, Ref::new(format!("#/components/headers/{name}")))
    })
}
