//! Was it done? Every decision about a request whose answer was lost, made from a HEAD of the object or from the
//! answer to a later attempt.

use http::{HeaderMap, Method};

use crate::attempts::{Attempts, Sent};
use crate::client::response::Answered;
use crate::client::{CosS3Client, Verdict};
use crate::error::ClientErrorKind::{self, Ambiguous, AppendConflict};
use crate::error::{CosClientError, CosError, CosServiceError};
use crate::ops::object::head::{HeadObjectOutput, head_for};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::crc64::combine;
use crate::wire::headers;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// Sends a HEAD for an object that was written, or was to be written, with these headers.
pub(crate) fn head_written(
    client: &CosS3Client,
    target: &Target,
    headers: &HeaderMap,
) -> Result<Response<HeadObjectOutput>, CosError> {
    let mut request = Request::new("head_object", Method::HEAD, target.clone());
    request.headers = options::chosen(headers, &headers::HEAD);
    let head = head_for(client, request)?;
    if head.etag.is_empty() && client.get_conf().fixed.require_request_id {
        // Every object of COS has one, so COS did not send this answer.
        let why = "head_object: the answer has no ETag, so that it is not that of COS";
        return Err(CosClientError::answered(ClientErrorKind::Protocol, why).into());
    }
    Ok(head)
}

const STORED_OR_NOT: &str =
    "an answer was lost, and nothing tells whether the object was stored before this was refused";
const COPIED_OR_NOT: &str =
    "an answer was lost, and nothing tells whether the object was copied before this was refused";
const GONE: &str = "the answer was lost, and the object is gone";
const OTHERS: &str = "the answer was lost, and somebody else wrote to the object";
const APPENDED_OR_NOT: &str = "the answer was lost, and nothing tells whether the data was appended";

/// Tells whether a refusal may be the answer to a second attempt of a request whose first attempt succeeded.
pub(crate) fn may_explain(error: &CosServiceError) -> bool {
    error.attempts.may_have_succeeded && matches!(error.status, 409 | 412)
}

/// A request that writes an object.
pub(crate) struct Written {
    target: Target,
    headers: HeaderMap,
    len: Option<u64>,
}

impl Written {
    pub(crate) fn of(request: &Request<'_>) -> Self {
        Self { target: request.target.clone(), headers: request.headers.clone(), len: request.body.len() }
    }

    /// Decides whether COS stored an upload although its retry was refused with `error`. Returns the object, if it did.
    pub(crate) fn was_stored(
        &self,
        client: &CosS3Client,
        error: Box<CosServiceError>,
    ) -> Result<Response<HeadObjectOutput>, CosError> {
        let ours = |there: &Response<HeadObjectOutput>| {
            let same_length = Some(there.length()?) == self.len;
            if same_length { Some(there.crc64? == error.attempts.body_crc?) } else { Some(false) }
        };
        match head_written(client, &self.target, &self.headers) {
            Ok(there) if ours(&there) == Some(true) => Ok(there),
            Ok(there) if ours(&there) == Some(false) => Err(CosError::Service(error)),
            Err(head) if head.is_not_found() => Err(CosError::Service(error)),
            _ => Err(CosClientError::unclear(Ambiguous, STORED_OR_NOT, CosError::Service(error)).into()),
        }
    }

    /// Decides whether data was appended at `position`, to content with the CRC-64 `previous`.
    pub(crate) fn was_appended(
        &self,
        client: &CosS3Client,
        position: u64,
        previous: Option<u64>,
        attempts: &Attempts,
    ) -> Verdict<Answered> {
        let there = match head_written(client, &self.target, &self.headers) {
            Ok(there) => there,
            Err(error) if error.is_not_found() && position == 0 => return Verdict::Undone,
            Err(error) if error.is_not_found() => return Verdict::Unclear(AppendConflict, GONE),
            Err(_) => return Verdict::Unclear(Ambiguous, APPENDED_OR_NOT),
        };
        let whole = previous.zip(attempts.body_crc).zip(self.len);
        let whole = whole.map(|((before, data), len)| combine(before, data, len));
        let Some(length) = there.length() else { return Verdict::Unclear(Ambiguous, APPENDED_OR_NOT) };
        match (length.checked_sub(position), whole) {
            (Some(0), _) if self.len != Some(0) => Verdict::Undone,
            (added, _) if self.len.is_some() && added != self.len => Verdict::Unclear(AppendConflict, OTHERS),
            (_, Some(crc64)) if there.crc64 == Some(crc64) => Verdict::Done(appended(there)),
            (_, Some(_)) if there.crc64.is_some() => Verdict::Unclear(AppendConflict, OTHERS),
            _ => Verdict::Unclear(Ambiguous, APPENDED_OR_NOT),
        }
    }
}

/// Rebuilds the answer to an append from a HEAD of its object.
fn appended(there: Response<HeadObjectOutput>) -> Answered {
    let length = there.content_length;
    let headers = there.headers.with_number("x-cos-next-append-position", length);
    Answered {
        operation: "append_object",
        status: 200,
        headers,
        body: Vec::new(),
        sent_crc: None,
        attempts: Attempts::default(),
    }
}

/// Decides whether a refused copy may have succeeded in an earlier attempt, which only the refusal can tell.
pub(crate) fn copied_or_not(error: CosError) -> CosError {
    match error {
        CosError::Service(error) if may_explain(&error) => {
            CosClientError::unclear(Ambiguous, COPIED_OR_NOT, CosError::Service(error)).into()
        }
        other => other,
    }
}

/// Tells whether the object of a completion may have been made all the same: the answer was lost or empty, or a
/// repetition hears that there is no such upload any more.
pub(crate) fn completed_or_not(error: &CosError) -> bool {
    match error {
        CosError::Client(e) => *e.kind() == ClientErrorKind::Xml || (error.broke_off() && e.sent() != Sent::Nothing),
        CosError::Service(_) => error.done_before("NoSuchUpload"),
    }
}
