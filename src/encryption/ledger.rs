//! A record of the content that was encrypted at each place of an object, so that no other content is ever encrypted
//! there.
//!
//! A key stream that encrypts two contents reveals both. So a cipher notes a keyed checksum of every batch of content
//! before its first byte is sent, and refuses a batch that differs from the one noted for its place.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{ClientErrorKind, CosClientError};

/// How much content is noted together, in bytes; the last batch of a body may be shorter.
pub(crate) const BATCH: u64 = 256 * 1024;

/// A checksum of a batch; without the key of the object nobody can make content with a given checksum.
pub(crate) type Mark = [u8; 16];

/// A piece of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batch {
    /// Where in the object the body starts, in bytes.
    pub(crate) body: u64,
    /// Where in the object the batch starts: a multiple of [`BATCH`] behind the start of the body.
    pub(crate) at: u64,
    /// How much content it holds.
    pub(crate) len: u64,
    /// Whether it is the end of the object's content.
    pub(crate) last: bool,
}

/// The batches of one body, without a gap.
struct Span {
    end: u64,
    marks: Vec<Mark>,
}

/// Also notes batches outside of the process, so that a later process knows of them.
pub(crate) trait Notes: Send + Sync {
    /// Notes a batch. An error keeps the batch from being sent.
    fn note(&self, batch: Batch, mark: Mark) -> Result<(), CosClientError>;
}

/// The bodies that were encrypted, by where they start. 16 bytes for each 256 KiB.
#[derive(Default)]
pub(crate) struct Ledger {
    spans: Mutex<BTreeMap<u64, Span>>,
    notes: Option<Arc<dyn Notes>>,
}

impl Ledger {
    /// From now on also notes batches there.
    pub(crate) fn noted_in(self, notes: Arc<dyn Notes>) -> Self {
        Self { notes: Some(notes), ..self }
    }

    /// Notes a batch that is about to be sent, or compares it with the one that was noted for its place.
    pub(crate) fn admit(&self, batch: Batch, mark: Mark) -> Result<(), CosClientError> {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        match admit(&spans, batch, mark) {
            Admission::Noted => return Ok(()),
            Admission::New => {
                let noted = self.notes.as_ref().map_or(Ok(()), |notes| notes.note(batch, mark));
                return noted.map(|()| add(&mut spans, batch, mark));
            }
            Admission::Refused => {}
        }
        let why = format!(
            "the {} bytes at {} are others than were encrypted before for the same place: start a new upload",
            batch.len, batch.at
        );
        Err(CosClientError::new(ClientErrorKind::SourceChanged, why))
    }
}

#[cfg(test)]
impl Ledger {
    /// How many marks are kept.
    pub(crate) fn marks(&self) -> usize {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.values().map(|span| span.marks.len()).sum()
    }
}

enum Admission {
    New,
    Noted,
    Refused,
}

fn admit(spans: &BTreeMap<u64, Span>, batch: Batch, mark: Mark) -> Admission {
    let end = batch.at.saturating_add(batch.len);
    let index = usize::try_from((batch.at - batch.body) / BATCH).unwrap_or(usize::MAX);
    let known = spans.get(&batch.body).map(|span| span.marks.len());
    if let Some(noted) = spans.get(&batch.body).and_then(|span| span.marks.get(index)) {
        return if *noted == mark { Admission::Noted } else { Admission::Refused };
    }
    // A batch must follow the ones before it, and must not reach into another body.
    let before = spans.range(..=batch.body).next_back().map_or(0, |(_, span)| span.end);
    let after = spans.range((Bound::Excluded(batch.body), Bound::Unbounded)).next();
    let overlaps = after.is_some_and(|(start, _)| *start < end);
    let follows = known.map_or(before <= batch.at, |_| before == batch.at);
    if index == known.unwrap_or(0) && follows && !overlaps { Admission::New } else { Admission::Refused }
}

fn add(spans: &mut BTreeMap<u64, Span>, batch: Batch, mark: Mark) {
    let span = spans.entry(batch.body).or_insert_with(|| Span { end: 0, marks: Vec::new() });
    span.end = batch.at.saturating_add(batch.len);
    span.marks.push(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(body: u64, at: u64, len: u64) -> Batch {
        Batch { body, at, len, last: false }
    }

    #[test]
    fn a_place_takes_one_content() {
        let ledger = Ledger::default();
        let takes = |batch, mark| ledger.admit(batch, [mark; 16]).is_ok();
        assert!(takes(at(0, 0, BATCH), 1) && takes(at(0, 0, BATCH), 1));
        assert!(!takes(at(0, 0, BATCH), 2));
        assert!(takes(at(0, BATCH, 100), 3), "the next batch");
        assert!(!takes(at(0, 2 * BATCH, 100), 4), "there is a gap");
        assert!(takes(at(2 * BATCH, 2 * BATCH, 100), 5), "another body");
    }

    #[test]
    fn bodies_do_not_overlap() {
        let ledger = Ledger::default();
        let takes = |batch, mark| ledger.admit(batch, [mark; 16]).is_ok();
        assert!(takes(at(BATCH, BATCH, 100), 1));
        assert!(!takes(at(BATCH + 16, BATCH + 16, 10), 1), "within another body");
        assert!(!takes(at(BATCH + 96, BATCH + 96, 10), 1), "over the end of another body");
        assert!(!takes(at(BATCH - 16, BATCH - 16, 32), 1), "over the start of another body");
        assert!(!takes(at(BATCH, BATCH, 0), 2), "in the place of another body");
        assert!(takes(at(0, 0, BATCH), 1) && takes(at(BATCH + 112, BATCH + 112, 5), 1));
        // A body that goes on where another one begins.
        assert!(takes(at(3 * BATCH, 3 * BATCH, BATCH), 1) && takes(at(4 * BATCH, 4 * BATCH, 5), 1));
        assert!(!takes(at(3 * BATCH, 4 * BATCH, 5), 1));
    }

    #[test]
    fn an_empty_body_may_end_the_object_where_another_one_ends() {
        let ledger = Ledger::default();
        assert!(ledger.admit(at(0, 0, BATCH), [1; 16]).is_ok());
        assert!(ledger.admit(at(BATCH, BATCH, 0), [2; 16]).is_ok());
        assert!(ledger.admit(at(BATCH, BATCH, 5), [3; 16]).is_err());
    }
}
