//! What is allocated, and how much of it is in use.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts the allocations of this process since it was made.
#[derive(Clone, Copy, Debug)]
pub struct Meter(Stats);

impl Meter {
    /// Begins to count.
    pub fn start() -> Self {
        Self(ALLOCATOR.stats())
    }

    /// How many allocations there were, those included that made an older one larger.
    pub fn allocations(&self) -> u64 {
        let count = |stats: Stats| stats.allocations.wrapping_add(stats.reallocations);
        count(ALLOCATOR.stats()).wrapping_sub(count(self.0)) as u64
    }

    /// How many bytes were asked for.
    pub fn bytes(&self) -> u64 {
        let now = ALLOCATOR.stats();
        now.bytes_allocated.wrapping_sub(self.0.bytes_allocated) as u64
    }

    /// How many bytes are in use now that were not at the start; negative if more were given back.
    pub fn held_bytes(&self) -> i64 {
        // The counters begin anew where a target's numbers end; differences do not mind.
        let held = |stats: Stats| stats.bytes_allocated.wrapping_sub(stats.bytes_deallocated);
        held(ALLOCATOR.stats()).wrapping_sub(held(self.0)) as isize as i64
    }
}
