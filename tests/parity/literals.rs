//! Public types that may grow: a new field or variant must not break a program that compiles today.

use regex::Regex;

use crate::sources::{read, rust_files};

/// Structs that are complete: a signature has these four and no more.
const CLOSED: [&str; 1] = ["Signer"];

/// The public structs of public fields alone and the public enums that lack what lets them grow, by name.
fn stuck(text: &str) -> Vec<String> {
    let item = Regex::new(
        r"(?s)((?:[ \t]*(?:#\[|///)[^\n]*\n)*)[ \t]*pub (struct|enum) (\w+)(?:<[^>]*>)? \{\n(.*?)\n[ \t]*\}",
    )
    .unwrap();
    let items = item.captures_iter(text).filter(|item| {
        let mut lines = item[4].lines().map(str::trim).filter(|line| !line.starts_with(['/', '#']));
        // A private field forbids literals; `dicts!` leaves out the `pub` and derives a default.
        let literal = &item[2] == "enum" || lines.all(|line| line.starts_with("pub "));
        let default = &item[2] == "struct" && item[1].contains("Default");
        literal && !default && !item[1].contains("non_exhaustive") && !CLOSED.contains(&&item[3])
    });
    items.map(|item| item[3].to_owned()).collect()
}

#[test]
fn a_public_type_can_grow() {
    let stuck: Vec<String> = rust_files("src").iter().flat_map(|file| stuck(&read(file))).collect();
    assert!(stuck.is_empty(), "neither `Default` nor `#[non_exhaustive]`: {stuck:?}");
}

#[test]
fn a_type_that_cannot_grow_is_seen() {
    let text = "#[derive(Debug)]\npub struct Rule {\n    pub id: String,\n}\npub enum Kind {\n    One,\n}\n\
                #[derive(Default)]\npub struct Fine {\n    pub id: String,\n}\npub struct Own {\n    id: String,\n}\n";
    assert_eq!(stuck(text), ["Rule", "Kind"]);
}
