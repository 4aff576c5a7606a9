//! The structure of the crate, read off its sources: imports go in one direction, and no file grows without end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST: usize = 500;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every module by its path, and its text before the tests. `lib` and `main` import, and are not imported.
fn modules() -> BTreeMap<Vec<String>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let module = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().with_extension("");
        let mut name: Vec<String> = name.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        name.pop_if(|last| last == "mod");
        (name, text.split("#[cfg(test)]").next().unwrap().to_owned())
    };
    files.into_iter().map(module).collect()
}

/// The paths a `use` tree or an expression names, such as `a::{b, c::d}`.
fn paths(text: &str) -> Vec<Vec<String>> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() && rest.starts_with('{') {
        let mut depth = 0;
        let mut items = vec![String::new()];
        for c in rest.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => {
                    items.push(String::new());
                    continue;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if !(c == '{' && depth == 1) {
                items.last_mut().unwrap().push(c);
            }
        }
        return items.iter().flat_map(|item| paths(item.trim())).collect();
    }
    let name = name.to_owned();
    match rest.strip_prefix("::") {
        None => vec![vec![name]],
        Some(rest) => paths(rest).into_iter().map(|path| [vec![name.clone()], path].concat()).collect(),
    }
}

/// What each module imports.
fn imports(modules: &BTreeMap<Vec<String>, String>) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let mut all = BTreeMap::new();
    for (module, text) in modules {
        let mut found = BTreeSet::new();
        let mut add = |base: &[String], rest: &str| {
            for path in paths(rest) {
                let mut path = [base, &path].concat();
                while !path.is_empty() && !modules.contains_key(&path) {
                    path.pop();
                }
                if !path.is_empty() && path != *module {
                    found.insert(path);
                }
            }
        };
        for (at, _) in text.match_indices("crate::") {
            add(&[], &text[at + "crate::".len()..]);
        }
        for (at, _) in text.match_indices("super::") {
            add(&module[..module.len() - 1], &text[at + "super::".len()..]);
        }
        // A module's own children, which need no prefix.
        for line in text.lines() {
            let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            if let Some(rest) = line.strip_prefix("use ")
                && !rest.starts_with("crate::")
                && !rest.starts_with("super::")
            {
                let child = [module.clone(), vec![rest.split([':', ';']).next().unwrap().to_owned()]].concat();
                if modules.contains_key(&child) {
                    add(module, rest);
                }
            }
        }
        all.insert(module.clone(), found);
    }
    all
}

#[test]
fn files_import_each_other_in_no_circle() {
    let mut left = imports(&modules());
    assert!(left.len() > 50, "found only {} modules", left.len());
    assert!(left[&vec!["exchange".to_owned()]].contains(&vec!["http".to_owned()]));
    // What imports nothing that is left is no part of a circle, nor is what nothing that is left imports.
    loop {
        let imported: BTreeSet<_> = left.values().flatten().cloned().collect();
        let is_end =
            |(name, imports): &(&Vec<String>, &BTreeSet<Vec<String>>)| imports.is_empty() || !imported.contains(*name);
        let done: Vec<_> = left.iter().filter(is_end).map(|(name, _)| name.clone()).collect();
        if done.is_empty() {
            break;
        }
        for name in done {
            left.remove(&name);
            for imports in left.values_mut() {
                imports.remove(&name);
            }
        }
    }
    let left: Vec<String> = left
        .iter()
        .map(|(name, imports)| {
            let imports: Vec<String> = imports.iter().map(|name| name.join("/")).collect();
            format!("{} -> {}", name.join("/"), imports.join(", "))
        })
        .collect();
    assert!(left.is_empty(), "circles among:\n{}", left.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for path in files {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}
