//! Which auth chains hold, said in the words of the rules instead of in those of the implementation.

use std::str::FromStr as _;

use archipelago_core::auth::ethereum::{keccak256, personal_hash, recover};
use archipelago_core::auth::{
    Address, CHAIN_MAX_BYTES, CHAIN_MAX_LINKS, ContractCheck, ContractQuestion, PersonalSignature,
    Verdict,
};
use chrono::DateTime;
use serde_json::{Map, Value};

/// Whether a chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// It does, and comes to this.
    Yes(Verdict),
    /// It does not.
    No,
    /// That depends on a date that may be written in many ways.
    Unsure,
}

#[derive(Clone, Debug)]
struct Link {
    kind: String,
    payload: String,
    signature: String,
}

/// Whether a chain holds.
pub fn holds(json: &str, challenge: &str, now_ms: u64) -> Held {
    let Some(links) = read(json) else {
        return Held::No;
    };
    let mut dates = Dates::default();
    match walk(&links, challenge, now_ms, &mut dates) {
        None => Held::No,
        Some(_) if dates.are_over => Held::No,
        Some(_) if dates.are_unsure => Held::Unsure,
        Some((signer, questions)) if questions.is_empty() => Held::Yes(Verdict::Valid(signer)),
        Some((signer, questions)) => {
            let check = ContractCheck { signer, questions };
            Held::Yes(Verdict::NeedsContractCheck(check))
        }
    }
}

/// The links in the order in which they have to hold.
fn read(json: &str) -> Option<Vec<Link>> {
    if json.len() > CHAIN_MAX_BYTES {
        return None;
    }
    let objects: Vec<Map<String, Value>> = serde_json::from_str(json).ok()?;
    let links: Option<Vec<Link>> = objects.iter().map(read_link).collect();
    let mut links = links.filter(|links| (2..=CHAIN_MAX_LINKS).contains(&links.len()))?;
    let kinds: Vec<&str> = links.iter().map(|link| link.kind.as_str()).collect();
    if kinds == ["SIGNER", "ECDSA_SIGNED_ENTITY", "ECDSA_EIP_1654_EPHEMERAL"] {
        links.swap(1, 2);
    }
    Some(links)
}

fn read_link(object: &Map<String, Value>) -> Option<Link> {
    let text = |name: &str| object.get(name)?.as_str().map(str::to_owned);
    Some(Link {
        kind: text("type")?,
        payload: text("payload")?,
        signature: match object.get("signature") {
            None | Some(Value::Null) => String::new(),
            Some(signature) => signature.as_str()?.to_owned(),
        },
    })
}

#[derive(Default)]
struct Dates {
    are_over: bool,
    are_unsure: bool,
}

/// The signer, and what contracts have to be asked; none if the chain does not hold, whatever its dates are.
fn walk(
    links: &[Link],
    challenge: &str,
    now_ms: u64,
    dates: &mut Dates,
) -> Option<(Address, Vec<ContractQuestion>)> {
    let (first, rest) = links.split_first()?;
    if first.kind != "SIGNER" || !first.signature.is_empty() {
        return None;
    }
    let signer = address(&first.payload)?;
    let (mut authority, mut questions) = (first.payload.clone(), Vec::new());
    for (index, link) in rest.iter().enumerate() {
        let account = address(&authority)?;
        let (by_contract, delegates) = match link.kind.as_str() {
            "ECDSA_EPHEMERAL" => (false, true),
            "ECDSA_SIGNED_ENTITY" => (false, false),
            "ECDSA_EIP_1654_EPHEMERAL" => (true, true),
            "ECDSA_EIP_1654_SIGNED_ENTITY" => (true, false),
            _ => return None,
        };
        let message = if delegates {
            let message = link.payload.replace('\r', "");
            authority = read_delegation(&message, now_ms, dates)?;
            message
        } else {
            authority.clone_from(&link.payload);
            link.payload.clone()
        };
        let question = if by_contract {
            Some(ask(index + 1, account, &message, &link.signature)?)
        } else {
            is_signed(account, &message, &link.signature).then_some(None)?
        };
        questions.extend(question);
    }
    let last_is_signed = links.last()?.kind.contains("SIGNED_ENTITY");
    (last_is_signed && authority == challenge).then_some((signer, questions))
}

fn address(text: &str) -> Option<Address> {
    let digits = text.strip_prefix("0x")?;
    if digits.len() != 40 {
        return None;
    }
    let bytes = base16ct::mixed::decode_vec(digits).ok()?;
    Address::try_from(bytes.as_slice()).ok()
}

/// Who is delegated to.
fn read_delegation(message: &str, now_ms: u64, dates: &mut Dates) -> Option<String> {
    let lines: Vec<&str> = message.split('\n').collect();
    let to = lines.get(1)?.strip_prefix("Ephemeral address: ")?;
    let expiration = lines.get(2)?.strip_prefix("Expiration: ")?;
    address(to)?;
    match date_ms(expiration) {
        Some(at_ms) => dates.are_over |= at_ms <= i128::from(now_ms),
        None => dates.are_unsure = true,
    }
    Some(to.to_owned())
}

/// Dates as almost all clients write them: `2030-01-01T00:00:00.000Z`.
fn date_ms(text: &str) -> Option<i128> {
    let is_usual = text.len() == 24 && text.is_ascii() && text.ends_with('Z') && text.contains('T');
    // The 61st second of a minute is a date to one library and none to the other.
    let date = DateTime::parse_from_rfc3339(text).ok();
    let date = date.filter(|_| is_usual && !text[17..].starts_with("60"))?;
    Some(date.timestamp_millis().into())
}

fn is_signed(by: Address, message: &str, signature: &str) -> bool {
    let signature = PersonalSignature::from_str(signature).ok();
    signature.and_then(|signature| recover(&personal_hash(message), &signature)) == Some(by)
}

fn ask(link: usize, contract: Address, message: &str, signature: &str) -> Option<ContractQuestion> {
    let digits = signature.strip_prefix("0x")?;
    Some(ContractQuestion {
        link,
        contract,
        message_hash: keccak256(message.as_bytes()),
        personal_hash: personal_hash(message),
        signature: base16ct::mixed::decode_vec(digits).ok()?,
    })
}
