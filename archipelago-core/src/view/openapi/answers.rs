//! What is answered when all is well: the shapes of the answers, each of them once for all paths that give it.

use utoipa::ToSchema;
use utoipa::openapi::schema::{ComponentsBuilder, Type};
use utoipa::openapi::{
    ArrayBuilder, ContentBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Schema,
};

use super::headers::{OF_ALL, OF_OPTIONS, OF_TAGGED, OF_UPGRADE, with};
use super::values;
use crate::protocol::limits::HOT_SCENES_MAX;
use crate::view::{
    About, CoreStatus, ErrorAnswer, HotScene, IslandView, Islands, METRICS_TYPE, Parcels,
    PeerAnswer, PeerNotFound, Peers, RealmView, RoomsStatus, Status,
};

/// The type of most answers.
pub const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

type Answer = (&'static str, ResponseBuilder);

/// Adds all of them, by the names that the routes know them by, and the schemas of all answers.
pub fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    let components = components.schemas_from_iter(schemas());
    let all = states().into_iter().chain(stats()).chain(others());
    all.fold(components, |components, (name, answer)| {
        components.response(name, answer)
    })
}

/// Those of the types that serve answers, and of all that is in them.
fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = Vec::new();
    add::<About>(&mut schemas);
    add::<Peers>(&mut schemas);
    add::<PeerAnswer>(&mut schemas);
    add::<PeerNotFound>(&mut schemas);
    add::<Islands>(&mut schemas);
    add::<IslandView>(&mut schemas);
    add::<Parcels>(&mut schemas);
    add::<HotScene>(&mut schemas);
    add::<CoreStatus>(&mut schemas);
    add::<Status>(&mut schemas);
    add::<RoomsStatus>(&mut schemas);
    add::<RealmView>(&mut schemas);
    add::<ErrorAnswer>(&mut schemas);
    schemas
}

fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
}

fn states() -> [Answer; 8] {
    let realms = ArrayBuilder::new().items(Ref::from_schema_name(RealmView::name()));
    let [alive, pong] = ["alive", "pong"].map(values::text);
    [
        ("About", json("The realm is healthy.", of::<About>())),
        (
            "CoreStatus",
            json("Whether it is healthy or not.", of::<CoreStatus>()),
        ),
        ("Status", json("How the realm is.", of::<Status>())),
        (
            "RoomsStatus",
            json("The realm's own rooms.", of::<RoomsStatus>()),
        ),
        (
            "Realms",
            json("Those that have answered within a second.", realms),
        ),
        (
            "Metrics",
            text(
                "All that has been counted.",
                METRICS_TYPE,
                values::any_text(),
            ),
        ),
        ("Alive", text("The worker answers.", TEXT, alive)),
        ("Pong", text("The worker answers.", TEXT, pong)),
    ]
}

fn stats() -> [Answer; 6] {
    let scenes = ArrayBuilder::new()
        .items(Ref::from_schema_name(HotScene::name()))
        .max_items(Some(HOT_SCENES_MAX));
    [
        (
            "Peers",
            tagged(
                "Everybody, or those asked for who are there.",
                of::<Peers>(),
            ),
        ),
        ("Peer", tagged("The player.", of::<PeerAnswer>())),
        (
            "Islands",
            tagged("All islands, the oldest first.", of::<Islands>()),
        ),
        ("Island", tagged("The island.", of::<IslandView>())),
        (
            "Parcels",
            tagged("The parcels with players on them.", of::<Parcels>()),
        ),
        ("HotScenes", tagged("The most crowded first.", scenes)),
    ]
}

fn others() -> [Answer; 4] {
    let upgraded = ResponseBuilder::new().description("From here on it is a WebSocket.");
    [
        ("Document", tagged("This document.", document())),
        (
            "NotModified",
            with(bare("The client has it already."), OF_TAGGED),
        ),
        ("Allowed", with(bare("What is allowed."), OF_OPTIONS)),
        ("Upgraded", with(upgraded, OF_UPGRADE)),
    ]
}

/// The schema of a type, which is one of the components.
pub fn of<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

/// An answer without a body.
pub fn bare(meaning: &str) -> ResponseBuilder {
    with(ResponseBuilder::new().description(meaning), OF_ALL)
}

/// A JSON answer.
pub fn json(meaning: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    text(meaning, JSON, schema)
}

fn text(meaning: &str, media_type: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(schema));
    bare(meaning).content(media_type, content.build())
}

fn tagged(meaning: &str, schema: impl Into<RefOr<Schema>>) -> ResponseBuilder {
    with(json(meaning, schema), OF_TAGGED)
}

/// As far as a document may describe itself.
fn document() -> Schema {
    let object = || ObjectBuilder::new().schema_type(Type::Object);
    let version = ObjectBuilder::new().schema_type(Type::String);
    object()
        .property("openapi", version.pattern(Some(r"^3\.1\.\d+$")))
        .required("openapi")
        .property("info", object())
        .required("info")
        .property("paths", object())
        .required("paths")
        .into()
}
