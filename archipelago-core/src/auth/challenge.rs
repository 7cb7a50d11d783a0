use std::fmt::Write as _;

/// What every challenge starts with. Two clients refuse to sign anything else, or anything with a `:` behind it.
const PREFIX: &str = "dcl-";

/// The challenge that a socket has to sign: `dcl-` and the 128 random bits in hex.
///
/// `random` must come from the platform's CSPRNG and be used for one socket, once: whoever can guess a challenge can
/// have it signed beforehand.
pub fn challenge_from(random: [u8; 16]) -> String {
    let mut challenge = String::with_capacity(PREFIX.len() + 2 * random.len());
    challenge.push_str(PREFIX);
    for byte in random {
        // Writing to a String cannot fail.
        let _ = write!(challenge, "{byte:02x}");
    }
    challenge
}
