//! Preferred islands, each text kept once: votes are counted by small numbers.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::number::{IslandNumber, parse_island_id};

/// The peer prefers no island.
pub(super) const NO_WISH: u32 = u32::MAX;

#[derive(Debug)]
struct Wish {
    id: Arc<str>,
    /// The island of that id, if it is one that could exist here.
    island: Option<IslandNumber>,
    peers: u32,
}

/// The ids that some peer prefers; no more of them than peers, for one that nobody wants any more is forgotten.
#[derive(Debug, Default)]
pub(super) struct Preferences {
    // A hasher without random keys: the engine is the same on every run, and without a source of randomness.
    index: HashMap<Arc<str>, u32, BuildHasherDefault<DefaultHasher>>,
    wishes: Vec<Wish>,
    free: Vec<u32>,
}

impl Preferences {
    /// The wish after a report: `None` leaves it as it is, an empty text clears it.
    pub fn change(&mut self, wish: u32, preferred: Option<&str>, prefix: &str) -> u32 {
        let Some(id) = preferred else { return wish };
        if self
            .wishes
            .get(wish as usize)
            .is_some_and(|same| &*same.id == id)
        {
            return wish;
        }
        self.drop(wish);
        if id.is_empty() {
            NO_WISH
        } else {
            self.intern(id, prefix)
        }
    }

    /// One peer less has that wish.
    pub fn drop(&mut self, wish: u32) {
        let Some(entry) = self.wishes.get_mut(wish as usize) else {
            return;
        };
        entry.peers -= 1;
        if entry.peers == 0 {
            self.index.remove(&entry.id);
            entry.id = Arc::default();
            self.free.push(wish);
        }
    }

    /// The island that a wish means.
    pub fn island(&self, wish: u32) -> Option<IslandNumber> {
        self.wishes.get(wish as usize)?.island
    }

    /// Whether nobody prefers any island.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// An upper bound of the numbers of wishes.
    pub fn bound(&self) -> usize {
        self.wishes.len()
    }

    fn intern(&mut self, id: &str, prefix: &str) -> u32 {
        if let Some(wish) = self.index.get(id) {
            self.wishes[*wish as usize].peers += 1;
            return *wish;
        }
        let id: Arc<str> = id.into();
        let entry = Wish {
            island: parse_island_id(prefix, &id),
            id: Arc::clone(&id),
            peers: 1,
        };
        let wish = self.free.pop().unwrap_or(self.wishes.len() as u32);
        match self.wishes.get_mut(wish as usize) {
            Some(unused) => *unused = entry,
            None => self.wishes.push(entry),
        }
        self.index.insert(id, wish);
        wish
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_live_as_long_as_somebody_wants_them() {
        let mut wishes = Preferences::default();
        let a = wishes.change(NO_WISH, Some("I5"), "I");
        let b = wishes.change(NO_WISH, Some("I5"), "I");
        assert_eq!((a, wishes.island(a)), (b, IslandNumber::new(5)));
        assert_eq!(wishes.change(a, None, "I"), a);
        assert_eq!(wishes.change(a, Some(""), "I"), NO_WISH);
        assert_eq!(wishes.island(b), IslandNumber::new(5));
        let c = wishes.change(b, Some("elsewhere"), "I");
        assert_eq!((c, wishes.island(c)), (0, None));
        assert_eq!((wishes.bound(), wishes.index.len()), (1, 1));
        wishes.drop(c);
        assert!(wishes.index.is_empty());
    }
}
