//! The log of requests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::http::Head;

/// A request the emulator received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, as sent.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// The path, as sent, without the query, and without the host that precedes it in a request to a proxy.
    pub path: String,
    /// The query parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, in the order and case received.
    pub headers: Vec<(String, String)>,
    /// The number of bytes read from the body.
    pub body_length: u64,
    /// The status answered; `None` if the connection ended without an answer.
    pub status: Option<u16>,
    /// Code and message of the error document, if the request was refused. `None` otherwise, and if an injected fault
    /// answered.
    pub refusal: Option<String>,
    /// Whether it came over HTTPS.
    pub secure: bool,
}

impl RecordedRequest {
    /// Returns the first value of a header; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(self.headers.iter().filter(|(have, _)| have.eq_ignore_ascii_case(name)))
    }

    /// Returns the first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        first(self.query.iter().filter(|(have, _)| have == name))
    }

    pub(crate) fn new(head: &Head, body_length: u64, status: Option<u16>, refusal: Option<String>) -> Self {
        Self {
            method: head.method.clone(),
            target: head.target.clone(),
            path: head.raw_path().to_owned(),
            query: head.query.clone(),
            headers: head.headers.to_vec(),
            body_length,
            status,
            refusal,
            secure: head.secure,
        }
    }
}

fn first<'a>(mut pairs: impl Iterator<Item = &'a (String, String)>) -> Option<&'a str> {
    pairs.next().map(|(_, value)| value.as_str())
}

/// The function that is called for each request.
pub(crate) type Observer = Box<dyn Fn(&RecordedRequest) + Send + Sync>;

/// The last requests. An entry is added before its answer goes out, so a client that has its
/// answer finds its request here.
pub(crate) struct Log {
    entries: Mutex<Entries>,
    capacity: usize,
    observer: Option<Observer>,
}

#[derive(Default)]
struct Entries {
    kept: VecDeque<RecordedRequest>,
    /// The number of all requests, kept or not.
    count: usize,
}

impl Log {
    /// Makes a log that keeps this many requests, and hands each to the observer.
    pub(crate) fn new(capacity: usize, observer: Option<Observer>) -> Self {
        Self { entries: Mutex::default(), capacity, observer }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, entry: RecordedRequest) {
        if let Some(observer) = &self.observer {
            observer(&entry);
        }
        let mut entries = self.lock();
        entries.count += 1;
        if entries.kept.len() >= self.capacity {
            entries.kept.pop_front();
        }
        if self.capacity > 0 {
            entries.kept.push_back(entry);
        }
    }

    pub(crate) fn entries(&self) -> Vec<RecordedRequest> {
        self.lock().kept.iter().cloned().collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().count
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Entries::default();
    }
}
