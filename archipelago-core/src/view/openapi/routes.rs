//! What is where, as the worker has it in its own `routes`.

use super::texts;

/// Some paths that are the same: the usual one, and its other names.
pub struct Route {
    /// The usual path first.
    pub paths: &'static [&'static str],
    /// Whose it is.
    pub scope: Scope,
    /// Under which heading it stands.
    pub tag: &'static str,
    /// In a few words.
    pub summary: &'static str,
    /// What there is to know beyond the answers; may be empty.
    pub description: &'static str,
    /// Names of parameters in the path.
    pub path_parameters: &'static [&'static str],
    /// Names of other parameters.
    pub parameters: &'static [&'static str],
    /// Status and name of the answers that are not everybody's.
    pub answers: &'static [(&'static str, &'static str)],
}

/// Whose a path is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each realm's, under its name; the first one's at the root too.
    Realm,
    /// The deployment's: at the root only.
    Deployment,
}

/// Heading of what is asked before entering.
pub const REALM: &str = "Realm";
/// Heading of who is where.
pub const STATS: &str = "Stats";
/// Heading of what is spoken over sockets.
pub const SOCKETS: &str = "WebSockets";
/// Heading of what concerns all realms.
pub const DEPLOYMENT: &str = "Deployment";

/// A route as most are.
const PLAIN: Route = Route {
    paths: &[],
    scope: Scope::Realm,
    tag: REALM,
    summary: "",
    description: "",
    path_parameters: &[],
    parameters: &[],
    answers: &[],
};

/// One of the stats, which has a tag.
const TAGGED: Route = Route {
    tag: STATS,
    parameters: &["IfNoneMatch"],
    ..PLAIN
};

/// All routes, in the order in which people read about them.
pub const ROUTES: [Route; 18] = [
    Route {
        paths: &["/about"],
        summary: "What a client has to know before it enters",
        description: texts::ABOUT,
        parameters: &["Catalyst"],
        answers: &[("200", "About"), ("503", "AboutUnhealthy")],
        ..PLAIN
    },
    Route {
        paths: &["/core-status"],
        summary: "Whether the realm is healthy, and how many players it has",
        answers: &[("200", "CoreStatus")],
        ..PLAIN
    },
    Route {
        paths: &["/status"],
        summary: "Version, time and number of players",
        answers: &[("200", "Status")],
        ..PLAIN
    },
    Route {
        paths: &["/metrics"],
        summary: "What has been counted since the realm has started, for Prometheus",
        answers: &[("200", "Metrics"), ("503", "Unavailable")],
        ..PLAIN
    },
    Route {
        paths: &["/peers", "/comms/peers"],
        summary: "Who is where",
        parameters: &["PeerIds", "IfNoneMatch"],
        answers: &[
            ("200", "Peers"),
            ("304", "NotModified"),
            ("503", "Unavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/peers/{id}", "/comms/peers/{id}"],
        summary: "Where a player is",
        path_parameters: &["PeerId"],
        answers: &[
            ("200", "Peer"),
            ("304", "NotModified"),
            ("404", "PeerNotFound"),
            ("503", "Unavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/islands", "/comms/islands"],
        summary: "Who is with whom",
        answers: &[
            ("200", "Islands"),
            ("304", "NotModified"),
            ("503", "Unavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/islands/{id}", "/comms/islands/{id}"],
        summary: "Who is on an island",
        path_parameters: &["IslandId"],
        answers: &[
            ("200", "Island"),
            ("304", "NotModified"),
            ("503", "Unavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/parcels", "/comms/parcels"],
        summary: "How many players are on which parcel",
        answers: &[
            ("200", "Parcels"),
            ("304", "NotModified"),
            ("503", "Unavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/hot-scenes"],
        summary: "The scenes with most players",
        description: texts::HOT_SCENES,
        answers: &[
            ("200", "HotScenes"),
            ("304", "NotModified"),
            ("503", "HotScenesUnavailable"),
        ],
        ..TAGGED
    },
    Route {
        paths: &["/rooms/status"],
        tag: STATS,
        summary: "How many players are in which room",
        description: "As of the last 10 s. Only rooms of this deployment; those of a LiveKit server are not known here.",
        answers: &[("200", "RoomsStatus"), ("503", "Unavailable")],
        ..PLAIN
    },
    Route {
        paths: &["/ws", "/archipelago/ws"],
        tag: SOCKETS,
        summary: "The WebSocket of players",
        description: texts::WS,
        answers: &[
            ("101", "Upgraded"),
            ("426", "UpgradeRequired"),
            ("429", "TooMany"),
            ("503", "Unavailable"),
        ],
        ..PLAIN
    },
    Route {
        paths: &["/live"],
        tag: SOCKETS,
        summary: "The WebSocket of the live map",
        description: texts::LIVE,
        answers: &[
            ("101", "Upgraded"),
            ("426", "UpgradeRequired"),
            ("503", "Unavailable"),
        ],
        ..PLAIN
    },
    Route {
        paths: &["/rooms/{id}"],
        scope: Scope::Deployment,
        tag: SOCKETS,
        summary: "The WebSocket of an island's room",
        description: texts::ROOM,
        path_parameters: &["RoomId"],
        parameters: &["RoomToken"],
        answers: &[
            ("101", "Upgraded"),
            ("403", "Forbidden"),
            ("404", "NotFound"),
            ("426", "UpgradeRequired"),
            ("429", "TooMany"),
            ("503", "Unavailable"),
        ],
    },
    Route {
        paths: &["/realms"],
        scope: Scope::Deployment,
        tag: DEPLOYMENT,
        summary: "The realms of this deployment",
        answers: &[("200", "Realms")],
        ..PLAIN
    },
    Route {
        paths: &["/health/live"],
        scope: Scope::Deployment,
        tag: DEPLOYMENT,
        summary: "Whether the worker answers",
        answers: &[("200", "Alive")],
        ..PLAIN
    },
    Route {
        paths: &["/ping"],
        scope: Scope::Deployment,
        tag: DEPLOYMENT,
        summary: "Whether the worker answers, in another word",
        answers: &[("200", "Pong")],
        ..PLAIN
    },
    Route {
        paths: &["/openapi.json"],
        scope: Scope::Deployment,
        tag: DEPLOYMENT,
        summary: "This document",
        parameters: &["IfNoneMatch"],
        answers: &[("200", "Document"), ("304", "NotModified")],
        ..PLAIN
    },
];
