//! The cross-check against the official Python SDK: plays every recorded case against the SDK
//! and compares requests and results (`tests/fixtures/wire/README.md` has the format).
//!
//! `WIRE_GOLDENS=path` reads the cases from another file, `WIRE_CALLS=a,b` takes only those of
//! the named methods. With either set, a method or keyword argument that the harness does not
//! know is a failure; without, methods that are not here yet are counted and left out.
//!
//! Deliberate differences are rewritten expectations, in one list: `wire/differences/`.

#[path = "../common/mod.rs"]
mod common;

mod answer;
mod call;
mod case;
mod compare;
mod config;
mod copies;
mod coverage;
mod crc;
mod differences;
mod documents;
mod inputs;
mod model;
mod names;
mod outcome;
#[path = "../parity/pages.rs"]
mod pages;
mod replay;
mod results;
mod rewrite;
mod run;
mod selftest;
mod server;
mod sign;
mod smoke;
mod text;
mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::call::knows;
use crate::case::Case;
use crate::run::{Report, run};

/// Cases that run at a time: they wait for each other's sockets more than for the CPU.
const THREADS: usize = 4;

/// The recordings that belong to the project.
fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire/golden.json")
}

/// Further recordings, of what the first ones leave out: odd answers, odd arguments, more of every keyword.
fn further() -> impl Iterator<Item = PathBuf> {
    ["more.json", "settings.json", "copies.json", "ci_golden.json", "prototypes.json"]
        .into_iter()
        .map(|name| fixture().with_file_name(name))
}

fn run_all(cases: &[Case]) -> Vec<Report> {
    let next = Mutex::new(cases.iter());
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let case = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(case) = case else { break };
                    let report = run(case);
                    reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                }
            });
        }
    });
    let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.sort_by(|one, other| one.id.cmp(&other.id));
    reports
}

fn count<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    counts.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
}

/// Prints what failed; returns how many passed and how many failed.
fn conclude(reports: &[Report]) -> (usize, usize) {
    let failed: Vec<&Report> = reports.iter().filter(|report| !report.failures.is_empty()).collect();
    for report in &failed {
        println!("FAILED {} ({}) {:?}", report.id, report.method, report.differences);
        for failure in &report.failures {
            println!("    {failure}");
        }
    }
    (reports.len() - failed.len(), failed.len())
}

/// The recorded answers to downloads in ranges state made-up checksums, at which the SDK stops.
/// With the right ones it must come to Python's result.
#[test]
fn downloads_with_the_right_checksum() {
    let cases: Vec<Case> = case::load(&fixture()).iter().filter_map(crc::corrected).collect();
    assert!(cases.len() >= 4, "{} cases", cases.len());
    let (_, failed) = conclude(&run_all(&cases));
    assert_eq!(failed, 0, "downloads failed");
}

/// Every difference is met by a case: one of the recordings, or one of `unseen.json`, recorded with
/// `record.py` for those that they do not meet.
#[test]
fn every_difference_is_met() {
    let unseen = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/unseen.json");
    let reports = run_all(&case::load(&unseen));
    let (_, failed) = conclude(&reports);
    assert_eq!(failed, 0, "cases failed");
    let mut met: Vec<&str> = reports.iter().flat_map(|report| report.differences.iter().copied()).collect();
    for case in further().chain([fixture()]).flat_map(|path| case::load(&path)) {
        met.append(&mut differences::expectation(&case).1);
    }
    let idle: Vec<&str> = differences::all().map(|d| d.id).filter(|id| !met.contains(id)).collect();
    assert!(idle.is_empty(), "no case meets {idle:?}");
}

#[test]
fn python_recordings() {
    let goldens = std::env::var_os("WIRE_GOLDENS");
    let calls = std::env::var("WIRE_CALLS").ok();
    let mut cases = case::load(&goldens.as_ref().map_or_else(fixture, PathBuf::from));
    if goldens.is_none() && calls.is_none() {
        further().for_each(|path| cases.append(&mut case::load(&path)));
    }
    if let Some(calls) = &calls {
        let wanted: Vec<&str> = calls.split(',').map(str::trim).filter(|call| !call.is_empty()).collect();
        cases.retain(|case| wanted.contains(&case.method().as_str()));
        assert!(!cases.is_empty(), "no case calls any of {wanted:?}");
    }
    if goldens.is_none() && calls.is_none() {
        let (here, later): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| knows(case.method().as_str()));
        let methods: Vec<String> = later.iter().map(Case::method).collect();
        if !later.is_empty() {
            println!("not yet here: {} cases ({})", later.len(), count(methods.iter().map(String::as_str)));
        }
        cases = here;
    }
    let reports = run_all(&cases);
    println!("deliberate differences: {}", count(reports.iter().flat_map(|r| r.differences.iter().copied())));
    println!("calls that do not compile: {}", reports.iter().filter(|r| r.refused).count());
    let (passed, failed) = conclude(&reports);
    println!("{passed} passed, {failed} failed");
    assert_eq!(failed, 0, "cases failed");
}
