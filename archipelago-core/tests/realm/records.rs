//! What is stored, byte by byte, and what happens to bytes that are something else.

use archipelago_core::engine::IslandNumber;
use archipelago_core::realm::{ARRIVALS_DELAY_MS, Realm, StateError, Stored};

use crate::clients::{NOW_MS, address};
use crate::world::{HERE, Link, World, config};

/// How a state is spoiled.
type Break = fn(&mut Stored);

fn settled() -> World {
    let mut world = World::new();
    let mut a = Link::new("a", 3);
    for who in [1, 2] {
        world.player(&mut a, who, HERE);
    }
    world.advance(ARRIVALS_DELAY_MS);
    world
}

fn restore(stored: &Stored) -> Result<Realm, StateError> {
    Realm::restore(config(), 2, stored, NOW_MS)
}

#[test]
fn records_stay_readable() {
    let Stored {
        next_island,
        islands,
        sessions,
    } = settled().disk.read();
    assert_eq!(next_island, Some(3));
    // 1: formed at, as a varint; 2: 40 bytes of members.
    let formed_ms = NOW_MS + ARRIVALS_DELAY_MS;
    let mut island = vec![0x08];
    let mut rest = formed_ms;
    while rest >= 0x80 {
        island.push((rest % 0x80) as u8 | 0x80);
        rest /= 0x80;
    }
    island.extend([rest as u8, 0x12, 40]);
    island.extend(address(1).0);
    island.extend(address(2).0);
    assert_eq!(islands, [(1, island)]);
    // 1: session 2^32 + 1; 2: "a"; 3: epoch 3.
    let first = vec![0x08, 0x81, 0x80, 0x80, 0x80, 0x10, 0x12, 1, b'a', 0x18, 3];
    assert!(sessions.contains(&(address(1).0.to_vec(), first)));
    assert_eq!(sessions.len(), 2);
}

#[test]
fn a_state_that_makes_no_sense_is_refused_with_the_reason() {
    let good = settled().disk.read();
    assert!(restore(&good).is_ok());
    let first = good.sessions[0].clone();
    let cases: [(Break, &str); 11] = [
        (
            |stored| stored.next_island = None,
            "the next island's number is None",
        ),
        (
            |stored| stored.next_island = Some(1),
            "the next island's number is Some(1): it must be stored, and above 1",
        ),
        (
            |stored| stored.next_island = Some(0),
            "the next island's number is Some(0)",
        ),
        (
            |stored| stored.islands[0].1.push(0xff),
            "island 1 cannot be read",
        ),
        (|stored| stored.islands[0].0 = 0, "island 0 cannot be read"),
        (
            |stored| {
                let length = stored.islands[0].1.len();
                stored.islands[0].1.truncate(length - 1);
            },
            "island 1 cannot be read",
        ),
        (
            |stored| {
                let again = stored.islands[0].1.clone();
                stored.islands.push((2, again));
            },
            "is in two islands",
        ),
        (
            |stored| stored.islands.extend(stored.islands.clone()),
            "island 1 cannot be read",
        ),
        (|stored| stored.sessions[0].1.clear(), "cannot be read"),
        (|stored| stored.sessions[0].0.push(0), "cannot be read"),
        (
            |stored| stored.sessions[1].1 = stored.sessions[0].1.clone(),
            "is there twice",
        ),
    ];
    for (case, (spoil, reason)) in cases.into_iter().enumerate() {
        let mut stored = good.clone();
        spoil(&mut stored);
        let error = restore(&stored).unwrap_err().to_string();
        assert!(error.contains(reason), "case {case}: {error}");
    }
    // An incarnation that does not grow.
    let early = Realm::restore(config(), 1, &good, NOW_MS).unwrap_err();
    assert!(
        matches!(early, StateError::FromTheFuture { incarnation: 1, .. }),
        "{early} {first:?}"
    );
}

/// Any bytes: an error, or a realm; never a panic.
#[test]
fn arbitrary_records_do_no_harm() {
    let good = settled().disk.read();
    let mut rng = crate::rng::Rng::new(5);
    for _ in 0..20_000 {
        let mut stored = good.clone();
        let record = match rng.below(2) {
            0 => &mut stored.islands[0].1,
            _ => &mut stored.sessions[0].1,
        };
        for _ in 0..=rng.below(3) {
            let at = rng.below(record.len() + 1);
            match rng.below(3) {
                0 => record.insert(at, rng.below(256) as u8),
                1 if at < record.len() => record[at] = rng.below(256) as u8,
                _ => record.truncate(at),
            }
        }
        if let Ok(mut realm) = restore(&stored) {
            realm.tick(NOW_MS + 1_000_000);
            assert_eq!(realm.member_count(), 0, "everybody is released");
            assert!(realm.next_island() >= IslandNumber::new(3).unwrap());
        }
    }
}
