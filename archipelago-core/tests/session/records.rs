//! Sessions as bytes.

use archipelago_core::session::{Action, SESSION_RECORD_MAX_BYTES, Session};

use crate::clients::{NOW_MS, TIMEOUTS, at, heartbeat, hex};
use crate::rng::Rng;
use crate::stages::{
    NUMBER, ORIGIN, awaiting_request, awaiting_signature, gone, island, joining, live, looking_up,
    own_address, signed,
};

fn recorded_live() -> Session {
    let mut session = live();
    session.frame(&heartbeat(at(1.0, -3.5)), NOW_MS + 5);
    session.assigned(300, island(2));
    session
}

/// What stands in the sockets' attachments: every later version reads it.
const RECORDS: [&str; 4] = [
    "080110071a003080f0cc86a6373a1568747470733a2f2f7265616c6d2e6578616d706c65",
    "0801100722260a2464636c2d30303031303230333034303530363037383839396161626263636464656566663080f0cc86a6373a1568747470733a2f2f7265616c6d2e6578616d706c65",
    "080110072a1a0a18084d1214667ff918754239bc5dfb39efe943f29c735e7cb43080f0cc86a6373a1568747470733a2f2f7265616c6d2e6578616d706c65",
    "080110072a2b0a29084d1214667ff918754239bc5dfb39efe943f29c735e7cb41a0a0d0000803f1d000060c0200228ac02\
     3085f0cc86a6373a1568747470733a2f2f7265616c6d2e6578616d706c65",
];

/// The same live session as an earlier version kept it: the assignment beside the session, and no origin.
const EARLIER: &str = "080110072a2b0a26084d1214667ff918754239bc5dfb39efe943f29c735e7cb41a0a0d0000803f1d000060c0200210ac02\
     3085f0cc86a637";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn records_are_pinned() {
    let mut sessions = [
        awaiting_request(),
        awaiting_signature(),
        live(),
        recorded_live(),
    ];
    for (session, record) in sessions.iter_mut().zip(RECORDS) {
        assert_eq!(hex(&session.to_record(7).unwrap()), record);
        let (socket, read) = Session::from_record(&bytes(record)).unwrap();
        assert_eq!((socket, read.stage()), (7, session.stage()));
    }
}

#[test]
fn records_of_earlier_versions_are_read() {
    let (socket, read) = Session::from_record(&bytes(EARLIER)).unwrap();
    assert_eq!((socket, read.stage()), (7, recorded_live().stage()));
    assert_eq!(read.origin(), "");
}

#[test]
fn records_round_trip() {
    for mut session in [
        awaiting_request(),
        awaiting_signature(),
        live(),
        recorded_live(),
    ] {
        let record = session.to_record(u64::MAX).unwrap();
        assert!(record.len() <= SESSION_RECORD_MAX_BYTES);
        let (socket, read) = Session::from_record(&record).unwrap();
        assert_eq!(socket, u64::MAX);
        assert_eq!(read.stage(), session.stage());
        assert_eq!(read.origin(), ORIGIN);
        let since = if session.live().is_some() {
            // The record may be ten seconds behind, so the client gets the benefit of them.
            session.deadline_ms(&TIMEOUTS).unwrap() + 10_000
        } else {
            NOW_MS + TIMEOUTS.handshake_ms
        };
        assert_eq!(read.deadline_ms(&TIMEOUTS), Some(since));
        // But only once: to sleep again and again does not make it any younger.
        let mut read = read;
        let (_, again) = Session::from_record(&read.to_record(7).unwrap()).unwrap();
        assert_eq!(again.deadline_ms(&TIMEOUTS), Some(since));
    }
    assert_eq!(gone().to_record(7), None);
}

/// What it waits for is lost with its connector; that it is no session any more has to be known.
#[test]
fn a_session_that_awaits_an_answer_cannot_be_taken_up() {
    for mut session in [looking_up(), joining()] {
        let record = session.to_record(7).unwrap();
        assert!(Session::from_record(&record).is_err());
    }
}

#[test]
fn a_session_goes_on_from_its_record() {
    let record = awaiting_signature().to_record(7).unwrap();
    let (_, mut session) = Session::from_record(&record).unwrap();
    assert_eq!(
        session.frame(&signed(), NOW_MS),
        Action::Vet(own_address(), Vec::new())
    );
    let record = recorded_live().to_record(7).unwrap();
    let (_, mut session) = Session::from_record(&record).unwrap();
    let Action::Heartbeat {
        first,
        session: number,
        ..
    } = session.frame(&heartbeat(at(0.0, 0.0)), NOW_MS)
    else {
        panic!("not taken");
    };
    assert_eq!((first, number), (false, NUMBER));
    assert_eq!(session.assigned(300, island(9)), None, "had it before");
    assert_eq!(session.assigned(301, island(9)), Some(Some(island(2))));
}

#[test]
fn the_widest_record_is_within_the_limit() {
    let mut session = live();
    session.frame(&heartbeat(at(f32::MAX, f32::MIN)), u64::MAX);
    session.assigned(u64::MAX, island(u64::MAX));
    assert!(session.to_record(u64::MAX).unwrap().len() <= SESSION_RECORD_MAX_BYTES);
}

#[test]
fn unknown_records_are_refused() {
    for mut session in [awaiting_request(), awaiting_signature(), recorded_live()] {
        let record = session.to_record(7).unwrap();
        assert_eq!(record[..2], [0x08, 1], "the version is in front");
        let refused = |record: &[u8]| assert!(Session::from_record(record).is_err());
        refused(&record[2..]);
        for version in [0, 2, 3, 127] {
            let mut other = record.clone();
            other[1] = version;
            refused(&other);
        }
    }
    // No stage; a live session without its listing; an address that is none.
    for record in ["", "08011007", "080110072a00", "080110072a020a00"] {
        assert!(Session::from_record(&bytes(record)).is_err(), "{record}");
    }
}

#[test]
fn broken_records_never_panic() {
    let mut rng = Rng::new(1);
    for mut session in [awaiting_request(), awaiting_signature(), recorded_live()] {
        let record = session.to_record(7).unwrap();
        for length in 0..record.len() {
            let _ = Session::from_record(&record[..length]);
        }
        for _ in 0..5_000 {
            let mut record = record.clone();
            for _ in 0..=rng.below(3) {
                let at = rng.below(record.len());
                record[at] = rng.below(256) as u8;
            }
            if let Ok((socket, mut session)) = Session::from_record(&record) {
                let _ = (session.to_record(socket), session.deadline_ms(&TIMEOUTS));
            }
        }
    }
    for _ in 0..20_000 {
        let record: Vec<u8> = (0..rng.below(80)).map(|_| rng.below(256) as u8).collect();
        let _ = Session::from_record(&record);
    }
}
