use crate::protocol::limits::{CATALYST_ROUND_LOST_MS, CATALYSTS_TTL_MS};

/// What the last round of questions has found, and whether another is under way.
#[derive(Debug)]
pub struct Rounds<T> {
    newest: Option<(T, u64)>,
    began_ms: Option<u64>,
}

/// What somebody who wants to know does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Takes what is known.
    Take(T),
    /// Takes what is known and asks again, for those who come later.
    TakeAndAsk(T),
    /// Asks, and waits for it.
    Ask,
}

impl<T> Default for Rounds<T> {
    fn default() -> Self {
        Self {
            newest: None,
            began_ms: None,
        }
    }
}

impl<T: Clone> Rounds<T> {
    /// Somebody wants to know. Of those who find it outdated one asks again, and if nothing comes of it for too long,
    /// another.
    pub fn next(&mut self, now_ms: u64) -> Next<T> {
        let Some((known, ended_ms)) = &self.newest else {
            return Next::Ask;
        };
        let is_fresh = now_ms.saturating_sub(*ended_ms) < CATALYSTS_TTL_MS;
        let is_asked = self
            .began_ms
            .is_some_and(|began_ms| now_ms.saturating_sub(began_ms) < CATALYST_ROUND_LOST_MS);
        if is_fresh || is_asked {
            return Next::Take(known.clone());
        }
        self.began_ms = Some(now_ms);
        Next::TakeAndAsk(known.clone())
    }

    /// A round is over.
    pub fn ended(&mut self, found: T, now_ms: u64) {
        self.newest = Some((found, now_ms));
        self.began_ms = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_knows_nothing_asks() {
        let mut rounds = Rounds::<u8>::default();
        assert_eq!(rounds.next(0), Next::Ask);
        assert_eq!(rounds.next(1), Next::Ask);
        rounds.ended(7, 2);
        assert_eq!(rounds.next(2), Next::Take(7));
    }

    #[test]
    fn one_asks_again_when_it_is_outdated_and_nobody_waits() {
        let mut rounds = Rounds::default();
        rounds.ended(7, 100);
        let outdated = 100 + CATALYSTS_TTL_MS;
        assert_eq!(rounds.next(outdated - 1), Next::Take(7));
        assert_eq!(rounds.next(outdated), Next::TakeAndAsk(7));
        assert_eq!(rounds.next(outdated), Next::Take(7));
        assert_eq!(
            rounds.next(outdated + CATALYST_ROUND_LOST_MS - 1),
            Next::Take(7)
        );
        rounds.ended(8, outdated + 500);
        assert_eq!(rounds.next(outdated + 500), Next::Take(8));
        assert_eq!(
            rounds.next(outdated + 500 + CATALYSTS_TTL_MS),
            Next::TakeAndAsk(8)
        );
    }

    #[test]
    fn a_round_that_never_ends_is_made_again() {
        let mut rounds = Rounds::default();
        rounds.ended(7, 0);
        assert_eq!(rounds.next(CATALYSTS_TTL_MS), Next::TakeAndAsk(7));
        let lost = CATALYSTS_TTL_MS + CATALYST_ROUND_LOST_MS;
        assert_eq!(rounds.next(lost), Next::TakeAndAsk(7));
        assert_eq!(rounds.next(lost), Next::Take(7));
    }

    #[test]
    fn a_clock_that_goes_back_breaks_nothing() {
        let mut rounds = Rounds::default();
        rounds.ended(7, 1_000_000);
        assert_eq!(rounds.next(0), Next::Take(7));
    }
}
