//! The body of a download.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use crate::attempts::Attempts;
use zeroize::Zeroizing;

use crate::cipher::{Cipher, Extent, Stored, Wanted};
use crate::client::response::body_error;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::Replacement;
use crate::wire::body::{Body, bodies};
use crate::wire::crc64::Crc64;
use crate::wire::respond::Headers;

/// How much is read at a time when writing to a file, in bytes.
const CHUNK: usize = 128 * 1024;

/// The body of a downloaded object, read as a stream.
///
/// Bytes come as they are stored; nothing is decompressed. At its end the length is compared with
/// `Content-Length`, and for a whole object the CRC-64 with COS's: a difference is an error of the read
/// that would hand out the last bytes.
///
/// Python: `response['Body']`
pub struct StreamBody {
    body: Box<dyn Read + Send>,
    length: Option<u64>,
    read: u64,
    /// The attempts that were made.
    attempts: Attempts,
}

impl StreamBody {
    pub(crate) fn new(body: Box<dyn Read + Send>, status: u16, headers: &Headers, attempts: Attempts) -> Self {
        let length = headers.number("content-length");
        // The checksum is the whole object's, so a range cannot be compared with it.
        let check = headers.number("x-cos-hash-crc64ecma").filter(|_| status != 206);
        let check = check.map(|expected| (Crc64::new(), expected));
        Self { body: Box::new(Checked { body, length, read: 0, check, finished: false }), length, read: 0, attempts }
    }

    /// A body that COS made from an object: the checksum in the answer is that of the object.
    #[cfg(feature = "ci")]
    pub(crate) fn without_crc(body: Box<dyn Read + Send>, headers: &Headers, attempts: Attempts) -> Self {
        let length = headers.number("content-length");
        Self {
            body: Box::new(Checked { body, length, read: 0, check: None, finished: false }),
            length,
            read: 0,
            attempts,
        }
    }

    /// Decrypts the body. Length and CRC-64 are still checked of what COS stores.
    pub(crate) fn opened(
        self,
        cipher: Arc<dyn Cipher>,
        extent: Extent,
        wanted: Option<Wanted>,
    ) -> Result<Self, CosClientError> {
        let content = cipher.open(Stored { body: self.body, length: self.length, extent, wanted })?;
        Ok(Self { body: content.body, length: content.length, read: 0, attempts: self.attempts })
    }

    /// Returns the length in bytes, if the answer told it.
    ///
    /// Python: `len(response['Body'])`
    pub fn content_length(&self) -> Option<u64> {
        self.length
    }

    /// Returns the stream itself, for code that reads.
    ///
    /// Python: `fp = response['Body'].get_raw_stream()`
    pub fn get_raw_stream(self) -> impl Read + Send {
        self
    }

    /// Reads the body to its end.
    ///
    /// Python: `content = response['Body'].get_raw_stream().read()`
    pub fn read_all(mut self) -> Result<Vec<u8>, CosError> {
        // The announced length is the server's word, so that little is reserved for it at once.
        let mut content = Vec::with_capacity(self.length.unwrap_or_default().min(CHUNK as u64) as usize);
        self.read_to_end(&mut content).map_err(body_error)?;
        Ok(content)
    }

    /// Reads the next `size` bytes, fewer only at the end of the body; none once it has ended.
    ///
    /// Python: `fp = response['Body'].get_raw_stream(); fp.read(2)`
    pub fn read_bytes(&mut self, size: usize) -> Result<Vec<u8>, CosError> {
        let mut piece = Vec::with_capacity(size.min(CHUNK));
        self.by_ref().take(size as u64).read_to_end(&mut piece).map_err(body_error)?;
        Ok(piece)
    }

    /// Reads the body in pieces of `chunk_size` bytes; the last may be shorter. After an error it ends.
    ///
    /// Python: `for chunk in response['Body'].get_stream(chunk_size=1024)`
    pub fn get_stream(mut self, chunk_size: usize) -> impl Iterator<Item = Result<Vec<u8>, CosError>> + Send {
        let mut ended = false;
        std::iter::from_fn(move || {
            if ended {
                return None;
            }
            let chunk = self.read_bytes(chunk_size.max(1));
            ended = chunk.as_ref().map_or(true, Vec::is_empty);
            match chunk {
                Ok(chunk) if chunk.is_empty() => None,
                chunk => Some(chunk),
            }
        })
    }

    /// Writes the body to a file.
    ///
    /// The body goes to a temporary file beside it, which is renamed once it is complete and checked, so that
    /// the file is either the old or the complete new one.
    ///
    /// Python: `response['Body'].get_stream_to_file('local.txt')`
    pub fn get_stream_to_file(self, file_name: impl AsRef<Path>) -> Result<(), CosError> {
        let path = file_name.as_ref();
        let mut file = Replacement::create(path)?;
        self.copy_to(path, &mut file)?;
        file.finish()?;
        Ok(())
    }

    /// Writes the body into `file` as it comes; `path` is for errors.
    pub(crate) fn copy_to(mut self, path: &Path, file: &mut impl Write) -> Result<(), CosError> {
        let size = self.length.map_or(CHUNK, |length| length.clamp(1, CHUNK as u64) as usize);
        // The buffer may hold decrypted content.
        let mut buffer = Zeroizing::new(vec![0; size]);
        loop {
            let read = match self.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(body_error(error).into()),
            };
            file.write_all(&buffer[..read]).map_err(|e| CosClientError::local(path, "cannot write", e))?;
        }
    }
}

impl Read for StreamBody {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buf).map_err(|error| told(error, self.attempts))?;
        self.read += read as u64;
        Ok(read)
    }
}

/// Passes an object on as it comes, without a file in between. A request with such a body is not retried once a byte was
/// read.
impl From<StreamBody> for Body<'_> {
    fn from(body: StreamBody) -> Self {
        match body.length {
            Some(length) => Body::sized_reader(body, length),
            None => Body::reader(body),
        }
    }
}

bodies! { StreamBody, }

/// Adds the attempts to an error that has none yet.
fn told(error: io::Error, attempts: Attempts) -> io::Error {
    let kind = error.kind();
    if kind == io::ErrorKind::Interrupted {
        return error;
    }
    let error = body_error(error);
    io::Error::new(kind, if error.attempts() == 0 { error.with_attempts(attempts) } else { error })
}

/// A body whose length and CRC-64 are checked at its end.
struct Checked {
    body: Box<dyn Read + Send>,
    length: Option<u64>,
    read: u64,
    check: Option<(Crc64, u64)>,
    finished: bool,
}

impl Checked {
    fn check_end(&self) -> io::Result<()> {
        let why = match (self.length, &self.check) {
            (Some(length), _) if length != self.read => {
                format!("the body ended after {} of {length} bytes", self.read)
            }
            (_, Some((crc, expected))) if crc.value() != *expected => {
                format!("crc64: received {}, but COS stored {expected}", crc.value())
            }
            _ => return Ok(()),
        };
        Err(io::Error::new(io::ErrorKind::InvalidData, CosClientError::new(ClientErrorKind::Integrity, why)))
    }
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.finished || buf.is_empty() {
            return Ok(0);
        }
        let read = self.body.read(buf)?;
        if let Some((crc, _)) = &mut self.check {
            crc.update(&buf[..read]);
        }
        self.read += read as u64;
        // A reader that knows the length may stop right there, so the check comes before the last byte is handed out.
        if read == 0 || self.length.is_some_and(|length| self.read >= length) {
            self.check_end()?;
            self.finished = read == 0;
        }
        Ok(read)
    }
}

impl fmt::Debug for StreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamBody").field("length", &self.length).field("read", &self.read).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn body(content: &'static [u8], headers: &[(&'static str, &'static str)]) -> StreamBody {
        let map: HeaderMap =
            headers.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        StreamBody::new(Box::new(content), 200, &Headers::of(map), Attempts::default())
    }

    #[test]
    fn a_short_or_altered_body_is_an_error_at_its_end() {
        let mut sink = Vec::new();
        let cut = body(b"abc", &[("content-length", "4")]).read_to_end(&mut sink).unwrap_err();
        assert!(cut.to_string().contains("3 of 4 bytes"), "{cut}");
        let altered = body(b"abc", &[("x-cos-hash-crc64ecma", "1")]).read_to_end(&mut sink).unwrap_err();
        assert!(altered.to_string().contains("crc64"), "{altered}");
        assert_eq!(*body_error(altered).kind(), ClientErrorKind::Integrity);
    }

    #[test]
    fn it_can_be_read_whole_or_so_many_bytes_at_a_time() {
        assert_eq!(body(b"abcdefg", &[]).read_all().unwrap(), b"abcdefg");
        let cut = body(b"abc", &[("content-length", "4")]).read_all().unwrap_err();
        assert_eq!(cut.kind(), Some(&ClientErrorKind::Integrity));
        let mut whole = body(b"abcdefg", &[]);
        let pieces = [2, 0, 4, 9, 9].map(|size| whole.read_bytes(size).unwrap());
        assert_eq!(pieces, [&b"ab"[..], b"", b"cdef", b"g", b""]);
    }

    #[test]
    fn pieces_are_full_but_for_the_last() {
        let pieces: Result<Vec<_>, _> = body(b"abcdefg", &[]).get_stream(3).collect();
        assert_eq!(pieces.unwrap(), [b"abc".to_vec(), b"def".to_vec(), b"g".to_vec()]);
    }

    #[test]
    fn a_failed_download_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "old").unwrap();
        assert!(body(b"new", &[("content-length", "9")]).get_stream_to_file(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert!(body(b"new", &[("content-length", "3")]).get_stream_to_file(&path).is_ok());
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
