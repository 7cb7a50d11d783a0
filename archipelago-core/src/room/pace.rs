use crate::protocol::limits::{ROOM_BURST_MS, ROOM_PACKET_UNIT_BYTES, ROOM_PACKETS_PER_SECOND_MAX};

/// How long a unit takes at the fastest pace that is allowed.
const UNIT_MS: u64 = 1_000 / ROOM_PACKETS_PER_SECOND_MAX as u64;

/// How fast a member sends, by virtual scheduling (ITU-T I.371, GCRA): exact, and one number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When all that was sent would have been sent at the fastest pace.
    done_ms: u64,
}

impl Pace {
    /// Whether a frame of this length may be sent now. If so, it is counted.
    pub fn allows(&mut self, length: usize, now_ms: u64) -> bool {
        let units = length.div_ceil(ROOM_PACKET_UNIT_BYTES).max(1) as u64;
        let done_ms = self.done_ms.max(now_ms).saturating_add(units * UNIT_MS);
        let allowed = done_ms.saturating_sub(now_ms) <= ROOM_BURST_MS;
        if allowed {
            self.done_ms = done_ms;
        }
        allowed
    }
}
