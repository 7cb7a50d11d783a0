//! The rules by example, with what comes out written down: the engine and the model are both held to it.

mod support;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use archipelago_core::engine::{EngineConfig, NamedEngine, Position, Scope};
use support::duel::{Duel, at, island, members, to};
use support::model::{Change, Name};
use support::subject::{Settings, Subject};

type ByName = Duel<NamedEngine<Name>>;

/// Join distance 20 m, leave distance 25 m.
fn duel(max_peers: u32) -> ByName {
    Duel::new(&Settings::new(max_peers, 20.0, 25.0))
}

fn placed(max_peers: u32, spots: &[(Name, f64)]) -> ByName {
    let mut duel = duel(max_peers);
    for &(peer, x) in spots {
        duel.place(peer, x, 0.0);
    }
    duel
}

#[test]
fn neighbours_get_the_island_of_the_first_and_every_arrival_takes_a_number() {
    let mut duel = placed(9, &[(7, 0.0), (8, 500.0), (9, 20.0)]);
    assert_eq!(
        duel.full().unwrap(),
        [to(7, 1, None), to(9, 1, None), to(8, 2, None)]
    );
    duel.place(4, 1000.0, 0.0);
    assert_eq!(duel.full().unwrap(), [to(4, 4, None)]);
    let view = &duel.subject.islands()[0];
    assert_eq!(view.geometry, Some(([10.0, 0.0, 0.0], 10.0)));
}

#[test]
fn ids_count_in_base_36() {
    let spots: Vec<(Name, f64)> = (1..=36)
        .map(|peer| (peer, f64::from(peer) * 100.0))
        .collect();
    let mut duel = placed(9, &spots);
    duel.full().unwrap();
    let ids: Vec<String> = members(&duel).into_iter().map(|(id, _)| id).collect();
    assert_eq!(
        [&ids[0], &ids[8], &ids[9], &ids[34], &ids[35]],
        ["I1", "I9", "Ia", "Iz", "I10"]
    );
}

#[test]
fn join_and_leave_distance_are_inclusive() {
    let mut duel = placed(9, &[(1, 0.0), (2, f64::from(20.0_f32.next_up()))]);
    assert_eq!(duel.full().unwrap(), [to(1, 1, None), to(2, 2, None)]);
    duel.place(2, 12.0, 16.0);
    assert_eq!(duel.full().unwrap(), [to(2, 1, 2)]);
    duel.place(2, 15.0, 20.0);
    assert_eq!(duel.full().unwrap(), []);
    duel.place(2, f64::from(25.0_f32.next_up()), 0.0);
    assert_eq!(duel.full().unwrap(), [to(2, 3, 1)]);
}

#[test]
fn of_a_broken_island_the_largest_part_keeps_the_id() {
    let mut duel = placed(9, &[(1, 0.0), (2, 20.0), (3, 40.0), (4, 60.0), (5, 80.0)]);
    duel.full().unwrap();
    assert_eq!(members(&duel), [island("I1", &[1, 2, 3, 4, 5])]);
    duel.disconnect(2);
    let leave = Change::Leave { peer: 2, island: 1 };
    assert_eq!(duel.full().unwrap(), [leave, to(1, 6, 1)]);
    assert_eq!(
        members(&duel),
        [island("I1", &[3, 4, 5]), island("I6", &[1])]
    );
}

#[test]
fn groups_that_become_one_are_listed_by_group() {
    let mut duel = placed(9, &[(1, 0.0), (2, 40.0), (3, 60.0), (4, 20.0), (5, 80.0)]);
    duel.full().unwrap();
    assert_eq!(members(&duel), [island("I1", &[1, 2, 3, 4, 5])]);
    duel.place(5, 500.0, 0.0);
    // 1 and 2 open a group each, 3 follows 2, 4 joins the two into one in the place of 1.
    assert_eq!(duel.full().unwrap(), [to(5, 6, 1)]);
    assert_eq!(
        members(&duel),
        [island("I1", &[1, 4, 2, 3]), island("I6", &[5])]
    );
}

#[test]
fn only_where_a_peer_ends_is_told() {
    let mut duel = placed(9, &[(1, 0.0), (2, 10.0), (3, 500.0), (4, 510.0)]);
    duel.full().unwrap();
    duel.place(2, 505.0, 0.0);
    // Through an island of its own, I5, which nobody hears of.
    assert_eq!(duel.full().unwrap(), [to(2, 3, 1)]);
    assert_eq!(
        members(&duel),
        [island("I1", &[1]), island("I3", &[3, 4, 2])]
    );
}

#[test]
fn whoever_comes_back_is_a_newcomer() {
    let mut duel = placed(9, &[(1, 0.0), (2, 10.0), (3, 20.0)]);
    duel.full().unwrap();
    duel.disconnect(2);
    duel.place(2, 10.0, 0.0);
    duel.disconnect(1);
    duel.place(9, 1.0, 0.0);
    duel.disconnect(9);
    let leaves = [2, 1].map(|peer| Change::Leave { peer, island: 1 });
    assert_eq!(
        duel.full().unwrap(),
        [leaves[0].clone(), leaves[1].clone(), to(2, 1, None)]
    );
    assert_eq!(members(&duel), [island("I1", &[3, 2])]);
}

#[test]
fn arrivals_do_not_wait_and_do_not_split() {
    let mut duel = placed(9, &[(1, 0.0), (2, 10.0), (3, 500.0)]);
    duel.full().unwrap();
    duel.place(2, 490.0, 0.0);
    duel.place(4, 11.0, 0.0);
    // 2 has walked over to 3, but that is for the full flush to say.
    assert_eq!(duel.arrivals().unwrap(), [to(3, 1, 3), to(4, 1, None)]);
    assert_eq!(duel.full().unwrap(), [to(2, 5, 1), to(3, 5, 1)]);
    assert_eq!(duel.arrivals().unwrap(), []);
}

#[test]
fn a_crowd_does_not_tie_leftovers_that_are_apart() {
    let mut duel = placed(2, &[(2, 20.0), (3, 30.0)]);
    duel.full().unwrap();
    duel.place(1, 0.0, 0.0);
    duel.place(4, 50.0, 0.0);
    duel.full().unwrap();
    // 1 and 4 would fit into one island, but only the full one is near both.
    assert_eq!(
        members(&duel),
        [
            island("I1", &[2, 3]),
            island("I3", &[1]),
            island("I4", &[4])
        ]
    );
    duel.stays_put().unwrap();
}

/// Two islands of two with room for one more, and a full one that makes a crowd of them.
fn choice() -> ByName {
    let mut duel = placed(3, &[(1, 0.0), (2, 0.0), (3, 0.0)]);
    duel.full().unwrap();
    for (peer, x) in [(4, 18.0), (5, 18.0), (6, -18.0), (7, -18.0)] {
        duel.place(peer, x, 0.0);
    }
    duel.full().unwrap();
    assert_eq!(
        members(&duel),
        [
            island("I1", &[1, 2, 3]),
            island("I4", &[4, 5]),
            island("I6", &[6, 7])
        ]
    );
    duel
}

#[test]
fn without_a_wish_a_newcomer_goes_where_there_is_room_first() {
    let mut duel = choice();
    duel.place(8, 0.0, 0.0);
    assert_eq!(duel.full().unwrap(), [to(8, 4, None)]);
}

#[test]
fn a_wish_is_granted_where_there_is_room_and_contact() {
    for (wish, granted) in [
        ("I6", 6),
        ("I1", 4),
        ("I06", 4),
        ("i6", 4),
        ("I6 ", 4),
        ("", 4),
        ("nowhere", 4),
    ] {
        let mut duel = choice();
        duel.report(8, at(0.0, 0.0), Some(wish));
        assert_eq!(duel.full().unwrap(), [to(8, granted, None)], "{wish:?}");
    }
    let mut duel = choice();
    duel.report(8, at(4.0, 0.0), Some("I6"));
    assert_eq!(duel.full().unwrap(), [to(8, 4, None)], "I6 is too far away");
}

#[test]
fn a_wish_stays_until_it_is_withdrawn() {
    let mut duel = choice();
    duel.report(8, at(0.0, 0.0), Some("I6"));
    duel.report(8, at(0.0, 1.0), None);
    assert_eq!(duel.full().unwrap(), [to(8, 6, None)]);
    let mut duel = choice();
    duel.report(8, at(0.0, 0.0), Some("I6"));
    duel.report(8, at(0.0, 1.0), Some(""));
    assert_eq!(duel.full().unwrap(), [to(8, 4, None)]);
}

#[test]
fn the_wish_of_most_members_counts_and_of_equal_ones_the_first() {
    let crowd = |wishes: &[&str]| {
        let count = wishes.len() as u32;
        let mut duel = placed(2 * count, &[]);
        let mut next = 100;
        for x in [0.0, 18.0, -18.0] {
            let size = if x == 0.0 { 2 * count } else { count };
            for _ in 0..size {
                duel.place(next, x, 0.0);
                next += 1;
            }
            duel.full().unwrap();
        }
        let sides: Vec<u64> = duel.model.islands()[1..]
            .iter()
            .map(|island| island.number)
            .collect();
        for (peer, wish) in (0..).zip(wishes) {
            let wish = match *wish {
                "first" => duel.model.id(sides[0]),
                "second" => duel.model.id(sides[1]),
                other => other.to_owned(),
            };
            duel.report(peer, at(500.0, 0.0), Some(&wish));
        }
        duel.full().unwrap();
        for peer in 0..count {
            duel.place(peer, 0.0, 0.0);
        }
        duel.full().unwrap();
        sides
            .iter()
            .position(|&side| duel.model.island_of(0) == Some(side))
            .expect("on one side")
    };
    assert_eq!(crowd(&["first", "second", "second"]), 1);
    assert_eq!(crowd(&["second", "first", "first"]), 0);
    assert_eq!(crowd(&["second", "first"]), 1);
    assert_eq!(
        crowd(&["first", "second", "second", "first"]),
        1,
        "the second reached two before the first"
    );
    assert_eq!(
        crowd(&["nowhere", "nowhere", "second"]),
        0,
        "a wish for nothing outvotes as well"
    );
    assert_eq!(crowd(&["", "second", ""]), 1);
}

#[test]
fn a_name_can_be_any_text_and_both_engines_agree() {
    let config = EngineConfig::main_realm().with_id_prefix("M");
    let mut one = NamedEngine::<String>::new(config.clone());
    let mut other = NamedEngine::<String>::new(config);
    for flush in 0..20_u16 {
        for peer in 0..30_u16 {
            let x = f32::from(peer * 37 % 11) * 30.0 + f32::from(flush * peer % 7) * 15.0;
            let position = Position::new(x, 0.0, f32::from(peer % 4) * 50.0).unwrap();
            one.set_position(&format!("0xé {peer}"), position, None);
            other.set_position(&format!("0xé {peer}"), position, None);
        }
        let gone = format!("0xé {flush}");
        one.disconnect(&gone);
        other.disconnect(&gone);
        let updates = one.flush(u64::from(flush), Scope::Full);
        assert_eq!(updates, other.flush(u64::from(flush), Scope::Full));
    }
    let ids = |engine: &NamedEngine<String>| {
        engine
            .engine()
            .islands()
            .map(|i| i.id())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&one), ids(&other));
    assert!(ids(&one).iter().all(|id| id.starts_with('M')));
}
