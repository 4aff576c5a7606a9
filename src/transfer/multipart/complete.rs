//! Completing an upload in parts, also when the answer says nothing: then a look at the object decides.

use std::error::Error as _;

use super::session::{Destination, OpenUpload};
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::lost_answer::head_written;
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, Part};
use crate::ops::options;
use crate::wire::crc64::combine;
use crate::wire::uri::Target;

/// Which of the object's headers the completion carries: what is called then, and what must hold then, too.
const COMPLETE_HEADERS: [&str; 5] =
    ["x-cos-callback", "x-cos-callback-var", "x-cos-forbid-overwrite", "if-match", "if-none-match"];
/// How often a completion is sent whose answers say nothing.
const TRIES: u32 = 2;

/// A part that COS has.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) part: Part,
    /// The CRC-64 of the part; none if it is not known.
    pub(crate) crc64: Option<u64>,
    /// The length in bytes.
    pub(crate) len: u64,
}

impl OpenUpload<'_> {
    /// Makes the object of the parts, given in any order, and compares its CRC-64 with `whole`, or where
    /// that is not known with the parts'.
    pub(in crate::transfer) fn complete(
        &self,
        mut done: Vec<Done>,
        whole: Option<u64>,
    ) -> Result<CompleteMultipartUploadOutput, CosError> {
        let Destination { client, bucket, key, headers } = self.to;
        let headers = options::chosen(headers, &COMPLETE_HEADERS);
        done.sort_by_key(|done| done.part.part_number);
        let (len, combined) = sum(&done);
        let expected = (len, whole.or(combined));
        let parts: Vec<Part> = done.into_iter().map(|done| done.part).collect();
        let mut tries = 0;
        let mut earlier = None;
        let output = loop {
            tries += 1;
            let complete = client.complete_multipart_upload(bucket, key, &self.id, parts.clone());
            let error = match complete.with_headers(headers.clone()).marked(tries > 1).send() {
                Ok(output) => break output,
                Err(error) => error,
            };
            if !says_nothing(&error) {
                return Err(error);
            }
            // As long as there is the upload, it was not completed, whatever object was there before.
            let ended = is_gone(&error) || self.has_ended();
            if is_conflict(&error) && !ended {
                return Err(error);
            }
            if let Some(found) = ended.then(|| self.look(expected)).flatten() {
                log::debug!("the completion of {key:?} was answered by {error}, but the object is there");
                break found;
            }
            if tries == TRIES || ended {
                return Err(unclear(earlier.unwrap_or(error)));
            }
            earlier = Some(error);
        };
        match (expected.1, output.crc64) {
            (Some(sent), Some(stored)) if sent != stored => {
                let why = format!("crc64: sent {sent}, but COS made an object of {stored}");
                Err(CosClientError::answered(ClientErrorKind::Integrity, why).into())
            }
            _ => Ok(output),
        }
    }

    /// Whether COS knows the upload no more. Who may not ask does not know.
    fn has_ended(&self) -> bool {
        let Destination { client, bucket, key, .. } = self.to;
        let parts = client.list_parts(bucket, key, &self.id).max_parts(1).send();
        parts.is_err_and(|error| error.is_not_found())
    }

    /// Returns the object as a completion would have, if it is of this length and CRC-64.
    pub(in crate::transfer) fn look(&self, (len, crc64): (u64, Option<u64>)) -> Option<CompleteMultipartUploadOutput> {
        let Destination { client, bucket, key, headers } = self.to;
        let head = head_written(client, &Target::object(bucket, key), headers).ok()?;
        let same = crc64.is_some() && head.crc64 == crc64 && head.content_length == len;
        same.then(|| CompleteMultipartUploadOutput {
            location: client.get_object_url(bucket, key).unwrap_or_default(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            etag: head.etag,
            version_id: head.version_id,
            crc64: head.crc64,
            request_id: head.request_id,
            headers: head.headers,
        })
    }
}

/// Returns length and CRC-64 of the parts together, given in order; no CRC-64 if one is not known.
pub(in crate::transfer) fn sum(done: &[Done]) -> (u64, Option<u64>) {
    let crc64 = done.iter().try_fold(0, |crc, done| Some(combine(crc, done.crc64?, done.len)));
    (done.iter().map(|done| done.len).sum(), crc64)
}

/// Whether the object may have been made all the same: the answer was lost or empty, or COS does not know
/// the upload any more, or has an object already where none was to be replaced, which is what a second try hears of
/// a first that succeeded.
fn says_nothing(error: &CosError) -> bool {
    let empty = error.service().is_some_and(|e| e.get_status_code() == 200 && !e.has_code());
    error.kind() == Some(&ClientErrorKind::Ambiguous) || empty || is_gone(error) || is_conflict(error)
}

/// Whether the object that is there is another one than the caller's condition names.
fn is_conflict(error: &CosError) -> bool {
    error.service().is_some_and(|e| matches!(e.get_status_code(), 409 | 412))
}

/// Tells that the object may be there, unless COS said from the start that there is no such upload.
fn unclear(error: CosError) -> CosError {
    if error.service().is_none_or(|e| e.get_status_code() != 200) {
        return error;
    }
    let why = "nothing tells whether the object was made of the parts";
    CosClientError::unclear(ClientErrorKind::Ambiguous, why, error).into()
}

/// Whether COS does not know the upload any more, so that completing it again is no use.
fn is_gone(error: &CosError) -> bool {
    let code = |error: &CosError| error.service().is_some_and(|e| e.get_error_code() == "NoSuchUpload");
    code(error) || error.source().and_then(|cause| cause.downcast_ref()).is_some_and(code)
}
