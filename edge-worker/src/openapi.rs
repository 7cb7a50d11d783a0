//! `/openapi.json`: what is answered at which path, for programs and for the page that shows it to people.

use std::cell::OnceCell;

use archipelago_core::config::Config;
use worker::{Request, Response, Result};

use crate::http::{self, HttpError, TaggedJson};

/// Made by the build script, from the types that serve the answers.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// What it has for the realm that is meant where none is named.
const ANY_REALM: &str = r#""default":"main""#;

thread_local! {
    static DOCUMENT: OnceCell<TaggedJson> = const { OnceCell::new() };
}

/// `GET /openapi.json`
pub fn openapi(request: &Request, config: &Config) -> Result<Response, HttpError> {
    DOCUMENT.with(|document| {
        let json = document.get_or_init(|| TaggedJson::of_text(&with_realms(config)));
        Ok(http::tagged(request, json)?)
    })
}

/// The document of a deployment with these realms, whose names need no escapes.
fn with_realms(config: &Config) -> String {
    let names = config.realms.join(r#"",""#);
    let realms = format!(r#""default":"{}","enum":["{names}"]"#, config.realm_name);
    TEXT.replace(ANY_REALM, &realms)
}
