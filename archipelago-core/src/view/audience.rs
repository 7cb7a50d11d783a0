use crate::protocol::bus::{LiveFrame, WatchReply};

/// How long after one question the realm may be asked the next, in ms. Viewers are nobody in particular: however many
/// of them come, they cost it one frame a second.
pub const ASK_PERIOD_MS: u64 = 1_000;

/// What a viewer gets who has just come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// The [frames](Audience::frames) that are there.
    Frames,
    /// The same, once the realm has answered; it has been asked already.
    Wait,
    /// The same, but the realm has to be asked now.
    Ask,
    /// Nothing: the realm has just been asked and did not answer.
    Refuse,
}

/// What the viewers of a realm are sent: a first frame with the history, and what came after it.
#[derive(Debug, Default)]
pub struct Audience {
    asked_ms: Option<u64>,
    asking: bool,
    first: Option<WatchReply>,
    latest: Option<LiveFrame>,
}

impl Audience {
    /// A viewer has come.
    pub fn came(&mut self, now_ms: u64) -> Greeting {
        if self.asking {
            Greeting::Wait
        } else if self.asks(now_ms) {
            Greeting::Ask
        } else if self.first.is_some() {
            Greeting::Frames
        } else {
            Greeting::Refuse
        }
    }

    /// Whether the realm has to be asked now. If so, it counts as asked until it has [answered](Self::answered).
    pub fn asks(&mut self, now_ms: u64) -> bool {
        let rests = |asked: u64| now_ms < asked.saturating_add(ASK_PERIOD_MS);
        if self.asking || self.asked_ms.is_some_and(rests) {
            return false;
        }
        self.asking = true;
        self.asked_ms = Some(now_ms);
        true
    }

    /// The realm has answered, or has not.
    pub fn answered(&mut self, reply: Option<WatchReply>) {
        self.asking = false;
        self.first = reply;
    }

    /// The realm has been flushed.
    pub fn pushed(&mut self, frame: LiveFrame) {
        self.latest = Some(frame);
    }

    /// What a viewer gets first, in this order; none before the realm has answered. What was pushed while the answer
    /// was on its way, or since then, comes after it: there may be no other frame for a long time.
    pub fn frames(&self) -> impl Iterator<Item = &str> {
        let first = self.first.as_ref();
        let latest = self.latest.as_ref();
        let newer =
            latest.filter(|latest| first.is_some_and(|first| latest.time_ms >= first.time_ms));
        let texts = [
            first.map(|first| &first.frame),
            newer.map(|newer| &newer.frame),
        ];
        texts.into_iter().flatten().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_790_000_000_000;

    fn reply(time_ms: u64) -> WatchReply {
        WatchReply {
            time_ms,
            frame: format!("first {time_ms}"),
        }
    }

    fn frame(time_ms: u64) -> LiveFrame {
        LiveFrame {
            time_ms,
            frame: format!("frame {time_ms}"),
        }
    }

    fn frames(audience: &Audience) -> Vec<&str> {
        audience.frames().collect()
    }

    #[test]
    fn however_many_come_the_realm_is_asked_once_a_second() {
        let mut audience = Audience::default();
        assert_eq!(audience.came(NOW_MS), Greeting::Ask);
        assert_eq!(audience.came(NOW_MS + 1), Greeting::Wait);
        assert_eq!(audience.came(NOW_MS + 4_000), Greeting::Wait);
        assert_eq!(frames(&audience), [""; 0]);
        audience.answered(Some(reply(5)));
        assert_eq!(audience.came(NOW_MS + ASK_PERIOD_MS - 1), Greeting::Frames);
        assert_eq!(frames(&audience), ["first 5"]);
        assert_eq!(audience.came(NOW_MS + ASK_PERIOD_MS), Greeting::Ask);
        assert!(!audience.asks(NOW_MS + ASK_PERIOD_MS), "it is on its way");
        audience.answered(Some(reply(6)));
        assert!(!audience.asks(NOW_MS + 2 * ASK_PERIOD_MS - 1));
        assert!(audience.asks(NOW_MS + 2 * ASK_PERIOD_MS));
        assert_eq!(audience.came(NOW_MS + 3 * ASK_PERIOD_MS), Greeting::Wait);
    }

    #[test]
    fn a_realm_that_does_not_answer_is_asked_no_more_often() {
        let mut audience = Audience::default();
        audience.came(NOW_MS);
        audience.answered(Some(reply(5)));
        assert_eq!(audience.came(NOW_MS + ASK_PERIOD_MS), Greeting::Ask);
        audience.answered(None);
        audience.pushed(frame(6));
        let later = NOW_MS + 2 * ASK_PERIOD_MS;
        assert_eq!(audience.came(later - 1), Greeting::Refuse);
        assert_eq!(frames(&audience), [""; 0], "it could be long out of date");
        assert_eq!(audience.came(later), Greeting::Ask);
    }

    #[test]
    fn who_comes_after_a_flush_sees_it() {
        let mut audience = Audience::default();
        audience.came(NOW_MS);
        audience.pushed(frame(4));
        audience.answered(Some(reply(5)));
        assert_eq!(frames(&audience), ["first 5"], "the answer is newer");
        audience.pushed(frame(7));
        audience.pushed(frame(9));
        assert_eq!(audience.came(NOW_MS + 1), Greeting::Frames);
        assert_eq!(frames(&audience), ["first 5", "frame 9"]);
        audience.came(NOW_MS + ASK_PERIOD_MS);
        audience.answered(Some(reply(9)));
        assert_eq!(
            frames(&audience),
            ["first 9", "frame 9"],
            "either may be the newer one"
        );
    }
}
