//! Uploads in parts, part by part.

use super::client::CosEncryptionClient;
use super::keyring::Sealing;
use super::mode::EncryptionMode;
use super::uploads::Closing;
use crate::error::CosError;
use crate::ops::call::Call;
use crate::ops::multipart::complete::{CompleteMultipartUpload, MultipartUpload, Part};
use crate::ops::multipart::create::CreateMultipartUpload;
use crate::ops::multipart::list_parts::ListParts;
use crate::ops::multipart::upload_part::UploadPart;
use crate::ops::options::chosen;
use crate::wire::body::{Body, IntoBody};
use crate::wire::headers;

impl CosEncryptionClient {
    /// Starts an encrypted upload in parts. The key stays in this client and its clones until the upload is completed
    /// or aborted.
    ///
    /// Python:
    /// ```python
    /// response = client.create_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload')
    /// upload_id = response['UploadId']
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7746>
    pub fn create_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> CreateMultipartUpload<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let sealing = self.seal(&bucket, &key);
        let mut create = self.inner.create_multipart_upload(bucket, key);
        match sealing {
            Ok(sealing) => {
                sealing.set_headers(create.request());
                create.then(move |upload_id, headers| {
                    let Sealing { name, cipher, .. } = sealing;
                    self.uploads.started(upload_id, name, cipher, chosen(headers, &headers::PART))
                })
            }
            Err(error) => {
                create.request().defer(error);
                create
            }
        }
    }

    /// Encrypts and uploads a part. It starts where the part before it ends, which must have been made before.
    /// Every part except the last must have a multiple of 16 bytes, and in native mode of 64 KiB; another length is an
    /// error before anything is sent.
    ///
    /// The bytes of an object are encrypted once: a call that sends a part again must send the same content. Otherwise
    /// it fails before anything is sent, and a new upload is needed.
    ///
    /// `bucket` and `key` are those of [`create_multipart_upload`](Self::create_multipart_upload); others are refused.
    ///
    /// Python:
    /// ```python
    /// client.upload_part(Bucket='examplebucket-1250000000', Key='exampleobject_upload', Body=b'bytes',
    ///                    PartNumber=1, UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7750>
    pub fn upload_part<'a>(
        &'a self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl IntoBody<'a>,
        part_number: u32,
        upload_id: impl Into<String>,
    ) -> UploadPart<'a> {
        self.part((bucket.into(), key.into()), body.into_body(), (part_number, None), &upload_id.into())
    }

    /// Encrypts and uploads a part that starts at byte `offset` of the object, for parts that are not sent in order.
    /// `offset` is a multiple of 16, and in native mode of 64 KiB.
    pub fn upload_part_at<'a>(
        &'a self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl IntoBody<'a>,
        part_number: u32,
        upload_id: impl Into<String>,
        offset: u64,
    ) -> UploadPart<'a> {
        self.part((bucket.into(), key.into()), body.into_body(), (part_number, Some(offset)), &upload_id.into())
    }

    /// Lists the parts of an upload.
    ///
    /// Python:
    /// ```python
    /// response = client.list_parts(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                              UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7747>
    pub fn list_parts(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> ListParts<'_> {
        self.inner.list_parts(bucket, key, upload_id)
    }

    /// Makes an object of the uploaded parts. Parts in another order than the one in which they were encrypted are an
    /// error.
    ///
    /// In native mode the last part marks the end of the object. If its length fits any part, being at least 1 MiB and
    /// a multiple of 64 KiB, the client uploads an empty part after it that marks the end. Only the client that sent
    /// the parts, or a clone of it, can do that, so other clients cannot complete such an upload.
    ///
    /// Python:
    /// ```python
    /// client.complete_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                                  UploadId=upload_id, MultipartUpload={'Part': response['Part']})
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7742>
    pub fn complete_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        multipart_upload: impl Into<MultipartUpload>,
    ) -> CompleteMultipartUpload<'_> {
        let (bucket, key, upload_id) = (bucket.into(), key.into(), upload_id.into());
        let parts: MultipartUpload = multipart_upload.into();
        let numbers: Vec<u32> = parts.part.iter().map(|part| part.part_number).collect();
        let native = self.keyring.mode == EncryptionMode::Native;
        let checked = self.name(&bucket, &key).and_then(|of| self.uploads.check(&upload_id, &of, &numbers, native));
        let mut complete = self.inner.complete_multipart_upload(&bucket, &key, &upload_id, parts.clone());
        match checked {
            Ok(Some(closing)) => complete = complete.of(move || self.close(bucket, key, upload_id, closing, parts)),
            Ok(None) => {}
            Err(error) => complete.request().defer(error),
        }
        complete.then(|upload_id, _| {
            self.uploads.ended(upload_id);
            Ok(())
        })
    }

    /// Aborts an upload, deletes its parts and forgets its key.
    ///
    /// Python:
    /// ```python
    /// client.abort_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                               UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7740>
    pub fn abort_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> Call<'_, ()> {
        let (bucket, key, upload_id) = (bucket.into(), key.into(), upload_id.into());
        let checked = self.name(&bucket, &key).and_then(|of| self.uploads.check_name(&upload_id, &of));
        let mut abort = self.inner.abort_multipart_upload(bucket, key, &upload_id);
        match checked {
            Ok(()) => self.uploads.ended(&upload_id),
            Err(error) => abort.request.defer(error),
        }
        abort
    }

    fn part<'a>(
        &'a self,
        (bucket, key): (String, String),
        body: Body<'a>,
        (number, offset): (u32, Option<u64>),
        upload_id: &str,
    ) -> UploadPart<'a> {
        let name = self.name(&bucket, &key);
        let mut upload = self.inner.upload_part(bucket, key, b"", number, upload_id);
        match name.and_then(|of| self.uploads.part(upload_id, &of, (number, offset), body.len())) {
            Ok(place) => upload.request().body = place.cipher.seal(body, place.offset, place.ends),
            Err(error) => upload.request().defer(error),
        }
        upload
    }

    /// Uploads the part that marks the end of an object, and returns all parts.
    fn close(
        &self,
        bucket: String,
        key: String,
        upload_id: String,
        closing: Closing,
        mut parts: MultipartUpload,
    ) -> Result<MultipartUpload, CosError> {
        let Closing { place, number, headers } = closing;
        let body = place.cipher.seal(Body::text(""), place.offset, place.ends);
        let answer = self.inner.upload_part(bucket, key, body, number, upload_id).with_headers(headers).send()?;
        parts.part.push(Part { part_number: number, etag: answer.etag.clone() });
        Ok(parts)
    }
}
