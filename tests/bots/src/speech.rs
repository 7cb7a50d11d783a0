//! What players say in rooms: when they have said it.

use std::time::{Duration, Instant};

/// How often each player says something.
pub const SPEECH_PERIOD: Duration = Duration::from_secs(1);

/// About as long as a packet that tells a position and a direction.
const BODY_BYTES: usize = 32;

/// Writes and reads bodies: eight bytes that name the run, eight with the time in µs since its start, and padding.
pub struct Speech {
    start: Instant,
    run: [u8; 8],
}

impl Speech {
    /// Of a run that has begun at `start`; two generators on one realm have different seeds.
    pub fn new(start: Instant, seed: u32) -> Self {
        let run = (u64::from(seed) << 32 | u64::from(std::process::id())).to_be_bytes();
        Self { start, run }
    }

    /// What is said now.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(BODY_BYTES);
        body.extend(self.run);
        body.extend((self.start.elapsed().as_micros() as u64).to_be_bytes());
        body.resize(BODY_BYTES, 0);
        body
    }

    /// How long ago it was said, if by a player of this run.
    pub fn age(&self, body: &[u8]) -> Option<Duration> {
        let time = body.strip_prefix(&self.run)?.first_chunk()?;
        let said = Duration::from_micros(u64::from_be_bytes(*time));
        Some(self.start.elapsed().saturating_sub(said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_age_of_their_own_run() {
        let start = Instant::now();
        let speech = Speech::new(start, 1);
        let body = speech.body();
        assert_eq!(body.len(), BODY_BYTES);
        assert!(speech.age(&body).unwrap() <= start.elapsed());
        assert_eq!(Speech::new(start, 2).age(&body), None);
        assert_eq!(speech.age(&body[..15]), None);
        assert_eq!(speech.age(b""), None);
    }
}
