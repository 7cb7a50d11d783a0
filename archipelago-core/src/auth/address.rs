use std::fmt;
use std::str::FromStr;

/// An Ethereum address: 20 bytes. Shown in lower case, read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 20]);

/// The text is not `0x` and 40 hex digits, or the bytes are not 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ethereum address: 0x and 40 hex digits are expected")]
pub struct InvalidAddress;

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let digits = text.strip_prefix("0x").ok_or(InvalidAddress)?.as_bytes();
        if digits.len() != 40 {
            return Err(InvalidAddress);
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16).ok_or(InvalidAddress);
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<&[u8]> for Address {
    type Error = InvalidAddress;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidAddress> {
        bytes.try_into().map(Self).map_err(|_| InvalidAddress)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In one piece: the stats write thousands of them.
        let mut digits = [0; 40];
        let digits = base16ct::lower::encode_str(&self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str("0x")?;
        f.write_str(digits)
    }
}
