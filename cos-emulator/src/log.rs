//! The log of requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::Head;

/// A request the emulator received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, as sent.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// The path, as sent, without the query.
    pub path: String,
    /// The query parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, in the order and case received.
    pub headers: Vec<(String, String)>,
    /// How many bytes of body were read.
    pub body_length: u64,
    /// The status answered; `None` if the connection ended without an answer.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// The first value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(self.headers.iter().filter(|(have, _)| have.eq_ignore_ascii_case(name)))
    }

    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        first(self.query.iter().filter(|(have, _)| have == name))
    }

    pub(crate) fn new(head: &Head, body_length: u64, status: Option<u16>) -> Self {
        Self {
            method: head.method.clone(),
            target: head.target.clone(),
            path: head.target.split('?').next().unwrap_or_default().to_owned(),
            query: head.query.clone(),
            headers: head.headers.to_vec(),
            body_length,
            status,
        }
    }
}

fn first<'a>(mut pairs: impl Iterator<Item = &'a (String, String)>) -> Option<&'a str> {
    pairs.next().map(|(_, value)| value.as_str())
}

/// All requests so far. An entry is added before its answer goes out, so a client that has its
/// answer finds its request here.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<RecordedRequest>>);

impl Log {
    pub(crate) fn entries(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
