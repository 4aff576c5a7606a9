//! The deliberate differences from Python: ONE list, by area. Each entry looks at properties of a
//! case, never at its id, and rewrites what Python did into what the SDK does instead; the
//! rewritten expectation is then compared as strictly as any other.

mod bodies;
mod copies;
mod documents;
mod failures;
mod processing;
mod requests;
mod select;

use crate::case::{Case, Expectation};

/// A deliberate difference.
pub(crate) struct Difference {
    /// Short name in the messages of this test.
    pub(crate) id: &'static str,
    /// The row of `PYTHON_PARITY.md`, section "Deliberate differences".
    pub(crate) row: &'static str,
    /// Why the SDK differs.
    pub(crate) reason: &'static str,
    /// Whether a case, as expected so far, is one of those.
    applies: fn(&Case, &Expectation) -> bool,
    /// Rewrites the expectation.
    rewrite: fn(&Case, &mut Expectation),
}

/// In the order in which they are applied.
const DIFFERENCES: [&[Difference]; 7] = [
    requests::REQUESTS,
    copies::COPIES,
    select::SELECT,
    bodies::BODIES,
    failures::FAILURES,
    documents::DOCUMENTS,
    processing::PROCESSING,
];

/// The whole list.
pub(crate) fn all() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.into_iter().flatten()
}

/// What a case expects of the SDK, and which differences had a part in it.
pub(crate) fn expectation(case: &Case) -> (Expectation, Vec<&'static str>) {
    let mut expected = case.python();
    let mut used = Vec::new();
    for difference in all() {
        if (difference.applies)(case, &expected) {
            (difference.rewrite)(case, &mut expected);
            used.push(difference.id);
        }
    }
    (expected, used)
}

#[test]
fn ids_are_unique_and_rows_exist() {
    let ids: std::collections::BTreeSet<_> = all().map(|d| d.id).collect();
    assert_eq!(ids.len(), all().count());
    let table = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("PYTHON_PARITY.md");
    let table = std::fs::read_to_string(&table).unwrap_or_else(|e| panic!("{}: {e}", table.display()));
    for difference in all() {
        assert!(table.contains(difference.row), "no row {} in PYTHON_PARITY.md: {}", difference.row, difference.reason);
    }
}
