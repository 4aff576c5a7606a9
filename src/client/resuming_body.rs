//! The body of a download that goes on where its connection broke.

use std::io::{self, Read};

use http::header::{HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::attempts::Attempts;
use crate::client::CosS3Client;
use crate::client::response::{Streaming, body_error};
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::wire::body_retry::BodyRetry;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::respond::Headers;
use crate::wire::retry::StopReason;

/// What a failed condition of the rest means.
pub(crate) const CHANGED: &str = "the object changed while it was downloaded";
/// What held for the first request need not hold for the next.
const FIRST_ONLY: [HeaderName; 2] = [IF_NONE_MATCH, IF_MODIFIED_SINCE];

/// A body that is asked for again, from its next byte on and of the same object, when it breaks off.
pub(crate) struct Resuming {
    client: CosS3Client,
    request: Request<'static>,
    body: Box<dyn Read + Send>,
    etag: String,
    /// Where in the object the next byte is.
    next: u64,
    /// Where the body ends, and how large the object is, if that is known.
    end: Option<u64>,
    size: Option<u64>,
    retry: BodyRetry,
    /// What it took so far.
    attempts: Attempts,
}

impl Resuming {
    /// Wraps the body of an answer; one that does not say which bytes of which object it holds stays as it is.
    pub(crate) fn wrap(client: &CosS3Client, request: Request<'static>, answer: Streaming) -> Streaming {
        let Streaming { status, headers, body, attempts } = answer;
        let place = match status {
            200 => Some((0, headers.number("content-length"), headers.number("content-length"))),
            206 => range(&headers).map(|(first, last, size)| (first, Some(last + 1), Some(size))),
            _ => None,
        };
        let etag = headers.text("etag");
        let body: Box<dyn Read + Send> = match place {
            Some((next, end, size)) if !etag.is_empty() => {
                let (client, retry) = (client.clone(), BodyRetry::default());
                Box::new(Self { client, request, body, etag, next, end, size, retry, attempts })
            }
            _ => body,
        };
        Streaming { status, headers, body, attempts }
    }

    fn resume(&mut self) -> Result<(), CosClientError> {
        let mut request = self.request.repeat().marked(true);
        for name in &FIRST_ONLY {
            request.headers.remove(name);
        }
        let last = self.end.map_or_else(String::new, |end| (end - 1).to_string());
        request.set_header("range", &format!("bytes={}-{last}", self.next));
        request.set_header("if-match", &self.etag);
        let answer = self.client.execute_streaming(request);
        let attempts = answer.as_ref().map_or_else(CosError::attempts, |answer| answer.attempts.count);
        self.attempts.count += attempts;
        let answer = answer.map_err(broken_for_good)?;
        let expected = self.end.map(|end| end - 1).zip(self.size);
        let fits = answer.status == 206
            && range(&answer.headers).is_some_and(|(first, last, size)| {
                first == self.next && expected.is_none_or(|expected| expected == (last, size))
            });
        if !fits {
            let why = "the body broke off, and the answer to the rest of it is not that rest";
            return Err(CosClientError::new(ClientErrorKind::Protocol, why));
        }
        self.body = answer.body;
        Ok(())
    }

    /// Adds to an error what it took, and why no more was tried.
    fn with_attempts(&self, error: io::Error, stop: Option<StopReason>) -> io::Error {
        let (kind, error) = (error.kind(), body_error(error));
        let attempts = error.all_attempts().with_total(self.attempts.count, stop == Some(StopReason::Quota));
        io::Error::new(kind, error.with_attempts(attempts))
    }
}

fn broken_for_good(error: CosError) -> CosClientError {
    match error.or_changed(CHANGED) {
        CosError::Client(error) => error,
        CosError::Service(error) if error.status == 416 => {
            let why = "the body ended before its announced end, and COS has no more of it";
            CosClientError::meant(ClientErrorKind::Integrity, why, *error)
        }
        CosError::Service(error) => {
            let why = format!("the body broke off, and the rest of it was refused: {error}");
            CosClientError::meant(ClientErrorKind::Transport, why, *error)
        }
    }
}

/// Reads which bytes of how many an answer holds.
fn range(headers: &Headers) -> Option<(u64, u64, u64)> {
    let range = ContentRange::parse(&headers.get("content-range")?)?;
    Some((range.first, range.last, range.total?))
}

impl Read for Resuming {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            let error = match self.body.read(buf) {
                Ok(0) if self.end.is_some_and(|end| self.next < end) => io::Error::from(io::ErrorKind::UnexpectedEof),
                Ok(read) => {
                    self.next += read as u64;
                    self.client.bytes_received(&self.request.target, read as u64, &mut self.retry);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => error,
            };
            let over = self.end.is_some_and(|end| self.next >= end);
            if over || Control::current().is_some_and(|control| control.is_interrupted()) {
                return Err(self.with_attempts(error, None));
            }
            if let Err(stop) = self.client.retry_body(&self.request.target, &mut self.retry) {
                return Err(self.with_attempts(error, Some(stop)));
            }
            log::debug!("the body broke off at byte {}, going on from there: {error}", self.next);
            if let Err(error) = self.resume() {
                return Err(self.with_attempts(io::Error::other(error), None));
            }
        }
    }
}
