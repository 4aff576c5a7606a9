//! Fetching one part of an object into its place in a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use http::{HeaderMap, Method};

use crate::attempts::Attempts;
use crate::client::CosS3Client;
use crate::client::response::{Streaming, body_error};
use crate::client::resuming_body::CHANGED;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::write_all_at;
use crate::transfer::plan::PartRange;
use crate::transfer::pool::StopSignal;
use crate::transfer::progress::Progress;
use crate::wire::body_retry::BodyRetry;
use crate::wire::crc64::Crc64;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::retry::StopReason;
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
    pub(crate) stop: &'t StopSignal,
}

/// Why bytes are missing.
pub(super) struct Break {
    pub(super) error: CosError,
    pub(super) cause: Cause,
}

/// What can be done about missing bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing: it is no use to ask again, or the client did as often as it may.
    Final,
    /// There was an answer, but not all of its body came.
    Body,
    /// The answer is a range, but not the one asked for.
    Odd,
}

impl<E: Into<CosError>> From<E> for Break {
    fn from(error: E) -> Self {
        Self { error: error.into(), cause: Cause::Final }
    }
}

impl Break {
    pub(super) fn body(error: impl Into<CosError>) -> Self {
        Self { error: error.into(), cause: Cause::Body }
    }

    /// Adds what it took to get the answer. What went wrong with a file has nothing to do with that.
    fn with_answer(self, attempts: Attempts) -> Self {
        let error = if self.error.is_local() { self.error } else { self.error.with_attempts(attempts) };
        Self { error, ..self }
    }

    /// Returns the error, with how often its request was sent in all.
    pub(super) fn with_attempts(self, attempts: u32, stop: Option<StopReason>) -> CosError {
        let attempts = self.error.all_attempts().with_total(attempts, stop == Some(StopReason::Quota));
        self.with_answer(attempts).error
    }
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
        let (mut retry, mut attempts, mut odd) = (BodyRetry::default(), 0, false);
        while *done < part.len {
            let (before, interruptions) = (*done, self.stop.interruptions());
            let Err(broken) = self.some(part, done, crc, attempts > 0) else { continue };
            if self.stop.interruptions() != interruptions {
                self.stop.proceed()?;
                continue;
            }
            attempts += broken.error.attempts();
            let again = match broken.cause {
                Cause::Final => false,
                Cause::Body => true,
                // Something in between may have answered, once.
                Cause::Odd => !std::mem::replace(&mut odd, true),
            };
            if !again || self.stop.is_set() {
                return Err(broken.with_attempts(attempts, None));
            }
            self.client.bytes_received(&self.target, *done - before, &mut retry);
            log::debug!("part {} broke off after {done} of {} bytes: {}", part.number, part.len, broken.error);
            if let Err(stop) = self.client.retry_body(&self.target, &mut retry) {
                return Err(broken.with_attempts(attempts, Some(stop)));
            }
        }
        self.client.bytes_received(&self.target, part.len, &mut retry);
        Ok(())
    }

    /// Reads from where the part stands until its end or a failure.
    fn some(&self, part: PartRange, done: &mut u64, crc: &mut Crc64, again: bool) -> Result<(), Break> {
        let (first, last) = (part.offset + *done, part.offset + part.len - 1);
        let mut request = Request::new("download_file", Method::GET, self.target.clone());
        request.query.clone_from(&self.query);
        request.headers.clone_from(&self.headers);
        request.set_header("range", &format!("bytes={first}-{last}"));
        let mut answer =
            self.client.execute_streaming(request.marked(again)).map_err(|error| error.or_changed(CHANGED))?;
        let whole = self.check_range(&answer, first, last);
        let read = whole.and_then(|()| self.read(&mut answer.body, part, done, crc));
        read.map_err(|broken| broken.with_answer(answer.attempts))
    }

    /// Writes what comes where it belongs.
    fn read(&self, body: &mut dyn Read, part: PartRange, done: &mut u64, crc: &mut Crc64) -> Result<(), Break> {
        let mut buffer = vec![0; CHUNK.min(part.len as usize)];
        while *done < part.len {
            if self.stop.is_set() {
                return Err(CosClientError::new(ClientErrorKind::Transport, "the transfer stopped").into());
            }
            let wanted = buffer.len().min((part.len - *done) as usize);
            let read = match body.read(&mut buffer[..wanted]) {
                Ok(0) => return Err(Break::body(body_error(io::ErrorKind::UnexpectedEof.into()))),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Break::body(body_error(error))),
            };
            write_all_at(self.file, &buffer[..read], part.offset + *done)
                .map_err(|e| CosClientError::local(self.path, "cannot write", e))?;
            crc.update(&buffer[..read]);
            *done += read as u64;
            self.progress.forward(read as u64);
        }
        // A connection is kept for the next part only if its body was read to the end.
        match body.read(&mut buffer[..1]) {
            Ok(0) | Err(_) => Ok(()),
            Ok(_) => Err(not_the_part("the body is longer than the range").into()),
        }
    }

    /// Checks that the answer is the range asked for: anything else would be written in the wrong place.
    fn check_range(&self, answer: &Streaming, first: u64, last: u64) -> Result<(), Break> {
        if answer.status == 200 && first == 0 && last + 1 == self.size {
            return Ok(());
        }
        if answer.status != 206 {
            return Err(not_the_part(&format!("the range was answered with status {}", answer.status)).into());
        }
        let expected = ContentRange { first, last, total: Some(self.size) };
        let found = answer.headers.get("content-range");
        if found.as_deref().and_then(ContentRange::parse) == Some(expected) {
            return Ok(());
        }
        let error = not_the_part(&format!("expected Content-Range \"{expected}\", found {found:?}"));
        Err(Break { error: error.into(), cause: Cause::Odd })
    }
}

fn not_the_part(why: &str) -> CosClientError {
    CosClientError::new(ClientErrorKind::Protocol, format!("the answer is not the part asked for: {why}"))
}
