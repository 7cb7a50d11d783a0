use crate::protocol::limits::{STATS_AGE_MAX_MS, STATS_ASKING_MAX_MS, STATS_FRESH_MS};

/// What a request does that wants to see the realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look<T> {
    /// It shows this.
    Show(T),
    /// It asks the realm, from this moment on, and says whether it was [answered](Newest::answered) or it has
    /// [failed](Newest::failed).
    Ask,
    /// Another one asks: it looks again in a moment.
    Wait,
    /// The realm was asked and has not answered.
    Fail,
}

/// A request that wants to see the realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    came_ms: u64,
    /// How many had failed when it came.
    failures: u64,
    /// Whether it has done anything but come.
    has_waited: bool,
}

/// The newest look at the realm, which many requests share. None of them waits for another one, whose client may go at
/// any moment: they only see what others have left here.
#[derive(Debug)]
pub struct Newest<T> {
    /// With the time when the realm was asked for it.
    look: Option<(u64, T)>,
    /// Since when one asks.
    asking_ms: Option<u64>,
    /// How many have asked in vain.
    failures: u64,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self {
            look: None,
            asking_ms: None,
            failures: 0,
        }
    }
}

impl<T: Clone> Newest<T> {
    /// A request has come.
    pub fn visit(&self, now_ms: u64) -> Visit {
        Visit {
            came_ms: now_ms,
            failures: self.failures,
            has_waited: false,
        }
    }

    /// What the request does now.
    pub fn look(&mut self, visit: &mut Visit, now_ms: u64) -> Look<T> {
        // A clock that is set back makes nothing fresh.
        let is_within = |since: u64, limit: u64| now_ms.abs_diff(since) < limit;
        let is_asking = |since: u64| is_within(since, STATS_ASKING_MAX_MS);
        let is_asked = self.asking_ms.is_some_and(is_asking);
        if let Some((at, look)) = &self.look {
            let is_young = visit.came_ms.saturating_sub(*at) < STATS_AGE_MAX_MS;
            if is_within(*at, STATS_FRESH_MS) || is_young && (is_asked || visit.has_waited) {
                return Look::Show(look.clone());
            }
        }
        if self.failures != visit.failures {
            return Look::Fail;
        }
        visit.has_waited = true;
        if is_asked {
            return Look::Wait;
        }
        self.asking_ms = Some(now_ms);
        Look::Ask
    }

    /// The realm was asked at `asked_ms`, and has answered.
    pub fn answered(&mut self, asked_ms: u64, look: T) {
        let is_newer = |(at, _): &(u64, T)| *at <= asked_ms;
        // Another one may have asked later, and been answered sooner.
        if self.end(asked_ms) || self.look.as_ref().is_none_or(is_newer) {
            self.look = Some((asked_ms, look));
        }
    }

    /// The realm was asked at `asked_ms`, and does not answer.
    pub fn failed(&mut self, asked_ms: u64) {
        if self.end(asked_ms) {
            self.failures += 1;
        }
    }

    /// Whether that was the last one to ask.
    fn end(&mut self, asked_ms: u64) -> bool {
        let is_last = self.asking_ms == Some(asked_ms);
        if is_last {
            self.asking_ms = None;
        }
        is_last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_790_000_000_000;

    fn come(newest: &mut Newest<u64>, now_ms: u64) -> (Visit, Look<u64>) {
        let mut visit = newest.visit(now_ms);
        let look = newest.look(&mut visit, now_ms);
        (visit, look)
    }

    /// One that was asked for at `NOW_MS`, and is called by that.
    fn looked() -> Newest<u64> {
        let mut newest = Newest::default();
        assert_eq!(come(&mut newest, NOW_MS).1, Look::Ask);
        newest.answered(NOW_MS, NOW_MS);
        newest
    }

    #[test]
    fn the_first_asks_and_those_who_come_meanwhile_wait_for_what_it_leaves() {
        let mut newest = Newest::default();
        assert_eq!(come(&mut newest, NOW_MS).1, Look::Ask);
        let (mut visit, look) = come(&mut newest, NOW_MS + 1);
        assert_eq!(look, Look::Wait);
        assert_eq!(newest.look(&mut visit, NOW_MS + 300), Look::Wait);
        newest.answered(NOW_MS, 7);
        // Although it is no longer fresh: it was asked for when this one came.
        assert_eq!(newest.look(&mut visit, NOW_MS + 310), Look::Show(7));
    }

    #[test]
    fn what_is_fresh_is_shown_to_all() {
        let mut newest = looked();
        for ms in [0, 1, STATS_FRESH_MS - 1] {
            assert_eq!(come(&mut newest, NOW_MS + ms).1, Look::Show(NOW_MS));
        }
        assert_eq!(come(&mut newest, NOW_MS + STATS_FRESH_MS).1, Look::Ask);
    }

    #[test]
    fn what_is_no_longer_fresh_is_shown_while_one_asks() {
        let mut newest = looked();
        let asked = NOW_MS + STATS_AGE_MAX_MS - 2;
        assert_eq!(come(&mut newest, asked).1, Look::Ask);
        assert_eq!(come(&mut newest, asked + 1).1, Look::Show(NOW_MS));
        let (mut visit, look) = come(&mut newest, asked + 2);
        assert_eq!(look, Look::Wait, "it is older than it may be");
        newest.answered(asked, 8);
        assert_eq!(newest.look(&mut visit, asked + 3), Look::Show(8));
    }

    #[test]
    fn who_asks_and_is_gone_holds_up_nobody_for_long() {
        let mut newest = looked();
        let asked = NOW_MS + STATS_FRESH_MS;
        assert_eq!(come(&mut newest, asked).1, Look::Ask);
        let lost = asked + STATS_ASKING_MAX_MS;
        assert_eq!(come(&mut newest, lost - 1).1, Look::Show(NOW_MS));
        assert_eq!(come(&mut newest, lost).1, Look::Ask);
        assert_eq!(come(&mut newest, lost + 1).1, Look::Show(NOW_MS));
    }

    #[test]
    fn those_who_wait_for_one_that_is_gone_ask_themselves() {
        let mut newest = Newest::default();
        assert_eq!(come(&mut newest, NOW_MS).1, Look::Ask);
        let (mut visit, look) = come(&mut newest, NOW_MS);
        assert_eq!(look, Look::Wait);
        let lost = NOW_MS + STATS_ASKING_MAX_MS;
        assert_eq!(newest.look(&mut visit, lost), Look::Ask);
        newest.answered(lost, 9);
        // The one that was thought gone comes last.
        newest.answered(NOW_MS, 1);
        assert_eq!(come(&mut newest, lost + 1).1, Look::Show(9));
    }

    #[test]
    fn a_failure_is_one_for_all_who_waited() {
        let mut newest = Newest::default();
        let (mut first, look) = come(&mut newest, NOW_MS);
        assert_eq!(look, Look::Ask);
        let (mut second, look) = come(&mut newest, NOW_MS + 1);
        assert_eq!(look, Look::Wait);
        newest.failed(NOW_MS);
        assert_eq!(newest.look(&mut first, NOW_MS + 2), Look::Fail);
        assert_eq!(
            come(&mut newest, NOW_MS + 3).1,
            Look::Ask,
            "nobody asks any more"
        );
        assert_eq!(newest.look(&mut second, NOW_MS + 4), Look::Fail);
    }

    #[test]
    fn a_failure_is_not_shown_as_long_as_there_is_something_to_show() {
        let mut newest = looked();
        let asked = NOW_MS + STATS_AGE_MAX_MS - 1;
        let (mut visit, look) = come(&mut newest, asked);
        assert_eq!(look, Look::Ask);
        newest.failed(asked);
        // However long it took: when this one came, it was young enough.
        assert_eq!(newest.look(&mut visit, asked + 5_000), Look::Show(NOW_MS));
        let (mut late, look) = come(&mut newest, asked + 1);
        assert_eq!(look, Look::Ask);
        newest.failed(asked + 1);
        assert_eq!(newest.look(&mut late, asked + 2), Look::Fail);
    }

    #[test]
    fn the_failure_of_one_that_was_thought_gone_is_nobody_elses() {
        let mut newest = Newest::default();
        let (mut first, _) = come(&mut newest, NOW_MS);
        let lost = NOW_MS + STATS_ASKING_MAX_MS;
        assert_eq!(come(&mut newest, lost).1, Look::Ask);
        newest.failed(NOW_MS);
        assert_eq!(newest.look(&mut first, lost + 1), Look::Wait);
        newest.answered(lost, 3);
        assert_eq!(newest.look(&mut first, lost + 2), Look::Show(3));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing() {
        let mut newest = looked();
        let before = NOW_MS - 3_600_000;
        assert_eq!(come(&mut newest, before).1, Look::Ask);
        newest.answered(before, 5);
        assert_eq!(come(&mut newest, before + 1).1, Look::Show(5));
    }

    /// Many come at all times, the realm takes its time, clients go while they ask: what is shown is never too old, and the
    /// realm is never asked more often than it must be.
    #[test]
    fn whatever_happens_nothing_old_is_shown_and_the_realm_is_asked_seldom() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |limit: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % limit
        };
        let mut newest = Newest::default();
        let mut waiting: Vec<Visit> = Vec::new();
        // When the realm answers whom.
        let mut due: Vec<(u64, u64)> = Vec::new();
        let (mut asked, mut shown) = (0_u64, 0_u64);
        for now in NOW_MS..NOW_MS + 60_000 {
            due.retain(|&(at, since)| {
                if at == now {
                    newest.answered(since, since);
                }
                at > now
            });
            waiting.extend((0..below(3)).map(|_| newest.visit(now)));
            waiting.retain_mut(|visit| match newest.look(visit, now) {
                Look::Show(since) => {
                    shown += 1;
                    assert!(since + STATS_AGE_MAX_MS > visit.came_ms && since <= now);
                    false
                }
                Look::Ask => {
                    asked += 1;
                    // One in four is never heard of again.
                    if below(4) > 0 {
                        due.push((now + 1 + below(800), now));
                    }
                    false
                }
                Look::Wait => true,
                Look::Fail => panic!("nothing has failed"),
            });
        }
        assert!(waiting.len() < 3_000 && shown > 50_000, "{shown}");
        assert!((60..=60_000 / STATS_FRESH_MS).contains(&asked), "{asked}");
    }
}
