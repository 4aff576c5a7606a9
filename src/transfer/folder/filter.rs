//! Which files of a folder are meant: patterns over the path below it.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::CosClientError;

/// The patterns as they were given.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
}

/// The patterns, ready to match.
pub(super) struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// Those exclusions that hold for all that is in a folder, if they hold for its name with a `/`.
    whole: GlobSet,
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
        self.whole.is_match(format!("{folder}/"))
    }
}

fn set<'p>(field: &str, patterns: impl Iterator<Item = &'p String>) -> Result<GlobSet, CosClientError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).backslash_escape(true).build();
        set.add(glob.map_err(|e| CosClientError::invalid(field, &e).caused_by(e))?);
    }
    set.build().map_err(|e| CosClientError::invalid(field, &e).caused_by(e))
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
    fn a_wrong_pattern_is_named() {
        let error = Patterns { include: vec!["a".into()], exclude: vec!["a[".into()] }.build().err().unwrap();
        assert!(error.to_string().starts_with("exclude: "), "{error}");
    }
}
