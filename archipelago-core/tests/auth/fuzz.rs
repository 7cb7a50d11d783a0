//! Spoils valid chains at random: nothing panics, and what is still accepted still says the same.

use std::sync::LazyLock;

use archipelago_core::auth::{self, PersonalSignature, Verdict};
use serde_json::{Value, json};

use crate::chains::*;

/// `SplitMix64`: enough to spoil texts with.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Names its seed when the test fails, also by a panic elsewhere.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

static VALID_CHAINS: LazyLock<[Vec<Value>; 3]> = LazyLock::new(|| {
    let chained = vec![
        signer(root().address()),
        delegation(&root(), &ephemeral()),
        delegation(&ephemeral(), &second_ephemeral()),
        entity(&second_ephemeral(), CHALLENGE),
    ];
    let simple = vec![signer(root().address()), entity(&root(), CHALLENGE)];
    [standard(), chained, simple]
});

/// What a chain says, whatever its spelling.
fn meaning(json: &str) -> Option<Vec<(String, String, Option<PersonalSignature>)>> {
    let links: Vec<Value> = serde_json::from_str(json).ok()?;
    links.iter().map(link_meaning).collect()
}

fn link_meaning(link: &Value) -> Option<(String, String, Option<PersonalSignature>)> {
    let kind = link.get("type")?.as_str()?.to_owned();
    let payload = link.get("payload")?.as_str()?;
    let payload = match kind.as_str() {
        "SIGNER" => payload.to_lowercase(),
        "ECDSA_EPHEMERAL" => payload.replace('\r', ""),
        _ => payload.to_owned(),
    };
    let signature = link
        .get("signature")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let signature = if signature.is_empty() {
        None
    } else {
        Some(signature.parse().ok()?)
    };
    Some((kind, payload, signature))
}

fn check(original: &str, spoilt: &str) -> bool {
    match auth::verify(spoilt, CHALLENGE, NOW_MS) {
        Err(_) => false,
        Ok(verdict) => {
            assert_eq!(verdict, Verdict::Valid(root().address()), "{spoilt}");
            assert_eq!(meaning(spoilt), meaning(original), "{spoilt}");
            true
        }
    }
}

/// Changes a few bytes of the text.
fn spoil_text(random: &mut Random, json: &str) -> String {
    let mut bytes = json.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes[at] ^= 0x20,
            3 => drop(bytes.remove(at)),
            4 => bytes.insert(at, b" \r\n\"\\0{}[],:"[random.below(12)]),
            _ => {
                let end = (at + 1 + random.below(40)).min(bytes.len());
                let copied = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copied);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Moves whole values and links about.
fn spoil_structure(random: &mut Random, links: &[Value]) -> String {
    let mut links = links.to_vec();
    for _ in 0..=random.below(2) {
        let (one, other) = (random.below(links.len()), random.below(links.len()));
        let key = ["type", "payload", "signature"][random.below(3)];
        match random.below(6) {
            0 => links.swap(one, other),
            1 => links[one][key] = links[other][key].clone(),
            2 => drop(links[one].as_object_mut().expect("an object").remove(key)),
            3 => links.insert(one, links[other].clone()),
            4 if links.len() > 1 => drop(links.remove(one)),
            _ => links[one][key] = json!("ECDSA_EIP_1654_SIGNED_ENTITY"),
        }
    }
    json!(links).to_string()
}

#[test]
fn spoilt_texts_are_refused_or_mean_the_same() {
    let mut accepted = 0;
    for seed in 0..30_000 {
        let _seed = Seed(seed);
        let mut random = Random(seed);
        let json = json!(VALID_CHAINS[seed as usize % 3]).to_string();
        accepted += usize::from(check(&json, &spoil_text(&mut random, &json)));
    }
    // Letter case, spaces and line ends: if nothing passed, nothing would have been tested.
    assert!(accepted > 100, "{accepted}");
}

#[test]
fn spoilt_structures_are_refused_or_mean_the_same() {
    for seed in 0..10_000 {
        let _seed = Seed(seed);
        let mut random = Random(seed);
        let links = &VALID_CHAINS[seed as usize % 3];
        let spoilt = spoil_structure(&mut random, links);
        if spoilt.contains("1654") {
            let verdict = auth::verify(&spoilt, CHALLENGE, NOW_MS);
            assert!(!matches!(verdict, Ok(Verdict::Valid(_))), "{spoilt}");
        } else {
            check(&json!(links).to_string(), &spoilt);
        }
    }
}
