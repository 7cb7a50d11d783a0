use super::scanner::Scanner;
use super::text::zone_ms;
use super::{clock_ms, day, offset_ms, time_value};

/// The forms of ECMA-262's "Date Time String Format": `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, with six digits and a sign
/// for the years beyond; behind it `T` and a time, and behind that `Z` or an offset. Besides, as engines do: an offset
/// without its colon, small `t` and `z`, and a blank in the place of the `T` (SQL and .NET write that).
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut scanner = Scanner::new(text);
    let day = date(&mut scanner)?;
    if scanner.rest().is_empty() {
        return time_value(day, 0, 0);
    }
    let marked = scanner.eat(b'T') || scanner.eat(b't');
    if !marked && !scanner.eat(b' ') {
        return None;
    }
    let hour = scanner.number(2..=2)?;
    let clock_ms = clock_ms(hour, &mut scanner)?;
    let zone_ms = if scanner.rest().is_empty() || scanner.eat(b'Z') || scanner.eat(b'z') {
        0
    } else if marked {
        offset_ms(&mut scanner)?
    } else {
        let named = scanner.skip_spaces();
        zone_ms(&mut scanner, named)?
    };
    scanner
        .rest()
        .is_empty()
        .then(|| time_value(day, clock_ms, zone_ms))?
}

fn date(scanner: &mut Scanner<'_>) -> Option<i64> {
    let year = year(scanner)?;
    let mut part = || {
        if scanner.eat(b'-') {
            scanner.number(2..=2)
        } else {
            Some(1)
        }
    };
    let month = part()?;
    let day_of_month = part()?;
    day(year, month, day_of_month)
}

fn year(scanner: &mut Scanner<'_>) -> Option<i64> {
    if scanner.eat(b'+') {
        scanner.number(6..=6).map(i64::from)
    } else if scanner.eat(b'-') {
        // The standard has no negative zero.
        scanner
            .number(6..=6)
            .filter(|&year| year != 0)
            .map(|year| -i64::from(year))
    } else {
        scanner.number(4..=4).map(i64::from)
    }
}
