use std::collections::BTreeMap;

use crate::protocol::limits::HOT_SCENES_MAX;
use crate::view::HotScene;

use super::{Crowd, Parcel, Scene};

/// The most crowded scenes.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Whom no scene has so far.
    unclaimed: BTreeMap<Parcel, u32>,
    top: Vec<(u32, Scene)>,
}

impl Ranking {
    /// No scene so far.
    pub fn new(crowd: Crowd) -> Self {
        Self {
            unclaimed: crowd.0,
            top: Vec::new(),
        }
    }

    /// Takes these into account. A scene has the players on its parcels, but for those that another one had before; without
    /// any it is not hot. So its number does not change any more, and what falls off the end may be forgotten.
    pub fn add(&mut self, scenes: Vec<Scene>) {
        for scene in scenes {
            let claimed = scene
                .parcels
                .iter()
                .filter_map(|parcel| self.unclaimed.remove(parcel));
            let users = claimed.sum();
            if users > 0 {
                self.top.push((users, scene));
            }
        }
        self.top.sort_by(|(users, scene), (other_users, other)| {
            other_users.cmp(users).then_with(|| scene.id.cmp(&other.id))
        });
        self.top.truncate(HOT_SCENES_MAX);
    }

    /// The scenes, the most crowded first, ties by id; their files are below `content_url`, which ends with a slash.
    pub fn into_hot_scenes(self, content_url: &str) -> Vec<HotScene> {
        let top = self.top.into_iter();
        top.map(|(users, scene)| HotScene::new(scene, users, content_url))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &str = "https://content.example/";

    fn crowd(counts: &[(i32, u32)]) -> Crowd {
        Crowd(
            counts
                .iter()
                .map(|&(x, count)| (Parcel(x, 0), count))
                .collect(),
        )
    }

    fn scene(id: &str, parcels: &[i32]) -> Scene {
        let parcels: Vec<Parcel> = parcels.iter().map(|&x| Parcel(x, 0)).collect();
        Scene {
            id: id.to_owned(),
            name: id.to_uppercase(),
            base: parcels[0],
            parcels,
            thumbnail: None,
            creator: None,
            project_id: None,
            description: None,
        }
    }

    fn counts(ranking: Ranking) -> Vec<(String, u32)> {
        let scenes = ranking.into_hot_scenes(CONTENT).into_iter();
        scenes
            .map(|scene| (scene.id, scene.users_total_count))
            .collect()
    }

    fn named(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
        expected
            .iter()
            .map(|&(id, users)| (id.to_owned(), users))
            .collect()
    }

    #[test]
    fn the_most_crowded_come_first_and_equals_by_id() {
        let mut ranking = Ranking::new(crowd(&[(0, 2), (1, 3), (2, 4), (3, 5), (9, 50)]));
        ranking.add(vec![scene("few", &[2, 7]), scene("b", &[0, 1])]);
        ranking.add(vec![scene("a", &[3]), scene("deserted", &[8])]);
        assert_eq!(counts(ranking), named(&[("a", 5), ("b", 5), ("few", 4)]));
    }

    #[test]
    fn a_parcel_belongs_to_the_first_that_claims_it() {
        let mut ranking = Ranking::new(crowd(&[(0, 2), (1, 3)]));
        ranking.add(vec![scene("first", &[0, 0]), scene("second", &[0, 1])]);
        ranking.add(vec![scene("first", &[0, 0]), scene("third", &[0, 1])]);
        assert_eq!(counts(ranking), named(&[("second", 3), ("first", 2)]));
    }

    #[test]
    fn there_are_so_many_at_most_and_the_order_of_the_answers_is_irrelevant() {
        let count = |x: i32| 1 + (x * 7 % 10) as u32;
        let parcels: Vec<(i32, u32)> = (0..250).map(|x| (x, count(x))).collect();
        let scenes: Vec<Scene> = (0..250).map(|x| scene(&format!("s{x:03}"), &[x])).collect();
        let mut ranking = Ranking::new(crowd(&parcels));
        let mut reversed = ranking.clone();
        for batch in scenes.chunks(90) {
            ranking.add(batch.to_vec());
        }
        for batch in scenes.chunks(90).rev() {
            reversed.add(batch.to_vec());
        }
        let mut expected: Vec<(String, u32)> =
            (0..250).map(|x| (format!("s{x:03}"), count(x))).collect();
        expected.sort_by(|(id, users), (other, other_users)| {
            other_users.cmp(users).then(id.cmp(other))
        });
        expected.truncate(HOT_SCENES_MAX);
        assert_eq!(counts(ranking), expected);
        assert_eq!(counts(reversed), expected);
    }
}
