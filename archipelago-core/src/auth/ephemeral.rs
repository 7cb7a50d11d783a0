use std::borrow::Cow;

use super::{Address, ChainError, date};

/// A delegation: whoever signed `message` lets `address` sign in its place.
#[derive(Debug)]
pub(super) struct Ephemeral<'a> {
    /// The payload without carriage returns: this is the text that wallets sign, whatever line ends were sent.
    pub message: Cow<'a, str>,
    pub address: Address,
}

/// Reads the payload of a delegation that is still good at `now_ms`. Lines after the third mean nothing.
pub(super) fn parse(link: usize, payload: &str, now_ms: u64) -> Result<Ephemeral<'_>, ChainError> {
    let malformed = ChainError::MalformedEphemeral { link };
    let message = without_carriage_returns(payload);
    let mut lines = message.split('\n').skip(1);
    let mut field = |prefix| lines.next()?.strip_prefix(prefix);
    let address = field("Ephemeral address: ").ok_or(malformed)?;
    let expiration = field("Expiration: ").ok_or(malformed)?;
    let address = address.parse().map_err(|_| malformed)?;
    let expiration_ms = date::parse(expiration).ok_or(ChainError::BadDate { link })?;
    // A date before 1970 does not convert, and has expired.
    if !u64::try_from(expiration_ms).is_ok_and(|expiration_ms| expiration_ms > now_ms) {
        return Err(ChainError::Expired { link });
    }
    Ok(Ephemeral { message, address })
}

fn without_carriage_returns(payload: &str) -> Cow<'_, str> {
    if payload.contains('\r') {
        payload.replace('\r', "").into()
    } else {
        payload.into()
    }
}
