//! A session in each of its stages.

use archipelago_core::auth::Address;
use archipelago_core::engine::IslandNumber;
use archipelago_core::session::{Action, Close, Reason, Session, SessionNumber, Stage};

use crate::clients::{NOW_MS, TIMEOUTS, chain, challenge_request, signed_challenge, wallet};

pub const RANDOM: [u8; 16] = [
    0, 1, 2, 3, 4, 5, 6, 7, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
];

pub const CHALLENGE: &str = "dcl-00010203040506078899aabbccddeeff";

pub const ORIGIN: &str = "https://realm.example";

pub const NUMBER: SessionNumber = SessionNumber(77);

pub fn challenge() -> String {
    CHALLENGE.to_owned()
}

pub fn island(number: u64) -> IslandNumber {
    IslandNumber::new(number).unwrap()
}

pub fn own_address() -> Address {
    wallet(1).address()
}

pub fn requested() -> Vec<u8> {
    challenge_request(&own_address().to_string())
}

pub fn signed() -> Vec<u8> {
    signed_challenge(&chain(&wallet(1), &challenge()))
}

pub fn awaiting_request() -> Session {
    Session::new(ORIGIN.to_owned(), NOW_MS)
}

pub fn looking_up() -> Session {
    let mut session = awaiting_request();
    assert_eq!(
        session.frame(&requested(), NOW_MS),
        Action::LookUp(own_address())
    );
    session
}

pub fn awaiting_signature() -> Session {
    let mut session = looking_up();
    assert!(matches!(
        session.looked_up(false, RANDOM, NOW_MS),
        Action::Send(_)
    ));
    session
}

pub fn vetting() -> Session {
    let mut session = awaiting_signature();
    assert_eq!(
        session.frame(&signed(), NOW_MS),
        Action::Vet(own_address(), Vec::new())
    );
    session
}

pub fn joining() -> Session {
    let mut session = vetting();
    assert_eq!(session.vetted(Ok(()), NOW_MS), Action::Join(own_address()));
    session
}

pub fn live() -> Session {
    let mut session = joining();
    assert!(matches!(session.joined(NUMBER, NOW_MS), Action::Send(_)));
    session
}

pub fn gone() -> Session {
    let mut session = live();
    session.closed();
    session
}

/// All stages, with the session that the realm has to hear of when one of them ends.
pub fn stages() -> [(&'static str, Session, Option<SessionNumber>); 6] {
    [
        ("awaiting request", awaiting_request(), None),
        ("looking up", looking_up(), None),
        ("awaiting signature", awaiting_signature(), None),
        ("vetting", vetting(), None),
        ("joining", joining(), None),
        ("live", live(), Some(NUMBER)),
    ]
}

pub fn close(reason: Reason, ended: Option<SessionNumber>) -> Action {
    Action::Close(Close {
        farewell: None,
        reason,
        ended,
    })
}

#[track_caller]
pub fn assert_over(session: &mut Session, why: &str) {
    assert_eq!(session.stage(), &Stage::Closed, "{why}");
    assert_eq!(session.live(), None, "{why}");
    assert_eq!(session.deadline_ms(&TIMEOUTS), None, "{why}");
    assert_eq!(session.to_record(1), None, "{why}");
    assert_eq!(session.frame(&requested(), NOW_MS), Action::None, "{why}");
    assert_eq!(session.frame(&[], NOW_MS), Action::None, "{why}");
    assert_eq!(session.text(), Action::None, "{why}");
    assert_eq!(
        session.looked_up(true, RANDOM, NOW_MS),
        Action::None,
        "{why}"
    );
    assert_eq!(session.join_failed(), Action::None, "{why}");
    assert_eq!(session.vetted(Ok(()), NOW_MS), Action::None, "{why}");
    assert_eq!(session.dismiss(Reason::Banned), Action::None, "{why}");
    assert_eq!(session.tick(&TIMEOUTS, u64::MAX), Action::None, "{why}");
    assert_eq!(session.assigned(u64::MAX, island(1)), None, "{why}");
    assert_eq!(session.closed(), None, "{why}");
}
