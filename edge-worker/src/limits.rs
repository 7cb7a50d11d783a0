//! How much a request may say before anything is done for it.

use archipelago_core::protocol::limits::{
    HEADERS_MAX_BYTES, SUBPROTOCOLS_MAX_BYTES, URL_MAX_BYTES,
};
use worker::Request;

use crate::http::HttpError;
use crate::sockets::SUBPROTOCOL_HEADER;

/// Refuses what is too long.
pub fn check(request: &Request) -> Result<(), HttpError> {
    let url_bytes = request.inner().url().len();
    if url_bytes > URL_MAX_BYTES {
        return Err(HttpError::UrlTooLong(url_bytes));
    }
    let mut bytes = 0;
    for (name, value) in request.headers() {
        bytes += name.len() + value.len();
        if bytes > HEADERS_MAX_BYTES {
            return Err(HttpError::HeadersTooLong);
        }
        if name.eq_ignore_ascii_case(SUBPROTOCOL_HEADER) && value.len() > SUBPROTOCOLS_MAX_BYTES {
            return Err(HttpError::SubprotocolsTooLong(value.len()));
        }
    }
    Ok(())
}
