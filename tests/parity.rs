//! Holds `PYTHON_PARITY.md` to the source, and the source to it: what the file names is there, what
//! is there the file names, and nothing that Python's pages document is left out.
//!
//! The source is read as text: a list of `pub fn` is all these tests need, and they run without a
//! build of anything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

// ---- PYTHON_PARITY.md ------------------------------------------------------------------------

/// What a table says about one Python name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Twin {
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
struct Section {
    chapter: String,
    name: String,
    plus: Vec<String>,
    rows: Vec<Vec<String>>,
}

struct Doc {
    sections: Vec<Section>,
    /// Methods that are there: a `###` section of the chapter "Methods".
    methods: BTreeMap<String, Section>,
    /// The shared tables of the same chapter.
    groups: BTreeMap<String, Section>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn doc() -> Doc {
    parse_doc(&read(&root().join("PYTHON_PARITY.md")))
}

fn parse_doc(text: &str) -> Doc {
    let mut sections: Vec<Section> = vec![Section::default()];
    let mut chapter = String::new();
    let mut fenced = false;
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        fenced ^= line.starts_with("```");
        if fenced {
            continue;
        }
        if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
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
        if section.chapter != "Methods" || section.name == "Methods" {
            doc.sections.push(section);
        } else if let Some(group) = section.name.strip_prefix("Group: ") {
            doc.groups.insert(group.to_owned(), section);
        } else {
            doc.methods.insert(section.name.clone(), section);
        }
    }
    doc
}

/// The texts between backticks.
fn ticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// `name` of `.name(value)`, `name()`, `Type::name`.
fn bare(text: &str) -> String {
    text.trim_start_matches('.').split('(').next().unwrap_or_default().to_owned()
}

fn twin(cell: &str) -> Twin {
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
fn entry(row: &[String]) -> (String, Twin) {
    let name = ticks(&row[0]).first().cloned().unwrap_or_else(|| row[0].clone());
    (bare(&name), twin(&row[1]))
}

impl Doc {
    fn section(&self, name: &str) -> &Section {
        let found = self.sections.iter().find(|section| section.name == name);
        found.unwrap_or_else(|| panic!("PYTHON_PARITY.md has no section {name:?}"))
    }

    /// All keyword arguments of a method: its own rows and those of its groups.
    fn keywords(&self, method: &str) -> Vec<(String, Twin)> {
        let section = &self.methods[method];
        let groups = section.plus.iter().map(|group| {
            let missing = || panic!("{method}: PYTHON_PARITY.md has no group {group:?}");
            self.groups.get(group).unwrap_or_else(missing)
        });
        let rows = section.rows.iter().chain(groups.flat_map(|group| &group.rows));
        rows.map(|row| entry(row)).collect()
    }

    /// Methods and classes that the tables with keyword arguments list: name, twin, arguments.
    fn listed(&self) -> impl Iterator<Item = (String, Twin, Vec<String>)> + '_ {
        let rows = self.sections.iter().flat_map(|section| &section.rows);
        rows.filter(|row| row.len() == 4 && !row[0].starts_with("D-")).map(|row| {
            let (name, twin) = entry(row);
            (name, twin, ticks(&row[2]))
        })
    }

    /// Rust-only functions by where they are: `every builder`, a method's name, `the client` ...
    fn rust_only(&self) -> Vec<(String, String)> {
        self.section("Rust-only").rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }
}

// ---- the source ------------------------------------------------------------------------------

#[derive(Debug, Clone, PartialEq, Eq)]
struct Function {
    name: String,
    /// Names of the arguments, without `self`.
    arguments: Vec<String>,
    /// The type it returns, without references, path and generics.
    returns: String,
}

/// The inherent `pub fn`s of every type, with those that macros paste into its `impl` blocks.
#[derive(Default)]
struct Source {
    types: BTreeMap<String, Vec<Function>>,
}

impl Source {
    fn functions(&self, kind: &str) -> &[Function] {
        self.types.get(kind).map_or(&[], Vec::as_slice)
    }

    fn has(&self, kind: &str, name: &str) -> bool {
        self.functions(kind).iter().any(|function| function.name == name)
    }

    /// What a client method returns, if that is a builder: something to `send` or `sign`.
    fn builder<'f>(&self, method: &'f Function) -> Option<&'f str> {
        let kind = method.returns.as_str();
        (self.has(kind, "send") || self.has(kind, "sign")).then_some(kind)
    }
}

fn source() -> Source {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    files.sort();
    parse_source(&files.iter().map(|file| read(file)).collect::<Vec<_>>())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn parse_source(files: &[String]) -> Source {
    let texts: Vec<String> = files.iter().map(|file| without_texts(file)).collect();
    let mut macros: BTreeMap<String, &str> = BTreeMap::new();
    for text in &texts {
        for at in words(text, "macro_rules") {
            let rest = text[at + "macro_rules".len()..].trim_start_matches(['!', ' ']);
            let body = rest.find(['{', '(']).map_or("", |open| enclosed(&rest[open..]));
            macros.insert(identifier(rest).to_owned(), body);
        }
    }
    let mut source = Source::default();
    for text in &texts {
        for at in words(text, "impl") {
            let Some((kind, body)) = inherent(&text[at + "impl".len()..]) else {
                continue;
            };
            let functions = source.types.entry(kind).or_default();
            functions.extend(public_functions(body));
            for name in pasted(body) {
                expand(&name, &macros, functions, 0);
            }
        }
    }
    source
}

/// Adds what a macro pastes. Macros may use macros; the depth stops one that uses itself.
fn expand(name: &str, macros: &BTreeMap<String, &str>, functions: &mut Vec<Function>, depth: u8) {
    let Some(body) = macros.get(name).filter(|_| depth < 8) else {
        return;
    };
    functions.extend(public_functions(body));
    let rules = body.match_indices('!').map(|(at, _)| last_identifier(&body[..at]).to_owned());
    for inner in rules.collect::<BTreeSet<_>>() {
        expand(&inner, macros, functions, depth + 1);
    }
}

/// Blanks comments, texts and characters, so that brackets and words in them do not count.
fn without_texts(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r\"") || rest.starts_with("r#") {
            raw_text(rest)
        } else if rest.starts_with('"') {
            escaped_text(rest, '"')
        } else if rest.starts_with('\'') && is_character(rest) {
            escaped_text(rest, '\'')
        } else {
            0
        };
        if length == 0 {
            let character = rest.chars().next().expect("not at the end");
            out.push(character);
            at += character.len_utf8();
        } else {
            out.push(' ');
            at += length;
        }
    }
    out
}

/// The length of `r"..."` or `r#"..."#`; 0 for a raw identifier.
fn raw_text(text: &str) -> usize {
    let marks = text[1..].bytes().take_while(|b| *b == b'#').count();
    if !text[1 + marks..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(marks));
    let start = marks + 2;
    text[start..].find(&end).map_or(text.len(), |found| start + found + end.len())
}

fn escaped_text(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if !escaped && character == quote {
            return at + 1;
        }
        escaped = !escaped && character == '\\';
    }
    text.len()
}

/// Tells `'a'` from the lifetime `'a`.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => true,
        (Some(_), Some(end)) => end == '\'',
        _ => false,
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where a whole word stands.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

fn identifier(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c| !is_word(c)).next().unwrap_or_default()
}

fn last_identifier(text: &str) -> &str {
    let start = text.char_indices().rev().take_while(|(_, c)| is_word(*c)).last();
    start.map_or("", |(at, _)| &text[at..])
}

/// The inside of the bracket that the text starts with. `->` and `=>` are no brackets.
fn enclosed(text: &str) -> &str {
    let angles = text.starts_with('<');
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            '<' if angles => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if angles && before != '-' && before != '=' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[1..at];
        }
        before = character;
    }
    &text[1..]
}

/// Type and body of an `impl`, given what follows the word; `None` for a trait's.
fn inherent(text: &str) -> Option<(String, &str)> {
    let mut text = text.trim_start();
    if text.starts_with('<') {
        text = &text[enclosed(text).len() + 2..];
    }
    let open = text.find('{')?;
    // `impl Trait` in a type ends in something else than a block.
    let header = &text[..open];
    if header.contains([';', ')', ',', '=']) && !header.contains('<') {
        return None;
    }
    if words(header, "for").next().is_some() {
        return None;
    }
    let kind = type_name(header.split(" where").next().unwrap_or(header));
    kind.starts_with(char::is_uppercase).then(|| (kind, enclosed(&text[open..])))
}

/// `&'a ops::PutObject<'a>` is `PutObject`.
fn type_name(text: &str) -> String {
    let text = text.split('<').next().unwrap_or_default();
    last_identifier(text.trim_end()).to_owned()
}

fn public_functions(body: &str) -> Vec<Function> {
    let starts = words(body, "fn").filter(|at| {
        let before = body[..*at].trim_end();
        let before = before.strip_suffix("const").unwrap_or(before).trim_end();
        last_identifier(before) == "pub"
    });
    starts.filter_map(|at| function(&body[at + "fn".len()..])).collect()
}

fn function(text: &str) -> Option<Function> {
    let name = identifier(text).to_owned();
    let mut rest = &text[text.find(name.as_str())? + name.len()..];
    if rest.starts_with('<') {
        rest = &rest[enclosed(rest).len() + 2..];
    }
    let inside = enclosed(rest);
    let after = &rest[inside.len() + 2..];
    let end = after.find(['{', ';']).unwrap_or(after.len());
    let returns = after[..end].split("->").nth(1).unwrap_or_default();
    let returns = returns.split(" where").next().unwrap_or_default().trim();
    let mut arguments = Vec::new();
    let mut depth = 0_i32;
    let mut start = 0;
    for (at, character) in inside.char_indices().chain([(inside.len(), ',')]) {
        match character {
            '(' | '<' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if !inside[..at].ends_with('-') => depth -= 1,
            ',' if depth == 0 => {
                let argument = inside[start..at].split(':').next().unwrap_or_default();
                let argument = last_identifier(argument.trim_end());
                if !argument.is_empty() && argument != "self" {
                    arguments.push(argument.to_owned());
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    (!name.is_empty()).then(|| Function { name, arguments, returns: type_name(returns) })
}

/// Macros that a block's own level invokes.
fn pasted(body: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for (at, character) in body.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '!' if depth == 0 => names.push(last_identifier(&body[..at]).to_owned()),
            _ => {}
        }
    }
    names
}

#[test]
fn source_is_read_as_it_is_written() {
    let text = r##"
        macro_rules! setters { () => { pub fn acl(mut self, value: impl Into<String>) -> Self { self } }; }
        macro_rules! group { () => { crate::setters!(); pub fn tag(self) -> Self { self } } }
        impl CosS3Client {
            /// impl Fake { pub fn no() }
            pub fn put<'a, B: Into<Body<'a>>>(&'a self, bucket: impl Into<String>, f: impl Fn(u64, u64) -> u8) -> ops::Put<'a> {
                let c = '{'; let s = "}} pub fn no()"; assert!(true);
            }
            pub(crate) fn hidden(&self) {}
            pub const fn conf(&self) -> &Conf where Self: Sized { &self.0 }
        }
        impl<'a> Put<'a> { options::group!(); pub fn send(self) -> Result<Output, CosError> { go(r#"{"#) } }
        impl Display for Put<'_> { pub fn not_inherent(&self) {} }
        fn f(x: impl Into<String>) -> impl Iterator<Item = u8> { x }
    "##;
    let source = parse_source(&[text.to_owned()]);
    let names = |kind: &str| source.functions(kind).iter().map(|f| f.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("CosS3Client"), ["put", "conf"]);
    assert_eq!(names("Put"), ["send", "tag", "acl"]);
    let put = &source.functions("CosS3Client")[0];
    assert_eq!(put.arguments, ["bucket", "f"]);
    assert_eq!(source.builder(put), Some("Put"));
    assert_eq!(source.functions("CosS3Client")[1].returns, "Conf");
}

// ---- the checks ------------------------------------------------------------------------------

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
            let senders = senders.filter(|kind| source.has(kind, "send"));
            vec![(cell.to_owned(), senders.collect())]
        }
        _ => ticks(cell).into_iter().map(|m| (m.clone(), builder(&m).into_iter().collect())).collect(),
    }
}

#[test]
fn names_follow_the_rule() {
    let doc = doc();
    let mut problems = Vec::new();
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

/// `EnableMD5` is `enable_md5`: an underscore before a capital that starts a word.
fn snake_case(keyword: &str) -> String {
    // Two abbreviations in a row have no seam, and one page misprints a name.
    let keyword = match keyword {
        "MAZThread" => "MAXThread".to_owned(),
        _ => keyword.replace("SSEKMS", "SSE_KMS_"),
    };
    let characters: Vec<char> = keyword.chars().collect();
    let mut out = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = if at == 0 { '_' } else { characters[at - 1] };
        let small_next = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && before != '_' && (!before.is_uppercase() || small_next) {
            out.push('_');
        }
        out.extend(character.to_lowercase());
    }
    out
}

#[test]
fn what_the_pages_document_is_listed() {
    let doc = doc();
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, _, keywords) in doc.listed() {
        listed.entry(name).or_default().extend(keywords);
    }
    for (name, section) in doc.methods.iter().chain(doc.sections.iter().map(|s| (&s.name, s))) {
        let rows = section.rows.iter().filter(|row| row.len() == 3);
        listed.entry(name.clone()).or_default().extend(rows.map(|row| entry(row).0));
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
    // The comparison with recordings of Python names the differences that it allows. The packaged
    // crate may come without it.
    let users = root().join("tests/wire/differences.rs");
    if users.exists() {
        let text = read(&users);
        let ids = text.split('"').skip(1).step_by(2).filter(|text| is_difference(text));
        let unknown: BTreeSet<_> = ids.filter(|id| !rows.contains(*id)).collect();
        problems.extend(unknown.iter().map(|id| format!("{id}: {} uses it, it has no row", users.display())));
    }
    check(&problems);
}

fn is_difference(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text.strip_prefix("D-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
}

// ---- the pages -------------------------------------------------------------------------------

/// Every method, class and function of Python's five documentation pages, with the keyword arguments
/// of its prototypes, samples and parameter tables. `A.B` is the key `B` of the dict `A`. A line that
/// is indented continues the one above.
const DOCUMENTED: &str = "
create_bucket: Bucket ACL GrantFullControl GrantRead GrantWrite
delete_bucket: Bucket
head_bucket: Bucket
get_bucket_location: Bucket
list_objects: Bucket Delimiter Marker MaxKeys Prefix EncodingType
list_multipart_uploads: Bucket Prefix Delimiter KeyMarker UploadIdMarker MaxUploads EncodingType
put_bucket_acl: Bucket ACL GrantFullControl GrantRead GrantWrite AccessControlPolicy
get_bucket_acl: Bucket
put_bucket_cors: Bucket CORSConfiguration CORSConfiguration.CORSRule CORSConfiguration.CORSRule.ID
    CORSConfiguration.CORSRule.MaxAgeSeconds CORSConfiguration.CORSRule.AllowedOrigin
    CORSConfiguration.CORSRule.AllowedMethod CORSConfiguration.CORSRule.AllowedHeader
    CORSConfiguration.CORSRule.ExposeHeader
get_bucket_cors: Bucket
delete_bucket_cors: Bucket
put_bucket_lifecycle: Bucket LifecycleConfiguration LifecycleConfiguration.Rule
    LifecycleConfiguration.Rule.ID LifecycleConfiguration.Rule.Filter
    LifecycleConfiguration.Rule.Status LifecycleConfiguration.Rule.Expiration
    LifecycleConfiguration.Rule.Transition LifecycleConfiguration.Rule.NoncurrentVersionExpiration
    LifecycleConfiguration.Rule.NoncurrentVersionTransition
    LifecycleConfiguration.Rule.AbortIncompleteMultipartUpload
get_bucket_lifecycle: Bucket
delete_bucket_lifecycle: Bucket
put_object: Bucket Body Key ACL GrantFullControl GrantRead GrantWrite StorageClass Expires
    CacheControl ContentType ContentDisposition ContentEncoding ContentLanguage ContentLength
    ContentMD5 Metadata EnableMD5 TrafficLimit
get_object: Bucket Key Range IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince
    ResponseCacheControl ResponseContentDisposition ResponseContentEncoding
    ResponseContentLanguage ResponseContentType ResponseExpires VersionId TrafficLimit
get_presigned_download_url: Bucket Key Expired
delete_object: Bucket Key VersionId
delete_objects: Bucket Delete Delete.Object Delete.Object.Key Delete.Quiet Delete.Objects
    Delete.Object.VersionId
head_object: Bucket Key IfModifiedSince VersionId
create_multipart_upload: Bucket Key StorageClass Expires CacheControl ContentType
    ContentDisposition ContentEncoding ContentLanguage Metadata ACL GrantFullControl GrantRead
    GrantWrite
abort_multipart_upload: Bucket Key UploadId
upload_part: Bucket Key Body PartNumber UploadId ContentLength ContentMD5 EnableMD5 TrafficLimit
list_parts: Bucket Key UploadId MaxParts PartNumberMarker EncodingType
complete_multipart_upload: Bucket Key UploadId MultipartUpload
put_object_acl: Bucket Key ACL GrantFullControl GrantRead GrantWrite AccessControlPolicy
get_object_acl: Bucket Key
copy_object: Bucket Key CopySource CopySource.Appid CopySource.Bucket CopySource.Key
    CopySource.Region CopySource.VersionId CopyStatus ACL GrantFullControl GrantRead GrantWrite
    StorageClass Expires CacheControl ContentType ContentDisposition ContentEncoding
    ContentLanguage Metadata
upload_part_copy: Bucket Key PartNumber UploadId CopySource CopySource.Appid CopySource.Bucket
    CopySource.Key CopySource.Region CopySource.VersionId CopySourceRange CopySourceIfMatch
    CopySourceIfModifiedSince CopySourceIfNoneMatch CopySourceIfUnmodifiedSince
restore_object: Bucket Key RestoreRequest RestoreRequest.Days RestoreRequest.CASJobParameters
    RestoreRequest.CASJobParameters.Tier
upload_file: Bucket Key LocalFilePath PartSize MAXThread ACL GrantFullControl GrantRead GrantWrite
    StorageClass Expires CacheControl ContentType ContentDisposition ContentEncoding
    ContentLanguage ContentLength ContentMD5 Metadata EnableMD5 TrafficLimit progress_callback
get_auth: Method Bucket Key Expired Headers Params
get_date:
list_objects_versions: Bucket Prefix Delimiter KeyMarker VersionIdMarker MaxKeys EncodingType
select_object_content: Bucket Key Expression ExpressionType InputSerialization OutputSerialization
    RequestProgress
download_file: Bucket Key DestFilePath PartSize MAXThread EnableCRC TrafficLimit IfMatch
    IfModifiedSince IfNoneMatch IfUnmodifiedSince ResponseCacheControl ResponseContentDisposition
    ResponseContentEncoding ResponseContentLanguage ResponseContentType ResponseExpires VersionId
    MAZThread key
CosEncryptionClient.put_object: Bucket Body Key EnableMD5
CosEncryptionClient.get_object: Bucket Key
CosEncryptionClient.create_multipart_upload: Bucket Key
CosEncryptionClient.upload_part: Bucket Key Body PartNumber UploadId
CosEncryptionClient.list_parts: Bucket Key UploadId
CosEncryptionClient.complete_multipart_upload: Bucket Key UploadId MultipartUpload
CosEncryptionClient.upload_file: Bucket LocalFilePath Key PartSize MAXThread
CosConfig: Region SecretId SecretKey Token Scheme
AESProvider: aes_key aes_key_path
RSAProvider: key_pair_info
CosEncryptionClient:
put_object_from_local_file: Bucket LocalFilePath Key
append_object: Bucket Key Position Data
copy: Bucket Key CopySource CopySource.Bucket CopySource.Key CopySource.Region
    CopySource.VersionId CopyStatus PartSize MAXThread
CosS3Client:
SimpleThreadPool: add_task wait_completion get_result
CosServiceError: get_origin_msg get_digest_msg get_status_code get_error_code get_error_msg
    get_trace_id get_request_id get_resource_location
CosClientError:
StreamBody: get_raw_stream get_stream_to_file
EventStream:
RSAProvider.get_rsa_key_pair:
";
