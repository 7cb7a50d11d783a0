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
const ANSWERS: [(&str, u8, &str); 23] = [
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
    (
        "catalyst",
        4,
        r#"{"healthy":true,"acceptingUsers":true,"configurations":{"networkId":1,"map":{"sizes":[{"left":null}]}},"content":{"healthy":true,"version":"6.1.0","publicUrl":"https://peer.example/content"},"lambdas":{"version":"5.0"},"comms":{"adapter":"x"},"bff":{},"more":[null,{"a":null}]}"#,
    ),
    (
        "catalyst-full",
        4,
        r#"{"healthy":true,"acceptingUsers":false,"content":{},"lambdas":{}}"#,
    ),
    (
        "scene",
        5,
        r#"[{"id":"bafy","type":"scene","pointers":["0,0"],"content":[{"file":"a.png","hash":"Qm1"}],"metadata":{"display":{"title":"A \ud83c","navmapThumbnail":"a.png","description":"b"},"scene":{"base":"-1,2","parcels":["-1,2","0,2"]},"contact":{"name":"c"},"source":{"projectId":"d"}}}]"#,
    ),
    (
        "scene-of-pointers",
        5,
        r#"[{"id":"a","pointers":["1,1",7],"metadata":null},3]"#,
    ),
    ("scenes-in-an-object", 5, r#"{"entities":[]}"#),
];

pub fn answers() -> Vec<Seed> {
    let seeds = ANSWERS.iter();
    seeds
        .map(|(name, choice, body)| (*name, text(*choice, body)))
        .collect()
}
