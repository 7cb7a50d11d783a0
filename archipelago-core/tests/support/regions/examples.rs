//! Hand-overs that random worlds hardly ever come to, step by step.

use archipelago_core::engine::{EngineConfig, Position, Scope};

use super::flaw::Flaw;
use super::message::{IslandId, Message, PlayerId, RegionId};
use super::region::Region;
use super::squares::Squares;
use super::stored::Stored;

const ANN: PlayerId = 1;
const BOB: PlayerId = 2;
/// Whom these are about, and who does not want the island.
const GIVER: RegionId = 0;
const TAKER: RegionId = 1;

fn giver(flaw: Flaw) -> Region {
    let squares = Squares {
        columns: 2,
        rows: 1,
        side_m: 100.0,
        engine: EngineConfig::new(10, 20.0, None).expect("within limits"),
        hysteresis_m: 5.0,
    };
    Region::start(GIVER, &squares, flaw, Stored::default())
}

fn report(sequence: u64, logins: &[PlayerId], leaves: &[PlayerId]) -> Message {
    let here = Position::new(90.0, 0.0, 0.0).expect("finite");
    Message::Report {
        gate: 0,
        sequence,
        logins: logins.to_vec(),
        leaves: leaves.to_vec(),
        positions: logins.iter().map(|player| (*player, here)).collect(),
    }
}

/// Whether the giver still asks for the one who has left while the island was on its way to a taker that does not want
/// it. What it told before the offer is answered last.
fn asks_again(flaw: Flaw) -> bool {
    let mut giver = giver(flaw);
    giver.receive(report(1, &[ANN, BOB], &[]));
    giver.flush(1_000, Scope::Full);
    let version = giver.stored.sessions[&ANN].version;
    giver.receive(Message::Advice {
        island: giver
            .stored
            .islands
            .values()
            .next()
            .expect("they have one")
            .id,
        taker: TAKER,
        partner: IslandId {
            number: 9,
            region: TAKER,
        },
    });
    giver.flush(2_000, Scope::Full);
    assert!(giver.stored.islands.is_empty(), "on its way");
    giver.receive(report(2, &[], &[ANN]));
    giver.receive(Message::Answer {
        from: TAKER,
        transfer: 1,
        taken: vec![false],
    });
    assert!(giver.stored.sessions.contains_key(&ANN), "back in place");
    giver.receive(Message::Took {
        player: ANN,
        version,
    });
    giver.untold.contains(&ANN)
}

#[test]
fn a_late_answer_does_not_hide_who_has_left_on_the_way() {
    assert!(asks_again(Flaw::None));
    assert!(!asks_again(Flaw::Unrenewed), "or nothing has been tried");
}
