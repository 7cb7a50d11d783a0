//! What is promised to players whose realm restarts, with what comes out written down.

mod support;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use archipelago_core::engine::{Engine, EngineConfig, IslandNumber, Position, Scope};
use support::duel::{Duel, island, members, to};
use support::model::{Change, Name};
use support::subject::{Handles, Settings};

/// Join distance 20 m, leave distance 25 m, with these islands restored.
fn restored(max_peers: u32, islands: &[(u64, &[Name])]) -> Duel<Handles> {
    let mut duel = Duel::<Handles>::new(&Settings::new(max_peers, 20.0, 25.0));
    for (number, members) in islands {
        duel.subject.restore(*number, members);
        duel.model.restore(*number, members);
    }
    duel
}

fn end_grace(duel: &mut Duel<Handles>) -> Vec<Name> {
    let released = duel.subject.end_grace();
    assert_eq!(released, duel.model.end_grace());
    released
}

#[test]
fn whoever_is_where_it_was_hears_nothing() {
    let mut duel = restored(9, &[(12, &[1, 2]), (5, &[3])]);
    assert_eq!(duel.full().unwrap(), []);
    assert_eq!(members(&duel), [island("I5", &[3]), island("Ic", &[1, 2])]);
    duel.place(2, 0.0, 0.0);
    duel.place(1, 20.0, 0.0);
    duel.place(3, 500.0, 0.0);
    assert_eq!(duel.full().unwrap(), []);
    duel.place(4, -500.0, 0.0);
    assert_eq!(
        duel.full().unwrap(),
        [to(4, 13, None)],
        "numbers go on behind the restored ones"
    );
    duel.stays_put().unwrap();
}

#[test]
fn until_all_have_reported_an_island_stays_whole_and_where_it_is() {
    let mut duel = restored(9, &[(1, &[1, 2, 3])]);
    duel.place(1, 0.0, 0.0);
    duel.place(2, 500.0, 0.0);
    for peer in [11, 12, 13, 14] {
        duel.place(peer, 10.0, 0.0);
    }
    // The newcomers' island is the larger one, but cannot be joined by somebody who is not here yet.
    assert_eq!(
        duel.full().unwrap(),
        [11, 12, 13, 14].map(|peer| to(peer, 1, None))
    );
    assert_eq!(members(&duel), [island("I1", &[1, 2, 3, 11, 12, 13, 14])]);
    duel.place(3, 500.0, 0.0);
    assert_eq!(duel.full().unwrap(), [to(2, 6, 1), to(3, 6, 1)]);
    duel.stays_put().unwrap();
}

#[test]
fn those_who_stay_away_leave_at_the_end_of_the_grace() {
    let mut duel = restored(9, &[(1, &[1, 2, 3]), (2, &[4])]);
    duel.place(1, 0.0, 0.0);
    duel.place(3, 500.0, 0.0);
    assert_eq!(duel.full().unwrap(), []);
    assert_eq!(end_grace(&mut duel), [2, 4]);
    let leaves = [
        Change::Leave { peer: 2, island: 1 },
        Change::Leave { peer: 4, island: 2 },
    ];
    assert_eq!(
        duel.full().unwrap(),
        [leaves[0].clone(), leaves[1].clone(), to(3, 3, 1)]
    );
    duel.stays_put().unwrap();
}

#[test]
fn silent_members_take_room() {
    let mut duel = restored(3, &[(1, &[1, 2, 3])]);
    duel.place(1, 0.0, 0.0);
    duel.place(9, 0.0, 0.0);
    assert_eq!(duel.full().unwrap(), [to(9, 2, None)]);
    end_grace(&mut duel);
    duel.full().unwrap();
    assert_eq!(members(&duel), [island("I1", &[1, 9])]);
}

#[test]
fn members_beyond_a_lowered_capacity_arrive_anew() {
    let mut duel = restored(2, &[(7, &[1, 2, 3, 4])]);
    duel.place(3, 0.0, 0.0);
    duel.place(1, 0.0, 0.0);
    assert_eq!(duel.arrivals().unwrap(), [to(3, 8, None)]);
    assert_eq!(end_grace(&mut duel), [2, 4]);
    let leave = Change::Leave { peer: 2, island: 7 };
    assert_eq!(
        duel.full().unwrap(),
        [leave, to(3, 7, 8)],
        "4 had not been told anything"
    );
    duel.stays_put().unwrap();
}

/// A crowd keeps a larger island beside one that cannot go into it. Once the crowd is gone the two would fit, and do
/// come together as soon as anybody of them reports, even from where they stand.
#[test]
fn what_a_crowd_kept_apart_comes_together_at_the_next_report() {
    let mut duel = restored(6, &[(1, &[1, 2])]);
    duel.place(1, 0.0, 0.0);
    for (peer, x) in [
        (11, 500.0),
        (12, 500.0),
        (13, 500.0),
        (21, -500.0),
        (22, -500.0),
        (23, -500.0),
        (24, -500.0),
    ] {
        duel.place(peer, x, 0.0);
    }
    duel.full().unwrap();
    for (peer, x) in [
        (11, 15.0),
        (12, 15.0),
        (13, 15.0),
        (21, -15.0),
        (22, -15.0),
        (23, -15.0),
        (24, -15.0),
    ] {
        duel.place(peer, x, 0.0);
    }
    assert_eq!(duel.full().unwrap(), []);
    for peer in 21..=24 {
        duel.place(peer, -500.0, 0.0);
    }
    assert_eq!(duel.full().unwrap(), []);
    duel.place(12, 15.0, 0.0);
    assert_eq!(
        duel.full().unwrap(),
        [11, 12, 13].map(|peer| to(peer, 1, 2))
    );
}

#[test]
fn restoring_comes_first_or_not_at_all() {
    let number = |number| IslandNumber::new(number).unwrap();
    let mut engine = Engine::new(EngineConfig::default());
    assert_eq!(engine.restore(number(3), 0, 2).len(), 2);
    assert_eq!(engine.restore(number(3), 0, 2), []);
    assert_eq!(engine.restore(number(9), 0, 0), []);
    assert_eq!(
        (engine.island_count(), engine.next_number()),
        (1, number(10))
    );
    engine.insert(Position::new(0.0, 0.0, 0.0).unwrap(), None);
    assert_eq!(engine.restore(number(20), 0, 1), []);
    engine.flush(0, Scope::Full);
    assert_eq!(engine.next_number(), number(11));
}
