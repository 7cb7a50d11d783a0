use super::ChainError;

/// The longest chain that is read, in bytes of JSON. The usual one (three links, two signatures) takes 0.6 KiB; a
/// contract wallet's signature by a dozen owners takes about 2 KiB of hex.
pub const CHAIN_MAX_BYTES: usize = 8 * 1024;

/// The longest chain that is walked. The usual one has three links, and every further one costs a recovery on the
/// curve (a third of a millisecond natively) before anybody has proved to be anybody.
pub const CHAIN_MAX_LINKS: usize = 8;

/// Who signs a link, and so how the signature is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// A key: the personal signature recovers to the authority.
    Personal,
    /// A contract wallet: it is asked (EIP-1271, once EIP-1654).
    Contract,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkType {
    Signer,
    /// Delegates to another key until a date.
    Ephemeral(Scheme),
    /// Signs a text: the challenge, or the address of the next authority.
    Entity(Scheme),
}

/// A link as it stands in the JSON; what its texts mean is not looked at yet.
#[derive(Debug)]
pub(super) struct Link {
    pub kind: LinkType,
    pub payload: String,
    /// Empty if absent or null.
    pub signature: String,
}

/// What a property of a link's JSON object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// There is none, or it is null.
    Absent,
    /// A string.
    Text(String),
    /// Anything else.
    Other,
}

/// A parser of JSON: the objects of an array, or none if the text is no array of objects.
///
/// [`verify`](super::verify) has one compiled in; a browser has its own. Parsers may differ in what else they refuse.
pub trait ParseLinks {
    /// One object of the array.
    type Object;

    /// The objects of the array.
    fn objects(json: &str) -> Option<Vec<Self::Object>>;

    /// What a property holds; the last one if there are several of that name.
    fn property(object: &Self::Object, name: &str) -> Property;
}

/// Reads the links in the order in which they are to be verified.
pub(super) fn parse<P: ParseLinks>(json: &str) -> Result<Vec<Link>, ChainError> {
    if json.len() > CHAIN_MAX_BYTES {
        return Err(ChainError::TooLong { bytes: json.len() });
    }
    let objects = P::objects(json).ok_or(ChainError::NotJson)?;
    if objects.len() > CHAIN_MAX_LINKS {
        return Err(ChainError::TooManyLinks {
            links: objects.len(),
        });
    }
    let mut links = objects
        .iter()
        .enumerate()
        .map(|(link, object)| read(link, |name| P::property(object, name)))
        .collect::<Result<Vec<_>, _>>()?;
    put_entity_last(&mut links);
    Ok(links)
}

fn read(link: usize, property: impl Fn(&str) -> Property) -> Result<Link, ChainError> {
    let malformed = ChainError::MalformedLink { link };
    let (Property::Text(kind), Property::Text(payload)) = (property("type"), property("payload"))
    else {
        return Err(malformed);
    };
    let kind = match kind.as_str() {
        "SIGNER" => LinkType::Signer,
        "ECDSA_EPHEMERAL" => LinkType::Ephemeral(Scheme::Personal),
        "ECDSA_SIGNED_ENTITY" => LinkType::Entity(Scheme::Personal),
        "ECDSA_EIP_1654_EPHEMERAL" => LinkType::Ephemeral(Scheme::Contract),
        "ECDSA_EIP_1654_SIGNED_ENTITY" => LinkType::Entity(Scheme::Contract),
        _ => return Err(ChainError::UnknownType { link }),
    };
    let signature = match property("signature") {
        Property::Text(signature) => signature,
        Property::Absent => String::new(),
        Property::Other => return Err(malformed),
    };
    Ok(Link {
        kind,
        payload,
        signature,
    })
}

/// One client orders its links by type, which puts a contract wallet's delegation behind what the delegate signed.
/// Only exactly that chain is put right: as it stands it could not hold, so no other reading is lost.
fn put_entity_last(links: &mut [Link]) {
    if let [signer, entity, ephemeral] = links
        && signer.kind == LinkType::Signer
        && entity.kind == LinkType::Entity(Scheme::Personal)
        && ephemeral.kind == LinkType::Ephemeral(Scheme::Contract)
    {
        std::mem::swap(entity, ephemeral);
    }
}
