//! What is where: all paths, those of each realm and those of the deployment.

use crate::config::Config;

/// What is at a path. An id is as it stands there; here, in the table, it is the pattern's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'a> {
    /// What a client has to know before it enters.
    About,
    /// Whether the realm is healthy.
    CoreStatus,
    /// Version, time and number of players.
    Status,
    /// What has been counted.
    Metrics,
    /// Who is where.
    Peers,
    /// Where a player is.
    Peer(&'a str),
    /// Who is with whom.
    Islands,
    /// Who is on an island.
    Island(&'a str),
    /// How many players are on which parcel.
    Parcels,
    /// The scenes with most players.
    HotScenes,
    /// How many players are in which room.
    RoomsStatus,
    /// The socket of players.
    WebSocket,
    /// The socket of the live map.
    Live,
    /// The socket of a room.
    Room(&'a str),
    /// The realms.
    Realms,
    /// Whether the worker answers.
    Alive,
    /// The same in another word.
    Ping,
    /// The document of all this.
    OpenApi,
}

/// Whose a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Each realm's, under its name; the first one's at the root too.
    Realm,
    /// The deployment's: at the root only.
    Deployment,
}

/// Some paths at which the same is.
pub(super) struct Row {
    pub route: Route<'static>,
    pub scope: Scope,
    /// The usual one first. An id is the last segment, if there is one.
    pub paths: &'static [&'static str],
}

/// All paths, in the order in which people read about them; of two that are alike, the more exact one is first.
pub(super) const ROUTES: [Row; 18] = [
    of_realm(Route::About, &["/about"]),
    of_realm(Route::CoreStatus, &["/core-status"]),
    of_realm(Route::Status, &["/status"]),
    of_realm(Route::Metrics, &["/metrics"]),
    of_realm(Route::Peers, &["/peers", "/comms/peers"]),
    of_realm(Route::Peer(ID), &["/peers/{id}", "/comms/peers/{id}"]),
    of_realm(Route::Islands, &["/islands", "/comms/islands"]),
    of_realm(Route::Island(ID), &["/islands/{id}", "/comms/islands/{id}"]),
    of_realm(Route::Parcels, &["/parcels", "/comms/parcels"]),
    of_realm(Route::HotScenes, &["/hot-scenes"]),
    of_realm(Route::RoomsStatus, &["/rooms/status"]),
    of_realm(Route::WebSocket, &["/ws", "/archipelago/ws"]),
    of_realm(Route::Live, &["/live"]),
    of_deployment(Route::Room(ID), &["/rooms/{id}"]),
    of_deployment(Route::Realms, &["/realms"]),
    of_deployment(Route::Alive, &["/health/live"]),
    of_deployment(Route::Ping, &["/ping"]),
    of_deployment(Route::OpenApi, &["/openapi.json"]),
];

/// Stands for an id in the pattern of a path.
const ID: &str = "{id}";

/// The pages, which the platform serves before the worker is asked.
const PAGES: [&str; 2] = ["api", "simulator"];

const fn of_realm(route: Route<'static>, paths: &'static [&'static str]) -> Row {
    let scope = Scope::Realm;
    Row {
        route,
        scope,
        paths,
    }
}

const fn of_deployment(route: Route<'static>, paths: &'static [&'static str]) -> Row {
    let scope = Scope::Deployment;
    Row {
        route,
        scope,
        paths,
    }
}

impl<'a> Route<'a> {
    /// What is at a path, and of which realm: its name.
    pub fn find(path: &'a str, config: &'a Config) -> Option<(&'a str, Self)> {
        let below_root = path.strip_prefix('/')?;
        let name = below_root.split('/').next()?;
        if config.has_realm(name) {
            let own = below_root.strip_prefix(name)?;
            let mut rows = ROUTES.iter().filter(|row| row.scope == Scope::Realm);
            return Some((name, rows.find_map(|row| row.at(own))?));
        }
        let route = ROUTES.iter().find_map(|row| row.at(path))?;
        let realm = match route {
            Route::Room(id) => config.realm_of_room(&id.parse().ok()?),
            _ => &config.realm_name,
        };
        Some((realm, route))
    }

    /// The same for another id, if it is for one.
    fn with(self, id: &'a str) -> Self {
        match self {
            Self::Peer(_) => Self::Peer(id),
            Self::Island(_) => Self::Island(id),
            Self::Room(_) => Self::Room(id),
            other => other,
        }
    }
}

impl Row {
    fn at<'a>(&self, path: &'a str) -> Option<Route<'a>> {
        let id = self.paths.iter().find_map(|pattern| id_at(pattern, path))?;
        Some(self.route.with(id))
    }
}

/// What the path has for an id, if it is as the pattern says.
fn id_at<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    match pattern.strip_suffix(ID) {
        Some(before) => path.strip_prefix(before).filter(|id| !id.contains('/')),
        None => (pattern == path).then_some(""),
    }
}

/// Whether paths or pages begin with this name, so that no realm may have it.
pub(crate) fn is_taken(name: &str) -> bool {
    let mut paths = ROUTES.iter().flat_map(|row| row.paths);
    PAGES.contains(&name) || paths.any(|path| path.split('/').nth(1) == Some(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn config() -> Config {
        let variables = BTreeMap::from([("REALMS", "main,test")]);
        Config::read(|name| variables.get(name).map(ToString::to_string)).unwrap()
    }

    #[test]
    fn every_path_is_found_where_it_belongs() {
        let config = config();
        for row in &ROUTES {
            for path in row.paths {
                let path = path.replace(ID, "x");
                let route = row.route.with("x");
                assert!(!format!("{route:?}").contains(ID), "{route:?}");
                assert_eq!(Route::find(&path, &config), Some(("main", route)), "{path}");
                for name in ["main", "test"] {
                    let own = format!("/{name}{path}");
                    let expected = (row.scope == Scope::Realm).then_some((name, route));
                    assert_eq!(Route::find(&own, &config), expected, "{own}");
                }
            }
        }
    }

    #[test]
    fn nothing_else_is_found() {
        let config = config();
        for path in [
            "",
            "/",
            "about",
            "//about",
            "/about/",
            "/about/x",
            "/ABOUT",
            "/%61bout",
            "/comms",
            "/comms/about",
            "/comms/test/peers",
            "/archipelago",
            "/health",
            "/main",
            "/test",
            "/test/",
            "/testabout",
            "/moon/about",
            "/main/test/about",
            "/peers/x/y",
            "/rooms",
            "/rooms/",
            "/rooms/a%20b",
            "/rooms/x/y",
            "/é",
        ] {
            assert_eq!(Route::find(path, &config), None, "{path}");
        }
    }

    #[test]
    fn an_id_is_whatever_stands_there() {
        let config = config();
        let found = |path| Route::find(path, &config).unwrap();
        assert_eq!(found("/peers/"), ("main", Route::Peer("")));
        assert_eq!(
            found("/test/comms/islands/é%20"),
            ("test", Route::Island("é%20"))
        );
        assert_eq!(found("/test/rooms/status"), ("test", Route::RoomsStatus));
        assert_eq!(found("/rooms/test.I1"), ("test", Route::Room("test.I1")));
        assert_eq!(found("/rooms/lobby"), ("main", Route::Room("lobby")));
    }

    #[test]
    fn names_that_paths_and_pages_begin_with_are_taken() {
        let names = "about api archipelago comms core-status health hot-scenes islands live metrics parcels peers ping \
                     realms rooms simulator status ws";
        for name in names.split(' ') {
            assert!(is_taken(name), "{name}");
        }
        for name in ["main", "", "id", "rooms.", "I1"] {
            assert!(!is_taken(name), "{name}");
        }
    }
}
