//! A file of answers, for services that the emulator does not have itself.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::fault::{Answer, Fault, Rule};
use crate::spec::{AnswerSpec, MatchSpec, times};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripted {
    answer: AnswerSpec,
    #[serde(default, rename = "match")]
    when: MatchSpec,
    /// The number of requests; without it, all.
    #[serde(default)]
    times: usize,
}

/// Reads a file of answers. An error names the file, the line and the wrong field.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Rule>> {
    let wrong = |kind, why: &dyn std::fmt::Display| io::Error::new(kind, format!("{}: {why}", path.display()));
    let text = fs::read(path).map_err(|error| wrong(error.kind(), &error))?;
    let answers: Vec<Scripted> =
        serde_json::from_slice(&text).map_err(|error| wrong(io::ErrorKind::InvalidData, &error))?;
    let rule = |scripted: Scripted| {
        let fault = Fault::Answer(Answer::from(scripted.answer).checked());
        Rule { fault, when: scripted.when.into(), left: times(scripted.times) }
    };
    Ok(answers.into_iter().map(rule).collect())
}
