//! Dates as clients write them into delegations: what `Date.parse` of a browser commonly reads, and nothing vaguer.
//!
//! Where a text leaves the zone open, it is UTC: the servers of the network run there, so what was written without a
//! zone has always been read that way. Dates that do not exist (30 February) are refused though V8 rolls them over.

mod iso;
mod scanner;
#[cfg(test)]
mod tests;
mod text;

use chrono::NaiveDate;

use scanner::Scanner;

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How far an ECMAScript time value reaches from 1970, either way (ECMA-262, "Time Values and Time Range").
const MAX_TIME_MS: i64 = 8_640_000_000_000_000;

/// The Gregorian calendar repeats itself after this many years, which are this many days.
const CYCLE_YEARS: i64 = 400;
const CYCLE_DAYS: i64 = 146_097;

/// Milliseconds since 1970, or `None` if the text is not a date.
pub(super) fn parse(text: &str) -> Option<i64> {
    iso::parse(text).or_else(|| text::parse(text))
}

/// `zone_ms` is what the zone is ahead of UTC.
fn time_value(day: i64, clock_ms: i64, zone_ms: i64) -> Option<i64> {
    let time_ms = day * DAY_MS + clock_ms - zone_ms;
    (-MAX_TIME_MS..=MAX_TIME_MS)
        .contains(&time_ms)
        .then_some(time_ms)
}

/// Days since 1970 of a date that exists. Years have at most six digits.
fn day(year: i64, month: u32, day: u32) -> Option<i64> {
    // The library's years end before ECMAScript's do, so an equal year near 2000 stands in.
    let stand_in = 2000 + year.rem_euclid(CYCLE_YEARS);
    let cycles = (year - stand_in) / CYCLE_YEARS;
    let date = NaiveDate::from_ymd_opt(stand_in as i32, month, day)?;
    Some(i64::from(date.to_epoch_days()) + cycles * CYCLE_DAYS)
}

/// The rest of a time of day, behind its hour: `:mm`, `:mm:ss` or `:mm:ss.f…`. Fractions are cut off at milliseconds.
fn clock_ms(hour: u32, scanner: &mut Scanner<'_>) -> Option<i64> {
    let minute = scanner.eat(b':').then(|| scanner.number(2..=2))??;
    let mut second = 0;
    let mut millisecond = 0;
    if scanner.eat(b':') {
        second = scanner.number(2..=2)?;
        if scanner.eat(b'.') {
            millisecond = scanner.thousandths()?;
        }
    }
    let time_ms = i64::from(hour) * HOUR_MS
        + i64::from(minute) * MINUTE_MS
        + i64::from(second) * SECOND_MS
        + i64::from(millisecond);
    // 24:00:00 is the end of the day, and nothing comes after it.
    (minute < 60 && second < 60 && time_ms <= DAY_MS).then_some(time_ms)
}

/// What `±hh:mm` or `±hhmm` is ahead of UTC.
fn offset_ms(scanner: &mut Scanner<'_>) -> Option<i64> {
    let sign = if scanner.eat(b'+') {
        1
    } else if scanner.eat(b'-') {
        -1
    } else {
        return None;
    };
    let (hours, minutes) = match scanner.digits() {
        digits @ [_, _] => (
            decimal(digits),
            scanner.eat(b':').then(|| scanner.number(2..=2))??,
        ),
        [hours @ .., m1, m2] if hours.len() == 2 => (decimal(hours), decimal(&[*m1, *m2])),
        _ => return None,
    };
    (hours < 24 && minutes < 60)
        .then(|| sign * (i64::from(hours) * HOUR_MS + i64::from(minutes) * MINUTE_MS))
}

/// The value of up to nine digits.
fn decimal(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}
