//! Fetching one range of an object into a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use http::{HeaderMap, Method};

use crate::client::CosS3Client;
use crate::client::response::{Streaming, body_error};
use crate::client::resuming_body::{CHANGED, ResumingBody};
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::write_all_at;
use crate::transfer::plan::PartRange;
use crate::transfer::pool::StopSignal;
use crate::transfer::progress::Progress;
use crate::wire::body_retry::BodyRetry;
use crate::wire::crc64::Crc64;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// How much is read and written at a time, in bytes; more makes it slower again.
const CHUNK: usize = 256 * 1024;

/// What the ranges of a download share.
pub(super) struct Fetch<'t> {
    pub(super) client: &'t CosS3Client,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    /// The caller's headers and the `If-Match` that pins the object.
    pub(super) headers: HeaderMap,
    pub(super) size: u64,
    pub(super) file: &'t File,
    pub(super) path: &'t Path,
    pub(super) progress: &'t Progress<'t>,
    pub(super) stop: &'t StopSignal,
}

impl Fetch<'_> {
    /// Fetches a part and returns its CRC-64. A body that breaks off resumes where it stopped.
    pub(super) fn part(&self, part: PartRange) -> Result<u64, CosError> {
        let (mut done, mut crc) = (0, Crc64::new());
        self.fetch(part, &mut done, &mut crc).inspect_err(|_| self.progress.back(done))?;
        Ok(crc.value())
    }

    fn fetch(&self, part: PartRange, done: &mut u64, crc: &mut Crc64) -> Result<(), CosError> {
        let Streaming { mut body, attempts, .. } = self.open(part)?;
        let with_attempts = |error: CosClientError| -> CosError {
            let attempts = if error.attempts() == 0 { attempts } else { *error.all_attempts() };
            error.with_attempts(attempts).into()
        };
        let mut buffer = vec![0; CHUNK.min(part.len as usize)];
        while *done < part.len {
            if self.stop.has_failed() {
                return Err(CosClientError::new(ClientErrorKind::Transport, "the transfer stopped").into());
            }
            self.stop.proceed()?;
            let wanted = buffer.len().min((part.len - *done) as usize);
            let read = match body.read(&mut buffer[..wanted]) {
                Ok(0) => return Err(with_attempts(body_error(io::ErrorKind::UnexpectedEof.into()))),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(with_attempts(body_error(error))),
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
            Ok(_) => Err(with_attempts(not_the_part("the body is longer than the range"))),
        }
    }

    /// Requests a part. An answer with another range is given a second chance: a cache may have sent it.
    fn open(&self, part: PartRange) -> Result<Streaming, CosError> {
        let (first, last) = (part.offset, part.offset + part.len - 1);
        let mut request = Request::new("download_file", Method::GET, self.target.clone());
        request.query.clone_from(&self.query);
        request.headers.clone_from(&self.headers);
        request.set_header("range", &format!("bytes={first}-{last}"));
        let mut attempts = 0;
        loop {
            let answer = self.client.execute_streaming(request.repeat().marked(attempts > 0));
            let answer = answer.map_err(|error| error.or_changed(CHANGED))?;
            attempts += answer.attempts.count;
            let Err(other) = self.check_range(&answer, first, last) else {
                return Ok(ResumingBody::wrap_range(self.client, request, answer));
            };
            let first_time = attempts == answer.attempts.count && answer.status == 206;
            let retry = first_time && self.client.retry_body(&self.target, &mut BodyRetry::default()).is_ok();
            if !retry {
                return Err(other.with_attempts(answer.attempts.with_total(attempts, false)).into());
            }
        }
    }

    /// Checks that the answer is the range asked for: anything else would be written in the wrong place.
    fn check_range(&self, answer: &Streaming, first: u64, last: u64) -> Result<(), CosClientError> {
        if answer.status == 200 && first == 0 && last + 1 == self.size {
            return Ok(());
        }
        if answer.status != 206 {
            return Err(not_the_part(&format!("the range was answered with status {}", answer.status)));
        }
        let expected = ContentRange { first, last, total: Some(self.size) };
        let found = answer.headers.get("content-range");
        if found.as_deref().and_then(ContentRange::parse) == Some(expected) {
            return Ok(());
        }
        Err(not_the_part(&format!("expected Content-Range \"{expected}\", found {found:?}")))
    }
}

fn not_the_part(why: &str) -> CosClientError {
    CosClientError::new(ClientErrorKind::Protocol, format!("the answer is not the part asked for: {why}"))
}
