use std::fmt;
use std::str::FromStr;

use k256::ecdsa::{RecoveryId, Signature};

/// An Ethereum personal signature: r ‖ s ‖ v, 65 bytes. Written as `0x` and 130 hex digits, v as 27 or 28.
///
/// Held in its low-s form: every signature has a twin with s' = n − s and the other v that proves the same, which the
/// validators of the network accept. One form makes them equal, and keeps recovery independent of what the curve
/// library thinks of high s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalSignature {
    pub(super) rs: Signature,
    pub(super) recovery: RecoveryId,
}

/// The text is not `0x` and 130 hex digits, v is not 0, 1, 27 or 28, or r or s is zero or not below the group order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a personal signature: 0x and 65 bytes of r, s and v in hex are expected")]
pub struct InvalidSignature;

impl TryFrom<&[u8; 65]> for PersonalSignature {
    type Error = InvalidSignature;

    fn try_from(bytes: &[u8; 65]) -> Result<Self, InvalidSignature> {
        let [rs @ .., v] = bytes;
        let odd = match v {
            0 | 27 => false,
            1 | 28 => true,
            _ => return Err(InvalidSignature),
        };
        let given = Signature::from_slice(rs).map_err(|_| InvalidSignature)?;
        let rs = given.normalize_s();
        // −s belongs to −R: the point whose y has the other parity.
        let recovery = RecoveryId::new(odd != (rs != given), false);
        Ok(Self { rs, recovery })
    }
}

impl FromStr for PersonalSignature {
    type Err = InvalidSignature;

    fn from_str(text: &str) -> Result<Self, InvalidSignature> {
        let digits = text.strip_prefix("0x").ok_or(InvalidSignature)?;
        let mut bytes = [0; 65];
        let read = base16ct::mixed::decode(digits, &mut bytes).map_err(|_| InvalidSignature)?;
        if read.len() != 65 {
            return Err(InvalidSignature);
        }
        Self::try_from(&bytes)
    }
}

impl fmt::Display for PersonalSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.rs
            .to_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(if self.recovery.is_y_odd() { "1c" } else { "1b" })
    }
}
