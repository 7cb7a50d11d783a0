//! When it is asked again whether anybody is banned who is connected.

/// The sweeps of a connector, one at a time.
#[derive(Debug)]
pub(super) struct Sweeps {
    /// From the beginning of one to that of the next; none: nobody can be asked.
    interval_ms: Option<u64>,
    next_ms: u64,
    under_way: bool,
}

impl Sweeps {
    pub fn new(interval_ms: Option<u64>, now_ms: u64) -> Self {
        Self {
            interval_ms,
            next_ms: now_ms.saturating_add(interval_ms.unwrap_or_default()),
            under_way: false,
        }
    }

    /// When the next one is due; none while one is under way.
    pub fn due_ms(&self) -> Option<u64> {
        self.interval_ms
            .filter(|_| !self.under_way)
            .map(|_| self.next_ms)
    }

    /// Sessions have outlived a sleep: nobody knows when they were last asked about.
    pub fn hurry(&mut self, now_ms: u64) {
        self.next_ms = now_ms;
    }

    /// Whether one begins now.
    pub fn begin(&mut self, now_ms: u64) -> bool {
        let Some(interval_ms) = self.interval_ms else {
            return false;
        };
        let begins = !self.under_way && self.next_ms <= now_ms;
        if begins {
            self.under_way = true;
            self.next_ms = now_ms.saturating_add(interval_ms);
        }
        begins
    }

    /// It is over.
    pub fn ended(&mut self) {
        self.under_way = false;
    }
}
