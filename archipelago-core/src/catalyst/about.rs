use serde_json::{Map, Value};

use crate::view::{Service, World};

use super::{CatalystUrl, Version};

/// What is not passed on: its own health and its own comms, which are ours here; `bff`, `adapter` and `fixedAdapter`, which
/// would lead clients to the catalyst's comms; `realmName`, which is ours.
const DROPPED: [&str; 7] = [
    "healthy",
    "acceptingUsers",
    "comms",
    "bff",
    "adapter",
    "fixedAdapter",
    "realmName",
];

/// What a catalyst says of itself in `/about` (ADR-110), as far as it is passed on.
///
/// What ADR-110 names has its type, or is absent; the rest is as it was, without `null`: one client does not survive it.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalystAbout {
    /// Its content server.
    pub content: Service,
    /// Its lambdas server.
    pub lambdas: Service,
    /// The version of the content server, if it can be compared.
    pub content_version: Option<Version>,
    /// The version of the lambdas server, if it can be compared.
    pub lambdas_version: Option<Version>,
    /// What it shows.
    pub world: World,
    /// Whatever else it says.
    pub rest: Map<String, Value>,
}

/// Why nobody is sent to a catalyst that has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The answer is no `/about`.
    #[error("unreadable")]
    Unreadable,
    /// It, its content server or its lambdas server does not work.
    #[error("unhealthy")]
    Unhealthy,
    /// It takes no more users.
    #[error("full")]
    Full,
}

impl CatalystAbout {
    /// Reads what the catalyst at `url` has answered.
    ///
    /// # Errors
    /// Nobody is to be sent there.
    pub fn read(url: &CatalystUrl, body: &[u8]) -> Result<Self, Unavailable> {
        let mut about: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| Unavailable::Unreadable)?;
        remove_nulls_of(&mut about);
        match about.remove("healthy") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(Unavailable::Unhealthy),
            _ => return Err(Unavailable::Unreadable),
        }
        match about.remove("acceptingUsers") {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(Unavailable::Full),
            Some(_) => return Err(Unavailable::Unreadable),
        }
        let content = read_service(url, "content", about.remove("content"))?;
        let lambdas = read_service(url, "lambdas", about.remove("lambdas"))?;
        let world = match about.remove("configurations") {
            None => World::default(),
            Some(Value::Object(configurations)) => read_world(configurations),
            Some(_) => return Err(Unavailable::Unreadable),
        };
        Ok(Self {
            content_version: read_version(&content),
            lambdas_version: read_version(&lambdas),
            content,
            lambdas,
            world,
            rest: without_dropped(about),
        })
    }
}

fn read_version(service: &Service) -> Option<Version> {
    Version::parse(service.version.as_deref()?)
}

/// `content` or `lambdas`; one that says nothing of its health is as healthy as the whole.
fn read_service(
    url: &CatalystUrl,
    name: &str,
    service: Option<Value>,
) -> Result<Service, Unavailable> {
    let Some(Value::Object(mut service)) = service else {
        return Err(Unavailable::Unreadable);
    };
    match service.remove("healthy") {
        None | Some(Value::Bool(true)) => {}
        Some(_) => return Err(Unavailable::Unhealthy),
    }
    let public_url = take_text(&mut service, "publicUrl");
    let public_url = public_url.and_then(|url| CatalystUrl::parse(&url));
    Ok(Service {
        healthy: true,
        version: take_text(&mut service, "version"),
        commit_hash: take_text(&mut service, "commitHash"),
        public_url: match public_url {
            Some(public_url) => format!("{public_url}/"),
            None => format!("{url}/{name}/"),
        },
        rest: without_dropped(service),
    })
}

fn read_world(mut configurations: Map<String, Value>) -> World {
    let default = World::default();
    let network_id = configurations.remove("networkId");
    let network_id = network_id.and_then(|id| id.as_u64()?.try_into().ok());
    World {
        network_id: network_id.unwrap_or(default.network_id),
        global_scenes_urn: take_texts(&mut configurations, "globalScenesUrn"),
        scenes_urn: take_texts(&mut configurations, "scenesUrn"),
        map: match configurations.remove("map") {
            Some(Value::Object(map)) => Some(map),
            _ => None,
        },
        city_loader_content_server: take_text(&mut configurations, "cityLoaderContentServer"),
        rest: without_dropped(configurations),
    }
}

fn take_text(object: &mut Map<String, Value>, name: &str) -> Option<String> {
    match object.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn take_texts(object: &mut Map<String, Value>, name: &str) -> Vec<String> {
    let Some(Value::Array(values)) = object.remove(name) else {
        return Vec::new();
    };
    let texts = values.into_iter().filter_map(|value| match value {
        Value::String(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

fn without_dropped(mut object: Map<String, Value>) -> Map<String, Value> {
    for name in DROPPED {
        object.remove(name);
    }
    object
}

fn remove_nulls_of(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null());
    object.values_mut().for_each(remove_nulls);
}

/// The reader allows values 128 levels deep.
fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => remove_nulls_of(object),
        Value::Array(values) => {
            values.retain(|value| !value.is_null());
            values.iter_mut().for_each(remove_nulls);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<CatalystAbout, Unavailable> {
        let url = CatalystUrl::parse("https://peer.org").unwrap();
        CatalystAbout::read(&url, body.to_string().as_bytes())
    }

    fn healthy() -> Value {
        json!({ "healthy": true, "acceptingUsers": true, "content": { "healthy": true }, "lambdas": { "healthy": true } })
    }

    /// What comes of it if `value` stands at `pointer`.
    fn read_with(pointer: &str, value: Value) -> Result<CatalystAbout, Unavailable> {
        let mut body = healthy();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        read(&body)
    }

    #[test]
    fn what_it_says_is_passed_on_but_for_its_comms() {
        let about = read(&json!({
            "healthy": true,
            "acceptingUsers": true,
            "configurations": {
                "networkId": 11_155_111, "realmName": "hela", "globalScenesUrn": ["urn:a"], "scenesUrn": ["urn:b", "urn:c"],
                "map": { "minimapEnabled": true, "sizes": [{ "left": -150 }] },
                "cityLoaderContentServer": "https://city.org", "skybox": { "fixedHour": 36_000.5 },
            },
            "content": { "healthy": true, "version": "6.19.7", "commitHash": "abc", "publicUrl": "https://x.org/content", "synced": 1 },
            "lambdas": { "healthy": true, "version": "4.0.0", "publicUrl": "https://x.org/lambdas/" },
            "comms": { "healthy": true, "protocol": "v3", "fixedAdapter": "offline:offline" },
            "bff": { "healthy": true, "publicUrl": "https://x.org/bff" },
            "submitted": { "by": ["x"] },
        }))
        .unwrap();
        assert_eq!(about.content_version, Version::parse("6.19.7"));
        assert_eq!(about.lambdas_version, Version::parse("4.0.0"));
        let world = serde_json::to_value(&about.world).unwrap();
        assert_eq!(
            world,
            json!({
                "networkId": 11_155_111, "globalScenesUrn": ["urn:a"], "scenesUrn": ["urn:b", "urn:c"],
                "map": { "minimapEnabled": true, "sizes": [{ "left": -150 }] },
                "cityLoaderContentServer": "https://city.org", "skybox": { "fixedHour": 36_000.5 },
            })
        );
        assert_eq!(
            serde_json::to_value(&about.content).unwrap(),
            json!({ "healthy": true, "version": "6.19.7", "commitHash": "abc", "publicUrl": "https://x.org/content/", "synced": 1 })
        );
        assert_eq!(
            serde_json::to_value(&about.lambdas).unwrap(),
            json!({ "healthy": true, "version": "4.0.0", "publicUrl": "https://x.org/lambdas/" })
        );
        assert_eq!(
            Value::Object(about.rest),
            json!({ "submitted": { "by": ["x"] } })
        );
    }

    #[test]
    fn what_it_does_not_say_has_defaults() {
        let about = read(&json!({ "healthy": true, "content": {}, "lambdas": {} })).unwrap();
        assert_eq!(about.content, Service::at("https://peer.org/content/"));
        assert_eq!(about.lambdas, Service::at("https://peer.org/lambdas/"));
        assert_eq!(about.world, World::default());
        assert_eq!((about.content_version, about.lambdas_version), (None, None));
        assert_eq!(about.rest, Map::new());
    }

    #[test]
    fn who_is_unhealthy_or_full_is_unavailable() {
        for (pointer, value, error) in [
            ("/healthy", json!(false), Unavailable::Unhealthy),
            ("/content/healthy", json!(false), Unavailable::Unhealthy),
            ("/lambdas/healthy", json!(false), Unavailable::Unhealthy),
            ("/lambdas/healthy", json!("yes"), Unavailable::Unhealthy),
            ("/acceptingUsers", json!(false), Unavailable::Full),
        ] {
            assert_eq!(read_with(pointer, value).unwrap_err(), error, "{pointer}");
        }
        assert!(read(&healthy()).is_ok());
        assert!(read_with("/acceptingUsers", Value::Null).is_ok());
    }

    #[test]
    fn what_makes_no_sense_as_a_whole_is_unreadable() {
        for (pointer, value) in [
            ("/healthy", json!("true")),
            ("/healthy", Value::Null),
            ("/acceptingUsers", json!(1)),
            ("/content", Value::Null),
            ("/content", json!([])),
            ("/lambdas", json!("https://x.org")),
            ("/configurations", json!([])),
        ] {
            let error = read_with(pointer, value.clone()).unwrap_err();
            assert_eq!(error, Unavailable::Unreadable, "{pointer} {value}");
        }
        let url = CatalystUrl::parse("https://peer.org").unwrap();
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        for body in [
            "",
            "null",
            "[]",
            "true",
            "{}",
            "<html>",
            "{\"healthy\":true",
            "{\"healthy\":true}",
            &deep,
        ] {
            let error = CatalystAbout::read(&url, body.as_bytes()).unwrap_err();
            assert_eq!(error, Unavailable::Unreadable, "{body}");
        }
        let not_text = CatalystAbout::read(&url, b"{\"healthy\":true,\"\xff\":1}");
        assert_eq!(not_text.unwrap_err(), Unavailable::Unreadable);
    }

    #[test]
    fn what_makes_no_sense_in_detail_is_left_out() {
        let about = read(&json!({
            "healthy": true,
            "configurations": {
                "networkId": -1, "globalScenesUrn": "urn:a", "scenesUrn": ["urn:b", 7, null], "map": [], "realmName": 7,
                "cityLoaderContentServer": {}, "fixedAdapter": "offline:offline",
            },
            "content": { "version": 6, "commitHash": [], "publicUrl": "javascript:alert(1)" },
            "lambdas": { "version": {}, "publicUrl": "https://me:hush@x.org/lambdas" },
        }))
        .unwrap();
        let scenes_urn = vec!["urn:b".to_owned()];
        assert_eq!(
            about.world,
            World {
                scenes_urn,
                ..World::default()
            }
        );
        assert_eq!(about.content, Service::at("https://peer.org/content/"));
        assert_eq!(about.lambdas, Service::at("https://peer.org/lambdas/"));
    }

    #[test]
    fn no_null_gets_through() {
        let about = read(&json!({
            "healthy": true,
            "configurations": { "map": { "a": null, "b": [null, { "c": null, "d": [[null]] }, 1] }, "minimap": null },
            "content": { "version": null, "x": null, "y": { "z": null } },
            "lambdas": {},
            "other": null,
            "more": [null],
        }))
        .unwrap();
        let map = json!({ "b": [{ "d": [[]] }, 1] });
        assert_eq!(about.world.map.map(Value::Object), Some(map));
        assert_eq!(about.world.rest, Map::new());
        assert_eq!(Value::Object(about.content.rest), json!({ "y": {} }));
        assert_eq!(Value::Object(about.rest), json!({ "more": [] }));
    }

    #[test]
    fn rubbish_does_no_harm() {
        let url = CatalystUrl::parse("https://peer.org").unwrap();
        let whole = json!({
            "healthy": true, "acceptingUsers": true, "configurations": { "networkId": 1, "scenesUrn": ["a"] },
            "content": { "version": "1.2.3-a.1", "publicUrl": "https://x" }, "lambdas": { "healthy": true },
        })
        .to_string()
        .into_bytes();
        assert!(CatalystAbout::read(&url, &whole).is_ok());
        for end in 0..whole.len() {
            assert!(CatalystAbout::read(&url, &whole[..end]).is_err());
        }
        for at in 0..whole.len() {
            for byte in [0, b'"', b'{', b'}', b'[', b'-', b'9', 0xff] {
                let mut body = whole.clone();
                body[at] = byte;
                if let Ok(about) = CatalystAbout::read(&url, &body) {
                    assert!(about.content.public_url.ends_with('/'));
                }
            }
        }
    }
}
