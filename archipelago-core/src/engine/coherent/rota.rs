//! Who is asked in a flush: to ask takes most of its time, and many want nothing.

use super::motion::{Heading, rounded};
use super::sums::Site;
use crate::engine::peers::Peer;

/// Whoever stands is asked in one of so many flushes: not much changes around it from one to the next.
const ROTA: u32 = 4;

/// Whether somebody of such an island, who was last looked at in that flush, need not be asked in this one.
#[allow(clippy::needless_bitwise_bool, reason = "no guesses")]
pub(super) fn may_rest(peer: Peer, heading: &Heading, site: &Site, seen: u32, flush: u32) -> bool {
    let walks = heading.speed_mps > 0.0;
    // It may go only to the island whose centre will be nearest.
    let stays = walks & site.is_nearest(rounded(heading.later));
    // Its turn may fall to flushes in which nothing happens around it: then it has waited for long enough.
    let is_its_turn = peer.index() as u32 % ROTA == flush % ROTA;
    let waits = !heading.moved & !is_its_turn & (flush - seen < ROTA);
    stays | waits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CoherentConfig, CrowdPolicy, Engine, EngineConfig, Position, Scope};

    const SITE: Site = Site {
        own_squared: 100.0,
        ..Site::NONE
    };

    fn heading(later_x: f64, speed_mps: f64, moved: bool) -> Heading {
        Heading {
            ahead: (0.0, 0.0),
            later: (later_x, 0.0),
            speed_mps,
            moved,
        }
    }

    #[test]
    fn whoever_moves_is_asked_but_for_walkers_who_stay_on_their_island() {
        for (peer, flush) in (0..8).flat_map(|peer| (1..9).map(move |flush| (peer, flush))) {
            let rests = |heading| may_rest(Peer::from_index(peer), &heading, &SITE, flush, flush);
            let newcomer_or_jumper = heading(0.0, 0.0, true);
            assert!(!rests(newcomer_or_jumper));
            assert!(!rests(heading(10.0, 1.0, true)));
            assert!(rests(heading(9.9, 1.0, true)));
        }
    }

    #[test]
    fn whoever_stands_is_asked_once_in_so_many_flushes() {
        for peer in 0..8 {
            let mut seen = 10;
            let asked = (11..=50).filter(|flush| {
                let stands = heading(0.0, 0.0, false);
                let rests = may_rest(Peer::from_index(peer), &stands, &SITE, seen, *flush);
                seen = if rests { seen } else { *flush };
                !rests
            });
            let asked: Vec<u32> = asked.collect();
            assert_eq!(asked.len(), 40 / ROTA as usize);
            assert!(asked.windows(2).all(|two| two[1] - two[0] == ROTA));
        }
    }

    #[test]
    fn everybody_is_asked_even_if_something_happens_only_when_it_is_the_turn_of_others() {
        let policy = CrowdPolicy::Coherent(CoherentConfig::balanced());
        let config = EngineConfig::new(20, 10.0, None).unwrap();
        let mut engine = Engine::new(config.with_crowd_policy(policy));
        let at = |n: u16, by: f32| {
            let (x, z) = (f32::from(n % 8), f32::from(n / 8));
            Position::new(3.0 * x + by, 0.0, 3.0 * z).unwrap()
        };
        let peers: Vec<_> = (0..64).map(|n| engine.insert(at(n, 0.0), None)).collect();
        for flush in 1..=60_u32 {
            if flush % ROTA == 0 {
                let by = [0.0, 2.0][(flush / ROTA % 2) as usize];
                engine.update(peers[0], at(0, by), None);
            }
            engine.flush(u64::from(flush) * 2000, Scope::Full);
            if flush % ROTA == 0 && flush > 2 * ROTA {
                let motion = &engine.coherent.as_ref().unwrap().crowd.motion;
                let seen = peers[1..].iter().map(|peer| motion.past(*peer).seen);
                let longest = seen.map(|seen| flush - seen).max();
                assert!(longest < Some(ROTA), "{longest:?} in {flush}");
            }
        }
    }
}
