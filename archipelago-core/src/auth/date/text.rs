use super::scanner::Scanner;
use super::{HOUR_MS, clock_ms, day, offset_ms, time_value};

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const WEEKDAYS: [&[u8]; 7] = [
    b"sunday",
    b"monday",
    b"tuesday",
    b"wednesday",
    b"thursday",
    b"friday",
    b"saturday",
];

/// Names that RFC 2822 gives a meaning (§4.3), with the hours that they are ahead of UTC.
const ZONES: [(&[u8], i64); 12] = [
    (b"gmt", 0),
    (b"utc", 0),
    (b"ut", 0),
    (b"z", 0),
    (b"est", -5),
    (b"edt", -4),
    (b"cst", -6),
    (b"cdt", -5),
    (b"mst", -7),
    (b"mdt", -6),
    (b"pst", -8),
    (b"pdt", -7),
];

/// Dates in words: RFC 2822 (`Wed, 02 Oct 2030 15:00:00 GMT`), what `Date.prototype.toString` writes
/// (`Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)`) and what people do (`August 6, 2030`).
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut scanner = Scanner::new(text);
    scanner.skip_spaces();
    let day = date(&mut scanner)?;
    let separated = separator(&mut scanner).is_some();
    let (mut clock, mut zone) = (0, 0);
    if separated && scanner.at_digit() {
        let hour = scanner.number(1..=2)?;
        clock = clock_ms(hour, &mut scanner)?;
        let named = scanner.skip_spaces();
        if !matches!(scanner.rest(), [] | [b'(', ..]) {
            zone = zone_ms(&mut scanner, named)?;
        }
    }
    scanner.skip_spaces();
    is_comment(scanner.rest()).then(|| time_value(day, clock, zone))?
}

/// What a zone is ahead of UTC: `Z`, an offset, or if it may be `named` (it stands apart from the time) a name, or an
/// offset from a name of UTC.
pub(super) fn zone_ms(scanner: &mut Scanner<'_>, named: bool) -> Option<i64> {
    let name = scanner.letters();
    if name.is_empty() {
        return offset_ms(scanner);
    }
    let known = |(zone, _): &&(&[u8], i64)| zone.eq_ignore_ascii_case(name);
    let (_, hours) = ZONES
        .iter()
        .find(known)
        .filter(|_| named || name.len() == 1)?;
    scanner.skip_spaces();
    if *hours == 0 && matches!(scanner.rest(), [b'+' | b'-', ..]) {
        return offset_ms(scanner);
    }
    Some(hours * HOUR_MS)
}

/// A weekday, which is not compared with the date, and a day, a month and a year in either order.
fn date(scanner: &mut Scanner<'_>) -> Option<i64> {
    let mut word = scanner.letters();
    if find(&WEEKDAYS, word).is_some() {
        separator(scanner)?;
        word = scanner.letters();
    }
    let (month, day_of_month) = if word.is_empty() {
        let day_of_month = scanner.number(1..=2)?;
        separator(scanner)?;
        (scanner.letters(), day_of_month)
    } else {
        separator(scanner)?;
        (word, scanner.number(1..=2)?)
    };
    let month = find(&MONTHS, month)?;
    // Behind the month in one order, behind the day in the other.
    separator(scanner)?;
    // Years below 100 mean this or the last century to some, and themselves to others.
    let year = scanner.number(4..=6).filter(|&year| year >= 100)?;
    day(i64::from(year), month as u32 + 1, day_of_month)
}

/// The place of a name of which at least three letters are given.
fn find(names: &[&[u8]], word: &[u8]) -> Option<usize> {
    let fits = |name: &&[u8]| {
        name.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    names.iter().position(fits).filter(|_| word.len() >= 3)
}

/// A comma, blanks, or both.
fn separator(scanner: &mut Scanner<'_>) -> Option<()> {
    let comma = scanner.eat(b',');
    (scanner.skip_spaces() || comma).then_some(())
}

/// Nothing, or the zone's name in brackets, in whatever language.
fn is_comment(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b'(', name @ .., b')'] => !name.iter().any(|byte| matches!(byte, b'(' | b')')),
        _ => false,
    }
}
