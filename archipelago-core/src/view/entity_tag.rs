//! How a client is spared what it already has (RFC 9110, sections 8.8.3 and 13.1.2).

use std::hash::{DefaultHasher, Hasher};

/// The tag of an answer with this content: equal content has an equal tag, wherever it was made by the same build.
pub fn entity_tag(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether a client whose `If-None-Match` this is has the content of the tag, which must be one of
/// [ours](entity_tag).
pub fn is_known_tag(if_none_match: &str, tag: &str) -> bool {
    // Tags may hold commas, ours do not: no part of another one is a whole one of ours.
    let mut known = if_none_match.split(',').map(str::trim);
    if_none_match.trim() == "*"
        || known.any(|known| known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_sixteen_digits_that_tell_contents_apart() {
        let tag = entity_tag(b"content");
        let digits = tag
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        assert!(
            digits.is_some_and(|digits| digits.len() == 16 && digits.chars().all(is_digit)),
            "{tag}"
        );
        assert_eq!(entity_tag(b"content"), tag);
        for other in [&b""[..], b"contenu", b"content\0", b"conten"] {
            assert_ne!(entity_tag(other), tag);
        }
    }

    #[test]
    fn a_client_has_what_it_names() {
        let tag = entity_tag(b"content");
        let old = entity_tag(b"old content");
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("  {tag} "),
            format!("{old}, {tag}"),
            format!("{old},W/{tag},\"\""),
            format!("\"a, b\", {tag}"),
            "*".to_owned(),
            " * ".to_owned(),
        ] {
            assert!(is_known_tag(&known, &tag), "{known}");
        }
        for unknown in [
            String::new(),
            ",,,".to_owned(),
            old.clone(),
            format!("W/{old}, {old}"),
            tag.replace('"', ""),
            tag.to_uppercase().replace('"', "'"),
            format!("w/{tag}"),
            format!("W/W/{tag}"),
            format!("x{tag}"),
            format!("{tag}x"),
            format!("{old}, *"),
        ] {
            assert!(!is_known_tag(&unknown, &tag), "{unknown}");
        }
    }
}
