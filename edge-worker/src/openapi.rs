//! `/openapi.json`: what is answered at which path, for programs and for the page that shows it to people.

use worker::{Request, Response};

use crate::http::{self, HttpError, TaggedJson};

thread_local! {
    /// Made by the build script, from the types that serve the answers.
    static DOCUMENT: TaggedJson =
        TaggedJson::of_text(include_str!(concat!(env!("OUT_DIR"), "/openapi.json")));
}

/// `GET /openapi.json`
pub fn openapi(request: &Request) -> Result<Response, HttpError> {
    Ok(DOCUMENT.with(|document| http::tagged(request, document))?)
}
