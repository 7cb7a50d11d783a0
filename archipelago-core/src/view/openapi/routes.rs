//! What the document says of each route.

use super::texts;
use crate::view::Route;

/// Status and name of an answer.
pub type Answer = (&'static str, &'static str);

/// What there is to say of a route.
pub struct Entry {
    /// Under which heading it stands.
    pub tag: &'static str,
    /// In a few words.
    pub summary: &'static str,
    /// What there is to know beyond the answers; may be empty.
    pub description: &'static str,
    /// Name of the parameter in the path.
    pub id: Option<&'static str>,
    /// Names of other parameters.
    pub parameters: Vec<&'static str>,
    /// Those that are not everybody's.
    pub answers: Vec<Answer>,
}

/// Heading of what is asked before entering.
pub const REALM: &str = "Realm";
/// Heading of who is where.
pub const STATS: &str = "Stats";
/// Heading of what is spoken over sockets.
pub const SOCKETS: &str = "WebSockets";
/// Heading of what concerns all realms.
pub const DEPLOYMENT: &str = "Deployment";

/// The answer to a client that has it already, which says so with [`IF_NONE_MATCH`].
const NOT_MODIFIED: Answer = ("304", "NotModified");
const IF_NONE_MATCH: &str = "IfNoneMatch";
const UNAVAILABLE: Answer = ("503", "Unavailable");

/// What there is to say of this one.
pub fn entry(route: Route<'_>) -> Entry {
    match route {
        Route::About => about(),
        Route::CoreStatus => plain(
            REALM,
            "Whether the realm is healthy, and how many players it has",
            "CoreStatus",
        ),
        Route::Status => plain(REALM, "Version, time and number of players", "Status"),
        Route::Metrics => metrics(),
        Route::Peers => stats("Who is where", "Peers").with("PeerIds"),
        Route::Peer(_) => stats("Where a player is", "Peer")
            .at("PeerId")
            .or(("404", "PeerNotFound")),
        Route::Islands => stats("Who is with whom", "Islands"),
        Route::Island(_) => stats("Who is on an island", "Island").at("IslandId"),
        Route::Parcels => stats("How many players are on which parcel", "Parcels"),
        Route::HotScenes => hot_scenes(),
        Route::RoomsStatus => rooms_status(),
        Route::WebSocket => web_socket(),
        Route::Live => socket("The WebSocket of the live map", texts::LIVE),
        Route::Room(_) => room(),
        Route::Realms => plain(DEPLOYMENT, "The realms of this deployment", "Realms"),
        Route::Alive => plain(DEPLOYMENT, "Whether the worker answers", "Alive"),
        Route::Ping => plain(
            DEPLOYMENT,
            "Whether the worker answers, in another word",
            "Pong",
        ),
        Route::OpenApi => tagged(DEPLOYMENT, "This document", "Document"),
    }
}

fn about() -> Entry {
    let summary = "What a client has to know before it enters";
    let entry = plain(REALM, summary, "About").or(("503", "AboutUnhealthy"));
    entry.with("Catalyst").described(texts::ABOUT)
}

fn metrics() -> Entry {
    let summary = "What has been counted since the realm has started, for Prometheus";
    plain(REALM, summary, "Metrics").or(UNAVAILABLE)
}

fn hot_scenes() -> Entry {
    let entry = tagged(STATS, "The scenes with most players", "HotScenes");
    let entry = entry.or(("503", "HotScenesUnavailable"));
    entry.described(texts::HOT_SCENES)
}

fn rooms_status() -> Entry {
    let entry = plain(STATS, "How many players are in which room", "RoomsStatus");
    entry.or(UNAVAILABLE).described(texts::ROOMS_STATUS)
}

fn web_socket() -> Entry {
    let entry = socket("The WebSocket of players", texts::WS);
    entry.or(("429", "TooManyConnections"))
}

fn room() -> Entry {
    let entry = socket("The WebSocket of an island's room", texts::ROOM);
    let entry = entry.or(("403", "Forbidden")).or(("404", "NotFound"));
    entry
        .or(("429", "TooManyTries"))
        .at("RoomId")
        .with("RoomToken")
}

fn plain(tag: &'static str, summary: &'static str, answer: &'static str) -> Entry {
    Entry {
        tag,
        summary,
        description: "",
        id: None,
        parameters: Vec::new(),
        answers: vec![("200", answer)],
    }
}

fn tagged(tag: &'static str, summary: &'static str, answer: &'static str) -> Entry {
    plain(tag, summary, answer)
        .with(IF_NONE_MATCH)
        .or(NOT_MODIFIED)
}

fn stats(summary: &'static str, answer: &'static str) -> Entry {
    tagged(STATS, summary, answer).or(UNAVAILABLE)
}

fn socket(summary: &'static str, description: &'static str) -> Entry {
    Entry {
        tag: SOCKETS,
        summary,
        description,
        id: None,
        parameters: Vec::new(),
        answers: vec![("101", "Upgraded"), ("426", "UpgradeRequired"), UNAVAILABLE],
    }
}

impl Entry {
    fn or(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    fn with(mut self, parameter: &'static str) -> Self {
        self.parameters.push(parameter);
        self
    }

    fn at(self, id: &'static str) -> Self {
        let id = Some(id);
        Self { id, ..self }
    }

    fn described(self, description: &'static str) -> Self {
        Self {
            description,
            ..self
        }
    }
}
