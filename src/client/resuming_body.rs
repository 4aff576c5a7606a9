//! The one body of a download that resumes where its connection broke: streams, whole files and ranges read it.

use std::io::{self, Read};

use http::header::{HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::attempts::Attempts;
use crate::client::CosS3Client;
use crate::client::response::{Streaming, body_error};
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::wire::body_retry::BodyRetry;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::respond::Headers;
use crate::wire::retry::StopReason;

/// The message of an error for an object that was replaced during its download.
pub(crate) const CHANGED: &str = "the object changed while it was downloaded";
/// Conditions of the first request that the next one leaves out.
const FIRST_ONLY: [HeaderName; 2] = [IF_NONE_MATCH, IF_MODIFIED_SINCE];

/// A body that requests the rest of the same object when its connection breaks or its transfer was paused.
pub(crate) struct ResumingBody {
    client: CosS3Client,
    request: Request<'static>,
    body: Box<dyn Read + Send>,
    etag: String,
    /// The position of the next byte in the object.
    next: u64,
    /// Where the body ends, and the size of the object, if the answer told them.
    end: Option<u64>,
    size: Option<u64>,
    retry: BodyRetry,
    attempts: Attempts,
    /// How often the transfer had been interrupted when the present answer came.
    interruptions: u64,
    /// Whether an answer was another range than the one that was requested.
    misanswered: bool,
}

/// Why the rest of a body did not come.
enum Refusal {
    /// Another range was answered. A cache between here and COS may do so once.
    OtherRange(CosClientError),
    Final(CosClientError),
}

impl ResumingBody {
    /// Wraps the body of an answer. An answer that does not say which bytes of which object it holds stays as it is.
    pub(crate) fn wrap(client: &CosS3Client, request: Request<'static>, answer: Streaming) -> Streaming {
        if answer.headers.text("etag").is_empty() {
            return answer;
        }
        Self::wrap_range(client, request, answer)
    }

    /// Wraps the body of a range whose request says which object is meant, or of an answer with an ETag.
    pub(crate) fn wrap_range(client: &CosS3Client, request: Request<'static>, answer: Streaming) -> Streaming {
        let Streaming { status, headers, body, attempts, .. } = answer;
        let extent = match status {
            200 => Some((0, headers.number("content-length"), headers.number("content-length"))),
            206 => range(&headers).map(|(first, last, size)| (first, Some(last + 1), Some(size))),
            _ => None,
        };
        let Some((next, end, size)) = extent else {
            return Streaming { status, headers, body, attempts, resumes: false };
        };
        let body = Box::new(Self {
            client: client.clone(),
            request,
            body,
            etag: headers.text("etag"),
            next,
            end,
            size,
            retry: BodyRetry::default(),
            attempts,
            interruptions: client.interruptions(),
            misanswered: false,
        });
        Streaming { status, headers, body, attempts, resumes: true }
    }

    /// Requests the rest of the body.
    fn resume(&mut self) -> Result<(), Refusal> {
        let mut request = self.request.repeat().marked(true);
        for name in &FIRST_ONLY {
            request.headers.remove(name);
        }
        let last = self.end.map_or_else(String::new, |end| (end - 1).to_string());
        request.set_header("range", &format!("bytes={}-{last}", self.next));
        if !self.etag.is_empty() {
            request.set_header("if-match", &self.etag);
        }
        self.interruptions = self.client.interruptions();
        let answer = self.client.execute_streaming(request);
        self.attempts.count += answer.as_ref().map_or_else(CosError::attempts, |answer| answer.attempts.count);
        let answer = answer.map_err(|error| Refusal::Final(refused(error)))?;
        // Some servers ignore the condition.
        if !self.etag.is_empty() && answer.headers.text("etag") != self.etag {
            return Err(Refusal::Final(CosClientError::new(ClientErrorKind::ObjectChanged, CHANGED)));
        }
        let expected = self.end.map(|end| end - 1).zip(self.size);
        let fits = answer.status == 206
            && range(&answer.headers).is_some_and(|(first, last, size)| {
                first == self.next && expected.is_none_or(|expected| expected == (last, size))
            });
        if !fits {
            let why = "the body broke off, and the answer to the rest of it is not that rest";
            return Err(Refusal::OtherRange(CosClientError::new(ClientErrorKind::Protocol, why)));
        }
        self.body = answer.body;
        Ok(())
    }

    /// Adds to an error the attempts that were made, and why there was no other one.
    fn with_attempts(&self, error: io::Error, stop: Option<StopReason>) -> io::Error {
        let (kind, error) = (error.kind(), body_error(error));
        let attempts = error.all_attempts().with_total(self.attempts.count, stop == Some(StopReason::Quota));
        io::Error::new(kind, error.with_attempts(attempts))
    }

    /// Requests the rest after `error` until it comes. Fails once no retry is left.
    fn recover(&mut self, mut error: io::Error) -> io::Result<()> {
        loop {
            if self.end.is_some_and(|end| self.next >= end) {
                return Err(self.with_attempts(error, None));
            }
            // A body that a pause broke off costs no attempt: the request for its rest waits for the end of the pause.
            if self.client.interruptions() == self.interruptions {
                let why = format!("the body broke off at byte {}: {error}", self.next);
                if let Err(stop) = self.client.retry_body(&self.request, &mut self.retry, why) {
                    return Err(self.with_attempts(error, Some(stop)));
                }
            }
            match self.resume() {
                Ok(()) => return Ok(()),
                Err(Refusal::OtherRange(other)) if !std::mem::replace(&mut self.misanswered, true) => {
                    error = io::Error::other(other);
                }
                Err(Refusal::OtherRange(other) | Refusal::Final(other)) => {
                    return Err(self.with_attempts(io::Error::other(other), None));
                }
            }
        }
    }
}

/// The error of a rest that was refused.
fn refused(error: CosError) -> CosClientError {
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

impl Read for ResumingBody {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.body.read(buf) {
                Ok(0) if self.end.is_some_and(|end| self.next < end) => {
                    self.recover(io::ErrorKind::UnexpectedEof.into())?;
                }
                Ok(read) => {
                    self.next += read as u64;
                    self.client.bytes_received(&self.request.target, read as u64, &mut self.retry);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => self.recover(error)?,
            }
        }
    }
}
