//! An upload in parts that a transfer started itself and answers for: it is completed or given up.

use http::HeaderMap;

use super::finish::{Done, Finish};
use crate::client::CosS3Client;
use crate::control::Control;
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
        Ok(Self { client, bucket, key, id: start(client, bucket, key, headers)? })
    }

    /// Gives the upload up because of `error`, which is handed back.
    pub(crate) fn abort(self, error: CosError) -> CosError {
        give_up(self.client, self.bucket, self.key, &self.id);
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

/// A panic in the caller's reader is as much its end as an error.
impl Drop for OwnUpload<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            give_up(self.client, self.bucket, self.key, &self.id);
        }
    }
}

/// Starts an upload, and waits for its id even if the transfer is to be cancelled: an upload whose id got lost
/// stays behind.
pub(crate) fn start(client: &CosS3Client, bucket: &str, key: &str, headers: HeaderMap) -> Result<String, CosError> {
    let _entered = Control::default().enter();
    Ok(client.create_multipart_upload(bucket, key).with_headers(headers).send()?.upload_id)
}

/// Deletes the parts of an upload, also of one that was cancelled.
pub(crate) fn give_up(client: &CosS3Client, bucket: &str, key: &str, upload_id: &str) {
    let _entered = Control::default().enter();
    // What the caller must see is why the transfer failed; that parts stay behind is for the log.
    match client.abort_multipart_upload(bucket, key, upload_id).send() {
        Err(left) if !left.is_not_found() => log::warn!("the parts of upload {upload_id} of {key:?} stay: {left}"),
        _ => {}
    }
}

/// Whether COS said no to a completion for good. After anything else the object may be there, or come to
/// be: giving the upload up then could destroy it. A 404 may be the answer to a second try of one that
/// succeeded.
pub(crate) fn refused(error: &CosError) -> bool {
    let status = error.service().map(CosServiceError::get_status_code);
    status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 404 | 408 | 429))
}
