//! From keys to paths and back. Pure.
//!
//! A key is any text. Whether it may become a path is decided by each single name in
//! it, not the path as a whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;

use crate::local::is_hidden;

/// Returns the start of a folder's keys: it ends with `/`, and a `/` at its start is dropped, as of
/// any key.
pub(super) fn folder_prefix(prefix: &str) -> String {
    let prefix = prefix.strip_prefix('/').unwrap_or(prefix);
    if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") }
}

/// Where the object of a key goes, below the folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyPath<'k> {
    pub(crate) folders: Vec<&'k str>,
    /// None for a key that ends with `/`: it stands for a folder.
    pub(crate) file: Option<&'k str>,
}

/// Cuts a key, without its prefix, into names that lead nowhere but down. `native` takes all that this
/// system can hold as a name; else a name must mean the same on every system.
pub(crate) fn split_key(key: &str, native: bool) -> Result<KeyPath<'_>, String> {
    let (path, is_folder) = key.strip_suffix('/').map_or((key, false), |path| (path, true));
    let mut folders: Vec<&str> = if path.is_empty() && is_folder { Vec::new() } else { path.split('/').collect() };
    for name in &folders {
        check(name)?;
        if cfg!(windows) {
            check_portable(name)?;
        } else if !native {
            check_portable(name).map_err(|why| format!("{why}; native_names(true) takes it all the same"))?;
        }
    }
    let file = if is_folder { None } else { folders.pop() };
    match file {
        Some(name) if is_hidden(name) => Err(format!("{name:?} is a name of this library's own files")),
        file => Ok(KeyPath { folders, file }),
    }
}

/// Refuses texts that are no file name on any system.
fn check(name: &str) -> Result<(), String> {
    match name {
        "" => Err("a name in it is empty".to_owned()),
        "." | ".." => Err(format!("{name:?} leads elsewhere")),
        _ if name.contains('\0') => Err(format!("{name:?} contains a zero byte")),
        _ => Ok(()),
    }
}

/// Refuses names that Windows takes for something else: drives, devices, streams, and names whose end it drops.
fn check_portable(name: &str) -> Result<(), String> {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|n| n.chars().count() == 1 && "0123456789¹²³".contains(n));
    if name.contains(|c: char| c.is_control() || "\\:<>\"|?*".contains(c)) {
        Err(format!("{name:?} contains a character that not every system has in names"))
    } else if name.ends_with(['.', ' ']) {
        Err(format!("{name:?} ends with a dot or a blank"))
    } else if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || numbered("COM")
        || numbered("LPT")
    {
        Err(format!("{name:?} is a device on Windows"))
    } else {
        Ok(())
    }
}

/// Refuses keys that would become one file, or a folder where another key has its file.
///
/// Keys come in their order, so that only those files need be remembered whose names later keys may start with. On a
/// file system that takes different names for one, all names are remembered.
#[derive(Debug, Default)]
pub(super) struct Claims {
    last: Option<String>,
    /// The files whose names the last name starts with.
    files: Vec<String>,
    /// All names so far, folded, if the file system takes `a` and `A` for one name.
    folded: Option<HashMap<String, Taken>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Folder,
    File,
}

impl Claims {
    pub(super) fn new(folded: bool) -> Self {
        Self { folded: folded.then(HashMap::new), ..Self::default() }
    }

    /// Claims the path of a key, or says which of its names is another key's.
    pub(super) fn claim(&mut self, path: &KeyPath<'_>) -> Result<(), String> {
        if self.folded.is_some() {
            return self.claim_folded(path);
        }
        let names = path.folders.iter().chain(path.file.iter()).copied().collect::<Vec<_>>();
        let name = names.join("/") + if path.file.is_some() { "" } else { "/" };
        match &self.last {
            Some(last) if name < *last => return Err("the list does not name it in its order".to_owned()),
            Some(last) if name == *last && path.file.is_some() => {
                return Err(format!("{name:?} is the file of another key"));
            }
            _ => {}
        }
        while self.files.pop_if(|file| !name.starts_with(file.as_str())).is_some() {}
        self.last = Some(name.clone());
        if let Some(file) = self.files.last()
            && name.get(file.len()..).is_some_and(|rest| rest.starts_with('/'))
        {
            return Err(format!("{file:?} is the file of another key"));
        }
        if path.file.is_some() {
            self.files.push(name);
        }
        Ok(())
    }

    fn claim_folded(&mut self, key_path: &KeyPath<'_>) -> Result<(), String> {
        let Some(taken) = &mut self.folded else { return Ok(()) };
        let mut path = String::new();
        let folders = key_path.folders.iter().map(|name| (name, Taken::Folder));
        for (name, as_what) in folders.chain(key_path.file.iter().map(|name| (name, Taken::File))) {
            path.push('/');
            path.extend(name.chars().flat_map(char::to_lowercase));
            match taken.get(&path) {
                Some(Taken::Folder) if as_what == Taken::Folder => {}
                Some(Taken::Folder) => return Err(format!("{name:?} is the folder of another key")),
                Some(Taken::File) => return Err(format!("{name:?} is the file of another key")),
                None => {
                    taken.insert(path.clone(), as_what);
                }
            }
        }
        Ok(())
    }
}

/// Returns a key as an argument of the client's methods, which drop a `/` at its start.
pub(super) fn argument(key: &str) -> Cow<'_, str> {
    if key.starts_with('/') { Cow::Owned(format!("/{key}")) } else { Cow::Borrowed(key) }
}

/// Returns a name as it stands in a key.
pub(super) fn key_name(name: &OsStr) -> Result<&str, String> {
    name.to_str().ok_or_else(|| "its name is not UTF-8, which keys are".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use super::*;

    const UNSAFE: [&str; 22] = [
        "",
        "../x",
        "/abs",
        "//abs",
        "a/../../b",
        "b/../c",
        "./x",
        "x/.",
        "..",
        ".",
        "a//b",
        "/",
        "a//",
        "../",
        "a\0b/c",
        "nul\0",
        "a/..",
        "a/../",
        "..//",
        "./",
        "a/./b",
        "//",
    ];
    const NOT_PORTABLE: [&str; 22] = [
        "..\\x",
        "\\x",
        "a\\..\\..\\b",
        "C:x",
        "C:/x",
        "C:\\x",
        "CON",
        "b/con.txt",
        "Aux",
        "LPT1.a.b",
        "COM¹",
        "nul .x",
        "CONIN$",
        "dot.",
        "blank ",
        "b./c",
        "... ",
        "tab\t",
        "new\nline",
        "a:stream",
        "a?",
        "com1/x",
    ];
    const SAFE: [&str; 15] = [
        "a",
        "b/c/d.txt",
        "b/e f",
        "中/文.jpg",
        "comma,",
        ".hidden",
        "com",
        "com10",
        "lpt12",
        "console",
        "...a",
        "a..b/..c",
        "-",
        "b/",
        "~",
    ];

    #[test]
    fn names_that_lead_elsewhere_are_refused_on_every_system() {
        for key in UNSAFE.into_iter().filter(|key| *key != "/") {
            assert!(split_key(key, false).is_err() && split_key(key, true).is_err(), "{key:?}");
        }
        for key in NOT_PORTABLE {
            assert!(split_key(key, false).is_err(), "{key:?}");
            assert_eq!(split_key(key, true).is_ok(), cfg!(unix), "{key:?}");
        }
        for key in SAFE {
            assert!(split_key(key, false).is_ok() && split_key(key, true).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn ways() {
        let expect = |key, folders: &[&str], file| {
            assert_eq!(split_key(key, false), Ok(KeyPath { folders: folders.to_vec(), file }), "{key:?}");
        };
        expect("a", &[], Some("a"));
        expect("a/b/c", &["a", "b"], Some("c"));
        expect("a/b/", &["a", "b"], None);
        expect("/", &[], None);
        assert!(split_key(".a.0123456789abcdef0123456789abcdef.cos-record", true).is_err());
    }

    /// Keys made of all that is of meaning in paths, in all orders: what is taken stays below the folder,
    /// by the rules of this system's paths, and comes back as the key.
    #[test]
    fn whatever_is_taken_stays_inside_and_comes_back() {
        let pieces = ["/", ".", "..", "\\", "C:", "a", "B", " ", "\0", "CON", "~", "\u{2215}", "%2F"];
        let mut keys = vec![String::new()];
        for _ in 0..4 {
            let longer = |key: &String| pieces.map(|piece| format!("{key}{piece}"));
            keys = keys.iter().flat_map(longer).chain(keys.iter().cloned()).collect();
            keys.sort();
            keys.dedup();
        }
        let mut taken = 0;
        for key in &keys {
            for native in [false, true] {
                let Ok(split_key) = split_key(key, native) else { continue };
                taken += 1;
                let names: Vec<&str> = split_key.folders.iter().copied().chain(split_key.file).collect();
                let path = Path::new("root").join(names.join("/"));
                let mut components = path.components();
                assert_eq!(components.next(), Some(Component::Normal("root".as_ref())));
                assert!(components.clone().all(|part| matches!(part, Component::Normal(_))), "{key:?}");
                assert_eq!(components.count(), names.len(), "{key:?}");
                let end = if split_key.file.is_none() { "/" } else { "" };
                assert_eq!(format!("{}{end}", names.join("/")), *key);
            }
        }
        assert!(keys.len() > 20_000 && taken > 1000, "{} keys, {taken} taken", keys.len());
    }

    #[test]
    fn no_two_keys_become_one_file() {
        let clashes = |folded, keys: &[&'static str]| {
            let mut claims = Claims::new(folded);
            keys.iter().map(|key| claims.claim(&split_key(key, true).unwrap()).is_err()).collect::<Vec<_>>()
        };
        let sorted = ["a", "a-b", "a-b/c", "a/b", "a/c/", "b", "b/", "b/c", "c", "c"];
        let expected = [false, false, true, true, true, false, true, true, false, true];
        assert_eq!(clashes(false, &sorted), expected);
        assert_eq!(clashes(false, &["A/x", "a/X", "a/x", "É", "é"]), [false; 5]);
        assert_eq!(clashes(false, &["d/", "d/", "d/e", "d/e/"]), [false, false, false, true]);
        assert_eq!(clashes(false, &["b", "a"]), [false, true], "not in order");
        assert_eq!(clashes(true, &["A/x", "a/y", "a/X", "É", "é", "A"]), [false, false, true, false, true, true]);
    }

    #[test]
    fn prefixes_are_folders() {
        for (prefix, expected) in [("", ""), ("/", ""), ("a", "a/"), ("a/", "a/"), ("/a/b", "a/b/"), ("//", "/")] {
            assert_eq!(folder_prefix(prefix), expected);
        }
    }
}
