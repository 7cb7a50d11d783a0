//! Texts: chains, what services answer, and everything small.

mod chains;
mod small;

use crate::Seed;

pub use chains::chain;
pub use small::texts;

/// A choice, and the text behind it.
fn text(choice: u8, text: &str) -> Vec<u8> {
    [&[choice], text.as_bytes()].concat()
}

/// How an answer is called, whose it is, and what it says.
const ANSWERS: [(&str, u8, &str); 18] = [
    (
        "yes",
        0,
        r#"{"jsonrpc":"2.0","id":1,"result":"0x1626ba7e00000000"}"#,
    ),
    ("echo", 0, r#"{"result":"0x1626ba7e5a5a"}"#),
    ("no", 0, r#"{"jsonrpc":"2.0","id":1,"result":"0x"}"#),
    ("null-error", 0, r#"{"result":"0x1626BA7E","error":null}"#),
    (
        "reverted",
        0,
        r#"{"error":{"code":3,"message":"execution reverted"}}"#,
    ),
    (
        "gas",
        0,
        r#"{"error":{"code":-32000,"message":"Out of gas"}}"#,
    ),
    (
        "busy",
        0,
        r#"{"error":{"code":-32005,"message":"limit exceeded"}}"#,
    ),
    ("both", 0, r#"{"result":"0x1626ba7e","error":{"code":3}}"#),
    ("no-object", 0, r#"["0x1626ba7e"]"#),
    ("page", 0, "<html>502</html>"),
    ("banned", 1, r#"{"data":{"isBanned":true}}"#),
    ("not-banned", 1, r#"{"data":{"isBanned":false,"ban":null}}"#),
    ("ban-as-text", 1, r#"{"data":{"isBanned":"true"}}"#),
    (
        "denied",
        2,
        r#"{"users":[{"wallet":"0x0aB0000000000000000000000000000000000000"},{},7]}"#,
    ),
    ("nobody-denied", 2, r#"{"users":[]}"#),
    ("no-list", 2, r#"{"users":{}}"#),
    ("question", 3, "contract and hashes and a signature"),
    ("question-word", 3, "three bytes of an address and hashes"),
];

pub fn answers() -> Vec<Seed> {
    let seeds = ANSWERS.iter();
    seeds
        .map(|(name, choice, body)| (*name, text(*choice, body)))
        .collect()
}
