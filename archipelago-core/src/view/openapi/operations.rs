//! What can be done at a path: `GET`, `HEAD` and `OPTIONS`, each with all that can be answered.

use std::iter::once;

use utoipa::openapi::Ref;
use utoipa::openapi::path::OperationBuilder;

use super::routes::{Route, Scope};

/// Heading of the operations without a body.
pub const HEAD: &str = "HEAD";
/// Heading of what browsers ask.
pub const OPTIONS: &str = "OPTIONS";

type Answer = (&'static str, &'static str);

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
pub fn get(route: &Route, path: &str) -> OperationBuilder {
    let own = route.answers.iter().copied();
    let answers = own.chain(once(("405", "MethodNotAllowed")));
    let operation = operation(route, path, "get", answers)
        .tag(route.tag)
        .summary(Some(summary(route, path)));
    let is_described = is_usual(route, path) && !route.description.is_empty();
    with_parameters(
        operation.description(is_described.then_some(route.description)),
        route,
    )
}

/// The same without the body.
pub fn head(route: &Route, path: &str) -> OperationBuilder {
    let upgraded = |&(status, _): &Answer| status == "101";
    let answers = route
        .answers
        .iter()
        .copied()
        .filter(move |answer| !upgraded(answer));
    let operation = operation(route, path, "head", answers)
        .tag(HEAD)
        .summary(Some(summary(route, path)));
    with_parameters(operation, route)
}

/// What may be asked.
pub fn options(route: &Route, path: &str) -> OperationBuilder {
    let unknown = |&(_, name): &Answer| name == "NotFound";
    let answers = route.answers.iter().copied().filter(unknown);
    operation(
        route,
        path,
        "options",
        answers.chain(once(("204", "Allowed"))),
    )
    .tag(OPTIONS)
    .summary(Some("Which methods there are"))
}

/// A reference to one of the parameters.
pub fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

fn with_parameters(operation: OperationBuilder, route: &Route) -> OperationBuilder {
    let parameters = route.parameters.iter();
    parameters.fold(operation, |operation, name| {
        operation.parameter_ref(parameter(name))
    })
}

/// With the answers that are everybody's, and these, which go before.
fn operation(
    route: &Route,
    path: &str,
    method: &str,
    answers: impl Iterator<Item = Answer>,
) -> OperationBuilder {
    let no_realm = (route.scope == Scope::Realm).then_some(NO_REALM);
    let all = OF_ALL.into_iter().chain(no_realm).chain(answers);
    let operation = OperationBuilder::new().operation_id(Some(id(method, path)));
    all.fold(operation, |operation, (status, name)| {
        operation.response(status, Ref::from_response_name(name))
    })
}

fn is_usual(route: &Route, path: &str) -> bool {
    route.paths.first() == Some(&path)
}

fn summary(route: &Route, path: &str) -> String {
    match route.paths {
        [usual, ..] if *usual != path => format!("The same as {usual}"),
        _ => route.summary.to_owned(),
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
