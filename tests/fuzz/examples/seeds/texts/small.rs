//! Everything small.

use archipelago_fuzz::people::{address, sign};
use archipelago_fuzz::texts::VARIABLES;

use super::text;
use crate::Seed;

const TEXTS: [(&str, u8, &str); 15] = [
    ("token", 0, "AQ"),
    (
        "token-shaped",
        0,
        "AQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQABAQAB",
    ),
    ("own-token", 1, "seven and a time"),
    ("room", 2, "main.I1"),
    ("no-room", 2, "main/I1"),
    ("date-iso", 6, "\x002030-03-17T17:46:40.123+01:30"),
    ("date-year", 6, "\x00+012030-03"),
    ("date-blank", 6, "\x002030-03-17 24:00:00 GMT+0530"),
    (
        "date-words",
        6,
        "\x00Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)",
    ),
    ("date-rfc", 6, "\x00Wed, 02 Oct 2030 15:00:00 EST"),
    ("date-people", 6, "\x00August 6, 2030"),
    ("policy", 8, "stable"),
    ("policy-preset", 8, "coherent:calm"),
    (
        "policy-parameters",
        8,
        "coherent:tight,margin=0.5, kernel_cell_m=20,radius_m=60.5,chain_length=6,dwell_s=1e2",
    ),
    ("policy-order", 8, "coherent,radius_m=4,kernel_cell_m=1"),
];

type Settings = &'static [(&'static str, &'static str)];

const CONFIGURATIONS: [(&str, Settings); 9] = [
    (
        "config-distances",
        &[
            ("ARCHIPELAGO_JOIN_DISTANCE", "64"),
            ("ARCHIPELAGO_LEAVE_DISTANCE", "80"),
        ],
    ),
    (
        "config-livekit",
        &[
            ("LIVEKIT_HOST", "https://x/"),
            ("LIVEKIT_API_KEY", "k"),
            ("LIVEKIT_API_SECRET", "s"),
        ],
    ),
    (
        "config-half-livekit",
        &[("LIVEKIT_HOST", "x"), ("LIVEKIT_API_SECRET", "s")],
    ),
    (
        "config-ws-room",
        &[
            ("TRANSPORT", "ws-room"),
            ("ARCHIPELAGO_MAX_PEERS_PER_ISLAND", "151"),
        ],
    ),
    (
        "config-times",
        &[
            ("RESUME_GRACE", "0.01"),
            ("HANDSHAKE_TIMEOUT", "1"),
            ("IDLE_TIMEOUT", "86400001"),
        ],
    ),
    (
        "config-urls",
        &[
            ("PUBLIC_URL", "https://x.org/"),
            ("CONTENT_URL", "http://c"),
            ("ETH_RPC_URL", "https://n/key"),
        ],
    ),
    (
        "config-limits",
        &[
            ("MAX_SOCKETS_PER_IP", "3"),
            ("BAN_SWEEP_INTERVAL_MS", "1"),
            ("DENY_LIST_URL", "http://g?a"),
        ],
    ),
    (
        "config-crowds",
        &[
            ("ARCHIPELAGO_CROWD_POLICY", "coherent:saver,fill=0.7"),
            ("ARCHIPELAGO_MAX_PEERS_PER_ISLAND", "50"),
        ],
    ),
    (
        "config-names",
        &[
            ("REALM_NAME", "peers"),
            ("ROOM_PREFIX", "I-"),
            ("OPEN_ROOMS", "yes"),
        ],
    ),
];

pub fn texts() -> Vec<Seed> {
    let signature = sign(0, "some data");
    let island = |number: u64, id: &[u8]| {
        let number = number.to_le_bytes();
        [&[3][..], &number, &[1, 0, b'I'], id].concat()
    };
    let date = 1_900_000_000_000_u64.to_le_bytes();
    let mut seeds = vec![
        ("island", island(9, b"Izz")),
        ("last-island", island(u64::MAX, b"I3w5e11264sgsf")),
        ("address", text(4, &address(0).to_string())),
        ("signature", text(5, &signature)),
        ("signature-v1", text(5, &format!("{}01", &signature[..130]))),
        ("known-date", [&[6, 1][..], &date].concat()),
    ];
    for (name, choice, body) in TEXTS {
        seeds.push((name, text(choice, body)));
    }
    for (name, settings) in CONFIGURATIONS {
        seeds.push((name, configuration(settings)));
    }
    seeds
}

fn configuration(settings: Settings) -> Vec<u8> {
    let mut bytes = vec![7];
    for (name, value) in settings {
        let variable = VARIABLES.iter().position(|known| known == name);
        bytes.push(variable.expect("a variable") as u8);
        bytes.extend((value.len() as u16).to_le_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes
}
