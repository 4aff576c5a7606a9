//! An object that is uploaded in parts: the upload is started, its parts are listed, it is completed or aborted.

use http::HeaderMap;

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::lost_answer::head_written;
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, Part};
use crate::ops::multipart::list_parts::ListedPart;
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::crc64::combine;
use crate::wire::headers;
use crate::wire::uri::Target;

/// How often a completion is sent if its answers say nothing.
const TRIES: u32 = 2;

/// The object that an upload makes.
#[derive(Clone, Copy)]
pub(in crate::transfer) struct Destination<'t> {
    pub(in crate::transfer) client: &'t CosS3Client,
    pub(in crate::transfer) bucket: &'t str,
    pub(in crate::transfer) key: &'t str,
    pub(in crate::transfer) headers: &'t HeaderMap,
}

/// An open upload of an object.
pub(in crate::transfer) struct OpenUpload<'t> {
    pub(in crate::transfer) to: Destination<'t>,
    pub(in crate::transfer) id: String,
}

/// A part that COS has.
#[derive(Debug, Clone)]
pub(in crate::transfer) struct Done {
    pub(in crate::transfer) part: Part,
    /// The CRC-64 of the part, if it is known.
    pub(in crate::transfer) crc64: Option<u64>,
    /// The length in bytes.
    pub(in crate::transfer) len: u64,
}

impl Done {
    pub(in crate::transfer) fn new(number: u32, etag: impl Into<String>, crc64: Option<u64>, len: u64) -> Self {
        Self { part: Part { part_number: number, etag: etag.into() }, crc64, len }
    }
}

impl<'t> Destination<'t> {
    pub(super) fn upload(self, id: String) -> OpenUpload<'t> {
        OpenUpload { to: self, id }
    }

    /// Starts an upload. A cancelled transfer waits for the answer, too: an upload whose id got lost stays behind.
    pub(super) fn start(self) -> Result<OpenUpload<'t>, CosError> {
        let client = self.client.unsteered();
        let create = client.create_multipart_upload(self.bucket, self.key);
        Ok(self.upload(create.with_headers(self.headers.clone()).send()?.into_inner().upload_id))
    }

    /// Returns the newest open upload of the key, whoever started it.
    pub(in crate::transfer) fn newest(self) -> Result<Option<OpenUpload<'t>>, CosError> {
        let name = self.key.strip_prefix('/').unwrap_or(self.key);
        let mut newest = None;
        for upload in self.client.list_multipart_uploads(self.bucket).prefix(name).uploads() {
            match upload {
                Ok(upload) if upload.key == name => newest = Some(self.upload(upload.upload_id)),
                Ok(_) => {}
                // A key that may write need not be allowed to list. Then there is nothing to resume.
                Err(CosError::Service(error)) if error.get_status_code() == 403 => {
                    log::warn!("cannot look for an upload of {name:?} to resume: {error}");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(newest)
    }
}

impl<'t> OpenUpload<'t> {
    /// Aborts the upload if this thread panics before the guard is dropped: a panic in the caller's code ends an
    /// upload that nobody can resume as an error does.
    pub(super) fn abort_on_panic(&self) -> AbortOnPanic<'_, 't> {
        AbortOnPanic(self)
    }

    /// Returns the parts of the upload. `None`: there is no such upload any more.
    pub(in crate::transfer) fn parts(&self) -> Result<Option<Vec<ListedPart>>, CosError> {
        let Destination { client, bucket, key, .. } = self.to;
        match client.list_parts(bucket, key, &self.id).parts().collect() {
            Ok(listed) => Ok(Some(listed)),
            Err(error) if CosError::is_not_found(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the parts, also if the transfer was cancelled.
    pub(in crate::transfer) fn abort(&self) {
        let Destination { client, bucket, key, .. } = self.to;
        // The caller must see why the transfer failed; the log tells that parts stay.
        match client.unsteered().abort_multipart_upload(bucket, key, &self.id).send() {
            Err(left) if !left.is_not_found() => log::warn!("the parts of upload {} of {key:?} stay: {left}", self.id),
            _ => {}
        }
    }

    /// Makes the object of the parts, given in any order, and compares its CRC-64 with `whole`, or if that is not
    /// known with the CRC-64 of the parts together.
    pub(super) fn complete(
        &self,
        mut done: Vec<Done>,
        whole: Option<u64>,
    ) -> Result<Response<CompleteMultipartUploadOutput>, CosError> {
        let Destination { client, bucket, key, headers } = self.to;
        let headers = options::chosen(headers, &headers::COMPLETE);
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
            // As long as the upload is there, it was not completed, whatever object was there before.
            let ended = is_gone(&error) || self.has_ended();
            if is_conflict(&error) && !ended {
                return Err(error);
            }
            if let Some(found) = ended.then(|| self.completed_object(expected)).flatten() {
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

    /// Tells whether COS says that the upload is gone. A caller who may not ask does not know.
    fn has_ended(&self) -> bool {
        let Destination { client, bucket, key, .. } = self.to;
        let parts = client.list_parts(bucket, key, &self.id).max_parts(1).send();
        parts.is_err_and(|error| error.is_not_found())
    }

    /// Returns the object as its completion would have, if it has this length and CRC-64.
    pub(super) fn completed_object(
        &self,
        (len, crc64): (u64, Option<u64>),
    ) -> Option<Response<CompleteMultipartUploadOutput>> {
        let Destination { client, bucket, key, headers } = self.to;
        let head = head_written(client, &Target::object(bucket, key), headers).ok()?;
        let same = crc64.is_some() && head.crc64 == crc64 && head.content_length == len;
        same.then(|| {
            head.map(|head| CompleteMultipartUploadOutput {
                location: client.get_object_url(bucket, key).unwrap_or_default(),
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                etag: head.etag,
                version_id: head.version_id,
                crc64: head.crc64,
            })
        })
    }
}

/// See [`OpenUpload::abort_on_panic`].
#[must_use = "it ends when dropped"]
pub(super) struct AbortOnPanic<'u, 't>(&'u OpenUpload<'t>);

impl Drop for AbortOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abort();
        }
    }
}

/// Returns length and CRC-64 of the parts together, given in order. The CRC-64 is `None` if one of them is.
pub(in crate::transfer) fn sum(done: &[Done]) -> (u64, Option<u64>) {
    let crc64 = done.iter().try_fold(0, |crc, done| Some(combine(crc, done.crc64?, done.len)));
    (done.iter().map(|done| done.len).sum(), crc64)
}

/// Tells whether the object may have been made all the same: the answer was lost or empty, or COS does not know the
/// upload any more, or has an object already where none was to be replaced. A second try hears the last two after a
/// first one that succeeded.
fn says_nothing(error: &CosError) -> bool {
    let empty = error.service().is_some_and(|e| e.get_status_code() == 200 && !e.has_code());
    error.kind() == Some(&ClientErrorKind::Ambiguous) || empty || is_gone(error) || is_conflict(error)
}

/// Tells whether the object that is there is another one than the caller's condition names.
fn is_conflict(error: &CosError) -> bool {
    error.service().is_some_and(|e| matches!(e.get_status_code(), 409 | 412))
}

/// Says that the object may be there, unless COS said from the start that there is no such upload.
fn unclear(error: CosError) -> CosError {
    if error.service().is_none_or(|e| e.get_status_code() != 200) {
        return error;
    }
    let why = "nothing tells whether the object was made of the parts";
    CosClientError::unclear(ClientErrorKind::Ambiguous, why, error).into()
}

/// Tells whether COS does not know the upload any more, so that completing it again is no use.
fn is_gone(error: &CosError) -> bool {
    let code = |error: &CosError| error.service().is_some_and(|e| e.get_error_code() == "NoSuchUpload");
    code(error) || error.client().and_then(|error| error.get_ref()?.downcast_ref()).is_some_and(code)
}
