//! Runs a case: server, inputs, client, call, comparison.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::call::call;
use crate::case::{Case, Expectation};
use crate::compare::{Actual, compare};
use crate::config::client;
use crate::differences::expectation;
use crate::inputs::Inputs;
use crate::outcome::{Outcome, Stop};
use crate::server::Server;

/// Nothing here sleeps or waits; a case that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// How a case went.
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) method: String,
    /// The differences that had a part in it.
    pub(crate) differences: Vec<&'static str>,
    /// What was not as expected; empty when the case passed.
    pub(crate) failures: Vec<String>,
    /// Calls that a Rust program could not even write down.
    pub(crate) refused: bool,
}

/// Runs a case on a thread of its own, so that neither a panic nor an endless loop of the SDK
/// takes the others with it.
pub(crate) fn run(case: &Case) -> Report {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn({
        let case = case.clone();
        move || {
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| play(&case)));
            let _ = sender.send(outcome);
        }
    });
    let failed = |what: String| Report {
        id: case.id.clone(),
        method: case.method(),
        differences: Vec::new(),
        failures: vec![what],
        refused: false,
    };
    match receiver.recv_timeout(DEADLINE) {
        Ok(Ok(report)) => report,
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            failed(format!("panicked: {}", text.unwrap_or_default()))
        }
        Err(_) => failed(format!("not done after {DEADLINE:?}")),
    }
}

fn play(case: &Case) -> Report {
    let folder = tempfile::Builder::new().prefix("wire-").tempdir().expect("a temporary folder");
    let server = Server::start(&case.responses);
    let case = case.filled(server.address.port(), &folder.path().display().to_string());
    let mut inputs = Inputs::new(folder.path());
    let mut shared = None;
    let mut results = Vec::new();
    for _ in 0..case.repeat() {
        let result: Result<Value, Stop> = (|| {
            let client = match &shared {
                Some(client) => client,
                None => shared.insert(client(&case, server.address)?),
            };
            call(client, &case.method(), &case.args, &mut inputs)
        })();
        results.push(Outcome::from(result));
    }
    let files: BTreeMap<String, Option<Vec<u8>>> =
        inputs.destinations.iter().map(|(name, path)| (name.clone(), std::fs::read(path).ok())).collect();
    let actual = Actual { requests: server.requests(), results, files, progress: inputs.last_progress() };
    let (expected, differences): (Expectation, _) = expectation(&case);
    let failures = compare(&case, &expected, &actual);
    let refused = actual.results.iter().any(|r| matches!(r, Outcome::Refused(_)));
    Report { id: case.id.clone(), method: case.method(), differences, failures, refused }
}
