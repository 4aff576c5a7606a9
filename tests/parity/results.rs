//! Holds the section "Result keys" of `PYTHON_PARITY.md` to the result types: every key of a result whose field is not
//! called as the naming rule says stands there with its field, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::document::snake_case;

use crate::sources::{read, rust_files};

/// Fields that are read from a header of the answer.
const FROM_HEADERS: [(&str, &str); 12] = [
    ("content_length", "Content-Length"),
    ("content_type", "Content-Type"),
    ("copy_source_version_id", "x-cos-copy-source-version-id"),
    ("crc64", "x-cos-hash-crc64ecma"),
    ("delete_marker", "x-cos-delete-marker"),
    ("etag", "ETag"),
    ("last_modified", "Last-Modified"),
    ("next_append_position", "x-cos-next-append-position"),
    ("region", "x-cos-bucket-region"),
    ("storage_class", "x-cos-storage-class"),
    ("symlink_target", "x-cos-symlink-target"),
    ("version_id", "x-cos-version-id"),
];

struct Field {
    name: String,
    kind: String,
    key: String,
    skipped: bool,
    flat: bool,
}

type Structs = BTreeMap<String, Vec<Field>>;

/// The public structs of the crate with their public fields.
fn structs() -> Structs {
    let item = Regex::new(r"(?s)((?:#\[[^\n]*\n)*)pub struct (\w+) \{\n(.*?)\n\}").unwrap();
    let field = Regex::new(r"(?m)((?:^    (?:///|#\[)[^\n]*\n)*)^    pub (\w+): ([^\n]+),$").unwrap();
    let renamed = Regex::new(r#"rename(?:\(serialize)? = "([^"]+)""#).unwrap();
    let mut found = Structs::new();
    for file in rust_files("src") {
        let text = read(&file);
        for item in item.captures_iter(&text) {
            let pascal = item[1].contains("rename_all = \"PascalCase\"");
            let fields = field.captures_iter(&item[3]).map(|field| Field {
                name: field[2].to_owned(),
                kind: field[3].to_owned(),
                key: renamed.captures(&field[1]).map_or_else(|| key(&field[2], pascal), |key| key[1].to_owned()),
                skipped: field[1].contains("#[serde(skip)]"),
                flat: field[1].contains("flatten"),
            });
            found.insert(item[2].to_owned(), fields.collect());
        }
        found.extend(declared(&text));
    }
    found
}

/// The types that `dicts!` declares.
fn declared(text: &str) -> Vec<(String, Vec<Field>)> {
    let item = Regex::new(r"(?s)\n    pub struct (\w+) \{\n(.*?)\n    \}").unwrap();
    let field = Regex::new(r#"(?m)^        (\w+): (\w+)(?:\((\w+)\))?(?: as "([^"]+)")?,$"#).unwrap();
    let items = item.captures_iter(text).filter(|item| !item[2].contains("pub "));
    let fields = |body: &str| {
        let fields = field.captures_iter(body).map(|field| {
            let inner = field.get(3).map_or("String", |kind| kind.as_str());
            Field {
                name: field[1].to_owned(),
                kind: if &field[2] == "list" { format!("Vec<{inner}>") } else { inner.to_owned() },
                key: field.get(4).map_or_else(|| key(&field[1], true), |key| key.as_str().to_owned()),
                skipped: false,
                flat: false,
            }
        });
        fields.collect()
    };
    items.map(|item| (item[1].to_owned(), fields(&item[2]))).collect()
}

fn key(name: &str, pascal: bool) -> String {
    if !pascal {
        return name.to_owned();
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(capital).collect()
}

/// The rows of a type: Python's path and the path of fields.
fn rows(all: &Structs, name: &str, python: &str, rust: &str, rows_of: &mut Vec<(String, String)>) {
    for field in &all[name] {
        let inner = field.kind.trim_start_matches("Option<").trim_start_matches("Vec<").trim_end_matches('>');
        let list = if field.kind.contains("Vec<") { "[]" } else { "" };
        let header = FROM_HEADERS.iter().find(|(name, _)| *name == field.name).map(|(_, header)| *header);
        if field.flat {
            rows(all, inner, python, rust, rows_of);
        } else if field.skipped {
            let Some(header) = header.filter(|_| python.is_empty()) else { continue };
            rows_of.push((header.to_owned(), format!("{rust}{}", field.name)));
        } else if all.get(inner).is_some_and(|fields| !fields.is_empty()) {
            let (python, rust) = (format!("{python}{}{list}.", field.key), format!("{rust}{}{list}.", field.name));
            rows(all, inner, &python, &rust, rows_of);
        } else {
            rows_of.push((format!("{python}{}{list}", field.key), format!("{rust}{}{list}", field.name)));
        }
    }
}

/// The types that a call returns in a `Response`.
fn returned() -> BTreeSet<String> {
    let response = Regex::new(r"Response<(\w+)>").unwrap();
    let texts = rust_files("src").into_iter().map(|file| read(&file));
    texts.flat_map(|text| response.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()).collect()
}

/// The section as it should be.
fn section() -> String {
    let all = structs();
    let mut lines = Vec::new();
    let returned = returned();
    for name in all.keys().filter(|name| name.ends_with("Output") || returned.contains(*name)) {
        let mut found = Vec::new();
        rows(&all, name, "", "", &mut found);
        // A key whose field has its name in snake case needs no row.
        found.retain(|(python, rust)| {
            let last = |path: &str| path.trim_end_matches("[]").rsplit('.').next().unwrap_or_default().to_owned();
            snake_case(&last(python)) != last(rust)
        });
        if found.is_empty() {
            continue;
        }
        lines.extend([String::new(), format!("### {name}"), String::new(), "| Python | Rust |\n|---|---|".to_owned()]);
        lines.extend(found.into_iter().map(|(python, rust)| format!("| `{python}` | `{rust}` |")));
    }
    lines.join("\n")
}

#[test]
fn every_result_key_has_its_row() {
    let file = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("PYTHON_PARITY.md")).unwrap();
    let start = file.find("\n## Result keys\n").expect("no section \"Result keys\"");
    let end = file[start + 1..].find("\n## ").map_or(file.len(), |end| start + 1 + end);
    let found = &file[start..end];
    let expected = section();
    let stands: Vec<&str> = found.lines().filter(|line| line.starts_with("### ") || line.starts_with("| `")).collect();
    let should: Vec<&str> = expected.lines().filter(|l| l.starts_with("### ") || l.starts_with("| `")).collect();
    assert!(should.len() > 50, "only {} rows were found in the source", should.len());
    assert!(stands == should, "the section should hold:\n{expected}");
}
