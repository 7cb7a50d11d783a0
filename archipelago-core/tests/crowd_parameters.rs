//! The parameters of the crowd policy `coherent` are what the documents say.

use archipelago_core::engine::{CoherentConfig, InvalidCoherent};

const README: &str = include_str!("../../README.md");
const CODE: &str = include_str!("../src/engine/coherent/config.rs");
const TYPES: &str = include_str!("../../wasm-pkg/ts/types.ts");
const SETTINGS: &str = include_str!("../../edge-worker/pages/simulator/settings.ts");

/// The limits of a parameter, and whether it is a whole number.
fn limits(name: &str) -> (f64, f64, bool) {
    match CoherentConfig::balanced().with(name, f64::NAN) {
        Err(InvalidCoherent::Value {
            min, max, whole, ..
        }) => (min, max, whole),
        other => panic!("{name} may be NaN: {other:?}"),
    }
}

/// The limits in the tables.
fn from_to(name: &str) -> String {
    let (min, max, whole) = limits(name);
    format!("{min}–{max}{}", if whole { ", whole" } else { "" })
}

/// The cells of the rows that are about parameters, the name without its quotes first.
fn rows<'a>(text: &'a str, indent: &str, columns: usize) -> Vec<Vec<&'a str>> {
    let start = format!("{indent}| `");
    let rows = text.lines().filter_map(|line| line.strip_prefix(&start));
    let rows = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    let known = |name: &str| CoherentConfig::parameters().any(|known| known == name);
    rows.filter(|row| row.len() == columns)
        .map(|mut row| {
            row[0] = row[0].trim_end_matches('`');
            row
        })
        .filter(|row| known(row[0]))
        .collect()
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_unstable();
    items
}

#[test]
fn the_readme_has_their_values_and_limits() {
    let rows = rows(README, "", 4);
    let names = rows.iter().map(|row| row[0]);
    assert_eq!(sorted(names), sorted(CoherentConfig::parameters()));
    for row in rows {
        let value = CoherentConfig::balanced().get(row[0]).unwrap();
        assert_eq!(
            row[1..3],
            [value.to_string(), from_to(row[0])],
            "{}",
            row[0]
        );
    }
}

#[test]
fn the_documentation_has_their_limits() {
    let rows = rows(CODE, "    /// ", 3);
    let names: Vec<_> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, CoherentConfig::parameters().collect::<Vec<_>>());
    for row in rows {
        assert_eq!(row[1], from_to(row[0]), "{}", row[0]);
    }
}

#[test]
fn the_npm_package_has_their_names_and_limits() {
    let (_, fields) = TYPES
        .split_once("export interface CoherentCrowds {")
        .expect("the type");
    let (fields, _) = fields.split_once("\n}").expect("its end");
    let mut lines = fields
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut found = Vec::new();
    while let (Some(comment), Some(field)) = (lines.next(), lines.next()) {
        if let Some(name) = field.strip_suffix("?: number | undefined;") {
            found.push((name, comment));
        }
    }
    let names: Vec<_> = found.iter().map(|(name, _)| (*name).to_owned()).collect();
    let known = CoherentConfig::parameters();
    assert_eq!(names, known.map(camel_case).collect::<Vec<_>>());
    for (name, (_, comment)) in CoherentConfig::parameters().zip(found) {
        let (min, max, whole) = limits(name);
        let whole = if whole { "A whole number from " } else { "" };
        let said = format!(". {whole}{min} to {max}");
        assert!(comment.contains(&said), "{comment} has no {said:?}");
    }
}

#[test]
fn the_presets_have_the_same_names_everywhere() {
    let quoted = CoherentConfig::PRESETS.map(|preset| format!("{preset:?}"));
    let union = format!("export type CrowdPreset = {};", quoted.join(" | "));
    assert!(TYPES.contains(&union), "{union}");
    // From fewest to most reassignments.
    let policies = CoherentConfig::PRESETS.map(|preset| format!("\"coherent:{preset}\""));
    let policies: Vec<_> = policies.into_iter().rev().collect();
    let list = format!(
        "export const POLICIES = [\"stable\", {}] as const;",
        policies.join(", ")
    );
    assert!(SETTINGS.contains(&list), "{list}");
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |camel, part| {
        let (initial, rest) = part.split_at(1);
        camel + &initial.to_ascii_uppercase() + rest
    })
}
