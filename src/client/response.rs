//! Reads the answer of an attempt: a result, or a failure with the facts for the retry decision.

use std::io::{self, Read};

use http::{HeaderValue, Method};

use crate::attempts::Attempts;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::transport::{Answer, Cause, Failure};
use crate::wire::range::ContentRange;
use crate::wire::request::{Proof, Request};
use crate::wire::respond::{ERROR_BODY_LIMIT, Headers, Refusal, date, retry_after, service_error};
use crate::wire::uri::Location;
use crate::wire::xml;

/// The largest answer that is read into memory, in bytes. A list page of 1000 keys is far below it.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// A successful answer, read to its end.
pub(crate) struct Answered {
    pub(crate) operation: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    /// The CRC-64 of the body that was sent, where it was counted.
    pub(crate) sent_crc: Option<u64>,
    /// The attempts that were made.
    pub(crate) attempts: Attempts,
}

impl Answered {
    /// Reads the body. If that fails, the error says that there was an answer, and which.
    pub(crate) fn read<T, E: Into<CosError>>(&self, parse: impl FnOnce(&[u8]) -> Result<T, E>) -> Result<T, CosError> {
        parse(&self.body).map_err(|error| self.unreadable(error.into()))
    }

    fn unreadable(&self, error: CosError) -> CosError {
        let error = match error {
            CosError::Client(error) if *error.kind() == ClientErrorKind::Xml => {
                error.in_answer(self.operation, &self.headers.request_id()).into()
            }
            other => other,
        };
        error.with_attempts(self.attempts)
    }
}

/// A successful answer whose body is still on its way.
pub(crate) struct Streaming {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Box<dyn Read + Send>,
    pub(crate) attempts: Attempts,
    /// Whether the body requests the rest by itself if it breaks off.
    pub(crate) resumes: bool,
}

impl Streaming {
    /// Fails if it is not a whole object or a range of one: 204 would pass for an empty object, and 203 says that
    /// something on the way has changed it.
    pub(crate) fn check_status(&self) -> Result<(), CosClientError> {
        if matches!(self.status, 200 | 206) {
            return Ok(());
        }
        let why = format!("the object was answered with status {}, which is neither 200 nor 206", self.status);
        Err(CosClientError::new(ClientErrorKind::Protocol, why).with_attempts(self.attempts))
    }

    /// Fails if it is a range that was not asked for, or if its headers disagree about how long it is: cut short
    /// somewhere on the way, it would pass for the whole.
    pub(crate) fn check_range(&self, asked: Option<&HeaderValue>) -> Result<(), CosClientError> {
        if self.status != 206 {
            return Ok(());
        }
        let (text, length) = (self.headers.get("content-range"), self.headers.number("content-length"));
        let found = text.as_deref().and_then(ContentRange::parse);
        let fits = match asked.map(|asked| String::from_utf8_lossy(asked.as_bytes())) {
            // Several ranges come without the header.
            Some(asked) => text.is_none() || found.is_some_and(|found| found.answers(asked.trim())),
            None => false,
        };
        let why = match found.zip(length) {
            _ if !fits => {
                format!("the answer is another part of the object than was asked for: Content-Range {text:?}")
            }
            Some((found, length)) if found.last - found.first != length.wrapping_sub(1) => {
                format!("the answer contradicts itself: Content-Range \"{found}\", Content-Length {length}")
            }
            _ => return Ok(()),
        };
        Err(CosClientError::new(ClientErrorKind::Protocol, why).with_attempts(self.attempts))
    }
}

/// Fails if nothing shows that a success is one of COS: a proxy or a captive portal answers anything with 200.
pub(crate) fn require_proof(request: &Request<'_>, status: u16, headers: &Headers) -> Result<(), Failure> {
    let has_id = !headers.request_id().is_empty();
    let (proven, lacks, unknown) = match request.traits.proof {
        _ if request.method == Method::GET || request.method == Method::HEAD => {
            (has_id || !headers.text("etag").is_empty(), "x-cos-request-id and no etag", "")
        }
        Proof::RequestId => (has_id, Proof::RequestId.header(), " and whether anything was done"),
        proof => (!headers.text(proof.header()).is_empty(), proof.header(), " and whether anything was done"),
    };
    if proven {
        return Ok(());
    }
    let why = format!(
        "{}: the answer {status} has no {lacks}, so that it is not known to be that of COS{unknown}",
        request.operation
    );
    Err(Failure::answered(Cause::Foreign, CosClientError::new(ClientErrorKind::Protocol, why)))
}

/// Reads an answer to its end before it counts as a success. The answer must prove that COS sent it, unless
/// `any_gateway` is trusted.
pub(crate) fn read_whole(
    request: &Request<'_>,
    answer: Answer,
    sent_crc: Option<u64>,
    any_gateway: bool,
) -> Result<Answered, Failure> {
    let headers = Headers::of(answer.headers);
    let mut body = Vec::new();
    if request.method != Method::HEAD {
        read_limited(answer.body, ANSWER_LIMIT, &mut body)?;
    }
    // Read once more rather than told to the caller, who would have to.
    if request.method == Method::GET && xml::is_cut(&body) {
        let error = CosClientError::new(ClientErrorKind::Xml, "the XML answer is cut");
        let error = error.in_answer(request.operation, &headers.request_id());
        return Err(Failure::answered(Cause::Broken, error));
    }
    // COS reports late failures of copies and completions with status 200. No other answer has this form.
    if !body.is_empty() && xml::has_root("Error", &body) {
        let refusal = Refusal {
            operation: request.operation,
            method: &request.method,
            url: "",
            status: answer.status,
            headers: &headers,
            body: &body,
        };
        let cause = Cause::Answer { from_cos: true, retry_after: retry_after(&headers), date: date(&headers) };
        return Err(Failure::answered(cause, service_error(&refusal)));
    }
    // A list or a setting is proven by its document.
    if !any_gateway && request.method != Method::GET {
        require_proof(request, answer.status, &headers)?;
    }
    let stored = headers.number("x-cos-hash-crc64ecma");
    if let (Some(sent), Some(stored)) = (sent_crc.filter(|_| request.traits.verify_crc), stored)
        && sent != stored
    {
        let (etag, version) = (headers.text("etag"), headers.text("x-cos-version-id"));
        let why = format!("crc64: sent {sent}, but COS stored {stored}: ETag {etag}, version {version:?}");
        let error = CosClientError::new(ClientErrorKind::Integrity, why);
        return Err(Failure::answered(Cause::Corrupt, error));
    }
    let operation = request.operation;
    Ok(Answered { operation, status: answer.status, headers, body, sent_crc, attempts: Attempts::default() })
}

fn read_limited(body: impl Read, limit: u64, into: &mut Vec<u8>) -> Result<(), Failure> {
    let read = body.take(limit + 1).read_to_end(into);
    if let Err(cause) = read {
        let error = CosClientError::broken("the answer was cut", cause);
        return Err(Failure::answered(Cause::Broken, error));
    }
    if into.len() as u64 > limit {
        let why = format!("the answer is longer than {limit} bytes");
        let error = CosClientError::new(ClientErrorKind::Protocol, why);
        return Err(Failure::answered(Cause::Final, error));
    }
    Ok(())
}

/// Builds the error of an answer from 300 on.
pub(crate) fn refused(request: &Request<'_>, location: &Location, answer: Answer) -> Failure {
    let mut body = Vec::new();
    let headers = Headers::of(answer.headers);
    if request.method != Method::HEAD {
        // The status is known already, so an error's body that cannot be read is left out.
        let _ = answer.body.take(ERROR_BODY_LIMIT).read_to_end(&mut body);
    }
    let refusal = Refusal {
        operation: request.operation,
        method: &request.method,
        url: &location.url(),
        status: answer.status,
        headers: &headers,
        body: &body,
    };
    let from_cos = !headers.request_id().is_empty();
    let cause = Cause::Answer { from_cos, retry_after: retry_after(&headers), date: date(&headers) };
    Failure::answered(cause, service_error(&refusal))
}

/// Turns the error of a read into an error of this crate.
pub(crate) fn body_error(error: io::Error) -> CosClientError {
    match error.downcast::<CosClientError>() {
        Ok(own) => own,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            CosClientError::new(ClientErrorKind::Integrity, format!("the body ended too early: {error}"))
                .caused_by(error)
        }
        Err(error) => CosClientError::broken("the body cannot be read", error),
    }
}
