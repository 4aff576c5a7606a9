//! What native mode reads from others: journals of uploads that broke off, and answers to ranged reads.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::hmac;

use super::choice;
use crate::cipher::{Cipher as _, Extent, Stored, Wanted};
use crate::encryption::AESProvider;
use crate::encryption::journal::{self, Chain, Entry, Header, Upload};
use crate::encryption::ledger::{BATCH, Batch, Ledger};
use crate::encryption::native::{self, ObjectKeys};
use crate::encryption::sealed::{BatchCipher as _, FRAME};
use crate::encryption::tag::ObjectName;

/// How much the tag adds to a frame.
const TAG: usize = 16;

/// Takes numbers off the input.
struct Numbers<'d>(&'d [u8]);

impl Numbers<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = choice(self.0);
        self.0 = rest;
        first
    }

    /// A number near `edge`, or any one.
    fn near(&mut self, edge: u64) -> u64 {
        match self.byte() % 8 {
            kind @ 0..=5 => edge.saturating_add(u64::from(kind)).saturating_sub(2),
            6 => u64::from(self.byte()) << (self.byte() % 64),
            _ => u64::from(self.byte()),
        }
    }

    fn pick(&mut self, edges: &[u64]) -> u64 {
        let at = usize::from(self.byte()) % edges.len().max(1);
        let edge = edges.get(at).copied().unwrap_or_default();
        self.near(edge)
    }
}

/// The journal of an encrypted upload that broke off: nothing in it is believed that its key does not prove, whatever
/// is changed. Half of the inputs are taken as the file; the others say what a journal holds, and what is changed in
/// it.
pub fn encrypted_checkpoint(data: &[u8]) {
    let (kind, rest) = choice(data);
    let key = || hmac::Key::new(hmac::HMAC_SHA256, &[kind; 32]);
    if kind & 1 == 0 {
        let _ = Header::read(rest);
        assert!(journal::read(rest, key()).is_none(), "a journal was made up");
        return;
    }
    let mut numbers = Numbers(rest);
    let changed_at = usize::from(numbers.byte()) << 8 | usize::from(numbers.byte());
    let change = numbers.byte();
    let of = Upload {
        bucket: "b-1".to_owned(),
        key: String::from_utf8_lossy(rest).into_owned(),
        source: "/file".to_owned(),
        state: change.to_string(),
        size: 5,
        part_size: 1,
    };
    let header = Header::new(of, BTreeMap::new());
    let mut chain = Chain::new(key());
    let mut lines = vec![chain.line(&header).expect("it is JSON")];
    let (mut boot, mut closed) = (None, true);
    while !numbers.0.is_empty() && lines.len() < 40 {
        let kind = numbers.byte() % 6;
        let entry = match kind {
            0 => Entry::Opened { boot: Some(numbers.byte().to_string()) },
            1 => Entry::Started(numbers.byte().to_string()),
            2 => Entry::Closed,
            _ => {
                let (body, at) = (u64::from(numbers.byte()) << 18, u64::from(numbers.byte()) << 18);
                let batch = Batch { body, at, len: numbers.near(BATCH), last: false };
                Entry::encrypted(batch, [numbers.byte(); 16])
            }
        };
        (boot, closed) = match &entry {
            Entry::Opened { boot } => (boot.clone(), false),
            Entry::Closed => (boot, true),
            _ => (boot, closed),
        };
        lines.push(chain.line(&entry).expect("it is JSON"));
    }
    let text = lines.concat().into_bytes();
    let found = journal::read(&text, key());
    if let Some(found) = &found {
        assert_eq!((&found.header, found.len, &found.boot, found.closed), (&header, text.len(), &boot, closed));
    }
    assert!(journal::read(&text, hmac::Key::new(hmac::HMAC_SHA256, &[kind ^ 2; 32])).is_none(), "another key fits");
    let (at, last) = (changed_at % text.len(), text.len() - lines.last().map_or(0, String::len));
    let mut changed = text.clone();
    if change > 0
        && let Some(byte) = changed.get_mut(at)
    {
        *byte ^= change;
        // Only the end of the last line can be lost, which leaves the line out.
        let seen = journal::read(&changed, key()).is_none_or(|left| at + 1 == text.len() && left.len == last);
        assert!(seen, "byte {at} was changed unseen");
    }
    let cut = journal::read(text.get(..at).unwrap_or_default(), key());
    assert!(cut.is_none_or(|cut| cut.len <= at && found.is_some() || cut.len < text.len()), "what was cut is there");
}

/// An object in native mode: its content, and what is stored of it.
struct Object {
    content: Vec<u8>,
    stored: Vec<u8>,
}

fn keys() -> ObjectKeys {
    let provider =
        AESProvider::aes_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("the key is right").into();
    let name = ObjectName { bucket: "b-1".to_owned(), key: "k".to_owned() };
    let random = |bytes: &mut [u8]| {
        bytes.fill(7);
        Ok(())
    };
    native::create(&provider, &name, &random).expect("the keys are right").0
}

/// Objects of some lengths; the last one ends with an empty frame.
fn objects() -> &'static [Object] {
    static OBJECTS: OnceLock<Vec<Object>> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let frame = FRAME as usize;
        let lengths =
            [(0, false), (1, false), (frame, false), (frame + 1, false), (3 * frame + 9, false), (2 * frame, true)];
        lengths.into_iter().map(|(length, empty_end)| object(length, empty_end)).collect()
    })
}

fn object(length: usize, empty_end: bool) -> Object {
    let content: Vec<u8> = (0..length).map(|at| (at ^ (at >> 8)) as u8).collect();
    let key = keys().frame_key(Ledger::default());
    let mut frames: Vec<&[u8]> = content.chunks(FRAME as usize).collect();
    if frames.is_empty() || empty_end {
        frames.push(&[]);
    }
    let count = frames.len();
    let mut stored = Vec::new();
    for (index, frame) in frames.into_iter().enumerate() {
        let mut sealed = [frame, &[0; TAG]].concat();
        let at = index as u64 * FRAME;
        let batch = Batch { body: at, at, len: frame.len() as u64, last: index + 1 == count };
        key.seal_batch(batch, &mut sealed).expect("nothing was encrypted before");
        stored.extend(sealed);
    }
    Object { content, stored }
}

/// The answer to a read of an object in native mode, whole or in part, with headers and a body of an attacker's choice:
/// what is read to its end is the content that was asked for, exactly.
pub fn native_range(data: &[u8]) {
    let mut numbers = Numbers(data);
    let objects = objects();
    let Some(object) = objects.get(usize::from(numbers.byte()) % objects.len()) else { return };
    let (content, stored) = (object.content.len() as u64, object.stored.len() as u64);
    let stride = FRAME + TAG as u64;
    let edges = [0, 1, FRAME, 2 * FRAME, content, content.saturating_sub(1)];
    let wanted = match numbers.byte() % 4 {
        0 => None,
        1 => Some(Wanted::From(numbers.pick(&edges), None)),
        2 => {
            let first = numbers.pick(&edges);
            Some(Wanted::From(first, Some(first.max(numbers.pick(&edges)))))
        }
        _ => Some(Wanted::Last(numbers.pick(&edges))),
    };
    let places = [0, stride, 2 * stride, stride + 16, 2 * stride + 16, stored];
    let first = (numbers.byte() % 2 == 0).then(|| numbers.pick(&places));
    let total = (numbers.byte() % 8 > 0).then(|| numbers.pick(&places));
    let length = (numbers.byte() % 4 > 0).then(|| numbers.pick(&places));
    // The body: a piece of what is stored, changed in one place.
    let from = numbers.pick(&places).min(stored) as usize;
    let to = (numbers.pick(&places).min(stored) as usize).max(from);
    let mut body = object.stored.get(from..to).unwrap_or_default().to_vec();
    let change = if numbers.byte() % 2 == 0 { numbers.byte() } else { 0 };
    let at = numbers.pick(&places) as usize;
    if let Some(byte) = body.get_mut(at) {
        *byte ^= change;
    }
    let stored = Stored { body: Box::new(std::io::Cursor::new(body)), length, extent: Extent { first, total }, wanted };
    let cipher = Arc::new(keys().frame_key(Ledger::default()));
    let Ok(mut opened) = cipher.open(stored) else { return };
    let mut found = Vec::new();
    // As a reader that takes what was announced, and no more.
    let Some(announced) = opened.length else { return };
    let read = (&mut opened.body).take(announced).read_to_end(&mut found);
    if read.is_err() || (found.len() as u64) < announced {
        return;
    }
    let all = content as usize;
    let expected = match wanted {
        None => 0..all,
        Some(Wanted::From(first, None)) => first as usize..all,
        Some(Wanted::From(first, Some(last))) => first as usize..all.min((last as usize).saturating_add(1)),
        Some(Wanted::Last(len)) => all.saturating_sub(len as usize)..all,
    };
    assert!(object.content.get(expected) == Some(&found[..]), "another range was handed out: {wanted:?}");
}
