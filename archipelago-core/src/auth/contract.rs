//! What a contract wallet is asked, and what its answer means (EIP-1271; the request is JSON-RPC's `eth_call`).

use std::fmt;

use serde_json::{Value, json};

use crate::protocol::limits::CONTRACT_GAS_MAX;

use super::{Address, ChainError};

/// What a wallet returns that holds a signature for its own: the selector of `isValidSignature(bytes32,bytes)`.
const MAGIC: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];

/// A word of the ABI.
const WORD: usize = 32;

/// What the node says of a call that the contract has reverted: the code of Geth and of those who follow it, and that of
/// `OpenEthereum` and Nethermind.
const REVERT_CODES: [i64; 2] = [3, -32015];

/// What nodes say, in lower case, of a call that has failed in the contract, whatever the code: the errors of Geth's
/// virtual machine, and what those of Foundry begin with.
const FAILED_IN_THE_CONTRACT: [&str; 11] = [
    "call depth",
    "evm error",
    "gas uint64 overflow",
    "invalid jump",
    "opcode",
    "out of gas",
    "return data out of bounds",
    "revert",
    "stack limit",
    "stack underflow",
    "write protection",
];

/// Asks a contract wallet whether a signature is its own (EIP-1271 `isValidSignature(bytes32,bytes)`): yes if it says
/// so of `message_hash` or of `personal_hash`. Wallets differ in which of the two they expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractQuestion {
    /// The link that it is about, counted from 0 in the order of verification.
    pub link: usize,
    /// The wallet.
    pub contract: Address,
    /// Keccak-256 of the signed text.
    pub message_hash: [u8; 32],
    /// The hash that `personal_sign` would sign.
    pub personal_hash: [u8; 32],
    /// In the wallet's own format, of any length: a contract that approved the hash beforehand needs none.
    pub signature: Vec<u8>,
}

impl ContractQuestion {
    /// The bodies of the two requests to a node, in the order in which they are made: the wallet confirms the signature if
    /// the answer to either is [`Reply::Yes`].
    pub fn requests(&self) -> [String; 2] {
        [self.message_hash, self.personal_hash].map(|hash| self.request(&hash))
    }

    fn request(&self, hash: &[u8; 32]) -> String {
        let call = json!({
            "to": self.contract.to_string(),
            "data": Call { hash, signature: &self.signature }.to_string(),
            "gas": format!("{CONTRACT_GAS_MAX:#x}"),
        });
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"] })
            .to_string()
    }
}

/// A call of the wallet as the ABI has it: the selector, and `(bytes32, bytes)`.
struct Call<'a> {
    hash: &'a [u8; 32],
    signature: &'a [u8],
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        hex(f, &MAGIC)?;
        hex(f, self.hash)?;
        // Where the bytes begin: behind the two words of the head.
        write!(f, "{:064x}{:064x}", 2 * WORD, self.signature.len())?;
        hex(f, self.signature)?;
        let rest = self.signature.len().next_multiple_of(WORD) - self.signature.len();
        (0..rest).try_for_each(|_| f.write_str("00"))
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// What a node's answer to a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The wallet holds the signature for its own.
    Yes,
    /// It does not, fails, or is no contract.
    No,
    /// The node has not asked it.
    Unknown,
}

impl Reply {
    /// Reads the body of an answer.
    pub fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(answer)) = serde_json::from_slice(body) else {
            return Self::Unknown;
        };
        match (answer.get("result"), answer.get("error")) {
            (Some(Value::String(result)), None | Some(Value::Null)) => Self::of_result(result),
            (None | Some(Value::Null), Some(error)) => Self::of_error(error),
            _ => Self::Unknown,
        }
    }

    fn of_result(result: &str) -> Self {
        let digits = result.strip_prefix("0x").unwrap_or("not hex");
        match base16ct::mixed::decode_vec(digits) {
            Ok(bytes) => match bytes.strip_prefix(&MAGIC) {
                // The ABI fills it up with zeros. Whoever answers with what it is asked says more than that.
                Some(rest) if rest.iter().all(|&byte| byte == 0) => Self::Yes,
                _ => Self::No,
            },
            Err(_) => Self::Unknown,
        }
    }

    fn of_error(error: &Value) -> Self {
        let code = error.get("code").and_then(Value::as_i64);
        let message = error.get("message").and_then(Value::as_str);
        let message = message.unwrap_or_default().to_lowercase();
        let has_failed = code.is_some_and(|code| REVERT_CODES.contains(&code))
            || FAILED_IN_THE_CONTRACT
                .iter()
                .any(|said| message.contains(said));
        if has_failed { Self::No } else { Self::Unknown }
    }
}

/// What contract wallets have said of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractAnswer {
    /// All have confirmed what they are said to have signed.
    Confirmed,
    /// The chain is refused.
    Refused(ChainError),
    /// They could not be asked now.
    Unavailable,
}
