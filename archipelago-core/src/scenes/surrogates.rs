/// The escape of a code unit in JSON: `\uXXXX`.
const ESCAPE: usize = 6;

/// What stands for a character that cannot be read (U+FFFD), as the digits of an escape.
const REPLACEMENT: &[u8] = b"fffd";

/// Replaces the escapes of surrogates that have no other half. JavaScript writes them where a text was cut in the middle of
/// an emoji, and JSON that has them is refused as a whole elsewhere.
pub(super) fn mend(json: &mut [u8]) {
    let mut rest = json;
    while let Some(start) = rest.iter().position(|&byte| byte == b'\\') {
        let (_, escape) = rest.split_at_mut(start);
        let length = match (unit(escape), escape.get(ESCAPE..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 2 * ESCAPE,
            (Some(0xd800..0xe000), _) => {
                escape[ESCAPE - REPLACEMENT.len()..ESCAPE].copy_from_slice(REPLACEMENT);
                ESCAPE
            }
            // A backslash, and what it escapes.
            _ => 2.min(escape.len()),
        };
        rest = &mut escape[length..];
    }
}

/// The code unit whose escape stands at the beginning.
fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..REPLACEMENT.len())?;
    // A sign would be read too.
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::mend;

    fn mended(json: &str) -> String {
        let mut bytes = json.as_bytes().to_vec();
        mend(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn halves_without_the_other_are_replaced() {
        for (json, read) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\uDC00 x""#, "\u{fffd} x"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83dude00""#, "\u{fffd}ude00"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
        ] {
            assert!(serde_json::from_str::<String>(json).is_err(), "{json}");
            let text: String = serde_json::from_str(&mended(json)).unwrap();
            assert_eq!(text, read, "{json}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for json in [
            "",
            "\\",
            "\\u",
            "\\ud8",
            "\\u+d83",
            "\\ué00",
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\\\\ud83d\n\"\u00e9""#,
            "\"😀\"",
        ] {
            assert_eq!(mended(json), json);
        }
    }
}
