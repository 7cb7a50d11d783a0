//! What a service outside has answered: one asks for all who want to know.

/// For how long what holds, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTimes {
    /// An answer, until a newer one is asked for.
    pub ttl_ms: u64,
    /// The same one, until it is shown no longer while that is done.
    pub stale_ms: u64,
    /// That there is none to be had.
    pub retry_ms: u64,
    /// Asking, until whoever does is taken for lost.
    pub lost_ms: u64,
}

/// The newest answer, who is to ask for the next one, and when.
#[derive(Clone, Debug)]
pub struct Cache<T> {
    times: CacheTimes,
    /// With the time as of which it holds.
    newest: Option<(u64, T)>,
    /// Until then nobody is to ask: the answer is good, or none could be had.
    rest_until_ms: u64,
    /// Until then somebody is asking.
    asking_until_ms: Option<u64>,
}

impl<T> Cache<T> {
    /// Without an answer.
    pub const fn new(times: CacheTimes) -> Self {
        Self {
            times,
            newest: None,
            rest_until_ms: 0,
            asking_until_ms: None,
        }
    }
}

impl<T: Clone> Cache<T> {
    /// The newest answer that may still be shown.
    pub fn newest(&self, now_ms: u64) -> Option<T> {
        let is_shown = |made_ms: &u64| now_ms.saturating_sub(*made_ms) < self.times.stale_ms;
        let newest = self.newest.as_ref();
        newest
            .filter(|(made_ms, _)| is_shown(made_ms))
            .map(|(_, answer)| answer.clone())
    }

    /// Whether there is nothing to show yet, but somebody is asking, so that it pays to wait.
    pub fn is_awaited(&self, now_ms: u64) -> bool {
        self.is_asked(now_ms) && self.newest(now_ms).is_none()
    }

    /// Whether it is time to ask, and nobody does.
    pub fn is_due(&self, now_ms: u64) -> bool {
        now_ms >= self.rest_until_ms && !self.is_asked(now_ms)
    }

    /// Whether the caller is to ask. If so it must say what came of it: [`Self::keep`] or [`Self::fail`].
    pub fn may_ask(&mut self, now_ms: u64) -> bool {
        let may = self.is_due(now_ms);
        if may {
            self.asking_until_ms = Some(now_ms.saturating_add(self.times.lost_ms));
        }
        may
    }

    /// Here is an answer, as of `made_ms`.
    pub fn keep(&mut self, answer: T, made_ms: u64) {
        self.newest = Some((made_ms, answer));
        self.rest_until_ms = made_ms.saturating_add(self.times.ttl_ms);
        self.asking_until_ms = None;
    }

    /// There is no answer to be had now: the one before stays.
    pub fn fail(&mut self, now_ms: u64) {
        self.rest_until_ms = now_ms.saturating_add(self.times.retry_ms);
        self.asking_until_ms = None;
    }

    /// There is nothing worth showing any more: who wants an answer asks for it, unless another one does.
    pub fn forget(&mut self) {
        self.newest = None;
        self.rest_until_ms = 0;
    }

    /// Who takes too long is taken for lost.
    fn is_asked(&self, now_ms: u64) -> bool {
        self.asking_until_ms
            .is_some_and(|until_ms| now_ms < until_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_MS: u64 = 1_000_000;
    const TTL_MS: u64 = 60_000;
    const STALE_MS: u64 = 90_000;
    const RETRY_MS: u64 = 10_000;
    const LOST_MS: u64 = 5_000;

    fn cache<T>() -> Cache<T> {
        Cache::new(CacheTimes {
            ttl_ms: TTL_MS,
            stale_ms: STALE_MS,
            retry_ms: RETRY_MS,
            lost_ms: LOST_MS,
        })
    }

    #[test]
    fn the_first_is_to_ask_and_everybody_else_waits_for_the_answer() {
        let mut cache = cache();
        assert!(!cache.is_awaited(START_MS));
        assert!(cache.may_ask(START_MS));
        for later_ms in [0, 1, LOST_MS - 1] {
            assert!(!cache.may_ask(START_MS + later_ms));
            assert!(cache.is_awaited(START_MS + later_ms));
            assert_eq!(cache.newest(START_MS + later_ms), None);
        }
        cache.keep("new", START_MS);
        assert!(!cache.is_awaited(START_MS + 1));
        assert_eq!(cache.newest(START_MS + 1), Some("new"));
    }

    #[test]
    fn who_takes_too_long_is_taken_for_lost() {
        let mut cache = cache::<()>();
        assert!(cache.may_ask(START_MS));
        assert!(!cache.is_awaited(START_MS + LOST_MS));
        assert!(cache.may_ask(START_MS + LOST_MS));
        assert!(!cache.may_ask(START_MS + LOST_MS));
    }

    #[test]
    fn an_answer_is_good_for_a_while_and_then_replaced_by_one_who_asks() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        assert!(!cache.is_due(START_MS + TTL_MS - 1));
        assert!(!cache.may_ask(START_MS + TTL_MS - 1));
        let late_ms = START_MS + TTL_MS;
        assert!(cache.is_due(late_ms));
        assert!(cache.may_ask(late_ms));
        assert!(!cache.is_due(late_ms));
        assert!(!cache.may_ask(late_ms));
        assert_eq!(cache.newest(late_ms), Some("old"));
        assert!(!cache.is_awaited(late_ms));
        cache.keep("new", late_ms);
        assert_eq!(cache.newest(late_ms), Some("new"));
        assert!(!cache.may_ask(late_ms + TTL_MS - 1));
        assert!(cache.may_ask(late_ms + TTL_MS));
    }

    #[test]
    fn an_answer_that_is_too_old_is_shown_to_nobody_and_the_next_one_is_waited_for() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        let old_ms = START_MS + STALE_MS;
        assert_eq!(cache.newest(old_ms - 1), Some("old"));
        assert_eq!(cache.newest(old_ms), None);
        assert!(!cache.is_awaited(old_ms));
        assert!(cache.may_ask(old_ms));
        assert!(cache.is_awaited(old_ms));
        cache.keep("new", old_ms + 1);
        assert_eq!(cache.newest(old_ms + 1), Some("new"));
    }

    #[test]
    fn an_answer_stays_while_no_newer_one_is_to_be_had() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        let mut now_ms = START_MS + TTL_MS;
        for _ in 0..2 {
            assert!(cache.may_ask(now_ms));
            cache.fail(now_ms + 10);
            assert!(!cache.is_awaited(now_ms + 10));
            assert_eq!(cache.newest(now_ms + 10), Some("old"));
            assert!(!cache.may_ask(now_ms + 10 + RETRY_MS - 1));
            now_ms += 10 + RETRY_MS;
        }
        assert!(cache.may_ask(now_ms));
    }

    #[test]
    fn without_an_answer_it_is_tried_again_after_a_while() {
        let mut cache = cache::<()>();
        assert!(cache.may_ask(START_MS));
        cache.fail(START_MS);
        assert!(!cache.may_ask(START_MS + RETRY_MS - 1));
        assert!(!cache.is_awaited(START_MS + RETRY_MS - 1));
        assert!(cache.may_ask(START_MS + RETRY_MS));
    }

    #[test]
    fn what_is_forgotten_is_asked_for_at_once_by_one() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        cache.forget();
        assert_eq!(cache.newest(START_MS + 1), None);
        assert!(cache.may_ask(START_MS + 1));
        cache.forget();
        assert!(cache.is_awaited(START_MS + 1));
        assert!(!cache.may_ask(START_MS + 1));
    }

    #[test]
    fn what_is_forgotten_when_there_is_no_other_is_asked_for_after_a_while() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        assert!(cache.may_ask(START_MS + TTL_MS));
        cache.forget();
        cache.fail(START_MS + TTL_MS);
        let retry_ms = START_MS + TTL_MS + RETRY_MS;
        assert_eq!(cache.newest(retry_ms - 1), None);
        assert!(!cache.is_awaited(retry_ms - 1));
        assert!(!cache.may_ask(retry_ms - 1));
        assert!(cache.may_ask(retry_ms));
    }

    #[test]
    fn a_clock_that_goes_back_breaks_nothing() {
        let mut cache = cache();
        cache.keep("old", START_MS);
        assert!(!cache.may_ask(0));
        assert!(!cache.is_awaited(0));
        assert_eq!(cache.newest(0), Some("old"));
    }
}
