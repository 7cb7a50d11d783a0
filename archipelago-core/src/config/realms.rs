//! The realms of a deployment: what they are called, and what belongs to which of them.

use super::read::Reader;
use super::{Config, ConfigError};
use crate::protocol::limits::REALMS_MAX;
use crate::transport::{RoomId, Transport};
use crate::view;

const NAME: &str = "1 to 64 letters, digits, '-' and '_', and not the name of a route";

/// `REALMS`, or else the one that is called `REALM_NAME`.
pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<String>, ConfigError> {
    let only = reader.text("REALM_NAME", "main", NAME, is_name)?;
    let allowed = format!(
        "1 to {REALMS_MAX} names, separated by commas, no two of them the same; a name is {NAME}"
    );
    let names = reader.check("REALMS", allowed, read_names)?;
    Ok(names.unwrap_or_else(|| vec![only]))
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !view::is_taken(name)
}

fn read_names(value: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in value.split(',').map(str::trim) {
        if !is_name(name) || names.len() == REALMS_MAX || names.iter().any(|other| other == name) {
            return None;
        }
        names.push(name.to_owned());
    }
    Some(names)
}

impl Config {
    /// Whether there is a realm of this name.
    pub fn has_realm(&self, name: &str) -> bool {
        self.realms.iter().any(|realm| realm == name)
    }

    /// The configuration of the realm of this name, if there is one.
    pub fn of_realm(&self, name: &str) -> Option<Self> {
        if !self.has_realm(name) {
            return None;
        }
        let mut config = self.clone();
        name.clone_into(&mut config.realm_name);
        match &mut config.connector.transport {
            Transport::WsRoom { realm } => {
                name.clone_into(realm);
                config.realm.own_rooms = Some(name.to_owned());
            }
            // Islands of two realms have equal ids, none of which has a '-'.
            Transport::LiveKit { room_prefix, .. } => {
                *room_prefix = if self.is_first(name) {
                    String::new()
                } else {
                    format!("{name}-")
                };
            }
            Transport::Offline => {}
        }
        Some(config)
    }

    /// What the paths of a realm begin with: its name, or nothing if it is the first one, which is at the root too.
    pub fn path_of(&self, realm: &str) -> String {
        if self.is_first(realm) {
            String::new()
        } else {
            format!("/{realm}")
        }
    }

    /// The name of the realm to which a room belongs: the one that the room's id begins with, or the first one, which has
    /// the rooms that are called otherwise.
    pub fn realm_of_room(&self, room: &RoomId) -> &str {
        let is_named = |realm: &&String| {
            let rest = room.as_str().strip_prefix(realm.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let named = self.realms.iter().find(is_named);
        named.or(self.realms.first()).unwrap_or(&self.realm_name)
    }

    /// The name of the connector of this realm and number.
    pub fn connector_name(&self, number: u32) -> String {
        format!("{}/{number}", self.realm_name)
    }

    /// How many connectors all realms have.
    pub fn connector_count(&self) -> usize {
        self.connector_shards as usize * self.realms.len()
    }

    fn is_first(&self, realm: &str) -> bool {
        self.realms.first().is_some_and(|first| first == realm)
    }
}

/// The name of the realm to which a connector belongs, by the connector's name.
pub fn realm_of_connector(name: &str) -> &str {
    name.split_once('/').map_or(name, |(realm, _)| realm)
}

#[cfg(test)]
mod tests {
    use crate::config::tests::read;

    use super::*;

    const TWO: (&str, &str) = ("REALMS", "main,test");
    const LIVEKIT: [(&str, &str); 3] = [
        ("LIVEKIT_HOST", "wss://x"),
        ("LIVEKIT_API_KEY", "key"),
        ("LIVEKIT_API_SECRET", "hush"),
    ];

    fn names(pairs: &[(&str, &str)]) -> Vec<String> {
        read(pairs).unwrap().realms
    }

    fn many(count: usize) -> String {
        let names: Vec<String> = (0..count).map(|number| format!("r{number}")).collect();
        names.join(",")
    }

    #[test]
    fn there_is_one_realm_unless_there_are_more() {
        assert_eq!(names(&[]), ["main"]);
        assert_eq!(names(&[("REALM_NAME", "moon")]), ["moon"]);
        assert_eq!(names(&[("REALMS", " "), ("REALM_NAME", "moon")]), ["moon"]);
        assert_eq!(names(&[TWO, ("REALM_NAME", "moon")]), ["main", "test"]);
        assert_eq!(names(&[("REALMS", " b-1 ,\ta_2,B")]), ["b-1", "a_2", "B"]);
        assert_eq!(names(&[("REALMS", &many(16))]).len(), 16);
        let first = read(&[("REALMS", "b,a"), ("REALM_NAME", "a")]).unwrap();
        assert_eq!(first.realm_name, "b");
    }

    #[test]
    fn names_are_such_that_no_path_is_two_realms_or_a_realm_and_a_route() {
        let long = "r".repeat(65);
        for value in [
            "a,a",
            "a, a",
            "main,peers",
            "realms",
            "api",
            "a,,b",
            "a,",
            ",",
            "a b",
            "a.b",
            "a/b",
            "é",
            &long,
            &many(17),
        ] {
            let error = read(&[("REALMS", value)]).unwrap_err();
            assert_eq!((error.variable, error.value.as_str()), ("REALMS", value));
            assert!(error.allowed.contains("16"), "{}", error.allowed);
        }
    }

    #[test]
    fn each_realm_has_rooms_of_its_own() {
        let config = read(&[TWO]).unwrap();
        for name in ["main", "test"] {
            let own = config.of_realm(name).unwrap();
            let realm = name.to_owned();
            assert_eq!(own.realm_name, name);
            assert_eq!(own.realm.own_rooms.as_deref(), Some(name));
            assert_eq!(own.connector.transport, Transport::WsRoom { realm });
            assert_eq!(own.realms, config.realms);
            // From whichever it is made.
            let back = own.of_realm("main").unwrap();
            assert_eq!(format!("{back:?}"), format!("{config:?}"));
        }
        assert!(config.of_realm("moon").is_none());
        assert!(config.of_realm("").is_none());
    }

    #[test]
    fn rooms_of_a_livekit_are_told_apart_and_the_first_realms_are_called_as_its_islands() {
        let config = read(&[&LIVEKIT[..], &[TWO]].concat()).unwrap();
        let prefix = |name| match config.of_realm(name).unwrap().connector.transport {
            Transport::LiveKit { room_prefix, .. } => room_prefix,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            (prefix("main").as_str(), prefix("test").as_str()),
            ("", "test-")
        );
        assert_eq!(config.of_realm("test").unwrap().realm.own_rooms, None);
    }

    #[test]
    fn the_first_realm_is_at_the_root() {
        let config = read(&[TWO]).unwrap();
        assert_eq!(
            (config.path_of("main"), config.path_of("test")),
            (String::new(), "/test".into())
        );
        assert!(config.has_realm("main") && config.has_realm("test"));
        assert!(!config.has_realm("tes") && !config.has_realm(""));
    }

    #[test]
    fn a_room_belongs_to_the_realm_that_it_names() {
        let config = read(&[("REALMS", "main,test,test-1,t")]).unwrap();
        for (room, realm) in [
            ("main.I1", "main"),
            ("test.I1", "test"),
            ("test-1.I1", "test-1"),
            ("t.I1", "t"),
            ("test.main.I1", "test"),
            ("test", "main"),
            ("lobby", "main"),
            ("Test.I1", "main"),
            ("tes.I1", "main"),
            (".I1", "main"),
        ] {
            let room: RoomId = room.parse().unwrap();
            assert_eq!(config.realm_of_room(&room), realm, "{room:?}");
            let of_other = config.of_realm("t").unwrap();
            assert_eq!(of_other.realm_of_room(&room), realm, "{room:?}");
        }
    }

    #[test]
    fn connectors_know_whose_they_are() {
        let config = read(&[TWO, ("CONNECTOR_SHARDS", "3")]).unwrap();
        let own = config.of_realm("test").unwrap();
        assert_eq!(own.connector_name(2), "test/2");
        assert_eq!(realm_of_connector("test/2"), "test");
        assert_eq!(realm_of_connector("test"), "test");
        assert_eq!(config.connector_count(), 6);
    }
}
