//! `PYTHON_PARITY.md`, read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use crate::sources::snake_case;

/// What a table says about one Python name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Twin {
    /// A positional argument and its number, from 1.
    Argument(usize, String),
    /// Setters, `.name(value)`; a value of two kinds has two.
    Setters(Vec<String>),
    /// Functions, `Type::name`.
    Paths(Vec<(String, String)>),
    NotYet,
    /// Deliberately none, or something outside this crate.
    None,
}

/// A `##` or `###` section: its title up to `(`, its groups and its table rows.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) chapter: String,
    pub(crate) name: String,
    pub(crate) plus: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

pub(crate) struct Doc {
    pub(crate) sections: Vec<Section>,
    /// Methods that are there: a `###` section of the chapter "Methods".
    pub(crate) methods: BTreeMap<String, Section>,
    /// The shared tables of the same chapter.
    pub(crate) groups: BTreeMap<String, Section>,
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn doc() -> Doc {
    parse_doc(&read(&root().join("PYTHON_PARITY.md")))
}

pub(crate) fn parse_doc(text: &str) -> Doc {
    let mut sections: Vec<Section> = vec![Section::default()];
    let mut chapter = String::new();
    let mut fenced = false;
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        fenced ^= line.starts_with("```");
        if fenced {
            continue;
        }
        let title = ["## ", "### ", "#### "].into_iter().find_map(|mark| line.strip_prefix(mark));
        if let Some(title) = title {
            let name = title.split('(').next().unwrap_or_default().trim().to_owned();
            if line.starts_with("## ") {
                chapter.clone_from(&name);
            }
            sections.push(Section { chapter: chapter.clone(), name, ..Section::default() });
            continue;
        }
        let section = sections.last_mut().expect("starts with one section");
        let header = lines.get(index + 1).is_some_and(|next| next.starts_with("|---"));
        if line.starts_with("Plus: ") {
            section.plus = ticks(line);
        } else if line.starts_with('|') && !line.starts_with("|---") && !header {
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
            section.rows.push(cells.collect());
        }
    }
    let mut doc = Doc { sections: Vec::new(), methods: BTreeMap::new(), groups: BTreeMap::new() };
    for section in sections {
        if section.chapter != "Methods" || ["Methods", "Exceptions"].contains(&section.name.as_str()) {
            doc.sections.push(section);
        } else if section.name == "All methods" {
            doc.methods.extend(section.rows.iter().map(|row| by_rule(row)));
            doc.sections
                .push(Section { rows: section.rows.into_iter().map(|row| row[..2].to_vec()).collect(), ..section });
        } else if let Some(group) = section.name.strip_prefix("Group: ") {
            doc.groups.insert(group.to_owned(), section);
        } else {
            let method = doc.methods.entry(section.name.clone()).or_default();
            method.name = section.name;
            method.rows.extend(section.rows);
        }
    }
    doc
}

/// A row of "All methods": its positional arguments and keyword arguments under the names that the rule gives them.
fn by_rule(row: &[String]) -> (String, Section) {
    let [method, _, keywords, groups, pages] = row else { panic!("not a row of five cells: {row:?}") };
    let signature = ticks(method).concat();
    let (name, arguments) = signature.split_once('(').unwrap_or_else(|| panic!("no arguments in {method:?}"));
    let arguments = arguments.trim_end_matches(')').split(", ").filter(|name| !name.is_empty());
    let arguments = arguments.zip(1..).map(|(argument, number)| {
        vec![format!("`{argument}`"), format!("`{}`, argument {number}", snake_case(argument)), pages.clone()]
    });
    let keywords = ticks(keywords).into_iter().map(|keyword| {
        let setter = format!("`.{}(value)`", snake_case(&keyword));
        let twin = if keyword.contains('.') { "a field of it".to_owned() } else { setter };
        vec![format!("`{keyword}`"), twin, pages.clone()]
    });
    let rows = arguments.chain(keywords).collect();
    (name.to_owned(), Section { chapter: "Methods".to_owned(), name: name.to_owned(), plus: ticks(groups), rows })
}

/// The texts between backticks.
pub(crate) fn ticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// `name` of `.name(value)`, `name()`, `Type::name`.
pub(crate) fn bare(text: &str) -> String {
    text.trim_start_matches('.').split('(').next().unwrap_or_default().to_owned()
}

pub(crate) fn twin(cell: &str) -> Twin {
    let names = ticks(cell);
    if cell.starts_with("`not yet`") {
        return Twin::NotYet;
    }
    if let (Some(name), Some((_, number))) = (names.first(), cell.split_once(", argument ")) {
        let number = number.trim().parse().unwrap_or_else(|_| panic!("no number in {cell:?}"));
        return Twin::Argument(number, name.clone());
    }
    let setters: Vec<_> = names.iter().filter(|n| n.starts_with('.')).map(|n| bare(n)).collect();
    if !setters.is_empty() {
        return Twin::Setters(setters);
    }
    let own = |name: &String| {
        let (kind, function) = name.split_once("::")?;
        kind.starts_with(char::is_uppercase).then(|| (kind.to_owned(), bare(function)))
    };
    let paths: Vec<_> = names.iter().filter_map(own).collect();
    if paths.is_empty() { Twin::None } else { Twin::Paths(paths) }
}

/// A row's first name and its twin.
pub(crate) fn entry(row: &[String]) -> (String, Twin) {
    let name = ticks(&row[0]).first().cloned().unwrap_or_else(|| row[0].clone());
    (bare(&name), twin(&row[1]))
}

impl Doc {
    pub(crate) fn section(&self, name: &str) -> &Section {
        let found = self.sections.iter().find(|section| section.name == name);
        found.unwrap_or_else(|| panic!("PYTHON_PARITY.md has no section {name:?}"))
    }

    /// All keyword arguments of a method: its own rows and those of its groups.
    pub(crate) fn keywords(&self, method: &str) -> Vec<(String, Twin)> {
        let section = &self.methods[method];
        let groups = section.plus.iter().map(|group| {
            let missing = || panic!("{method}: PYTHON_PARITY.md has no group {group:?}");
            self.groups.get(group).unwrap_or_else(missing)
        });
        let rows = section.rows.iter().chain(groups.flat_map(|group| &group.rows));
        rows.map(|row| entry(row)).collect()
    }

    /// Methods and classes that the tables with keyword arguments list: name, twin, arguments.
    pub(crate) fn listed(&self) -> impl Iterator<Item = (String, Twin, Vec<String>)> + '_ {
        let rows = self.sections.iter().flat_map(|section| &section.rows);
        rows.filter(|row| row.len() == 4 && !row[0].starts_with("D-")).map(|row| {
            let (name, twin) = entry(row);
            (name, twin, ticks(&row[2]))
        })
    }

    /// Rust-only functions by where they are: `every builder`, a method's name, `the client` ...
    pub(crate) fn rust_only(&self) -> Vec<(String, String)> {
        self.section("Rust-only").rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }
}
