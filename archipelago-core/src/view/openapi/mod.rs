//! The document of the HTTP answers (`OpenAPI` 3.1). The shapes are those of the types that serve the answers; the paths
//! are those at which they are found.

mod answers;
mod errors;
mod headers;
mod operations;
mod parameters;
mod routes;
mod texts;
mod tidy;
pub(super) mod values;

use utoipa::openapi::path::{HttpMethod, PathItemBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::server::{ServerBuilder, ServerVariableBuilder};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Paths,
    PathsBuilder, Server,
};

use operations::{HEAD, OPTIONS, parameter};
use routes::{DEPLOYMENT, REALM, SOCKETS, STATS};

use super::routes::{ROUTES, Row, Scope};

const TAGS: [(&str, &str); 6] = [
    (
        REALM,
        "What a client has to know before it enters, and how the realm is.",
    ),
    (STATS, "Who is where, as of the last second."),
    (
        SOCKETS,
        "Where clients connect. Each is a `GET` that asks for an upgrade; anything else is answered with 426.",
    ),
    (DEPLOYMENT, "What concerns all realms: at the root only."),
    (
        HEAD,
        "The same status and headers as `GET`, without the body. A `HEAD` is never upgraded.",
    ),
    (OPTIONS, "What browsers ask before a page may ask (CORS)."),
];

/// The document, as JSON.
///
/// # Errors
///
/// None: everything in it is text and numbers.
pub fn openapi_json() -> serde_json::Result<String> {
    serde_json::to_string(&document())
}

fn document() -> OpenApi {
    let license = LicenseBuilder::new()
        .name("Apache License 2.0")
        .identifier(Some("Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Archipelago")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(texts::DOCUMENT))
        .license(Some(license.build()));
    let tags = TAGS.map(|(name, meaning)| {
        TagBuilder::new()
            .name(name)
            .description(Some(meaning))
            .build()
    });
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([root(), of_a_realm()]))
        .tags(Some(tags))
        .paths(paths())
        .components(Some(components()))
        // Nobody has to prove anything.
        .security(Some([]))
        .build()
}

fn root() -> Server {
    ServerBuilder::new()
        .url("/")
        .description(Some("The first realm, and the deployment"))
        .build()
}

fn of_a_realm() -> Server {
    let realm = ServerVariableBuilder::new()
        .default_value("main")
        .description(Some("The name of a realm, one of those in `/realms`."));
    ServerBuilder::new()
        .url("/{realm}")
        .description(Some("Any realm, by its name"))
        .parameter("realm", realm)
        .build()
}

fn components() -> Components {
    let components = answers::add_to(ComponentsBuilder::new());
    let components = headers::add_to(errors::add_to(components));
    let mut components = parameters::add_to(components).build();
    components.schemas.values_mut().for_each(tidy::close);
    components
}

fn paths() -> Paths {
    let all = ROUTES
        .iter()
        .flat_map(|row| row.paths.iter().map(move |path| (row, path)));
    all.fold(PathsBuilder::new(), |paths, (row, path)| {
        paths.path(*path, item(row, path))
    })
    .build()
}

fn item(row: &Row, path: &str) -> PathItem {
    let at_root = (row.scope == Scope::Deployment).then(|| [root()]);
    let entry = routes::entry(row.route);
    let id = entry.id.map(|name| [parameter(name)]);
    PathItemBuilder::new()
        .servers(at_root)
        .parameter_refs(id)
        .operation(HttpMethod::Get, operations::get(row, &entry, path))
        .operation(HttpMethod::Head, operations::head(row, &entry, path))
        .operation(HttpMethod::Options, operations::options(row, &entry, path))
        .build()
}

#[cfg(test)]
mod tests;
