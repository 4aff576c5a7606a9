//! The source, read as text.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{read, rust_files};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Names of the arguments, without `self`.
    pub(crate) arguments: Vec<String>,
    /// The type it returns, without references, path and generics.
    pub(crate) returns: String,
}

/// The inherent `pub fn`s of every type, with those that macros paste into its `impl` blocks.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) types: BTreeMap<String, Vec<Function>>,
}

impl Source {
    pub(crate) fn functions(&self, kind: &str) -> &[Function] {
        self.types.get(kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        self.functions(kind).iter().any(|function| function.name == name)
    }

    /// What a client method returns, if that is a builder: something to `send` or `sign`.
    pub(crate) fn builder<'f>(&self, method: &'f Function) -> Option<&'f str> {
        let kind = method.returns.as_str();
        (self.has(kind, "send") || self.has(kind, "sign")).then_some(kind)
    }
}

pub(crate) fn source() -> Source {
    let files = rust_files("src");
    parse_source(&files.iter().map(|file| read(file)).collect::<Vec<_>>())
}

pub(crate) fn parse_source(files: &[String]) -> Source {
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
        for (kind, functions, groups) in declared(text) {
            let types = source.types.entry(kind).or_default();
            types.extend(functions);
            for name in groups.iter().map(String::as_str).chain(["every"]) {
                expand(name, &macros, types, 0);
            }
        }
        for at in words(text, "impl") {
            let Some((kind, body)) = inherent(&text[at + "impl".len()..]) else {
                continue;
            };
            let functions = source.types.entry(kind).or_default();
            functions.extend(public_functions(body));
            functions.extend(tables(body));
            for name in pasted(body) {
                expand(&name, &macros, functions, 0);
            }
        }
    }
    source
}

/// The setters in tables: `setters! { name: header("wire"), }`.
fn tables(body: &str) -> Vec<Function> {
    let starts = words(body, "setters").filter_map(|at| {
        let rest = body[at + "setters".len()..].strip_prefix('!')?.trim_start();
        rest.starts_with('{').then(|| enclosed(rest))
    });
    starts.flat_map(rows).collect()
}

/// The rows of a table of setters.
fn rows(table: &str) -> Vec<Function> {
    let lines = table.split(',').filter_map(|row| row.trim().split_once(':'));
    lines
        .map(|(name, kind)| (name.trim_start_matches("r#"), kind))
        .filter(|(name, kind)| !name.is_empty() && *name == identifier(name) && kind.contains('('))
        .map(|(name, _)| setter(name))
        .collect()
}

fn setter(name: &str) -> Function {
    Function { name: name.to_owned(), arguments: vec!["value".to_owned()], returns: "Self".to_owned() }
}

/// The builders that `call!` and `listing!` declare, with their own functions and their groups.
fn declared(text: &str) -> Vec<(String, Vec<Function>, Vec<String>)> {
    let mut found = Vec::new();
    for at in ["call", "listing"].iter().flat_map(|name| words(text, name).map(|at| at + name.len())) {
        let Some(rest) = text[at..].strip_prefix('!').map(str::trim_start).filter(|rest| rest.starts_with('{')) else {
            continue;
        };
        let body = enclosed(rest);
        let Some(start) = body.find("pub struct ").map(|at| at + "pub struct ".len()) else { continue };
        let Some(open) = body[start..].find('{').map(|at| start + at) else { continue };
        let own = enclosed(&body[open..]);
        let after = &body[open + own.len() + 2..];
        let mut functions = rows(own);
        functions.push(setter("send"));
        // `plus a, b;` and `from module: c;`
        let groups = after.split(';').filter_map(|line| match line.trim().split_once(' ')? {
            ("plus", groups) => Some(groups),
            ("from", groups) => groups.split_once(':').map(|(_, groups)| groups),
            _ => None,
        });
        if let Some(at) = words(after, "each").next() {
            functions.extend([setter("pages"), setter("prefetch"), setter(identifier(after[at + 4..].trim_start()))]);
        }
        let groups = groups.flat_map(|groups| groups.split(',')).map(|group| group.trim().to_owned());
        found.push((identifier(&body[start..]).to_owned(), functions, groups.collect()));
    }
    found
}

/// Adds what a macro pastes. Macros may use macros; the depth stops one that uses itself.
pub(crate) fn expand(name: &str, macros: &BTreeMap<String, &str>, functions: &mut Vec<Function>, depth: u8) {
    let Some(body) = macros.get(name).filter(|_| depth < 8) else {
        return;
    };
    functions.extend(public_functions(body));
    functions.extend(tables(body));
    let rules = body.match_indices('!').map(|(at, _)| last_identifier(&body[..at]).to_owned());
    for inner in rules.collect::<BTreeSet<_>>() {
        expand(&inner, macros, functions, depth + 1);
    }
}

/// Blanks comments, texts and characters, so that brackets and words in them do not count.
pub(crate) fn without_texts(text: &str) -> String {
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
pub(crate) fn raw_text(text: &str) -> usize {
    let marks = text[1..].bytes().take_while(|b| *b == b'#').count();
    if !text[1 + marks..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(marks));
    let start = marks + 2;
    text[start..].find(&end).map_or(text.len(), |found| start + found + end.len())
}

pub(crate) fn escaped_text(text: &str, quote: char) -> usize {
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
pub(crate) fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => true,
        (Some(_), Some(end)) => end == '\'',
        _ => false,
    }
}

pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where a whole word stands.
pub(crate) fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

pub(crate) fn identifier(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c| !is_word(c)).next().unwrap_or_default()
}

pub(crate) fn last_identifier(text: &str) -> &str {
    let start = text.char_indices().rev().take_while(|(_, c)| is_word(*c)).last();
    start.map_or("", |(at, _)| &text[at..])
}

/// The inside of the bracket that the text starts with. `->` and `=>` are no brackets.
pub(crate) fn enclosed(text: &str) -> &str {
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
pub(crate) fn inherent(text: &str) -> Option<(String, &str)> {
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
pub(crate) fn type_name(text: &str) -> String {
    let text = text.split('<').next().unwrap_or_default();
    last_identifier(text.trim_end()).to_owned()
}

pub(crate) fn public_functions(body: &str) -> Vec<Function> {
    let starts = words(body, "fn").filter(|at| {
        let before = body[..*at].trim_end();
        let before = before.strip_suffix("const").unwrap_or(before).trim_end();
        last_identifier(before) == "pub"
    });
    starts.filter_map(|at| function(&body[at + "fn".len()..])).collect()
}

pub(crate) fn function(text: &str) -> Option<Function> {
    let name = identifier(text).to_owned();
    // A macro's `$name` is none.
    if name.is_empty() {
        return None;
    }
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
pub(crate) fn pasted(body: &str) -> Vec<String> {
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
        macro_rules! every { () => { setters! { /// A, b: c(d).
            referer: header("referer"), } }; }
        call! { /// Builds it.
            pub struct Head -> Response<Head> { /// One, two: three(4).
                first: query("a"), second: number("b"), } plus group; from ci: more; }
        macro_rules! more { () => { setters! { third: query("c"), } } }
        listing! { pub struct List -> Page {} each items: Item = |page| page.items; }
    "##;
    let source = parse_source(&[text.to_owned()]);
    let names = |kind: &str| source.functions(kind).iter().map(|f| f.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("CosS3Client"), ["put", "conf"]);
    assert_eq!(names("Put"), ["send", "tag", "acl"]);
    let put = &source.functions("CosS3Client")[0];
    assert_eq!(put.arguments, ["bucket", "f"]);
    assert_eq!(source.builder(put), Some("Put"));
    assert_eq!(source.functions("CosS3Client")[1].returns, "Conf");
    assert_eq!(names("Head"), ["first", "second", "send", "tag", "acl", "third", "acl", "referer", "acl"]);
    assert_eq!(names("List"), ["send", "pages", "prefetch", "items", "referer", "acl"]);
}
