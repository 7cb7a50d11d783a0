//! Services outside, asked within limits. They are trusted for what they answer, and for nothing else: neither with their
//! time nor with the length of an answer, and never to send us elsewhere.

use futures_util::StreamExt as _;
use worker::{
    AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response,
};

use crate::clock::within;

pub mod untold;

/// Why there is no answer. What the platform says of it may name the URL, which may hold a key: it is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// No connection, or one that broke.
    #[error("unreachable")]
    Unreachable,
    /// Something other than 200.
    #[error("status {0}")]
    Status(u16),
    /// The answer is longer than anything that is asked for.
    #[error("more than {0} bytes")]
    TooLong(usize),
    /// There is no sense in the answer.
    #[error("unreadable")]
    Unreadable,
    /// It took too long.
    #[error("no answer within {0} ms")]
    TimedOut(u64),
}

/// Ends a request that nobody waits for any more: there is only a handful of connections for all of them.
struct Ending(Option<AbortController>);

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

/// Asks a service, for at most `limit_ms`: see [`ask`].
pub async fn ask_within(
    limit_ms: u64,
    url: &str,
    max_bytes: usize,
) -> Result<Vec<u8>, UpstreamError> {
    let answer = within(limit_ms, ask(url, None, max_bytes)).await;
    answer.unwrap_or(Err(UpstreamError::TimedOut(limit_ms)))
}

/// Asks a service: `GET`, or `POST` with JSON. Returns the body of the answer.
///
/// Takes as long as it takes: whoever asks sets the limit, and a future that is dropped ends the request.
pub async fn ask(
    url: &str,
    json: Option<String>,
    max_bytes: usize,
) -> Result<Vec<u8>, UpstreamError> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let mut ending = Ending(Some(controller));
    let request = request(url, json).map_err(|_| UpstreamError::Unreachable)?;
    let answer = Fetch::Request(request).send_with_signal(&signal).await;
    let mut response = answer.map_err(|_| UpstreamError::Unreachable)?;
    if response.status_code() != 200 {
        return Err(UpstreamError::Status(response.status_code()));
    }
    let body = read(&mut response, max_bytes).await?;
    ending.0 = None;
    Ok(body)
}

fn request(url: &str, json: Option<String>) -> worker::Result<Request> {
    let headers = Headers::new();
    headers.set("Accept", "application/json")?;
    let mut init = RequestInit::new();
    // A redirect is an answer like any other that is not 200.
    init.with_redirect(RequestRedirect::Manual);
    if let Some(json) = json {
        headers.set("Content-Type", "application/json")?;
        init.with_method(Method::Post).with_body(Some(json.into()));
    }
    init.with_headers(headers);
    Request::new_with_init(url, &init)
}

async fn read(response: &mut Response, max_bytes: usize) -> Result<Vec<u8>, UpstreamError> {
    let mut body = Vec::new();
    let mut stream = response.stream().map_err(|_| UpstreamError::Unreadable)?;
    while let Some(part) = stream.next().await {
        body.extend(part.map_err(|_| UpstreamError::Unreachable)?);
        if body.len() > max_bytes {
            return Err(UpstreamError::TooLong(max_bytes));
        }
    }
    Ok(body)
}
