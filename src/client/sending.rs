//! Bodies while they are sent: files as bodies, and the checksum of the bytes that were sent.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};

use crate::wire::body::{Body, BodyKind, bodies};
use crate::wire::crc64::Crc64;

/// Sends the file from its current position on; a pipe, until its end.
impl From<File> for Body<'_> {
    fn from(file: File) -> Self {
        body_of(file.metadata(), file)
    }
}

/// Sends the file from its current position on, and leaves it open.
impl<'a> From<&'a File> for Body<'a> {
    fn from(file: &'a File) -> Self {
        body_of(file.metadata(), file)
    }
}

bodies! { File, &'a File, }

fn body_of<'a>(metadata: io::Result<Metadata>, mut file: impl Read + Seek + Send + 'a) -> Body<'a> {
    match metadata {
        // A pipe has no length, and some systems report an enormous one.
        Ok(found) if found.is_dir() => Body(BodyKind::Failed(io::Error::other("it is a folder"))),
        Ok(found) if !found.is_file() && file.stream_position().is_err() => Body::reader(file),
        _ => Body::seekable(file),
    }
}

/// One attempt's reading of a body: counts, checks the length, and keeps the body's own error apart
/// from the connection's.
pub(crate) struct Sending<'b> {
    reader: &'b mut dyn Read,
    /// Bytes still owed, where the length was announced.
    left: Option<u64>,
    crc: Option<Crc64>,
    ended: bool,
    error: Option<io::Error>,
}

impl<'b> Sending<'b> {
    pub(crate) fn new(reader: &'b mut dyn Read, len: Option<u64>, with_crc: bool) -> Self {
        Self { reader, left: len, crc: with_crc.then(Crc64::new), ended: false, error: None }
    }

    /// Returns the CRC-64 of the bytes that were sent.
    pub(crate) fn crc(&self) -> Option<u64> {
        self.crc.as_ref().map(Crc64::value)
    }

    /// Returns the CRC-64 of the body if all of it was sent.
    pub(crate) fn whole_crc(&self) -> Option<u64> {
        self.crc().filter(|_| self.left == Some(0) || self.ended)
    }

    /// Returns the error of the body itself, if it failed.
    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.error = Some(error);
        kind.into()
    }
}

impl Read for Sending<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let wanted =
            self.left.map_or(buf.len(), |left| usize::try_from(left).map_or(buf.len(), |left| left.min(buf.len())));
        if wanted == 0 {
            return Ok(0);
        }
        let read = loop {
            match self.reader.read(&mut buf[..wanted]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fail(error)),
                Ok(read) => break read,
            }
        };
        self.ended |= read == 0;
        if let Some(left) = &mut self.left {
            // Without this error the HTTP library waits for the missing bytes for ever.
            if read == 0 {
                let why = format!("the body ended {left} bytes before its length");
                return Err(self.fail(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
            }
            *left -= read as u64;
        }
        if let Some(crc) = &mut self.crc {
            crc.update(&buf[..read]);
        }
        Ok(read)
    }
}

/// Runs `read` on a reader over the whole body.
pub(crate) fn with_reader<T>(body: &mut Body<'_>, read: impl FnOnce(&mut dyn Read) -> T) -> T {
    match &mut body.0 {
        BodyKind::None | BodyKind::Failed(_) => read(&mut io::empty()),
        BodyKind::Bytes(bytes) => read(&mut &bytes[..]),
        BodyKind::Source(source) => read(source),
    }
}

/// Tells a body whether the bytes that are read from now on are sent.
fn counts(body: &mut Body<'_>, sent: bool) {
    if let BodyKind::Source(source) = &mut body.0 {
        source.counts(sent);
    }
}

/// Reads a body to its end without sending it, and returns its CRC-64.
pub(crate) fn crc64(mut body: Body<'_>) -> io::Result<u64> {
    let mut crc = Crc64::new();
    counts(&mut body, false);
    with_reader(&mut body, |reader| {
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(crc.value()),
                Ok(read) => crc.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })
}

/// Returns the MD5 of a body in Base64 and goes back to its start; a body that cannot go back is an
/// error.
pub(crate) fn md5_base64(body: &mut Body<'_>) -> io::Result<String> {
    let once = || io::Error::new(io::ErrorKind::Unsupported, "the body can be read only once");
    if body.is_one_shot() {
        return Err(once());
    }
    let mut md5 = Md5::new();
    counts(body, false);
    with_reader(body, |reader| {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => md5.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })?;
    let again = body.rewind()?;
    counts(body, true);
    if again { Ok(BASE64_STANDARD.encode(md5.finalize())) } else { Err(once()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_ends_early_is_an_error_and_one_that_is_longer_is_cut() {
        let mut data = &b"abc"[..];
        let mut short = Sending::new(&mut data, Some(4), false);
        assert!(io::copy(&mut short, &mut io::sink()).is_err());
        assert!(short.take_error().unwrap().to_string().contains("1 bytes before its length"));
        let mut data = &b"abcdef"[..];
        let mut long = Sending::new(&mut data, Some(3), true);
        assert_eq!(io::copy(&mut long, &mut io::sink()).unwrap(), 3);
        let mut crc = Crc64::new();
        crc.update(b"abc");
        assert_eq!(long.crc(), Some(crc.value()));
    }
}
