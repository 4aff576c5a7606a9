//! Fetching one part of an object into its place in a file.

use std::error::Error as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use http::{HeaderMap, Method};

use super::plan::PartRange;
use super::pool::Stop;
use super::progress::Progress;
use crate::answer::Streaming;
use crate::client::{CosS3Client, Repeats};
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::write_all_at;
use crate::ops::object::stream_body::body_error;
use crate::wire::crc64::Crc64;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::retry::broken_off;
use crate::wire::uri::Target;

/// How much is read and written at a time, in bytes; more makes it slower again.
const CHUNK: usize = 256 * 1024;

/// What all parts of a download share.
pub(crate) struct Fetch<'t> {
    pub(crate) client: &'t CosS3Client,
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
    /// The caller's headers and the `If-Match` that pins the object.
    pub(crate) headers: HeaderMap,
    pub(crate) size: u64,
    pub(crate) file: &'t File,
    pub(crate) path: &'t Path,
    pub(crate) progress: &'t Progress<'t>,
    pub(crate) stop: &'t Stop,
}

impl Fetch<'_> {
    /// Fetches a part and returns its CRC-64. A body that breaks off is continued where it stopped.
    pub(crate) fn part(&self, part: PartRange) -> Result<u64, CosError> {
        let mut crc = Crc64::new();
        let mut done = 0;
        self.rest(part, &mut done, &mut crc).inspect_err(|_| self.progress.back(done))?;
        Ok(crc.value())
    }

    fn rest(&self, part: PartRange, done: &mut u64, crc: &mut Crc64) -> Result<(), CosError> {
        let (mut repeats, mut odd) = (Repeats::default(), false);
        while *done < part.len {
            let (before, interruptions) = (*done, self.stop.interruptions());
            let Err(error) = self.some(part, done, crc) else { continue };
            if self.stop.interruptions() != interruptions {
                self.stop.proceed()?;
                continue;
            }
            // Something in between may have answered, once.
            let again = error.broke_off() || (is_odd(&error) && !odd);
            odd |= is_odd(&error);
            let bytes_came = *done > before;
            if bytes_came {
                self.client.got_on(&mut repeats, &self.target);
            }
            if !again || self.stop.is_set() {
                return Err(error);
            }
            if !self.client.repeat(&mut repeats, &self.target, broken_off(bytes_came)) {
                return Err(repeats.told(error));
            }
            log::debug!("part {} broke off after {done} of {} bytes: {error}", part.number, part.len);
        }
        self.client.got_on(&mut repeats, &self.target);
        Ok(())
    }

    /// Reads from where the part stands until its end or a failure.
    fn some(&self, part: PartRange, done: &mut u64, crc: &mut Crc64) -> Result<(), CosError> {
        let (first, last) = (part.offset + *done, part.offset + part.len - 1);
        let mut request = Request::new("download_file", Method::GET, self.target.clone());
        request.query.clone_from(&self.query);
        request.headers.clone_from(&self.headers);
        request.set_header("range", &format!("bytes={first}-{last}"));
        let mut answer = self.client.execute_streaming(request).map_err(changed)?;
        self.check_range(&answer, first, last)?;
        let mut buffer = vec![0; CHUNK.min(part.len as usize)];
        while *done < part.len {
            if self.stop.is_set() {
                return Err(CosClientError::new(ClientErrorKind::Transport, "the transfer stopped").into());
            }
            let wanted = buffer.len().min((part.len - *done) as usize);
            let read = match answer.body.read(&mut buffer[..wanted]) {
                Ok(0) => return Err(body_error(io::ErrorKind::UnexpectedEof.into()).into()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(body_error(error).into()),
            };
            write_all_at(self.file, &buffer[..read], part.offset + *done)
                .map_err(|e| CosClientError::local(self.path, "cannot write", e))?;
            crc.update(&buffer[..read]);
            *done += read as u64;
            self.progress.forward(read as u64);
        }
        // A connection is kept for the next part only if its body was read to the end.
        match answer.body.read(&mut buffer[..1]) {
            Ok(0) | Err(_) => Ok(()),
            Ok(_) => Err(range_error("the body is longer than the range")),
        }
    }

    /// Checks that the answer is the range asked for: anything else would be written in the wrong place.
    fn check_range(&self, answer: &Streaming, first: u64, last: u64) -> Result<(), CosError> {
        if answer.status == 200 && first == 0 && last + 1 == self.size {
            return Ok(());
        }
        if answer.status != 206 {
            let why = format!("the range was answered with status {}", answer.status);
            return Err(CosClientError::new(ClientErrorKind::Protocol, why).into());
        }
        let expected = ContentRange { first, last, total: Some(self.size) };
        let found = answer.headers.get("content-range");
        if found.as_deref().and_then(ContentRange::parse) == Some(expected) {
            return Ok(());
        }
        let why = OddRange(format!("expected Content-Range \"{expected}\", found {found:?}"));
        let error = CosClientError::new(ClientErrorKind::Protocol, format!("not the part asked for: {}", why.0));
        Err(error.caused_by(why).into())
    }
}

/// An answer that is a range, but not the one asked for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct OddRange(String);

fn is_odd(error: &CosError) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<OddRange>()).is_some()
}

fn range_error(why: &str) -> CosError {
    CosClientError::new(ClientErrorKind::Protocol, format!("the answer is not the part asked for: {why}")).into()
}

/// A failed `If-Match` means that the object is another one now.
fn changed(error: CosError) -> CosError {
    match error {
        CosError::Service(e) if e.get_status_code() == 412 => {
            let why = "the object changed while it was downloaded";
            CosClientError::meant(ClientErrorKind::ObjectChanged, why, *e).into()
        }
        other => other,
    }
}
