//! The journal of an encrypted upload as text: the wrapped key, and the batches that were encrypted with it. Pure.
//!
//! Each line carries an HMAC over itself and the lines before it, by a key that the object's own gives. So no line can
//! be changed, added, moved or left out, except at the end: a journal that was restored to an earlier state looks like
//! that state.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ledger::{BATCH, Batch, Ledger, Mark};
use crate::wire::sign::hex;

const VERSION: u32 = 1;
/// How long a proof is, in bytes.
const PROOF: usize = 16;
/// No line is longer, in bytes.
const LINE_LIMIT: usize = 64 * 1024;

/// The identity of an upload, by which a later process recognizes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upload {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The path of the file.
    pub(crate) source: String,
    /// Tells whether the file is still the same.
    pub(crate) state: String,
    pub(crate) size: u64,
    pub(crate) part_size: u64,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    version: u32,
    pub(crate) of: Upload,
    /// The metadata of the object, with its wrapped key.
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Header {
    pub(crate) fn new(of: Upload, metadata: BTreeMap<String, String>) -> Self {
        Self { version: VERSION, of, metadata }
    }

    /// Reads the first line. Nothing in it is proven before the rest is read with the key that it names.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let (_, json) = split(text)?.0;
        serde_json::from_slice(json).ok().filter(|header: &Self| header.version == VERSION)
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// A process began to send, on a system that was started with this id.
    Opened { boot: Option<String> },
    /// The upload has this id.
    Started(String),
    /// A batch is about to be sent: where its body starts, where it starts, its length, whether it is the last, and its
    /// mark.
    Encrypted(u64, u64, u64, bool, String),
    /// A process stopped sending, and all of its notes are on the disk.
    Closed,
}

impl Entry {
    pub(crate) fn encrypted(batch: Batch, mark: Mark) -> Self {
        Self::Encrypted(batch.body, batch.at, batch.len, batch.last, hex(&mark))
    }
}

/// Proves one line after the other.
#[derive(Clone)]
pub(crate) struct Chain {
    key: hmac::Key,
    last: [u8; PROOF],
}

impl Chain {
    pub(crate) fn new(key: hmac::Key) -> Self {
        Self { key, last: [0; PROOF] }
    }

    fn next(&self, json: &[u8]) -> [u8; PROOF] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&self.last);
        context.update(json);
        let mut proof = [0; PROOF];
        proof.iter_mut().zip(context.sign().as_ref()).for_each(|(byte, made)| *byte = *made);
        proof
    }

    /// Returns a value as the next line.
    pub(crate) fn line(&mut self, value: &impl Serialize) -> serde_json::Result<String> {
        let json = serde_json::to_string(value)?;
        self.last = self.next(json.as_bytes());
        Ok(format!("{} {json}\n", hex(&self.last)))
    }

    /// Reads the next line; `None` if it is not proven.
    fn read<T: DeserializeOwned>(&mut self, proof: &[u8], json: &[u8]) -> Option<T> {
        let expected = self.next(json);
        let fits = aws_lc_rs::constant_time::verify_slices_are_equal(hex(&expected).as_bytes(), proof).is_ok();
        self.last = expected;
        if fits { serde_json::from_slice(json).ok() } else { None }
    }
}

/// The proven content of a journal.
pub(crate) struct Found {
    pub(crate) header: Header,
    pub(crate) chain: Chain,
    /// How many bytes of the text are whole lines.
    pub(crate) len: usize,
    pub(crate) upload_id: Option<String>,
    pub(crate) ledger: Ledger,
    /// Whether the last process that sent also noted that it stopped.
    pub(crate) closed: bool,
    /// The system on which it sent.
    pub(crate) boot: Option<String>,
}

/// Reads a journal; `None` if anything in it is not proven, or makes no sense. It skips only a last line without its
/// end: that line was being written, so its batch had not been sent.
pub(crate) fn read(text: &[u8], key: hmac::Key) -> Option<Found> {
    let mut chain = Chain::new(key);
    let ((proof, json), mut rest) = split(text)?;
    let header: Header = chain.read(proof, json)?;
    let ledger = Ledger::default();
    let (mut upload_id, mut opened, mut boot): (Option<String>, bool, _) = (None, false, None);
    while rest.contains(&b'\n') {
        let ((proof, json), more) = split(rest)?;
        rest = more;
        match chain.read(proof, json)? {
            Entry::Opened { boot: at } => (opened, boot) = (true, at),
            Entry::Started(id) if opened && upload_id.is_none() && !id.is_empty() => upload_id = Some(id),
            Entry::Encrypted(body, at, len, last, mark) if opened && upload_id.is_some() => {
                at.checked_sub(body).filter(|within| within.is_multiple_of(BATCH) && len <= BATCH)?;
                ledger.admit(Batch { body, at, len, last }, unhex(&mark)?).ok()?;
            }
            Entry::Closed if opened => opened = false,
            _ => return None,
        }
    }
    let len = text.len() - rest.len();
    Some(Found { header, chain, len, upload_id, ledger, closed: !opened, boot })
}

/// Cuts the first line into its proof and its value; returns also what follows.
#[allow(clippy::type_complexity, reason = "two pieces of a line, and the rest")]
fn split(text: &[u8]) -> Option<((&[u8], &[u8]), &[u8])> {
    let end = text.iter().take(LINE_LIMIT).position(|byte| *byte == b'\n')?;
    let (line, rest) = text.split_at_checked(end)?;
    let (proof, json) = line.split_at_checked(2 * PROOF)?;
    Some(((proof, json.strip_prefix(b" ")?), rest.strip_prefix(b"\n")?))
}

fn unhex(text: &str) -> Option<Mark> {
    let mut mark = Mark::default();
    if text.len() != 2 * mark.len() || !text.is_ascii() {
        return None;
    }
    for (byte, at) in mark.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn key() -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[7; 32])
    }

    fn header() -> Header {
        let of = Upload {
            bucket: "b-1".into(),
            key: "k".into(),
            source: "/s".into(),
            state: "1".into(),
            size: 5,
            part_size: 5,
        };
        Header::new(of, BTreeMap::from([("name".to_owned(), "value".to_owned())]))
    }

    fn text(entries: &[Entry]) -> String {
        let mut chain = Chain::new(key());
        let mut text = chain.line(&header()).unwrap();
        for entry in entries {
            text += &chain.line(entry).unwrap();
        }
        text
    }

    fn batch(at: u64, len: u64) -> Batch {
        Batch { body: 0, at, len, last: false }
    }

    fn entries() -> Vec<Entry> {
        vec![
            Entry::Opened { boot: Some("boot".into()) },
            Entry::Started("id".into()),
            Entry::encrypted(batch(0, BATCH), [1; 16]),
            Entry::encrypted(batch(BATCH, 5), [2; 16]),
            Entry::Closed,
        ]
    }

    #[test]
    fn what_was_written_is_read() {
        let text = text(&entries());
        let found = read(text.as_bytes(), key()).unwrap();
        assert_eq!((&found.header, found.upload_id.as_deref(), found.closed), (&header(), Some("id"), true));
        assert_eq!((found.len, found.boot.as_deref()), (text.len(), Some("boot")));
        assert!(
            found.ledger.admit(batch(0, BATCH), [1; 16]).is_ok() && found.ledger.admit(batch(0, 9), [3; 16]).is_err()
        );
        assert_eq!(Header::read(text.as_bytes()), Some(header()));
    }

    #[test]
    fn every_flipped_bit_and_every_line_that_is_missing_inside_is_seen() {
        let whole = text(&entries());
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone().into_bytes();
                changed[at] ^= 1 << bit;
                assert!(read(&changed, key()).is_none() || at + 1 == whole.len(), "byte {at}, bit {bit}");
            }
        }
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        for left_out in 0..lines.len() - 1 {
            let mut fewer = lines.clone();
            fewer.remove(left_out);
            assert!(read(fewer.concat().as_bytes(), key()).is_none(), "without line {left_out}");
            let mut moved = lines.clone();
            moved.swap(left_out, left_out + 1);
            assert!(read(moved.concat().as_bytes(), key()).is_none(), "lines from {left_out} on swapped");
        }
        assert!(read(whole.as_bytes(), hmac::Key::new(hmac::HMAC_SHA256, &[8; 32])).is_none(), "another key");
    }

    #[test]
    fn a_line_that_was_being_written_is_left_out() {
        let whole = text(&entries());
        let last = whole.trim_end().rfind('\n').unwrap() + 1;
        for cut in last..whole.len() {
            let found = read(&whole.as_bytes()[..cut], key()).unwrap();
            assert_eq!((found.len, found.closed), (last, false));
        }
    }

    #[test]
    fn what_is_proven_and_makes_no_sense_is_refused() {
        let started = || Entry::Started("id".into());
        let opened = || Entry::Opened { boot: None };
        for entries in [
            vec![started()],
            vec![opened(), started(), started()],
            vec![opened(), Entry::Started(String::new())],
            vec![opened(), Entry::encrypted(batch(0, 5), [1; 16])],
            vec![opened(), started(), Entry::Closed, Entry::encrypted(batch(0, 5), [1; 16])],
            vec![opened(), started(), Entry::encrypted(batch(5, 5), [1; 16])],
            vec![Entry::Closed],
        ] {
            assert!(read(text(&entries).as_bytes(), key()).is_none(), "{entries:?}");
        }
    }
}
