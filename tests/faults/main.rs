//! The fault matrix: a named test for each row. Each looks at what the server saw, which error came of it, and
//! what is left on disk and on the server. Rows about checkpoints, handles, folders, credentials and encryption
//! have theirs beside the other tests of these, under the same kind of name.

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod bit_flips;
mod bodies;
mod connections;
mod credential_faults;
mod documents;
mod early;
mod files;
#[cfg(unix)]
mod forks;
mod keywords;
mod policy;
mod portals;
mod proxies;
mod rejection;
mod retry;
mod scene;

/// Reads the sources of all tests below a folder.
fn sources(folder: &std::path::Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_row_has_a_test_of_its_name() {
    let mut all = String::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut all);
    let missing: Vec<u32> = (1..=82).filter(|row| !all.contains(&format!("fn fault_{row:02}_"))).collect();
    assert_eq!(missing, Vec::<u32>::new());
}
