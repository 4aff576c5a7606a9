//! An object that is uploaded in parts, and the uploads of it that are open.

use http::HeaderMap;

use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{CosError, CosServiceError};
use crate::ops::multipart::list_parts::ListedPart;

/// The object that is to be made, with its headers.
#[derive(Clone, Copy)]
pub(in crate::transfer) struct Destination<'t> {
    pub(in crate::transfer) client: &'t CosS3Client,
    pub(in crate::transfer) bucket: &'t str,
    pub(in crate::transfer) key: &'t str,
    pub(in crate::transfer) headers: &'t HeaderMap,
}

/// An upload of it in parts.
pub(in crate::transfer) struct OpenUpload<'t> {
    pub(in crate::transfer) to: Destination<'t>,
    pub(in crate::transfer) id: String,
}

impl<'t> Destination<'t> {
    pub(in crate::transfer) fn upload(self, id: String) -> OpenUpload<'t> {
        OpenUpload { to: self, id }
    }

    /// Starts an upload, and waits for its id even if the transfer is to be cancelled: an upload whose id got
    /// lost stays behind.
    pub(in crate::transfer) fn start(self) -> Result<OpenUpload<'t>, CosError> {
        let _entered = Control::default().enter();
        let create = self.client.create_multipart_upload(self.bucket, self.key);
        Ok(self.upload(create.with_headers(self.headers.clone()).send()?.upload_id))
    }

    /// Returns the newest open upload of the key, anybody's.
    pub(in crate::transfer) fn newest(self) -> Result<Option<OpenUpload<'t>>, CosError> {
        let name = self.key.strip_prefix('/').unwrap_or(self.key);
        Control::of_this_thread().repeat(|| {
            let mut newest = None;
            for upload in self.client.list_multipart_uploads(self.bucket).prefix(name).uploads() {
                match upload {
                    Ok(upload) if upload.key == name => newest = Some(self.upload(upload.upload_id)),
                    Ok(_) => {}
                    // Who may write need not be allowed to list; then there is nothing to go on with.
                    Err(CosError::Service(error)) if error.get_status_code() == 403 => {
                        log::warn!("cannot look for an upload of {name:?} to go on with: {error}");
                        return Ok(None);
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(newest)
        })
    }
}

impl<'t> OpenUpload<'t> {
    /// Has it given up if this thread panics before the value returned is dropped: a panic in the caller's code is as
    /// much the end of what nobody can go on with as an error.
    pub(in crate::transfer) fn given_up_on_panic(&self) -> GivenUpOnPanic<'_, 't> {
        GivenUpOnPanic(self)
    }

    /// Returns its parts; none if there is no such upload any more.
    pub(in crate::transfer) fn parts(&self) -> Result<Option<Vec<ListedPart>>, CosError> {
        let Destination { client, bucket, key, .. } = self.to;
        let listed = || client.list_parts(bucket, key, &self.id).parts().collect();
        match Control::of_this_thread().repeat(listed) {
            Ok(listed) => Ok(Some(listed)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes its parts, also if the transfer was cancelled.
    pub(in crate::transfer) fn give_up(&self) {
        let _entered = Control::default().enter();
        let Destination { client, bucket, key, .. } = self.to;
        // What the caller must see is why the transfer failed; that parts stay behind is for the log.
        match client.abort_multipart_upload(bucket, key, &self.id).send() {
            Err(left) if !left.is_not_found() => log::warn!("the parts of upload {} of {key:?} stay: {left}", self.id),
            _ => {}
        }
    }
}

/// See [`OpenUpload::given_up_on_panic`].
#[must_use = "it ends when dropped"]
pub(in crate::transfer) struct GivenUpOnPanic<'u, 't>(&'u OpenUpload<'t>);

impl Drop for GivenUpOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}

/// Whether COS said no to a completion for good. After anything else the object may be there, or come to
/// be: giving the upload up then could destroy it. A 404 may be the answer to a second try of one that
/// succeeded.
pub(in crate::transfer) fn refused(error: &CosError) -> bool {
    let status = error.service().map(CosServiceError::get_status_code);
    status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 404 | 408 | 429))
}
