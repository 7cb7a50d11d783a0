use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::json;

use crate::protocol::bus::Snapshot;
use crate::protocol::limits::{SCENE_POINTERS_MAX, SCENE_REQUESTS_MAX};
use crate::view::StatsView;

use super::Parcel;

/// How many players are on which parcels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd(pub(super) BTreeMap<Parcel, u32>);

impl Crowd {
    /// Those whom the stats show.
    pub fn of(snapshot: &Snapshot) -> Self {
        let parcels = StatsView(snapshot).parcels().parcels;
        let counts = parcels.into_iter().filter_map(|counted| {
            let x = i32::try_from(counted.parcel.x).ok()?;
            let y = i32::try_from(counted.parcel.y).ok()?;
            Some((Parcel(x, y), counted.peers_count))
        });
        Self(counts.collect())
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bodies of the requests that ask a content server what is deployed where the players are, the most crowded
    /// parcels first.
    pub fn requests(&self) -> Vec<String> {
        let mut parcels: Vec<(Reverse<u32>, Parcel)> = self
            .0
            .iter()
            .map(|(&parcel, &count)| (Reverse(count), parcel))
            .collect();
        parcels.sort_unstable();
        let batches = parcels.chunks(SCENE_POINTERS_MAX).take(SCENE_REQUESTS_MAX);
        let request = |batch: &[(Reverse<u32>, Parcel)]| {
            let pointers: Vec<String> =
                batch.iter().map(|(_, parcel)| parcel.to_string()).collect();
            json!({ "pointers": pointers }).to_string()
        };
        batches.map(request).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::protocol::bus::SnapshotPeer;
    use crate::protocol::common::Position;

    use super::*;

    fn snapshot(places: &[(f32, f32)]) -> Snapshot {
        let peer = |&(x, z): &(f32, f32)| SnapshotPeer {
            position: Some(Position { x, y: 0.0, z }),
            ..SnapshotPeer::default()
        };
        Snapshot {
            peers: places.iter().map(peer).collect(),
            ..Snapshot::default()
        }
    }

    fn pointers(request: &str) -> Vec<String> {
        let request: Value = serde_json::from_str(request).unwrap();
        assert_eq!(request.as_object().unwrap().len(), 1);
        serde_json::from_value(request["pointers"].clone()).unwrap()
    }

    #[test]
    fn the_most_crowded_parcels_are_asked_about_first() {
        let crowd = Crowd::of(&snapshot(&[
            (-0.5, 15.9),
            (100.0, 0.0),
            (16.0, -16.1),
            (20.0, -32.0),
        ]));
        assert!(!crowd.is_empty());
        assert_eq!(crowd.requests(), [r#"{"pointers":["1,-2","-1,0","6,0"]}"#]);
    }

    #[test]
    fn nobody_is_nothing_to_ask_about() {
        let crowd = Crowd::of(&snapshot(&[]));
        assert!(crowd.is_empty());
        assert_eq!(crowd.requests(), Vec::<String>::new());
    }

    #[test]
    fn a_request_names_so_many_parcels_and_each_parcel_is_named_once() {
        for (parcels, requests) in [(1, 1), (100, 1), (101, 2), (250, 3)] {
            let places: Vec<(f32, f32)> = (0..parcels).map(|x| (16.0 * x as f32, 0.0)).collect();
            let asked: Vec<Vec<String>> = Crowd::of(&snapshot(&places))
                .requests()
                .iter()
                .map(|request| pointers(request))
                .collect();
            assert_eq!(asked.len(), requests);
            assert!(asked.iter().all(|batch| batch.len() <= SCENE_POINTERS_MAX));
            let named: Vec<String> = asked.concat();
            let expected: BTreeSet<String> = (0..parcels).map(|x| format!("{x},0")).collect();
            assert_eq!(named.len(), parcels);
            assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    #[test]
    fn the_least_crowded_parcels_are_not_asked_about_if_there_are_too_many() {
        let most = SCENE_POINTERS_MAX * SCENE_REQUESTS_MAX;
        // The westernmost ones have one player each, all others two.
        let place = |player: usize| (16.0 * (player % (most + 5)) as f32, 0.0);
        let places: Vec<(f32, f32)> = (0..2 * (most + 5))
            .filter(|player| *player >= 5)
            .map(place)
            .collect();
        let requests = Crowd::of(&snapshot(&places)).requests();
        assert_eq!(requests.len(), SCENE_REQUESTS_MAX);
        let named: Vec<String> = requests
            .iter()
            .flat_map(|request| pointers(request))
            .collect();
        assert_eq!(named.len(), most);
        for x in 0..5 {
            assert!(!named.contains(&format!("{x},0")));
        }
    }
}
