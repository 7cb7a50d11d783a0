use serde_json::Value;

use crate::auth::Address;

/// Where it is asked whether a player is banned, below the URL of the comms gatekeeper.
pub fn ban_check_path(address: &Address) -> String {
    format!("/users/{address}/bans")
}

/// Whether the player is banned, as the body of the comms gatekeeper's answer says; none if it says neither.
pub fn read_ban_check(body: &[u8]) -> Option<bool> {
    let check: Value = serde_json::from_slice(body).ok()?;
    check.get("data")?.get("isBanned")?.as_bool()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_is_one() {
        for (body, answer) in [
            (r#"{"data":{"isBanned":true}}"#, Some(true)),
            (
                r#"{"data":{"isBanned":false,"ban":null},"ok":true}"#,
                Some(false),
            ),
            (r#"{"data":{"isBanned":"true"}}"#, None),
            (r#"{"data":{"isBanned":null}}"#, None),
            (r#"{"data":{}}"#, None),
            (r#"{"isBanned":true}"#, None),
            ("[[true]]", None),
            ("[]", None),
            ("", None),
            ("<html>", None),
        ] {
            assert_eq!(read_ban_check(body.as_bytes()), answer, "{body}");
        }
    }

    #[test]
    fn an_address_is_asked_about_in_lower_case() {
        let address = Address([0xab; 20]);
        let path = "/users/0xabababababababababababababababababababab/bans";
        assert_eq!(ban_check_path(&address), path);
    }
}
