//! Answers and the requests that they are for, as JSON: in control requests and in files of answers.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::fault::{Answer, Match};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerSpec {
    #[serde(deserialize_with = "status")]
    status: u16,
    code: Option<String>,
    body: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    carried_out: bool,
    #[serde(default)]
    without_request_id: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MatchSpec {
    method: Option<String>,
    path: Option<String>,
    query: Option<String>,
    host: Option<String>,
    header: Option<HeaderSpec>,
    skip: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderSpec {
    name: String,
    contains: String,
}

/// Reads a status, and refuses a wrong one here, where the JSON reader knows its line.
fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (100..=999).contains(&status) { Ok(status) } else { Err(D::Error::custom(format!("{status} is no status"))) }
}

impl From<AnswerSpec> for Answer {
    fn from(spec: AnswerSpec) -> Self {
        let mut answer = match spec.code {
            Some(code) => Self::error(spec.status, code),
            None => Self::new(spec.status),
        };
        if let Some(body) = spec.body {
            answer = answer.body(body);
        }
        for (name, value) in spec.headers {
            answer = answer.header(name, value);
        }
        if spec.carried_out {
            answer = answer.carried_out();
        }
        if spec.without_request_id {
            answer = answer.without_request_id();
        }
        answer
    }
}

impl From<MatchSpec> for Match {
    fn from(spec: MatchSpec) -> Self {
        let mut when = Self::any().skip(spec.skip);
        if let Some(method) = spec.method {
            when = when.method(method);
        }
        if let Some(path) = spec.path {
            when = when.path(path);
        }
        if let Some(query) = spec.query {
            when = when.query(query);
        }
        if let Some(host) = spec.host {
            when = when.host(host);
        }
        if let Some(header) = spec.header {
            when = when.header(header.name, header.contains);
        }
        when
    }
}

/// Returns the number of requests that a `times` means: 0 never ends.
pub(crate) fn times(times: usize) -> usize {
    if times == 0 { usize::MAX } else { times }
}
