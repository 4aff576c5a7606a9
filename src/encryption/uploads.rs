//! The uploads in parts that a client started: their keys, and where their parts are.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cipher::Cipher;
use crate::error::CosClientError;

const BLOCK: u64 = 16;

#[derive(Clone, Copy)]
struct Span {
    offset: u64,
    len: u64,
}

struct Upload {
    cipher: Arc<dyn Cipher>,
    parts: BTreeMap<u32, Span>,
}

/// The open uploads by their ids.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<HashMap<String, Upload>>);

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn started(&self, upload_id: &str, cipher: Arc<dyn Cipher>) {
        self.lock().insert(upload_id.to_owned(), Upload { cipher, parts: BTreeMap::new() });
    }

    pub(crate) fn ended(&self, upload_id: &str) {
        self.lock().remove(upload_id);
    }

    /// Notes a part and returns the upload's cipher and where the part starts: at `offset`, or after the part
    /// before it.
    pub(crate) fn part(
        &self,
        upload_id: &str,
        number: u32,
        len: Option<u64>,
        offset: Option<u64>,
    ) -> Result<(Arc<dyn Cipher>, u64), CosClientError> {
        let mut uploads = self.lock();
        let Some(upload) = uploads.get_mut(upload_id) else {
            let why = "this client did not start it, so it has no key for it";
            return Err(CosClientError::invalid("upload_id", why));
        };
        let Some(len) = len else {
            return Err(CosClientError::invalid(
                "body",
                "its length must be known: it tells where the next part starts",
            ));
        };
        if let Some(offset) = offset.filter(|offset| offset % BLOCK != 0) {
            return Err(CosClientError::invalid("offset", format!("{offset} is not a multiple of 16")));
        }
        let odd = |number: u32, len: u64| {
            let why = format!("part {number} has {len} bytes, not a multiple of 16, and is not the last one");
            CosClientError::invalid("body", why)
        };
        if len % BLOCK != 0 && upload.parts.range(number.saturating_add(1)..).next().is_some() {
            return Err(odd(number, len));
        }
        if let Some((number, span)) = upload.parts.range(..number).find(|(_, span)| span.len % BLOCK != 0) {
            return Err(odd(*number, span.len));
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
        Ok((Arc::clone(&upload.cipher), offset))
    }

    /// Refuses parts that would not follow one another as they were encrypted.
    pub(crate) fn check(&self, upload_id: &str, numbers: &[u32]) -> Result<(), CosClientError> {
        let uploads = self.lock();
        // Another client may have sent the parts; to complete takes no key.
        let Some(upload) = uploads.get(upload_id) else { return Ok(()) };
        let mut at = 0;
        for number in numbers {
            let Some(span) = upload.parts.get(number) else {
                let why = format!("part {number} was not uploaded by this client");
                return Err(CosClientError::invalid("multipart_upload", why));
            };
            if span.offset != at {
                let why = format!("part {number} was encrypted for offset {}, but starts at {at}", span.offset);
                return Err(CosClientError::invalid("multipart_upload", why));
            }
            at += span.len;
        }
        Ok(())
    }
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uploads(..)")
    }
}
