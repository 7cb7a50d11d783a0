//! What may be said with a request.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ComponentsBuilder, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Required, Schema};

use crate::protocol::limits::ROOM_ID_MAX_BYTES;

/// Adds all parameters, by the names that the routes know them by.
pub fn add_to(components: ComponentsBuilder) -> ComponentsBuilder {
    let address = "0xbb3a1d1d9b1c2f7f4a1f0d8f7b8b0e6d5c4385a0";
    let peer = text().examples([address]);
    let island = text().examples(["I1"]);
    let room = text()
        .pattern(Some("^[A-Za-z0-9._-]+$"))
        .max_length(Some(ROOM_ID_MAX_BYTES))
        .examples(["main.I1"]);
    components
        .parameter("PeerId", id("A player's address, lower case.", peer))
        .parameter("IslandId", id("The id of an island.", island))
        .parameter("RoomId", id("`<realm>.<island id>`.", room))
        .parameter("PeerIds", peer_ids())
        .parameter(
            "Catalyst",
            optional("catalyst", ParameterIn::Query)
                .description(Some(
                    "The URL of one of the catalysts among which is chosen. Any other text changes nothing: the nearest \
                     is chosen as without it.",
                ))
                .schema(Some(text()))
                .build(),
        )
        .parameter(
            "RoomToken",
            optional("token", ParameterIn::Query)
                .description(Some(
                    "As in the connection string. It is not needed where rooms are open to anybody.",
                ))
                .schema(Some(text()))
                .build(),
        )
        .parameter(
            "IfNoneMatch",
            optional("If-None-Match", ParameterIn::Header)
                .description(Some("Tags of answers that the client has."))
                .schema(Some(text()))
                .build(),
        )
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn id(meaning: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(meaning))
        .schema(Some(schema))
        .build()
}

fn optional(name: &str, place: ParameterIn) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
}

fn peer_ids() -> Parameter {
    optional("id", ParameterIn::Query)
        .description(Some(
            "Only these players, as far as they are there: lower-case addresses.",
        ))
        .style(Some(ParameterStyle::Form))
        .explode(Some(true))
        .schema(Some(ArrayBuilder::new().items(text())))
        .build()
}
