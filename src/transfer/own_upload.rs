//! An upload in parts that a transfer started itself and answers for: it is completed or given up.

use http::HeaderMap;

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, Part};
use crate::wire::crc64::combine;

/// A part that COS has.
pub(crate) struct Done {
    pub(crate) part: Part,
    /// The CRC-64 of the part; none if it is not known.
    pub(crate) crc64: Option<u64>,
    /// The length in bytes.
    pub(crate) len: u64,
}

pub(crate) struct OwnUpload<'t> {
    client: &'t CosS3Client,
    bucket: &'t str,
    key: &'t str,
    pub(crate) id: String,
}

impl<'t> OwnUpload<'t> {
    pub(crate) fn start(
        client: &'t CosS3Client,
        bucket: &'t str,
        key: &'t str,
        headers: HeaderMap,
    ) -> Result<Self, CosError> {
        let created = client.create_multipart_upload(bucket, key).with_headers(headers).send()?;
        Ok(Self { client, bucket, key, id: created.upload_id })
    }

    /// Gives the upload up because of `error`, which is handed back.
    pub(crate) fn abort(self, error: CosError) -> CosError {
        // What the caller must see is why the transfer failed; that parts stay behind is for the log.
        if let Err(left) = self.client.abort_multipart_upload(self.bucket, self.key, &self.id).send() {
            log::warn!("the parts of upload {} of {:?} stay: {left}", self.id, self.key);
        }
        error
    }

    /// Makes the object of the parts, in any order, and compares its CRC-64 with `whole`, or where that is
    /// not known with the parts'.
    pub(crate) fn complete(
        self,
        mut done: Vec<Done>,
        headers: HeaderMap,
        whole: Option<u64>,
    ) -> Result<CompleteMultipartUploadOutput, CosError> {
        done.sort_by_key(|done| done.part.part_number);
        let combined = done.iter().try_fold(0, |crc, done| Some(combine(crc, done.crc64?, done.len)));
        let parts: Vec<Part> = done.into_iter().map(|done| done.part).collect();
        let complete = self.client.complete_multipart_upload(self.bucket, self.key, &self.id, parts);
        let output = match complete.with_headers(headers).send() {
            Ok(output) => output,
            Err(error) if refused(&error) => return Err(self.abort(error)),
            Err(error) => return Err(error),
        };
        match (whole.or(combined), output.crc64) {
            (Some(sent), Some(stored)) if sent != stored => {
                let why = format!("crc64: sent {sent}, but COS made an object of {stored}");
                Err(CosClientError::new(ClientErrorKind::Integrity, why).into())
            }
            _ => Ok(output),
        }
    }
}

/// Whether COS said no to a completion for good. After anything else the object may be there, or come to
/// be: giving the upload up then could destroy it. A 404 may be the answer to a second try of one that
/// succeeded.
fn refused(error: &CosError) -> bool {
    let status = error.service().map(CosServiceError::get_status_code);
    status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 404 | 408 | 429))
}
