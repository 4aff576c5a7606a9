//! Which files of a folder are meant: patterns over the path below it.

use glob::{MatchOptions, Pattern};

use crate::error::CosClientError;

/// A star and a question mark match `/` and a leading dot, too: a pattern is one over the whole path.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: false };

/// The most patterns that the braces of one may stand for.
const MAX_ALTERNATIVES: usize = 1000;
const MAX_DEPTH: usize = 20;

/// The patterns as they were given.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
}

/// The patterns, ready to match.
pub(super) struct Filter {
    include: Option<Set>,
    exclude: Set,
    /// Those exclusions that hold for all that is in a folder, if they hold for its name with a `/`.
    whole: Set,
}

impl Patterns {
    /// Reads the patterns; an error names `include` or `exclude`.
    pub(super) fn build(&self) -> Result<Filter, CosClientError> {
        let include = if self.include.is_empty() { None } else { Some(set("include", self.include.iter())?) };
        let open = self.exclude.iter().filter(|pattern| pattern.ends_with('*'));
        Ok(Filter { include, exclude: set("exclude", self.exclude.iter())?, whole: set("exclude", open)? })
    }
}

impl Filter {
    /// Whether a file is meant; `path` has `/` between its names.
    pub(super) fn takes(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(path)) && !self.exclude.is_match(path)
    }

    /// Whether nothing in a folder can be meant.
    pub(super) fn prunes(&self, folder: &str) -> bool {
        self.whole.is_match(&format!("{folder}/"))
    }
}

struct Set(Vec<Pattern>);

impl Set {
    fn is_match(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches_with(path, OPTIONS))
    }
}

fn set<'p>(field: &str, patterns: impl Iterator<Item = &'p String>) -> Result<Set, CosClientError> {
    let wrong = |pattern: &str, why: &str| CosClientError::invalid(field, format!("{pattern:?}: {why}"));
    let mut set = Vec::new();
    for pattern in patterns {
        let mut alternatives = vec![String::new()];
        let rest = alternate(pattern, 0, &mut alternatives).map_err(|why| wrong(pattern, why))?;
        debug_assert!(rest.is_empty());
        for one in &alternatives {
            set.push(Pattern::new(one).map_err(|e| wrong(pattern, e.msg).caused_by(e))?);
        }
    }
    Ok(Set(set))
}

/// Writes a pattern without braces and backslashes, which the library does not know, to the ends of all `texts`. In
/// `depth` braces it ends at a `,` or `}`. Returns the rest.
fn alternate<'p>(pattern: &'p str, depth: usize, texts: &mut Vec<String>) -> Result<&'p str, &'static str> {
    let mut left = pattern;
    while let Some(next) = left.chars().next() {
        let rest = &left[next.len_utf8()..];
        left = match next {
            ',' | '}' if depth > 0 => return Ok(left),
            '{' if depth == MAX_DEPTH => return Err("its braces are nested too deep"),
            '{' => choices(rest, depth + 1, texts)?,
            '}' => return Err("a closing brace has no opening one"),
            '\\' => {
                let escaped = rest.chars().next().ok_or("a backslash has nothing behind it")?;
                append(texts, &Pattern::escape(&rest[..escaped.len_utf8()]));
                &rest[escaped.len_utf8()..]
            }
            '[' => {
                // The first character of a class may be a `]`.
                let inner = rest.strip_prefix(['!', '^']).unwrap_or(rest);
                let first = inner.chars().next().map_or(0, char::len_utf8);
                let end = inner[first..].find(']').ok_or("a bracket is not closed")?;
                let (class, behind) = inner.split_at(first + end);
                // It would match nothing, and a pattern may protect files.
                if has_reversed_range(class) {
                    return Err("a range in brackets ends before its start");
                }
                append(texts, if inner.len() < rest.len() { "[!" } else { "[" });
                append(texts, class);
                append(texts, "]");
                &behind[1..]
            }
            '*' => {
                let behind = rest.trim_start_matches('*');
                let is_component = rest.len() > behind.len()
                    && behind.starts_with('/')
                    && texts.iter().all(|one| one.is_empty() || one.ends_with('/'));
                append(texts, if is_component { "**" } else { "*" });
                behind
            }
            _ => {
                append(texts, &left[..next.len_utf8()]);
                rest
            }
        };
    }
    if depth > 0 { Err("a brace is not closed") } else { Ok(left) }
}

fn has_reversed_range(class: &str) -> bool {
    let class: Vec<char> = class.chars().collect();
    let mut left = class.as_slice();
    while let [start, rest @ ..] = left {
        left = match rest {
            ['-', end, ..] if end < start => return true,
            ['-', _, rest @ ..] | rest => rest,
        };
    }
    false
}

fn append(texts: &mut [String], text: &str) {
    for one in texts {
        one.push_str(text);
    }
}

/// Writes each of the choices of a brace to the ends of all `texts`. Returns what is behind the brace.
fn choices<'p>(pattern: &'p str, depth: usize, texts: &mut Vec<String>) -> Result<&'p str, &'static str> {
    let before = std::mem::take(texts);
    let mut left = pattern;
    loop {
        let mut these = before.clone();
        left = alternate(left, depth, &mut these)?;
        texts.append(&mut these);
        if texts.len() > MAX_ALTERNATIVES {
            return Err("its braces stand for too many patterns");
        }
        match left.strip_prefix(',') {
            Some(next) => left = next,
            None => return Ok(left.strip_prefix('}').unwrap_or(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Patterns { include: owned(include), exclude: owned(exclude) }.build().unwrap()
    }

    #[test]
    fn patterns_match_the_whole_path_and_a_star_also_a_slash() {
        let all = filter(&[], &[]);
        assert!(all.takes("a/b") && !all.prunes("a"));
        let some = filter(&["*.txt", "logs/**"], &["*/old/*", "logs/?.txt"]);
        for (path, expected) in [
            ("a.txt", true),
            ("a/b/c.txt", true),
            ("a.txt.gz", false),
            ("logs/x/y", true),
            ("a/old/c.txt", false),
            ("logs/1.txt", false),
            ("logs/10.txt", true),
        ] {
            assert_eq!(some.takes(path), expected, "{path}");
        }
    }

    #[test]
    fn only_folders_with_nothing_to_take_are_left_out() {
        let some = filter(&[], &["cache/*", "tmp/**", "logs/?", "x*/", "*.log", "lit/\\*"]);
        for (folder, expected) in [
            ("cache", true),
            ("tmp", true),
            ("cache/in", true),
            ("logs", false),
            ("xy", false),
            ("a", false),
            ("lit", false),
        ] {
            assert_eq!(some.prunes(folder), expected, "{folder}");
        }
    }

    #[test]
    fn braces_classes_backslashes_and_any_folders_mean_what_is_documented() {
        for (pattern, yes, no) in [
            ("*.{jpg,png}", &["a.jpg", "d/b.png"][..], &["a.gif", "a.{jpg,png}"][..]),
            ("{a,b{c,d}}/x", &["a/x", "bc/x", "bd/x"], &["b/x", "bcd/x"]),
            ("x{,y}", &["x", "xy"], &["xyy", "x,y"]),
            ("{a,b}{1,2}", &["a1", "b2"], &["a", "ab1"]),
            ("[a-c]?", &["a1", "cé"], &["d1", "a", "a12"]),
            ("[!a]", &["b"], &["a"]),
            ("[^a]", &["b"], &["a"]),
            ("[]x]", &["]", "x"], &["y"]),
            ("[a-c-x-]", &["b", "-", "x"], &["d"]),
            ("\\*\\{a\\,b\\}\\[\\?", &["*{a,b}[?"], &["x{a,b}[?"]),
            ("a,b", &["a,b"], &["a"]),
            ("**/x", &["x", "a/x", "a/b/x"], &["ax", "a/bx"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("a/**", &["a/b", "a/b/c", "a/.hidden"], &["a", "ab"]),
            ("a**b", &["ab", "a/x/b"], &["a"]),
            ("***", &["a/b"], &[]),
            ("中*文", &["中/文", "中x文"], &["中"]),
        ] {
            let filter = filter(&[pattern], &[]);
            for path in yes {
                assert!(filter.takes(path), "{pattern} {path}");
            }
            for path in no {
                assert!(!filter.takes(path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn a_wrong_pattern_is_named() {
        for wrong in
            ["a[", "[]", "[z-a]", "[!a-cz-x]", "{a", "a}", "{a,{b}", "x\\", &"{a,b}".repeat(30), &"{".repeat(100)]
        {
            let exclude = vec![wrong.to_owned()];
            let error = Patterns { include: vec!["a".into()], exclude }.build().err().unwrap();
            assert!(error.to_string().starts_with(&format!("exclude: {wrong:?}: ")), "{error}");
        }
    }
}
