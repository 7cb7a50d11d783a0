/// Why an auth chain is refused.
///
/// The messages may be sent to the client: none holds a signature or text of the chain, and all fit into the reason
/// of a WebSocket close (123 bytes, RFC 6455 §5.5). `link` counts from 0, in the order of verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Longer than [`CHAIN_MAX_BYTES`](super::CHAIN_MAX_BYTES).
    #[error("auth chain: {bytes} bytes are too many")]
    TooLong {
        /// The length of the JSON text.
        bytes: usize,
    },
    /// Not a JSON array of objects.
    #[error("auth chain: not a JSON array of links")]
    NotJson,
    /// More links than [`CHAIN_MAX_LINKS`](super::CHAIN_MAX_LINKS).
    #[error("auth chain: {links} links are too many")]
    TooManyLinks {
        /// The number of links.
        links: usize,
    },
    /// `type`, `payload` or `signature` is missing or is not text.
    #[error("auth chain link {link}: type, payload and signature must be text")]
    MalformedLink {
        /// The link at fault.
        link: usize,
    },
    /// A `type` that the protocol does not have.
    #[error("auth chain link {link}: unknown type")]
    UnknownType {
        /// The link at fault.
        link: usize,
    },
    /// No link at all, or the first one is not a `SIGNER`.
    #[error("auth chain: the first link must be the SIGNER")]
    NoSigner,
    /// A `SIGNER` after the first link.
    #[error("auth chain link {link}: a second SIGNER")]
    SecondSigner {
        /// The link at fault.
        link: usize,
    },
    /// The `SIGNER`'s payload is not an Ethereum address.
    #[error("auth chain: the SIGNER is not an Ethereum address")]
    SignerNotAnAddress,
    /// The `SIGNER` carries a signature: it has nothing to sign.
    #[error("auth chain: the SIGNER must not carry a signature")]
    SignerSigned,
    /// Only a `SIGNER`: a claim that nothing proves.
    #[error("auth chain: nothing is signed")]
    NothingSigned,
    /// A signature is absent, null or empty.
    #[error("auth chain link {link}: the signature is missing")]
    MissingSignature {
        /// The link at fault.
        link: usize,
    },
    /// Not `0x` and hex digits, the wrong length, an unknown recovery value, or r or s out of range.
    #[error("auth chain link {link}: the signature is malformed")]
    MalformedSignature {
        /// The link at fault.
        link: usize,
    },
    /// A delegation without its three lines, their prefixes or an address.
    #[error("auth chain link {link}: malformed ephemeral payload")]
    MalformedEphemeral {
        /// The link at fault.
        link: usize,
    },
    /// The expiration of a delegation cannot be read as a date.
    #[error("auth chain link {link}: the expiration is not a date")]
    BadDate {
        /// The link at fault.
        link: usize,
    },
    /// The delegation has expired, or expires this very millisecond.
    #[error("auth chain link {link}: expired")]
    Expired {
        /// The link at fault.
        link: usize,
    },
    /// The link before signed something that is not an address, so nobody can sign this link.
    #[error("auth chain link {link}: the authority is not an Ethereum address")]
    AuthorityNotAnAddress {
        /// The link at fault.
        link: usize,
    },
    /// What the chain signs in the end is not the challenge of this socket.
    #[error("auth chain: the challenge is not what was signed")]
    WrongChallenge,
    /// The signature is somebody else's, or of another text.
    #[error("auth chain link {link}: not signed by the authority")]
    WrongSigner {
        /// The link at fault.
        link: usize,
    },
    /// A contract wallet does not hold a signature for its own, fails when it is asked, or is none. Returned by the
    /// caller of [`verify`](super::verify), never by itself.
    #[error("auth chain link {link}: the contract wallet does not confirm the signature")]
    ContractDenies {
        /// The link at fault.
        link: usize,
    },
    /// The chain holds contract-wallet links and nobody is there to ask the contract. Returned by the caller of
    /// [`verify`](super::verify), never by itself.
    #[error("auth chain: contract wallets (EIP-1654) are not supported here")]
    ContractWalletsUnsupported,
}
