//! What can be done at a path: `GET`, `HEAD` and `OPTIONS`, each with all that can be answered.

use std::iter::once;

use utoipa::openapi::Ref;
use utoipa::openapi::path::OperationBuilder;

use super::routes::{Answer, Entry};
use crate::view::routes::{Row, Scope};

/// Heading of the operations without a body.
pub const HEAD: &str = "HEAD";
/// Heading of what browsers ask.
pub const OPTIONS: &str = "OPTIONS";

/// What is answered whatever is asked.
const OF_ALL: [Answer; 4] = [
    ("400", "BadRequest"),
    ("414", "UrlTooLong"),
    ("431", "HeadersTooLong"),
    ("500", "Failed"),
];

/// What is answered under a name that no realm has.
const NO_REALM: Answer = ("404", "NotFound");

/// The reading of a path, or its upgrade.
pub fn get(row: &Row, entry: &Entry, path: &str) -> OperationBuilder {
    let own = entry.answers.iter().copied();
    let answers = own.chain(once(("405", "MethodNotAllowed")));
    let operation = operation(row, path, "get", answers)
        .tag(entry.tag)
        .summary(Some(summary(row, entry, path)));
    let is_described = is_usual(row, path) && !entry.description.is_empty();
    with_parameters(
        operation.description(is_described.then_some(entry.description)),
        entry,
    )
}

/// The same without the body. Nothing is upgraded, nor refused for want of a place.
pub fn head(row: &Row, entry: &Entry, path: &str) -> OperationBuilder {
    let own = entry.answers.iter().copied();
    let is_socket = own.clone().any(|(status, _)| status == "101");
    let answers = own.filter(|(status, _)| !is_socket || ["404", "426"].contains(status));
    let operation = operation(row, path, "head", answers)
        .tag(HEAD)
        .summary(Some(summary(row, entry, path)));
    with_parameters(operation, entry)
}

/// What may be asked.
pub fn options(row: &Row, entry: &Entry, path: &str) -> OperationBuilder {
    let unknown = |&(_, name): &Answer| name == "NotFound";
    let answers = entry.answers.iter().copied().filter(unknown);
    let answers = answers.chain(once(("204", "Allowed")));
    operation(row, path, "options", answers)
        .tag(OPTIONS)
        .summary(Some("Which methods there are"))
}

/// A reference to one of the parameters.
pub fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

fn with_parameters(operation: OperationBuilder, entry: &Entry) -> OperationBuilder {
    let parameters = entry.parameters.iter();
    parameters.fold(operation, |operation, name| {
        operation.parameter_ref(parameter(name))
    })
}

/// With the answers that are everybody's, and these, which go before.
fn operation(
    row: &Row,
    path: &str,
    method: &str,
    answers: impl Iterator<Item = Answer>,
) -> OperationBuilder {
    let no_realm = (row.scope == Scope::Realm).then_some(NO_REALM);
    let all = OF_ALL.into_iter().chain(no_realm).chain(answers);
    let operation = OperationBuilder::new().operation_id(Some(id(method, path)));
    all.fold(operation, |operation, (status, name)| {
        operation.response(status, Ref::from_response_name(name))
    })
}

fn is_usual(row: &Row, path: &str) -> bool {
    row.paths.first() == Some(&path)
}

fn summary(row: &Row, entry: &Entry, path: &str) -> String {
    match row.paths {
        [usual, ..] if *usual != path => format!("The same as {usual}"),
        _ => entry.summary.to_owned(),
    }
}

/// `getCommsPeersId` for `GET /comms/peers/{id}`.
fn id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    words.fold(method.to_owned(), |mut id, word| {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
        id
    })
}
