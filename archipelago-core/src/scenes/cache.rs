use crate::protocol::limits::{SCENES_LOST_MS, SCENES_RETRY_MS, SCENES_TTL_MS};

/// The newest answer, who is to ask for the next one, and when.
#[derive(Clone, Debug)]
pub struct Cache<T> {
    newest: Option<T>,
    /// Until then nobody is to ask: the answer is good, or none could be had.
    rest_until_ms: u64,
    /// Until then somebody is asking.
    asking_until_ms: Option<u64>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            newest: None,
            rest_until_ms: 0,
            asking_until_ms: None,
        }
    }
}

impl<T: Clone> Cache<T> {
    /// The newest answer, however old.
    pub fn newest(&self) -> Option<T> {
        self.newest.clone()
    }

    /// Whether somebody is asking, so that it pays to wait. Who takes too long is taken for lost.
    pub fn is_awaited(&self, now_ms: u64) -> bool {
        self.asking_until_ms
            .is_some_and(|until_ms| now_ms < until_ms)
    }

    /// Whether the caller is to ask. If so it must say what came of it: [`Self::keep`], [`Self::fail`] or [`Self::forget`].
    pub fn may_ask(&mut self, now_ms: u64) -> bool {
        let may = now_ms >= self.rest_until_ms && !self.is_awaited(now_ms);
        if may {
            self.asking_until_ms = Some(now_ms.saturating_add(SCENES_LOST_MS));
        }
        may
    }

    /// Here is an answer, as of `made_ms`.
    pub fn keep(&mut self, answer: T, made_ms: u64) {
        *self = Self {
            newest: Some(answer),
            rest_until_ms: made_ms.saturating_add(SCENES_TTL_MS),
            asking_until_ms: None,
        };
    }

    /// There is no answer to be had now: the one before stays.
    pub fn fail(&mut self, now_ms: u64) {
        self.rest_until_ms = now_ms.saturating_add(SCENES_RETRY_MS);
        self.asking_until_ms = None;
    }

    /// There is nothing to ask any more, and nothing worth keeping.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_MS: u64 = 1_000_000;

    #[test]
    fn the_first_is_to_ask_and_everybody_else_waits_for_the_answer() {
        let mut cache = Cache::default();
        assert!(!cache.is_awaited(START_MS));
        assert!(cache.may_ask(START_MS));
        for later_ms in [0, 1, SCENES_LOST_MS - 1] {
            assert!(!cache.may_ask(START_MS + later_ms));
            assert!(cache.is_awaited(START_MS + later_ms));
            assert_eq!(cache.newest(), None);
        }
        cache.keep("new", START_MS);
        assert!(!cache.is_awaited(START_MS + 1));
        assert_eq!(cache.newest(), Some("new"));
    }

    #[test]
    fn who_takes_too_long_is_taken_for_lost() {
        let mut cache = Cache::<()>::default();
        assert!(cache.may_ask(START_MS));
        assert!(!cache.is_awaited(START_MS + SCENES_LOST_MS));
        assert!(cache.may_ask(START_MS + SCENES_LOST_MS));
        assert!(!cache.may_ask(START_MS + SCENES_LOST_MS));
    }

    #[test]
    fn an_answer_is_good_for_a_while_and_then_replaced_by_one_who_asks() {
        let mut cache = Cache::default();
        cache.keep("old", START_MS);
        assert!(!cache.may_ask(START_MS + SCENES_TTL_MS - 1));
        let late_ms = START_MS + SCENES_TTL_MS;
        assert!(cache.may_ask(late_ms));
        assert!(!cache.may_ask(late_ms));
        assert_eq!(cache.newest(), Some("old"));
        cache.keep("new", late_ms);
        assert_eq!(cache.newest(), Some("new"));
        assert!(!cache.may_ask(late_ms + SCENES_TTL_MS - 1));
        assert!(cache.may_ask(late_ms + SCENES_TTL_MS));
    }

    #[test]
    fn an_answer_stays_while_no_newer_one_is_to_be_had() {
        let mut cache = Cache::default();
        cache.keep("old", START_MS);
        let mut now_ms = START_MS + SCENES_TTL_MS;
        for _ in 0..3 {
            assert!(cache.may_ask(now_ms));
            cache.fail(now_ms + 10);
            assert!(!cache.is_awaited(now_ms + 10));
            assert_eq!(cache.newest(), Some("old"));
            assert!(!cache.may_ask(now_ms + 10 + SCENES_RETRY_MS - 1));
            now_ms += 10 + SCENES_RETRY_MS;
        }
        assert!(cache.may_ask(now_ms));
    }

    #[test]
    fn without_an_answer_it_is_tried_again_after_a_while() {
        let mut cache = Cache::<()>::default();
        assert!(cache.may_ask(START_MS));
        cache.fail(START_MS);
        assert!(!cache.may_ask(START_MS + SCENES_RETRY_MS - 1));
        assert!(!cache.is_awaited(START_MS + SCENES_RETRY_MS - 1));
        assert!(cache.may_ask(START_MS + SCENES_RETRY_MS));
    }

    #[test]
    fn what_is_forgotten_is_asked_for_at_once() {
        let mut cache = Cache::default();
        cache.keep("old", START_MS);
        cache.forget();
        assert_eq!(cache.newest(), None);
        assert!(cache.may_ask(START_MS + 1));
    }
}
