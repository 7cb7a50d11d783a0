//! What happens to the state machines: of each event its time, its kind, and what it needs.

use crate::Seed;

/// The bytes of some events.
type Events = &'static [&'static [u8]];

/// How a play is called, its setting, and its events, all at one time.
type Play = (&'static str, &'static [u8], Events, Events);

/// So many plays of each kind go on at random.
const TAILS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

pub fn session() -> Vec<Seed> {
    with_tails(session::PLAYS)
}

pub fn connector() -> Vec<Seed> {
    with_tails(connector::PLAYS)
}

pub fn room() -> Vec<Seed> {
    let mut seeds = with_tails(room::PLAYS);
    let crowd = room::ASKED_AND_GONE.repeat(40);
    seeds.push(("asked-and-gone", [&[0][..], &crowd].concat()));
    seeds
}

pub fn realm() -> Vec<Seed> {
    with_tails(realm::PLAYS)
}

/// Crowds of three times the capacity, under each policy; what happens has no times.
pub fn islands() -> Vec<Seed> {
    let crowd = [0, 0x11, 3, 7].repeat(4);
    let mut seeds: Vec<Seed> = islands::PLAYS
        .iter()
        .map(|(name, policy, events)| {
            let setting = [&[0x83][..], policy].concat();
            (
                *name,
                [setting, crowd.clone(), vec![12, 0], events.concat()].concat(),
            )
        })
        .collect();
    for (at, name) in TAILS.into_iter().enumerate() {
        let (_, beginning) = &seeds[at % islands::PLAYS.len()];
        let bytes = [beginning.clone(), tail(at as u64 + 1)].concat();
        seeds.push((name, bytes));
    }
    seeds
}

/// The plays, and others that begin like them and go on anyhow.
fn with_tails(plays: &[Play]) -> Vec<Seed> {
    let mut seeds: Vec<Seed> = plays.iter().map(written).collect();
    for (at, name) in TAILS.into_iter().enumerate() {
        let (_, beginning) = &seeds[at % plays.len()];
        let bytes = [beginning.clone(), tail(at as u64 + 1)].concat();
        seeds.push((name, bytes));
    }
    seeds
}

fn written((name, setting, before, events): &Play) -> Seed {
    let mut bytes = setting.to_vec();
    for event in before.iter().chain(*events) {
        bytes.push(0);
        bytes.extend_from_slice(event);
    }
    (name, bytes)
}

/// Small numbers: times that are short, and things that happen often.
fn tail(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        // Knuth's generator; its higher bits are the better ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as u8 % 20
    };
    (0..300).map(|_| next()).collect()
}

mod islands {
    use super::Events;

    const WALKED: &[u8] = &[5, 0x22, 9, 3];
    const LEFT: &[u8] = &[10, 2];
    const CONTRACTED: &[u8] = &[11, 0, 0, 0, 1];
    const TRAVELLED: &[u8] = &[11, 0x77, 0, 0, 0];
    const FLUSHED: &[u8] = &[12, 0];
    const PLACED: &[u8] = &[0, 0x12, 0, 1, 7, 15, 3];
    const RESTED: &[u8] = &[18, 0];
    const RESTARTED: &[u8] = &[19, 0];
    const RESTARTED_STABLE: &[u8] = &[19, 1, 3, 0];
    const CAME_BACK: &[u8] = &[17, 0x11, 3, 0];

    /// A name, the bytes of a policy, and what happens.
    pub const PLAYS: &[(&str, &[u8], Events)] = &[
        ("stable", &[0], &[WALKED, FLUSHED, RESTED]),
        ("tight", &[1], &[WALKED, LEFT, FLUSHED, PLACED, RESTED]),
        ("balanced", &[9], &[CONTRACTED, FLUSHED, TRAVELLED, RESTED]),
        ("calm", &[17], &[PLACED, FLUSHED, WALKED, FLUSHED, RESTED]),
        (
            "saver",
            &[25],
            &[WALKED, RESTARTED, CAME_BACK, FLUSHED, RESTED],
        ),
        (
            "parameters",
            &[15, 3, 25, 4, 1, 7, 40, 6, 101],
            &[WALKED, FLUSHED, RESTARTED_STABLE, CAME_BACK, PLACED, RESTED],
        ),
    ];
}

mod session {
    use super::{Events, Play};

    const REQUEST: &[u8] = &[0, 1];
    const LOOKED_UP: &[u8] = &[0, 1, 7];
    const SIGNED: &[u8] = &[0, 1, 0];
    const BY_CONTRACT: &[u8] = &[0, 1, 6];
    const GO_ON: &[u8] = &[0];
    const HEARTBEAT: &[u8] = &[0, 1, 2];
    const ASLEEP: &[u8] = &[14, 7];
    const TOLD: &[u8] = &[11, 3, 2];
    const ASKED: Events = &[REQUEST, LOOKED_UP];
    const LIVE: Events = &[REQUEST, LOOKED_UP, SIGNED, GO_ON, GO_ON, HEARTBEAT];

    pub const PLAYS: &[Play] = &[
        (
            "live",
            &[],
            LIVE,
            &[TOLD, HEARTBEAT, ASLEEP, HEARTBEAT, TOLD],
        ),
        ("closed", &[], LIVE, &[&[13], GO_ON, GO_ON]),
        ("banned", &[], ASKED, &[SIGNED, &[8, 1, 0], GO_ON]),
        ("contract", &[], ASKED, &[BY_CONTRACT, &[8, 1, 2]]),
        ("asleep", &[], ASKED, &[ASLEEP, SIGNED, ASLEEP]),
        ("burst", &[], LIVE, &[&[15, 201, 1, 2]]),
        ("astray", &[], ASKED, &[&[6, 1, 1, 0]]),
        ("too-large", &[], LIVE, &[&[6, 4, 0, 1, 4]]),
        ("dismissed", &[], LIVE, &[&[12, 0, 1], GO_ON]),
    ];
}

mod connector {
    use super::{Events, Play};

    const CAME: &[u8] = &[0, 3];
    const REQUEST: &[u8] = &[2, 0, 1];
    const LOOKED_UP: &[u8] = &[7, 0, 1, 0, 9];
    const SIGNED: &[u8] = &[2, 0, 1, 0];
    const YES: &[u8] = &[7, 0, 7];
    const HEARTBEAT: &[u8] = &[2, 0, 1, 2];
    const REPORT: &[u8] = &[15, 5];
    const DELIVERY: &[u8] = &[13, 1, 1, 1, 1, 1, 2, 1, 2, 9, 0, 0];
    const KICK: &[u8] = &[13, 1, 0, 0, 0, 1, 2];
    const EARLY_KICK: &[u8] = &[13, 1, 0, 0, 0, 1, 1];
    const LEFT: &[u8] = &[12, 0, 0];
    const ASLEEP: &[u8] = &[19, 1];
    const MANY: &[u8] = &[18, 1, 3];
    const ASKED: Events = &[CAME, REQUEST, LOOKED_UP, SIGNED];
    const FOUR: Events = &[
        CAME, REQUEST, LOOKED_UP, SIGNED, CAME, REQUEST, LOOKED_UP, SIGNED, CAME, REQUEST,
        LOOKED_UP, SIGNED, CAME, REQUEST, LOOKED_UP, SIGNED,
    ];
    const LIVE: Events = &[
        CAME, REQUEST, LOOKED_UP, SIGNED, YES, YES, HEARTBEAT, REPORT, REPORT,
    ];

    pub const PLAYS: &[Play] = &[
        ("live", &[0], LIVE, &[DELIVERY, HEARTBEAT, REPORT, REPORT]),
        ("rooms", &[1], LIVE, &[DELIVERY, LEFT, REPORT, REPORT]),
        ("livekit", &[2], LIVE, &[DELIVERY, KICK, REPORT, REPORT]),
        (
            "asleep",
            &[0],
            LIVE,
            &[ASLEEP, HEARTBEAT, REPORT, REPORT, &[17]],
        ),
        (
            "banned",
            &[0],
            LIVE,
            &[CAME, REQUEST, LOOKED_UP, SIGNED, &[7, 0, 0], &[18, 0, 1]],
        ),
        ("many", &[0], &[MANY, MANY, MANY], &[MANY, MANY, CAME]),
        ("one-address", &[0], FOUR, ASKED),
        ("one-ip", &[16], &[CAME, CAME], &[CAME, CAME]),
        ("kicked-early", &[0], ASKED, &[YES, EARLY_KICK, YES]),
        (
            "restarted",
            &[0],
            LIVE,
            &[&[18, 2], REPORT, REPORT, REPORT, REPORT],
        ),
        (
            "unvetted",
            &[4],
            ASKED,
            &[YES, HEARTBEAT, REPORT, REPORT, LEFT],
        ),
    ];
}

mod room {
    use super::{Events, Play};

    const CAME: &[u8] = &[0, 1, 0, 0];
    const OTHER_CAME: &[u8] = &[0, 5, 0, 1];
    const CAME_WITHOUT: &[u8] = &[0, 0, 5];
    const IDENTIFIED: &[u8] = &[3, 0, 1];
    const SIGNED: &[u8] = &[3, 0, 1, 1];
    const BY_CONTRACT: &[u8] = &[3, 0, 1, 0];
    const SIGNED_BY_OTHER: &[u8] = &[3, 0, 2, 0];
    const CONFIRMED: &[u8] = &[13, 0, 2];
    const SAID: &[u8] = &[9, 0, 1, 1, 3, 0, 7, 7, 7];
    const REPORT: &[u8] = &[15, 3];
    const ORDERS: &[u8] = &[14, 0b0001, 0];
    const STALLED: &[u8] = &[16, 1, 3];
    const FLOOD: &[u8] = &[18, 0, 200, 1, 0];
    const ASLEEP: &[u8] = &[19, 1];
    /// Contracts are asked about somebody who has gone, with the times of the events.
    pub const ASKED_AND_GONE: &[u8] = &[0, 0, 1, 0, 0, 0, 3, 0, 1, 0, 3, 0, 1, 0, 0, 12, 0];
    const TWO: Events = &[CAME, IDENTIFIED, SIGNED, OTHER_CAME, IDENTIFIED, SIGNED];
    const ASKED: Events = &[CAME, IDENTIFIED, BY_CONTRACT];

    pub const PLAYS: &[Play] = &[
        ("two", &[0], TWO, &[SAID, REPORT, REPORT, SAID]),
        (
            "without-token",
            &[0],
            &[CAME_WITHOUT],
            &[IDENTIFIED, SIGNED_BY_OTHER, SAID],
        ),
        ("asleep", &[0], TWO, &[ASLEEP, SAID, REPORT]),
        (
            "orders",
            &[0],
            TWO,
            &[SAID, ORDERS, SAID, ORDERS, REPORT, REPORT],
        ),
        ("contract", &[0], ASKED, &[CONFIRMED, SAID]),
        ("contract-asleep", &[0], ASKED, &[ASLEEP, CAME]),
        ("replaced", &[0], TWO, &[CAME, IDENTIFIED, SIGNED, SAID]),
        ("at-the-door", &[0], &[CAME, CAME, CAME], &[CAME, CAME]),
        ("stalled", &[0], TWO, &[STALLED, SAID, SAID, SAID]),
        ("flood", &[0], TWO, &[FLOOD]),
        (
            "full",
            &[255],
            TWO,
            &[CAME_WITHOUT, IDENTIFIED, SIGNED_BY_OTHER],
        ),
    ];
}

mod realm {
    use super::{Events, Play};

    const LOGIN: &[u8] = &[0, 0, 5, 1, 3, 0];
    const OTHER_LOGIN: &[u8] = &[0, 0, 5, 1, 3, 1];
    const FIRST_REPORT: &[u8] = &[4, 0, 5, 1, 3, 0, 2, 0, 1, 1, 1, 2, 1, 7];
    const REPORT: &[u8] = &[4, 0, 5, 1, 3, 7, 2, 0, 1, 1, 1, 3, 1, 7];
    const ENDED: &[u8] = &[4, 0, 5, 1, 3, 7, 0, 0, 0];
    const LISTED: &[u8] = &[4, 0, 0, 1, 3, 1, 0, 1, 1, 1, 1, 0, 0, 0, 7];
    const TICK: &[u8] = &[9];
    const DELIVER: &[u8] = &[12];
    const ARRIVES: &[u8] = &[13, 0, 1, 1];
    const LOST: &[u8] = &[13, 0, 0, 1];
    const OBEYED: &[u8] = &[13, 0, 1, 0];
    const IN_ROOM: &[u8] = &[15, 0, 9, 1, 2, 0, 0, 1, 1, 2];
    const RESTART: &[u8] = &[19, 0];
    const WATCH: &[u8] = &[18, 0];
    // Two ticks: the second one comes 25 ms after the first.
    const TWO: Events = &[LOGIN, OTHER_LOGIN, FIRST_REPORT, &[10, 6, 9], DELIVER];

    pub const PLAYS: &[Play] = &[
        ("two", &[0x61], TWO, &[ARRIVES, REPORT, WATCH]),
        (
            "rooms",
            &[0x61],
            TWO,
            &[ARRIVES, IN_ROOM, DELIVER, OBEYED, IN_ROOM],
        ),
        (
            "restarted",
            &[0x61],
            TWO,
            &[ARRIVES, RESTART, LISTED, TICK, DELIVER, ARRIVES],
        ),
        (
            "coherent",
            &[0x69],
            TWO,
            &[ARRIVES, RESTART, LISTED, TICK, DELIVER, ARRIVES],
        ),
        ("lost", &[0x61], TWO, &[LOST, RESTART, TICK]),
        ("left", &[0x61], TWO, &[ARRIVES, ENDED, ENDED, TICK]),
        (
            "again",
            &[0x61],
            TWO,
            &[LOGIN, LOGIN, REPORT, TICK, DELIVER],
        ),
        ("livekit", &[0x64], TWO, &[ARRIVES, REPORT]),
        ("tiny-distance", &[0x01], TWO, &[REPORT, TICK]),
        ("huge-distance", &[0x21], TWO, &[REPORT, TICK]),
    ];
}
