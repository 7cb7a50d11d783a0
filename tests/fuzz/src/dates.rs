//! Dates, as delegations hold them. The core does not show what it reads, but whether it is over at a given time.

use archipelago_core::auth::{self, ChainError};
use chrono::{DateTime, Datelike as _, Timelike as _};
use serde_json::json;

use crate::input::Input;
use crate::people;

const YEAR_10000_MS: u64 = 253_402_300_800_000;

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A date of which the text is known, or a text which may be a date.
pub fn run(input: &mut Input<'_>) {
    if input.flag() {
        known(input.long());
    } else {
        let text = String::from_utf8_lossy(input.rest());
        // It would be another line, or none.
        if !text.contains(['\n', '\r']) {
            unknown(&text);
        }
    }
}

/// What everybody writes is read as what it says.
fn known(bits: u64) {
    let time_ms = bits % YEAR_10000_MS;
    let date = DateTime::from_timestamp_millis(time_ms as i64).expect("before the year 10000");
    let (year, month, day) = (date.year(), date.month0() as usize, date.day());
    let weekday = WEEKDAYS[date.weekday().num_days_from_sunday() as usize];
    let clock = date.time().with_nanosecond(0).expect("a whole second");
    let (name, ms) = (MONTHS[month], time_ms % 1000);
    for (text, expected) in [
        (
            format!("{year:04}-{:02}-{day:02}T{clock}.{ms:03}Z", month + 1),
            time_ms,
        ),
        (
            format!("{year:04}-{:02}-{day:02} {clock}+00:00", month + 1),
            time_ms - ms,
        ),
        (
            format!("{weekday} {name} {day:02} {year:04} {clock} GMT+0000 (Coordinated)"),
            time_ms - ms,
        ),
        (
            format!("{weekday}, {day:02} {name} {year:04} {clock} GMT"),
            time_ms - ms,
        ),
    ] {
        assert_eq!(time_of(&text), Some(expected), "{text}");
    }
}

/// Where a well-known library reads the text as well, it is the same date.
fn unknown(text: &str) {
    let read = time_of(text);
    let theirs = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    if let (Some(read), Ok(theirs)) = (read, theirs) {
        let expected = u64::try_from(theirs.timestamp_millis()).unwrap_or(0);
        assert_eq!(read, expected, "{text}");
    }
}

/// The time that a text is read as, 0 for all that is before 1970; none if it is not read as a date.
fn time_of(text: &str) -> Option<u64> {
    let is_over = |now_ms| is_over(text, now_ms);
    if is_over(0)? {
        return Some(0);
    }
    // The last time at which it is not over, and one at which it is.
    let (mut before, mut after) = (0, u64::MAX);
    assert_eq!(is_over(after), Some(true), "{text} never comes");
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        match is_over(middle) {
            Some(true) => after = middle,
            Some(false) => before = middle,
            None => panic!("{text} is a date now and then"),
        }
    }
    Some(after)
}

/// Whether a delegation until this date is over; none if it is no date.
fn is_over(text: &str, now_ms: u64) -> Option<bool> {
    let to = people::address(1);
    let chain = json!([
        people::signer(0),
        people::link(
            "ECDSA_EPHEMERAL",
            &people::delegation(to, text),
            &format!("0x{}1b", "11".repeat(64))
        ),
        people::link(
            "ECDSA_SIGNED_ENTITY",
            "another challenge",
            &format!("0x{}1b", "11".repeat(64))
        ),
    ]);
    match auth::verify(&chain.to_string(), "dcl-00", now_ms) {
        Err(ChainError::BadDate { link: 1 }) => None,
        Err(ChainError::Expired { link: 1 }) => Some(true),
        // Signatures come last, so that this costs little.
        Err(ChainError::WrongChallenge) => Some(false),
        other => panic!("{other:?} of {text:?}"),
    }
}
