//! Every method, keyword argument and "all parameters" prototype of Python's documentation pages is in a recorded case,
//! and thus proven: its request is Python's byte for byte, and its result is Python's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::call::knows;
use crate::pages::DOCUMENTED;
use crate::{case, fixture, further};

/// Names that the pages misprint; the right ones are in the list, too.
const MISPRINTS: [(&str, &str); 3] =
    [("download_file", "MAZThread"), ("download_file", "key"), ("delete_objects", "Delete.Objects")];

/// The keyword arguments of each recorded call, by method.
fn recorded() -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let mut calls: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for case in further().chain([fixture()]).flat_map(|path| case::load(&path)) {
        let mut names = BTreeSet::new();
        for (name, value) in &case.args {
            collect(name, value, &mut names);
        }
        calls.entry(case.method()).or_default().push(names);
    }
    calls
}

/// Adds an argument, and the entries of a dict as `CopySource.Bucket`.
fn collect(name: &str, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            let tagged = entries.keys().any(|key| key.starts_with('$'));
            for (key, value) in entries.iter().filter(|_| !tagged) {
                collect(&format!("{name}.{key}"), value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, names)),
        _ => {}
    }
    names.insert(name.to_owned());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The documented methods of the client with their keyword arguments. What else the pages list begins with a capital,
/// except for a function.
fn documented() -> impl Iterator<Item = (String, Vec<String>)> {
    let list = DOCUMENTED.replace("\n    ", " ");
    let entries: Vec<(String, Vec<String>)> = list
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(method, _)| method.starts_with(char::is_lowercase) && *method != "get_date")
        .map(|(method, keywords)| (method.to_owned(), keywords.split_whitespace().map(str::to_owned).collect()))
        .collect();
    entries.into_iter()
}

#[test]
fn every_documented_parameter_is_recorded() {
    let (calls, mut missing, mut pairs) = (recorded(), Vec::new(), 0);
    for (method, keywords) in documented() {
        assert!(knows(&method), "{method} is not played");
        let recorded: BTreeSet<&String> = calls.get(&method).into_iter().flatten().flatten().collect();
        for keyword in keywords.iter().filter(|keyword| !MISPRINTS.contains(&(&method, keyword))) {
            pairs += 1;
            if !recorded.contains(keyword) {
                missing.push(format!("{method}: {keyword}"));
            }
        }
    }
    assert!(missing.is_empty(), "not recorded: {missing:#?}");
    assert!(pairs > 250, "only {pairs} pairs were found");
}

/// The prototypes with all parameters, as the pages have them: which method, which keyword arguments.
fn prototypes() -> Vec<(String, BTreeSet<String>)> {
    let mut prototypes = Vec::new();
    // The packaged crate may come without the samples.
    let Ok(samples) = fs::read_dir(root().join("tests/python/samples")) else { return prototypes };
    let paths = samples.map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let page: Value = serde_json::from_str(&read(&path)).expect("JSON");
        for sample in page["samples"].as_array().into_iter().flatten() {
            let heading = sample["heading"].as_str().unwrap_or_default().to_lowercase();
            if !heading.contains("all param") {
                continue;
            }
            let lines = sample["code"].as_array().into_iter().flatten().filter_map(|line| line.as_str());
            let mut lines = lines.skip_while(|line| !line.contains("client."));
            let call = lines.next().expect("a call").split_once("client.").expect("a call").1;
            let method = call.split('(').next().unwrap_or_default().to_owned();
            let keywords = lines.take_while(|line| line.trim() != ")").filter_map(|line| line.split_once('='));
            prototypes.push((method, keywords.map(|(keyword, _)| keyword.trim().to_owned()).collect()));
        }
    }
    prototypes
}

#[test]
fn every_prototype_is_recorded_in_one_call() {
    let (calls, prototypes) = (recorded(), prototypes());
    for (method, keywords) in &prototypes {
        let whole = calls.get(method).is_some_and(|calls| calls.iter().any(|call| keywords.is_subset(call)));
        assert!(whole, "{method}: no recorded call sets all of {keywords:?}");
    }
    assert!(prototypes.is_empty() || prototypes.len() == 54, "{} prototypes were found", prototypes.len());
}
