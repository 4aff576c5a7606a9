//! Holds `PYTHON_PARITY.md` to the source, and the source to it: what the file names is there, what
//! is there the file names, and nothing that Python's pages document is left out.
//!
//! The source is read as text: a list of `pub fn` is all these tests need, and they run without a
//! build of anything else.

mod circles;
mod document;
mod guide;
mod layers;
mod literals;
mod pages;
mod results;
mod samples;
mod source;
#[path = "../common/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use document::*;
use pages::DOCUMENTED;
use source::*;
use sources::rust_files;

/// Fails with everything that is wrong, one line each.
fn check(problems: &[String]) {
    assert!(problems.is_empty(), "{} problem(s):\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn what_the_file_names_is_there() {
    let (doc, source) = (doc(), source());
    let mut problems = Vec::new();
    for method in doc.methods.keys() {
        let methods = source.functions("CosS3Client");
        let Some(function) = methods.iter().find(|function| function.name == *method) else {
            problems.push(format!("{method}: has a section, but `CosS3Client` has no such function"));
            continue;
        };
        let builder = source.builder(function);
        let mut arguments = BTreeMap::new();
        for (keyword, twin) in doc.keywords(method) {
            match twin {
                Twin::Argument(number, name) => {
                    // A misprint of the pages may share the row number of the right name.
                    arguments.insert(number, name);
                }
                Twin::Setters(setters) => {
                    let missing =
                        setters.iter().filter(|setter| !builder.is_some_and(|builder| source.has(builder, setter)));
                    let missing = missing.map(|setter| {
                        format!("{method}: `{keyword}` should be `.{setter}(..)`, but {builder:?} has none")
                    });
                    problems.extend(missing);
                }
                Twin::NotYet | Twin::None => {}
                Twin::Paths(_) => {
                    problems.push(format!("{method}: `{keyword}` has a path for a twin"));
                }
            }
        }
        let arguments: Vec<_> = arguments.into_values().collect();
        if arguments != function.arguments {
            let (here, there) = (arguments.join(", "), function.arguments.join(", "));
            problems.push(format!("{method}: arguments are ({here}) in the file, ({there}) in the source"));
        }
    }
    check(&problems);
}

#[test]
fn what_is_there_the_file_names() {
    let (doc, source) = (doc(), source());
    let extras = doc.rust_only();
    let extra = |name: &str, places: &[&str]| {
        let mut extras = extras.iter();
        extras.any(|(rust, on)| {
            ticks(rust).iter().any(|rust| rust.starts_with('.') && bare(rust) == name)
                && places.iter().any(|place| on == place || ticks(on).iter().any(|on| on == place))
        })
    };
    let mut problems = Vec::new();
    let missing: BTreeMap<_, _> = doc.listed().map(|(name, twin, _)| (name, twin)).collect();
    for function in source.functions("CosS3Client") {
        let (method, path) = (&function.name, format!("CosS3Client::{}", function.name));
        if missing.get(method) == Some(&Twin::NotYet) {
            problems.push(format!("{method}: is there, but the file says `not yet`"));
        } else if !doc.methods.contains_key(method) {
            let known = doc.section("CosS3Client").rows.iter().map(|row| &row[1]);
            let known = known.chain(extras.iter().map(|(rust, _)| rust));
            if !known.into_iter().any(|cell| ticks(cell).iter().any(|tick| bare(tick) == path)) {
                problems.push(format!("{method}: is there, but the file has neither a section nor `{path}`"));
            }
        }
        if !doc.methods.contains_key(method) {
            continue;
        }
        let Some(builder) = source.builder(function) else {
            continue;
        };
        let mut known = BTreeSet::new();
        for (_, twin) in doc.keywords(method) {
            if let Twin::Setters(setters) = twin {
                known.extend(setters);
            }
        }
        let sends = source.has(builder, "send");
        let mut places = vec![method.as_str(), "every builder"];
        places.extend(sends.then_some("every builder that sends"));
        let unlisted = source.functions(builder).iter().map(|function| &function.name);
        let unlisted = unlisted.filter(|name| !known.contains(*name) && !extra(name, &places));
        problems.extend(unlisted.map(|name| {
            format!("{method}: `{builder}::{name}` is in no table of it and not among its Rust-only ones")
        }));
    }
    let mut known = BTreeSet::new();
    for row in &doc.section("CosConfig").rows {
        if let (_, Twin::Setters(setters)) = entry(row) {
            known.extend(setters);
        }
    }
    for function in source.functions("CosConfigBuilder") {
        if !known.contains(&function.name) && !extra(&function.name, &["the configuration"]) {
            problems.push(format!("CosConfig: `.{}(..)` is in no table", function.name));
        }
    }
    check(&problems);
}

#[test]
fn configuration_helpers_and_extras_are_there() {
    let (doc, source) = (doc(), source());
    let mut problems = Vec::new();
    for section in &doc.sections {
        for row in section.rows.iter().filter(|row| row.len() >= 3) {
            let cell = if section.name == "Rust-only" { &row[0] } else { &row[1] };
            match twin(cell) {
                Twin::Paths(paths) => {
                    let missing = paths.iter().filter(|(kind, name)| !source.has(kind, name));
                    problems
                        .extend(missing.map(|(kind, name)| format!("{}: there is no `{kind}::{name}`", section.name)));
                }
                Twin::Setters(setters) if section.name == "CosConfig" => {
                    let missing = setters.iter().filter(|name| !source.has("CosConfigBuilder", name));
                    problems.extend(missing.map(|name| format!("CosConfig: there is no `.{name}(..)`")));
                }
                Twin::Setters(names) if section.name == "Rust-only" => {
                    for (place, kinds) in places(&doc, &source, &row[1]) {
                        let missing = names
                            .iter()
                            .filter(|name| kinds.is_empty() || kinds.iter().any(|kind| !source.has(kind, name)));
                        problems.extend(missing.map(|name| format!("Rust-only: {place} has no `.{name}(..)`")));
                    }
                }
                _ => {}
            }
        }
    }
    check(&problems);
}

/// The builders that the second column of "Rust-only" means, by what it calls them.
fn places(doc: &Doc, source: &Source, cell: &str) -> Vec<(String, Vec<String>)> {
    let builder = |method: &String| {
        let function = source.functions("CosS3Client").iter().find(|f| f.name == *method)?;
        source.builder(function).map(str::to_owned)
    };
    match cell {
        "the client" => vec![(cell.to_owned(), vec!["CosS3ClientBuilder".to_owned()])],
        "the configuration" => vec![(cell.to_owned(), vec!["CosConfigBuilder".to_owned()])],
        "every builder" => {
            vec![(cell.to_owned(), doc.methods.keys().filter_map(builder).collect())]
        }
        "every builder that sends" => {
            let senders = doc.methods.keys().filter_map(builder);
            let senders = senders.filter(|kind| source.has(kind, "send") && !source.has(kind, "sign"));
            vec![(cell.to_owned(), senders.collect())]
        }
        _ => ticks(cell).into_iter().map(|m| (m.clone(), builder(&m).into_iter().collect())).collect(),
    }
}

#[test]
fn names_follow_the_rule() {
    let doc = doc();
    let mut problems = Vec::new();
    // What "All methods" lists has its names by the rule; this looks at what is written out.
    let own = doc.methods.values().chain(doc.groups.values()).chain([doc.section("CosConfig")]);
    for section in own {
        for row in &section.rows {
            let (keyword, twin) = entry(row);
            let names = match twin {
                Twin::Argument(_, name) => vec![name],
                Twin::Setters(setters) => setters,
                _ => continue,
            };
            if names[0] != snake_case(&keyword) {
                problems.push(format!("{}: `{keyword}` is called `{}`", section.name, names[0]));
            }
        }
    }
    check(&problems);
}

#[test]
fn what_the_pages_document_is_listed() {
    let doc = doc();
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, _, keywords) in doc.listed() {
        listed.entry(name).or_default().extend(keywords);
    }
    for name in doc.methods.keys() {
        listed.entry(name.clone()).or_default().extend(doc.keywords(name).into_iter().map(|(keyword, _)| keyword));
    }
    for section in &doc.sections {
        let rows = section.rows.iter().filter(|row| row.len() == 3);
        listed.entry(section.name.clone()).or_default().extend(rows.map(|row| entry(row).0));
    }
    let functions: Vec<_> = doc.section("Functions").rows.iter().map(|row| entry(row).0).collect();
    let mut problems = Vec::new();
    let unwrapped = DOCUMENTED.replace("\n    ", " ");
    for (name, keywords) in unwrapped.lines().filter_map(|line| line.split_once(':')) {
        if functions.iter().any(|function| function == name) {
            continue;
        }
        let Some(there) = listed.get(name) else {
            problems.push(format!("{name}: the pages document it, the file does not list it"));
            continue;
        };
        let missing = keywords.split_whitespace().filter(|keyword| !there.contains(*keyword));
        problems.extend(missing.map(|keyword| format!("{name}: `{keyword}` has no row")));
    }
    check(&problems);
}

#[test]
fn differences_have_rows() {
    let doc = doc();
    let mut problems = Vec::new();
    let mut rows = BTreeSet::new();
    for row in &doc.section("Deliberate differences").rows {
        if row.len() != 4 || row.iter().any(String::is_empty) || !row[0].starts_with("D-") {
            problems.push(format!("not a row of four cells that starts with an id: {row:?}"));
        } else if !rows.insert(row[0].clone()) {
            problems.push(format!("{}: two rows", row[0]));
        }
    }
    // The comparison with recordings of Python names the differences that it allows.
    for file in &rust_files("tests/wire/differences") {
        let text = read(file);
        let ids = text.split('"').skip(1).step_by(2).filter(|text| is_difference(text));
        let unknown: BTreeSet<_> = ids.filter(|id| !rows.contains(*id)).collect();
        problems.extend(unknown.iter().map(|id| format!("{id}: {} uses it, it has no row", file.display())));
    }
    check(&problems);
}

fn is_difference(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text.strip_prefix("D-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
}
