//! Every method and keyword argument that the pages document is ported and proven by a test of this folder.
//!
//! The folder is read as text. A pair of method and keyword argument counts if a test calls the method,
//! sets the argument in that call (by the setter of its name; an argument of a struct stands
//! in the test as its Python name, in quotes), and proves it: an assertion of `Sent` for that method starts
//! with the Python name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::sent::proven_by;
use crate::sources::snake_case;

/// Names that the pages misprint; the right ones are in the list, too.
const MISPRINTS: [(&str, &str); 3] =
    [("download_file", "MAZThread"), ("download_file", "key"), ("delete_objects", "Delete.Objects")];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The methods of the client and their keyword arguments, as `parity/pages.rs` lists them.
fn documented() -> Vec<(String, Vec<String>)> {
    let text = read(&root().join("tests/parity/pages.rs"));
    let list = text.split_once("const DOCUMENTED: &str = \"\n").expect("the list").1;
    let list = list.split_once("\";").expect("its end").0.replace("\n    ", " ");
    let entries = list.lines().filter_map(|line| line.split_once(':'));
    let entries = entries.map(|(name, keywords)| (name.to_owned(), words(keywords)));
    let parity = methods();
    entries.filter(|(name, _)| parity.contains(&format!("\n| `{name}("))).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// How a keyword argument is written in Rust.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    /// As an argument: the call is enough.
    Argument,
    Setter(String),
    /// As an entry of a dict, by its Python name.
    Entry(String),
}

/// The table "All methods" of `PYTHON_PARITY.md`.
fn methods() -> String {
    let text = read(&root().join("PYTHON_PARITY.md"));
    let table = text.split_once("\n### All methods\n").expect("the table").1;
    table.split("\n#").next().unwrap_or_default().to_owned()
}

/// How `PYTHON_PARITY.md` says that a keyword argument of a method is written: a positional argument stands in the row of
/// the method, and the others follow the naming rule.
fn written(method: &str, keyword: &str) -> Written {
    let text = methods();
    let row = text.split_once(&format!("\n| `{method}(")).unwrap_or_else(|| panic!("{method} has no row")).1;
    let positional = row.split_once(')').expect("its end").0;
    let last = keyword.rsplit('.').next().unwrap_or_default();
    if positional.split(", ").any(|name| name.eq_ignore_ascii_case(keyword)) {
        Written::Argument
    } else if keyword.contains('.') {
        Written::Entry(format!("\"{last}\""))
    } else {
        Written::Setter(format!(".{}(", snake_case(keyword)))
    }
}

/// The tests of the folder, each without blanks and line breaks outside of texts.
fn tests() -> Vec<String> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(root().join("tests/ops/all_parameters")).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.ends_with("completeness.rs") || path.ends_with("sent.rs") {
            continue;
        }
        let text = read(&path);
        tests.extend(text.split("#[test]\n").skip(1).map(without_layout));
    }
    tests
}

/// Leaves out comments, and blanks around line breaks.
fn without_layout(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect()
}

/// The chain of calls after `.method(`, up to what ends it.
fn calls<'t>(test: &'t str, method: &str) -> Vec<&'t str> {
    let starts = test.match_indices(&format!(".{method}(")).map(|(at, _)| &test[at..]).collect::<Vec<_>>();
    let end = |text: &'t str| {
        let ends = [".send()", ".sign()"].iter().filter_map(|end| text.find(end));
        &text[..ends.min().unwrap_or(0)]
    };
    starts.into_iter().map(end).filter(|chain| !chain.is_empty()).collect()
}

/// What a test proves about requests of a method, by Python's names.
fn proven(test: &str, method: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for section in test.split("Sent::").skip(1) {
        let about = section.split('"').nth(1).unwrap_or_default();
        if about != method {
            continue;
        }
        for call in ["header", "param", "shows"] {
            let open = format!(".{call}(\"");
            names.extend(section.split(&open).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
        for call in ["object", "bucket", "object_headers"] {
            if section.contains(&format!(".{call}(")) {
                names.extend(proven_by(call).into_iter().map(str::to_owned));
            }
        }
    }
    names
}

/// What is missing in these tests.
fn missing(tests: &[String], method: &str, keyword: &str, written: &Written) -> Option<String> {
    let calling: Vec<_> = tests.iter().filter(|test| !calls(test, method).is_empty()).collect();
    let set = |test: &&&String| match written {
        Written::Argument => true,
        Written::Setter(setter) => calls(test, method).iter().any(|chain| chain.contains(setter.as_str())),
        Written::Entry(entry) => test.contains(entry.as_str()),
    };
    let setting: Vec<_> = calling.iter().filter(|test| set(test)).collect();
    if setting.is_empty() {
        return Some(format!("{method}: no test sets `{keyword}` ({written:?})"));
    }
    let proves = setting.iter().any(|test| proven(test, method).contains(keyword));
    (!proves).then(|| format!("{method}: no test that sets `{keyword}` proves it"))
}

#[test]
fn every_documented_parameter_is_sent_and_proven() {
    let (tests, mut problems, mut pairs) = (tests(), Vec::new(), 0);
    for (method, keywords) in documented() {
        for keyword in keywords.iter().filter(|keyword| !MISPRINTS.contains(&(&method, keyword))) {
            pairs += 1;
            problems.extend(missing(&tests, &method, keyword, &written(&method, keyword)));
        }
    }
    assert!(problems.is_empty(), "{} of {pairs}:\n{}", problems.len(), problems.join("\n"));
    assert!(pairs > 250, "only {pairs} pairs were found");
}

/// The prototypes with all parameters, as the pages have them: which method, which keyword arguments.
fn prototypes() -> Vec<(String, BTreeSet<String>)> {
    let mut prototypes = Vec::new();
    // The packaged crate may come without the samples.
    let Ok(samples) = fs::read_dir(root().join("tests/python/samples")) else { return prototypes };
    for path in
        samples.map(|entry| entry.expect("an entry").path()).filter(|p| p.extension().is_some_and(|e| e == "json"))
    {
        let page: serde_json::Value = serde_json::from_str(&read(&path)).expect("JSON");
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
            let keywords = keywords.map(|(keyword, _)| keyword.trim().to_owned());
            prototypes.push((method, keywords.collect()));
        }
    }
    prototypes
}

#[test]
fn every_prototype_is_ported_in_one_call() {
    let (tests, prototypes, mut problems) = (tests(), prototypes(), Vec::new());
    for (method, keywords) in &prototypes {
        let setters = keywords.iter().filter_map(|keyword| match written(method, keyword) {
            Written::Setter(setter) => Some(setter),
            _ => None,
        });
        let setters: Vec<_> = setters.collect();
        let ported = |chain: &&str| setters.iter().all(|setter| chain.contains(setter.as_str()));
        if !tests.iter().any(|test| calls(test, method).iter().any(ported)) {
            problems.push(format!("{method}: no call sets all of {keywords:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(prototypes.is_empty() || prototypes.len() == 54, "{} prototypes were found", prototypes.len());
}

#[test]
fn what_is_not_set_or_not_proven_is_missed() {
    let text = "
        fn a() {
            client
                .put(BUCKET)
                // .never(1)
                .set(1)
                .only_set(2)
                .send();
            Sent::last(\"put\", &cos).bucket(BUCKET).header(\"Set\", \"set\", \"1\").shows(\"Never\", true);
            Sent::last(\"other\", &cos).header(\"OnlySet\", \"only-set\", \"2\");
            other.never(1);
        }";
    let tests = [without_layout(text)];
    let setter = |name: &str| Written::Setter(format!(".{name}("));
    assert_eq!(missing(&tests, "put", "Bucket", &Written::Argument), None);
    assert_eq!(missing(&tests, "put", "Set", &setter("set")), None);
    assert!(missing(&tests, "put", "OnlySet", &setter("only_set")).unwrap().contains("proves"));
    assert!(missing(&tests, "put", "Never", &setter("never")).unwrap().contains("no test sets"));
    assert!(missing(&tests, "get", "Bucket", &Written::Argument).is_some());
}

#[test]
fn the_tables_are_read_as_they_are_written() {
    assert_eq!(written("delete_objects", "Bucket"), Written::Argument);
    assert_eq!(written("delete_objects", "Delete.Quiet"), Written::Entry("\"Quiet\"".to_owned()));
    assert_eq!(written("upload_file", "MAXThread"), Written::Setter(".max_thread(".to_owned()));
}
