//! Taking in request bodies: into the store, or small ones into memory.

use std::io::Read;

use crate::blob::{CHUNK, Data, Place};
use crate::checksum::{self, Hasher};
use crate::context::Call;
use crate::error::{Code, Error};

/// The largest body of one upload.
pub(crate) const MAX_UPLOAD: u64 = 5 * 1024 * 1024 * 1024;
/// The largest document: a list of 10,000 parts fits.
const MAX_DOCUMENT: usize = 4 * 1024 * 1024;

/// A stored body. It is deleted again unless an object or part takes it over.
pub(crate) struct Received {
    pub(crate) data: Data,
    pub(crate) md5: [u8; 16],
    pub(crate) crc64: u64,
    pub(crate) len: u64,
}

/// Refuses an upload for what its headers say, before any of it is read.
pub(crate) fn check_upload(call: &Call<'_, '_>) -> Result<(), Error> {
    if !call.body.is_framed() {
        return Err(Code::MissingContentLength.into());
    }
    if call.body.declared().is_some_and(|length| length > MAX_UPLOAD) {
        return Err(Code::EntityTooLarge.into());
    }
    expected_md5(call).map(|_| ())
}

/// Stores the body of a request.
pub(crate) fn receive(call: &mut Call<'_, '_>, place: &Place) -> Result<Received, Error> {
    let expected = expected_md5(call)?;
    let declared = call.body.declared();
    store(call.body, declared, expected, place)
}

/// Stores a body from the client; `declared` is its length, if known.
pub(crate) fn store(
    body: &mut impl Read,
    declared: Option<u64>,
    expected: Option<[u8; 16]>,
    place: &Place,
) -> Result<Received, Error> {
    let mut writer = place.writer(declared)?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut len = 0;
    loop {
        let read = body.read(&mut buffer).map_err(|_| Error::Disconnected)?;
        if read == 0 {
            break;
        }
        len += read as u64;
        if len > MAX_UPLOAD {
            return Err(Code::EntityTooLarge.into());
        }
        hasher.update(&buffer[..read]);
        writer.write(&buffer[..read])?;
    }
    let (md5, crc64) = hasher.finish();
    check_digest(expected, md5)?;
    let data = writer.finish();
    Ok(Received { data, md5, crc64, len })
}

/// Reads a document.
pub(crate) fn document(call: &mut Call<'_, '_>, needs_md5: bool) -> Result<Vec<u8>, Error> {
    let expected = expected_md5(call)?;
    if needs_md5 && expected.is_none() {
        let message = "Missing required header for this request: Content-MD5.";
        return Err(Error::new(Code::InvalidRequest, message));
    }
    let mut body = Vec::new();
    (&mut *call.body).take(MAX_DOCUMENT as u64 + 1).read_to_end(&mut body).map_err(|_| Error::Disconnected)?;
    if body.len() > MAX_DOCUMENT {
        return Err(Code::EntityTooLarge.into());
    }
    check_digest(expected, checksum::md5(&body))?;
    Ok(body)
}

fn expected_md5(call: &Call<'_, '_>) -> Result<Option<[u8; 16]>, Error> {
    match call.header("content-md5") {
        None => Ok(None),
        Some(header) => checksum::content_md5(header).map(Some).ok_or_else(|| Code::InvalidDigest.into()),
    }
}

fn check_digest(expected: Option<[u8; 16]>, actual: [u8; 16]) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != actual => Err(Code::BadDigest.into()),
        _ => Ok(()),
    }
}
