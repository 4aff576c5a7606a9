//! The MD5 that the caller names of a file that goes in parts, where no request carries what it is of.

use std::fs::File;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::HeaderName;
use md5::{Digest, Md5};

use crate::error::{ClientErrorKind, CosClientError};
use crate::local::read_at;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const CHUNK: usize = 256 * 1024;

/// Compares the file with the MD5 among the headers, which is taken out of them. The file is read once more for that,
/// and only if there is one.
pub(crate) fn check(file: &File, path: &Path, len: u64, headers: &mut HeaderMap) -> Result<(), CosClientError> {
    let Some(expected) = headers.remove(CONTENT_MD5) else { return Ok(()) };
    let found = md5(file, len).map_err(|e| CosClientError::local(path, "cannot read", e))?;
    if expected == found {
        return Ok(());
    }
    let expected = String::from_utf8_lossy(expected.as_bytes());
    let why = format!("content_md5: {} has {found}, not {expected}; nothing was sent", path.display());
    Err(CosClientError::new(ClientErrorKind::Integrity, why))
}

fn md5(file: &File, len: u64) -> io::Result<String> {
    let (mut md5, mut buffer, mut at) = (Md5::new(), vec![0; CHUNK], 0);
    while at < len {
        match read_at(file, &mut buffer, at) {
            Ok(0) => break,
            Ok(read) => {
                md5.update(&buffer[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(BASE64_STANDARD.encode(md5.finalize()))
}
