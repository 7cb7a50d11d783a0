use std::borrow::Cow;

use super::json::Json;
use super::link::{self, Link, LinkType, ParseLinks, Scheme};
use super::{Address, ChainError, ContractQuestion, PersonalSignature, ephemeral, ethereum};

/// What an auth chain comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The owner of this address signed the challenge, or let somebody sign it. The `SIGNER`'s address, which is the
    /// identity of the peer.
    Valid(Address),
    /// Everything that keys can prove holds; the rest is the contracts' to say.
    NeedsContractCheck(ContractCheck),
}

impl Verdict {
    /// Whose chain it is, if every question is answered with yes.
    #[must_use]
    pub fn into_parts(self) -> (Address, Vec<ContractQuestion>) {
        match self {
            Self::Valid(signer) => (signer, Vec::new()),
            Self::NeedsContractCheck(check) => (check.signer, check.questions),
        }
    }
}

/// A chain that is valid for `signer` when every question is answered with yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractCheck {
    /// The identity of the peer, if so.
    pub signer: Address,
    /// One for each contract-wallet link, in the order of the chain; never empty.
    pub questions: Vec<ContractQuestion>,
}

/// Checks that an auth chain proves that its signer answers `challenge` at `now_ms` (milliseconds since 1970).
///
/// The chain is the JSON array of `{ type, payload, signature }`, as every Decentraland service takes it. The
/// challenge must be this socket's and unused; both are the caller's to ensure.
///
/// # Errors
/// The first rule that does not hold. Everything cheap is looked at before any signature is, so that a chain that
/// cannot hold costs nothing.
pub fn verify(auth_chain_json: &str, challenge: &str, now_ms: u64) -> Result<Verdict, ChainError> {
    verify_with::<Json>(auth_chain_json, challenge, now_ms)
}

/// [`verify`] with a JSON parser of one's own.
///
/// # Errors
/// See [`verify`].
pub fn verify_with<P: ParseLinks>(
    auth_chain_json: &str,
    challenge: &str,
    now_ms: u64,
) -> Result<Verdict, ChainError> {
    let links = link::parse::<P>(auth_chain_json)?;
    let (signer, claims) = read(&links, challenge, now_ms)?;
    let mut questions = Vec::new();
    for claim in claims {
        questions.extend(claim.check()?);
    }
    Ok(if questions.is_empty() {
        Verdict::Valid(signer)
    } else {
        Verdict::NeedsContractCheck(ContractCheck { signer, questions })
    })
}

/// A link that can hold: `authority` is said to have signed `message`.
struct Claim<'a> {
    link: usize,
    authority: Address,
    message: Cow<'a, str>,
    proof: Proof,
}

enum Proof {
    Personal(PersonalSignature),
    Contract(Vec<u8>),
}

impl Claim<'_> {
    /// What is left to ask, if anything.
    fn check(self) -> Result<Option<ContractQuestion>, ChainError> {
        let personal_hash = ethereum::personal_hash(&self.message);
        match self.proof {
            Proof::Personal(signature) => {
                let recovered = ethereum::recover(&personal_hash, &signature);
                let wrong_signer = ChainError::WrongSigner { link: self.link };
                (recovered == Some(self.authority))
                    .then_some(None)
                    .ok_or(wrong_signer)
            }
            Proof::Contract(signature) => Ok(Some(ContractQuestion {
                link: self.link,
                contract: self.authority,
                message_hash: ethereum::keccak256(self.message.as_bytes()),
                personal_hash,
                signature,
            })),
        }
    }
}

/// Who has to sign the next link.
#[derive(Clone, Copy)]
enum Authority<'a> {
    Account(Address),
    /// What an entity link signs: the address of a delegate, or the challenge.
    Signed(&'a str),
}

/// Walks the chain without touching the curve: shapes, dates, who has to have signed what, and the challenge.
fn read<'a>(
    links: &'a [Link],
    challenge: &str,
    now_ms: u64,
) -> Result<(Address, Vec<Claim<'a>>), ChainError> {
    let (first, rest) = links.split_first().ok_or(ChainError::NoSigner)?;
    let signer = read_signer(first)?;
    let mut authority = Authority::Account(signer);
    let mut claims = Vec::with_capacity(rest.len());
    for (index, next) in rest.iter().enumerate() {
        let (claim, delegate) = read_claim(index + 1, next, authority, now_ms)?;
        claims.push(claim);
        authority = delegate;
    }
    match authority {
        Authority::Signed(text) if text == challenge => Ok((signer, claims)),
        // Without a signature anybody could be anybody.
        _ if claims.is_empty() => Err(ChainError::NothingSigned),
        _ => Err(ChainError::WrongChallenge),
    }
}

fn read_signer(link: &Link) -> Result<Address, ChainError> {
    if link.kind != LinkType::Signer {
        return Err(ChainError::NoSigner);
    }
    if !link.signature.is_empty() {
        return Err(ChainError::SignerSigned);
    }
    link.payload
        .parse()
        .map_err(|_| ChainError::SignerNotAnAddress)
}

fn read_claim<'a>(
    link: usize,
    Link {
        kind,
        payload,
        signature,
    }: &'a Link,
    authority: Authority<'_>,
    now_ms: u64,
) -> Result<(Claim<'a>, Authority<'a>), ChainError> {
    let (scheme, message, delegate) = match *kind {
        LinkType::Signer => return Err(ChainError::SecondSigner { link }),
        LinkType::Ephemeral(scheme) => {
            let ephemeral = ephemeral::parse(link, payload, now_ms)?;
            (
                scheme,
                ephemeral.message,
                Authority::Account(ephemeral.address),
            )
        }
        LinkType::Entity(scheme) => (scheme, payload.into(), Authority::Signed(payload)),
    };
    let authority = match authority {
        Authority::Account(address) => address,
        Authority::Signed(text) => text
            .parse()
            .map_err(|_| ChainError::AuthorityNotAnAddress { link })?,
    };
    let proof = read_proof(link, scheme, signature)?;
    Ok((
        Claim {
            link,
            authority,
            message,
            proof,
        },
        delegate,
    ))
}

fn read_proof(link: usize, scheme: Scheme, signature: &str) -> Result<Proof, ChainError> {
    if signature.is_empty() {
        return Err(ChainError::MissingSignature { link });
    }
    let proof = match scheme {
        Scheme::Personal => signature.parse().ok().map(Proof::Personal),
        Scheme::Contract => signature
            .strip_prefix("0x")
            .and_then(|digits| base16ct::mixed::decode_vec(digits).ok())
            .map(Proof::Contract),
    };
    proof.ok_or(ChainError::MalformedSignature { link })
}
