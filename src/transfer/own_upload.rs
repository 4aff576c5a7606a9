//! An upload in parts that a transfer started itself and answers for: it is completed or given up.

use http::HeaderMap;

use super::finish::{Done, Finish};
use crate::client::CosS3Client;
use crate::error::{CosError, CosServiceError};
use crate::ops::multipart::complete::CompleteMultipartUploadOutput;

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
        done: Vec<Done>,
        headers: HeaderMap,
        whole: Option<u64>,
    ) -> Result<CompleteMultipartUploadOutput, CosError> {
        let Self { client, bucket, key, id } = &self;
        let finish = Finish { client, bucket, key, upload_id: id, headers };
        match finish.complete(done, whole) {
            Err(error) if refused(&error) => Err(self.abort(error)),
            other => other,
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
