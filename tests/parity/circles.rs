//! No two files of a crate need each other, within a layer either: a newcomer can read a file after those it imports.
//!
//! The sources are read as text. A file needs another one if it names something of it by a path; what a file passes on
//! with `pub use` leads to where it is written, and counts for the file that passes it on only if that names it, too.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::sources::{read, rust_files};

/// The files of a crate by their module path, without comments, texts and tests.
struct Sources {
    code: BTreeMap<String, String>,
    /// What a file passes on: the name, and the path where that is.
    passed_on: BTreeMap<String, BTreeMap<String, String>>,
}

impl Sources {
    fn of(folder: &str) -> Self {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let module = |path: &std::path::PathBuf| {
            let name = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
            (name.strip_suffix("/mod").unwrap_or(&name).to_owned(), read(path))
        };
        Self::new(rust_files(folder).iter().map(module))
    }

    fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let texts = Regex::new(r#"(?s)"(?:\\.|[^"\\])*""#).unwrap();
        let comments = Regex::new(r"//[^\n]*").unwrap();
        let passing = Regex::new(r"pub(?:\([^)]*\))?\s+use\s+([^;]+);").unwrap();
        let (mut code, mut passed_on) = (BTreeMap::new(), BTreeMap::new());
        for (name, text) in files {
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let text = comments.replace_all(text, "");
            let text = texts.replace_all(&text, "\"\"").into_owned();
            let names: BTreeMap<String, String> = passing
                .captures_iter(&text)
                .flat_map(|found| each_path(&found[1]))
                .map(|path| (path.rsplit("::").next().unwrap_or_default().to_owned(), path))
                .collect();
            code.insert(name.clone(), text);
            passed_on.insert(name, names);
        }
        Self { code, passed_on }
    }

    /// Finds the file that a path leads to from a module. `None`: it leads out of the crate.
    fn file_of(&self, module: &str, path: &str) -> Option<String> {
        let names: Vec<&str> = path.split("::").map(str::trim).collect();
        let own: Vec<&str> = if matches!(module, "lib" | "main") { Vec::new() } else { module.split('/').collect() };
        let supers = names.iter().take_while(|name| **name == "super").count();
        let (mut at, rest) = match names[0] {
            "crate" => (Vec::new(), &names[1..]),
            "self" => (own, &names[1..]),
            "super" => (own[..own.len().checked_sub(supers)?].to_vec(), &names[supers..]),
            first => {
                let child: Vec<&str> = own.iter().copied().chain([first]).collect();
                if !self.code.contains_key(&child.join("/")) {
                    return None;
                }
                (own, &names[..])
            }
        };
        for name in rest {
            at.push(name);
            if !self.code.contains_key(&at.join("/")) {
                at.pop();
                break;
            }
        }
        let file = if at.is_empty() { "lib".to_owned() } else { at.join("/") };
        let further = self.passed_on.get(&file).filter(|_| file != module);
        let further = further.and_then(|names| rest.iter().find_map(|name| names.get(*name)));
        further.and_then(|path| self.file_of(&file, path)).or(Some(file))
    }

    /// The files that a file needs.
    fn needed_by(&self, module: &str) -> BTreeSet<String> {
        let imports = Regex::new(r"(?:^|\n)\s*use\s+([^;]+);").unwrap();
        let not_code = Regex::new(r"(?:^|\n)\s*(?:pub(?:\([^)]*\))?\s+)?(?:use|mod)\s+[^;{}]+(?:\{[^;]*\})?;").unwrap();
        let inline = Regex::new(r"\b((?:crate|super|self)(?:::\w+)+)").unwrap();
        let code = &self.code[module];
        let mut body = not_code.replace_all(code, "\n").into_owned();
        // A match takes the line break that the next one begins with.
        body = not_code.replace_all(&body, "\n").into_owned();
        let named = |name: &str| Regex::new(&format!(r"\b{name}\b")).unwrap().is_match(&body);
        let mut paths: Vec<String> = imports.captures_iter(code).flat_map(|found| each_path(&found[1])).collect();
        paths.extend(inline.captures_iter(&body).map(|found| found[1].to_owned()));
        paths.extend(self.passed_on[module].iter().filter(|(name, _)| named(name)).map(|(_, path)| path.clone()));
        let mut needed: BTreeSet<String> = paths.iter().filter_map(|path| self.file_of(module, path)).collect();
        needed.remove(module);
        needed
    }

    /// The files that stand in a circle.
    fn circles(&self) -> Vec<String> {
        let mut needs: BTreeMap<&str, BTreeSet<String>> =
            self.code.keys().map(|module| (module.as_str(), self.needed_by(module))).collect();
        // A file that needs nothing that is left, or that nothing that is left needs, stands in no circle.
        loop {
            let left: BTreeSet<String> = needs.keys().map(|module| (*module).to_owned()).collect();
            let needed: BTreeSet<String> = needs.values().flatten().cloned().collect();
            let before = needs.len();
            needs.retain(|module, needs| needs.iter().any(|other| left.contains(other)) && needed.contains(*module));
            if needs.len() == before {
                return needs.into_keys().map(str::to_owned).collect();
            }
        }
    }
}

/// Takes the paths of a `use` apart: `a::{b, c::{d, e}}` names three.
fn each_path(text: &str) -> Vec<String> {
    let Some((before, inside)) = text.split_once('{') else {
        return vec![text.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in inside.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(letter);
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| each_path(part).into_iter().map(|path| format!("{}{path}", before.trim()))).collect()
}

#[test]
fn no_two_files_need_each_other() {
    let mut found = Vec::new();
    for folder in ["src", "cos-emulator/src"] {
        found.extend(Sources::of(folder).circles().into_iter().map(|module| format!("{folder}: {module}")));
    }
    assert!(found.is_empty(), "circles among:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found_also_by_a_detour() {
    let sources = |files: &[(&str, &str)]| {
        Sources::new(files.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned()))).circles()
    };
    assert!(sources(&[("a", "use crate::b::B;"), ("b", "// use crate::a::A;\nuse std::fs;")]).is_empty());
    assert_eq!(
        sources(&[("a", "use crate::b::B;"), ("b", "fn f() { crate::a::g() }"), ("c", "use crate::a::A;")]),
        ["a", "b"]
    );
    let within = [("t", "pub use x::X;"), ("t/x", "use super::y::Y;"), ("t/y", "use super::{Z, X};")];
    assert_eq!(sources(&within), ["t/x", "t/y"]);
    let sign = [("t", "pub use x::X;"), ("t/x", "use super::LIMIT;")];
    assert!(sources(&sign).is_empty(), "what is only passed on is not needed");
    let own = [("t", "pub use x::X;\nfn f(x: X) {}"), ("t/x", "use super::f;")];
    assert_eq!(sources(&own), ["t", "t/x"]);
    assert_eq!(each_path("a::{b, c::{d as e, f}}"), ["a::b", "a::c::d", "a::c::f"]);
}
