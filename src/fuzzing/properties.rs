//! The fuzz targets of `fuzz/` on the stable toolchain: every input kept in `fuzz/corpus`, and others made
//! from those at random, the same ones in every run.
//!
//! `FUZZ_CASES=100000` tries so many of the others, `FUZZ_SECONDS=600` goes on for so long, and `FUZZ_SEED=7`
//! makes other ones. Without them it is a second a target at most.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::fuzzing;

#[path = "../../fuzz/verify.rs"]
mod verify;

/// Pieces that random bytes would not hit upon.
const WORDS: [&[u8]; 24] = [
    b"<Key>",
    b"</Key>",
    b"<Contents>",
    b"</Contents>",
    b"&amp;",
    b"&#0;",
    b"&#x10FFFF;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x>",
    b" xmlns='u'",
    b"../",
    b"./",
    b"/",
    b"%2F",
    b"\r\n",
    b"\0",
    b"\xff",
    b"18446744073709551615",
    b"-1",
    b"Wed, 21 Oct 2015 07:28:00 GMT",
    b"\xe4\xb8\xad",
    b"://",
];

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// The inputs that are kept for a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 1, "{} holds nothing", folder.display());
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Makes an input out of two kept ones.
fn mutated(random: &mut fastrand::Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[random.usize(..corpus.len())].clone();
    for _ in 0..random.usize(1..=6) {
        let at = random.usize(..=bytes.len());
        match random.u8(..7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.u8(..)),
            2 => drop(bytes.splice(at..at, WORDS[random.usize(..WORDS.len())].iter().copied())),
            3 => {
                let other = &corpus[random.usize(..corpus.len())];
                let from = random.usize(..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            4 => {
                let end = random.usize(at..=bytes.len().min(at + 64));
                let piece = bytes[at..end].to_vec();
                let times = random.usize(..4);
                drop(bytes.splice(at..end, piece.repeat(times)));
            }
            5 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
            _ if at < bytes.len() => bytes[at] = random.u8(..),
            _ => {}
        }
    }
    bytes
}

fn run(name: &str, target: impl Fn(&[u8])) {
    let try_one = |input: &[u8]| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
            eprintln!("{name} fails with \"{}\"", input.escape_ascii());
            resume_unwind(panic);
        }
    };
    let corpus = corpus(name);
    for input in &corpus {
        try_one(input);
    }
    let mut random = fastrand::Rng::with_seed(variable("FUZZ_SEED").unwrap_or(1));
    let (seconds, cases) = (variable("FUZZ_SECONDS"), variable("FUZZ_CASES"));
    let cases = cases.unwrap_or(if seconds.is_some() { u64::MAX } else { 3000 });
    let limit = Duration::from_secs(seconds.unwrap_or(if cases > 3000 { u64::MAX } else { 1 }));
    let (start, mut done) = (Instant::now(), 0);
    while done < cases && start.elapsed() < limit {
        try_one(&mutated(&mut random, &corpus));
        done += 1;
    }
    println!("{name}: {done} executions and {} kept inputs in {:.1?}", corpus.len(), start.elapsed());
}

macro_rules! targets {
    ($($target:ident)*) => {
        $(#[test]
        fn $target() {
            run(stringify!($target), fuzzing::$target);
        })*

        /// A target that is forgotten here, in `fuzz/Cargo.toml` or without kept inputs would never be run.
        #[test]
        fn every_target_is_here() {
            let mut known = vec!["sign", $(stringify!($target)),*];
            known.sort_unstable();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            let names = |of: &str| {
                let entries = fs::read_dir(folder.join(of)).unwrap().map(|entry| entry.unwrap().path());
                let mut names: Vec<_> =
                    entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
                names.sort();
                names
            };
            assert_eq!(names("fuzz_targets"), known);
            assert_eq!(names("corpus"), known);
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            for target in known {
                assert!(manifest.contains(&format!("name = \"{target}\"\n")), "{target}");
                let text = fs::read_to_string(folder.join("fuzz_targets").join(format!("{target}.rs"))).unwrap();
                assert!(text.contains(&format!("qcloud_cos::fuzzing::{target}(data")), "{target}");
            }
        }
    };
}

targets! { checkpoint content_range encrypted_checkpoint envelope error_xml event_stream key_to_path list_xml native_range pem redirect retry_after written_xml }

#[test]
fn sign() {
    run("sign", |input| fuzzing::sign(input, verify::verify));
}
