use std::collections::VecDeque;

use serde::{Serialize, Serializer};

use super::Number;

/// A frame of the live stream: the realm after a flush.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveView<'a> {
    /// When it was made, in ms since the epoch.
    pub time: u64,
    /// How many members an island may have.
    pub max_peers: u32,
    /// Within how many metres players are brought together.
    pub join_distance: Number,
    /// How many players the stats show.
    pub players: u32,
    /// How many times a player was moved from one island to another, since the realm started.
    pub reassignments: u64,
    /// All islands, the oldest first.
    pub islands: Vec<LiveIsland>,
    /// The full flushes of late, the oldest first. In the first frame that a viewer gets, and in those that only keep
    /// the line alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<&'a VecDeque<Figures>>,
}

impl LiveView<'_> {
    /// The frame as it is sent.
    #[expect(clippy::missing_panics_doc, reason = "it does not")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always JSON")
    }
}

/// An island in a frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveIsland {
    /// The id.
    pub id: String,
    /// When it came to be, in ms since the epoch.
    pub formed: u64,
    /// x and z of each member, in the order in which they joined.
    pub peers: Vec<Tenths>,
}

/// A coordinate in metres, written to the nearest 0.1: a map shows no more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tenths(pub f32);

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // As a double: the nearest one to a tenth is written with one digit, the nearest float is not.
        let tenths = (f64::from(self.0) * 10.0).round();
        Number(tenths / 10.0).serialize(serializer)
    }
}

/// The figures of a realm at one time; written as an array in the order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// When, in ms since the epoch.
    pub time_ms: u64,
    /// How many players the stats show.
    pub players: u32,
    /// On how many islands they are.
    pub islands: u32,
    /// How many times a player was moved from one island to another, since the realm started.
    pub reassignments: u64,
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.time_ms, self.players, self.islands, self.reassignments).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_frame() {
        let figures = |time_ms, players, reassignments| Figures {
            time_ms,
            players,
            islands: 1,
            reassignments,
        };
        let history = VecDeque::from([
            figures(1_789_999_996_000, 2, 15),
            figures(1_789_999_998_000, 3, 17),
        ]);
        let mut view = LiveView {
            time: 1_790_000_000_000,
            max_peers: 100,
            join_distance: Number(62.5),
            players: 3,
            reassignments: 17,
            islands: vec![
                LiveIsland {
                    id: "I1".to_owned(),
                    formed: 1_789_999_990_000,
                    peers: [12.5, -3.3, 40.0, 20.04].map(Tenths).to_vec(),
                },
                LiveIsland {
                    id: "Izz".to_owned(),
                    formed: 1_790_000_000_000,
                    peers: [500.0, -0.02].map(Tenths).to_vec(),
                },
            ],
            history: None,
        };
        let islands = r#"[{"id":"I1","formed":1789999990000,"peers":[12.5,-3.3,40,20]},{"id":"Izz","formed":1790000000000,"peers":[500,0]}]"#;
        let head = r#"{"time":1790000000000,"maxPeers":100,"joinDistance":62.5,"players":3,"reassignments":17,"islands":"#;
        assert_eq!(view.to_json(), format!("{head}{islands}}}"));
        view.history = Some(&history);
        let history = r#","history":[[1789999996000,2,1,15],[1789999998000,3,1,17]]"#;
        assert_eq!(view.to_json(), format!("{head}{islands}{history}}}"));
    }

    #[test]
    fn coordinates_have_one_digit() {
        let json = |value: f32| serde_json::to_string(&Tenths(value)).unwrap();
        for (value, expected) in [
            (12.3, "12.3"),
            (-12.34, "-12.3"),
            (0.1, "0.1"),
            (0.04, "0"),
            (-0.04, "0"),
            (9.96, "10"),
            (-2_399.96, "-2400"),
            (16_384.06, "16384.1"),
        ] {
            assert_eq!(json(value), expected);
        }
    }
}
