//! The uploads in parts that a client started: their keys, and the positions of their parts.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

use super::tag::ObjectName;
use crate::cipher::Cipher;
use crate::error::{ClientErrorKind, CosClientError};

/// A cipher of objects whose parts come one by one.
pub(crate) trait PartCipher: Cipher {
    /// Every part except the last holds a multiple of this many bytes of content.
    fn unit(&self) -> u64;

    /// Whether a part of this number and length of content can only be the last one.
    fn ends_with(&self, number: u32, content: u64) -> bool;

    /// Whether the format marks the end of an object, so that a reader recognizes one that was cut.
    fn marks_end(&self) -> bool;
}

#[derive(Clone, Copy)]
struct Span {
    offset: u64,
    len: u64,
}

struct Upload {
    /// The object of its parts.
    name: ObjectName,
    cipher: Arc<dyn PartCipher>,
    parts: BTreeMap<u32, Span>,
    /// Headers that every part carries.
    headers: HeaderMap,
}

enum State {
    Open(Upload),
    /// The server gave the id to two uploads. Neither can continue: a part of the one would be encrypted with the key
    /// of the other.
    Ambiguous,
}

/// How a part is encrypted.
pub(crate) struct PartPlace {
    pub(crate) cipher: Arc<dyn PartCipher>,
    /// Where it starts in the content.
    pub(crate) offset: u64,
    /// Whether it is the end of the content.
    pub(crate) ends: bool,
}

/// A part without content that marks the end of an object.
pub(crate) struct Closing {
    pub(crate) place: PartPlace,
    pub(crate) number: u32,
    pub(crate) headers: HeaderMap,
}

/// The open uploads by their ids, which the server chose.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<HashMap<String, State>>);

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a new upload; `headers` are those that its parts carry, too.
    pub(crate) fn started(
        &self,
        upload_id: &str,
        name: ObjectName,
        cipher: Arc<dyn PartCipher>,
        headers: HeaderMap,
    ) -> Result<(), CosClientError> {
        match self.lock().entry(upload_id.to_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(State::Open(Upload { name, cipher, parts: BTreeMap::new(), headers }));
                Ok(())
            }
            Entry::Occupied(mut entry) => {
                entry.insert(State::Ambiguous);
                Err(ambiguous())
            }
        }
    }

    /// Forgets the key of an upload.
    pub(crate) fn ended(&self, upload_id: &str) {
        let mut uploads = self.lock();
        if let Some(State::Open(_)) = uploads.get(upload_id) {
            uploads.remove(upload_id);
        }
    }

    /// Refuses an upload of another object.
    pub(crate) fn check_name(&self, upload_id: &str, name: &ObjectName) -> Result<(), CosClientError> {
        match self.lock().get(upload_id) {
            Some(State::Open(upload)) => upload.is_of(name),
            _ => Ok(()),
        }
    }

    /// Notes a part and returns how it is encrypted: at `offset`, or after the part before it.
    pub(crate) fn part(
        &self,
        upload_id: &str,
        name: &ObjectName,
        (number, offset): (u32, Option<u64>),
        len: Option<u64>,
    ) -> Result<PartPlace, CosClientError> {
        let mut uploads = self.lock();
        let upload = match uploads.get_mut(upload_id) {
            Some(State::Open(upload)) => upload,
            Some(State::Ambiguous) => return Err(ambiguous()),
            None => return Err(unknown()),
        };
        upload.is_of(name)?;
        let Some(len) = len else {
            return Err(CosClientError::invalid(
                "body",
                "its length must be known: it tells where the next part starts",
            ));
        };
        let unit = upload.cipher.unit();
        if let Some(offset) = offset.filter(|offset| offset % unit != 0) {
            return Err(CosClientError::invalid("offset", format!("{offset} is not a multiple of {unit}")));
        }
        let early = |number: u32, len: u64| {
            let why = if len.is_multiple_of(unit) {
                format!("part {number} has {len} bytes, too few for one that is not the last")
            } else {
                format!("part {number} has {len} bytes, not a multiple of {unit}, and is not the last one")
            };
            CosClientError::invalid("body", why)
        };
        let ends = upload.cipher.ends_with(number, len);
        if ends && upload.parts.range(number.saturating_add(1)..).next().is_some() {
            return Err(early(number, len));
        }
        let mut before = upload.parts.range(..number);
        if let Some((number, span)) = before.find(|(number, span)| upload.cipher.ends_with(**number, span.len)) {
            return Err(early(*number, span.len));
        }
        let before = number.checked_sub(1).and_then(|number| upload.parts.get(&number));
        let offset = match (offset, upload.parts.get(&number), before, number) {
            (Some(offset), ..) => offset,
            (None, Some(same), ..) => same.offset,
            (None, None, Some(before), _) => before.offset + before.len,
            (None, None, None, 1) => 0,
            _ => {
                let why = format!("{number} comes before part {}; use upload_part_at", number.saturating_sub(1));
                return Err(CosClientError::invalid("part_number", why));
            }
        };
        upload.parts.insert(number, Span { offset, len });
        Ok(PartPlace { cipher: Arc::clone(&upload.cipher), offset, ends })
    }

    /// Refuses parts whose order differs from the one in which they were encrypted. Returns the part that must follow
    /// them to mark the end, if none of them marks it.
    ///
    /// Another client may have sent the parts. The completion needs no key, unless an end must be `marked`, which only
    /// the client that has the key can do.
    pub(crate) fn check(
        &self,
        upload_id: &str,
        name: &ObjectName,
        numbers: &[u32],
        marked: bool,
    ) -> Result<Option<Closing>, CosClientError> {
        let uploads = self.lock();
        let upload = match uploads.get(upload_id) {
            Some(State::Open(upload)) => upload,
            Some(State::Ambiguous) => return Err(ambiguous()),
            None if marked => return Err(unknown()),
            None => return Ok(None),
        };
        upload.is_of(name)?;
        let refused = |why: String| CosClientError::invalid("multipart_upload", why);
        let mut at = 0;
        for number in numbers {
            let Some(span) = upload.parts.get(number) else {
                return Err(refused(format!("part {number} was not uploaded by this client")));
            };
            if span.offset != at {
                let why = format!("part {number} was encrypted for offset {}, but starts at {at}", span.offset);
                return Err(refused(why));
            }
            at += span.len;
        }
        let last = numbers.last().and_then(|number| Some((*number, upload.parts.get(number)?)));
        let Some((number, span)) = last.filter(|_| upload.cipher.marks_end()) else { return Ok(None) };
        if let Some((left_out, _)) = upload.parts.iter().find(|(_, other)| other.offset >= at && other.len > 0) {
            return Err(refused(format!("part {left_out} was encrypted to follow part {number}, and is left out")));
        }
        if upload.cipher.ends_with(number, span.len) {
            return Ok(None);
        }
        let place = PartPlace { cipher: Arc::clone(&upload.cipher), offset: at, ends: true };
        Ok(Some(Closing { place, number: number + 1, headers: upload.headers.clone() }))
    }
}

impl Upload {
    fn is_of(&self, name: &ObjectName) -> Result<(), CosClientError> {
        if self.name == *name {
            return Ok(());
        }
        let why = format!("it is an upload of {:?} in {}", self.name.key, self.name.bucket);
        Err(CosClientError::invalid("upload_id", why))
    }
}

fn unknown() -> CosClientError {
    CosClientError::invalid("upload_id", "this client did not start it, so it has no key for it")
}

fn ambiguous() -> CosClientError {
    let why = "the server gave one upload id to two uploads, so that neither can continue: start a new upload";
    CosClientError::new(ClientErrorKind::Protocol, why)
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uploads(..)")
    }
}
