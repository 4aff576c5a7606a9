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
mod error_texts;
mod files;
#[cfg(unix)]
mod forks;
mod keywords;
#[cfg(feature = "ci")]
mod lost_jobs;
mod lost_posts;
mod policy;
mod portals;
mod proxies;
mod rejection;
mod retry;
mod scene;
#[path = "../common/sources.rs"]
mod sources;

use sources::{read, rust_files};

#[test]
fn every_row_has_a_test_of_its_name() {
    let all: String = rust_files("tests").iter().map(|file| read(file)).collect();
    let missing: Vec<u32> = (1..=83).filter(|row| !all.contains(&format!("fn fault_{row:02}_"))).collect();
    assert_eq!(missing, Vec::<u32>::new());
}
