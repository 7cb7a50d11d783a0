use crate::pacing::Pace;
use crate::protocol::limits::{ROOM_BURST_MS, ROOM_PACKET_UNIT_BYTES, ROOM_PACKETS_PER_SECOND_MAX};

/// How long a unit takes at the fastest pace that is allowed.
const UNIT_MS: u64 = 1_000 / ROOM_PACKETS_PER_SECOND_MAX as u64;

/// Whether a member may send a frame of this length now. If so, it is counted.
pub(super) fn allows(pace: &mut Pace, length: usize, now_ms: u64) -> bool {
    let units = length.div_ceil(ROOM_PACKET_UNIT_BYTES).max(1) as u64;
    pace.allows(units * UNIT_MS, ROOM_BURST_MS, now_ms)
}
