//! Starting and aborting an upload in parts.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::cipher::AfterSuccess;
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::call::Call;
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

/// # Uploads in parts
impl CosS3Client {
    /// Starts an upload in parts. Parts stay stored, and paid for, until the upload is completed or aborted. After a lost
    /// answer another upload is started, and the first one stays without parts: a lifecycle rule with
    /// `AbortIncompleteMultipartUpload` removes such.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CreateMultipartUploadOutput`](crate::multipart::CreateMultipartUploadOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.create_multipart_upload(Bucket='examplebucket-1250000000', Key='multipart.txt')
    /// upload_id = response['UploadId']
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7746>
    pub fn create_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> CreateMultipartUpload<'_> {
        let request = Request::new("create_multipart_upload", Method::POST, Target::object(bucket, key))
            .param("uploads", "")
            // A second upload without parts costs nothing, and `maybe_orphan` reports it.
            .idempotent();
        CreateMultipartUpload { client: self, request, then: None }
    }

    /// Aborts an upload and deletes its parts. A missing upload is 404 `NoSuchUpload`, unless an earlier attempt's
    /// answer was lost.
    ///
    /// Python:
    /// ```python
    /// client.abort_multipart_upload(Bucket='examplebucket-1250000000', Key='multipart.txt', UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7740>
    pub fn abort_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> Call<'_, ()> {
        self.object_call("abort_multipart_upload", Method::DELETE, bucket, key, "").upload_id(upload_id).reads(
            |answer, _| match answer {
                Err(error) if error.done_before("NoSuchUpload") => Ok(()),
                result => result.map(drop),
            },
        )
    }
}

impl<T> Call<'_, T> {
    fn upload_id(mut self, upload_id: impl Into<String>) -> Self {
        self.request = self.request.upload_id(upload_id);
        self
    }
}

impl Request<'_> {
    /// Sets the upload id. An empty id is an error, because the request would then be about the object.
    pub(crate) fn upload_id(mut self, upload_id: impl Into<String>) -> Self {
        let upload_id = upload_id.into();
        if upload_id.is_empty() {
            self.defer(CosClientError::invalid("upload_id", "is empty"));
        }
        self.param("uploadId", upload_id)
    }
}

/// Builds a [`create_multipart_upload`](CosS3Client::create_multipart_upload) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CreateMultipartUpload<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    then: Option<AfterSuccess<'a>>,
}

/// What the encrypting client does besides.
#[cfg(feature = "encryption")]
impl<'a> CreateMultipartUpload<'a> {
    /// The request, for a client that encrypts.
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }

    /// Adds what follows success.
    pub(crate) fn then(
        mut self,
        then: impl FnOnce(&str, &http::HeaderMap) -> Result<(), CosClientError> + Send + 'a,
    ) -> Self {
        self.then = Some(AfterSuccess::new(then));
        self
    }
}

impl CreateMultipartUpload<'_> {
    /// Applies headers of a larger operation.
    pub(crate) fn with_headers(mut self, headers: http::HeaderMap) -> Self {
        self.request.headers = headers;
        self
    }

    /// Sends the request.
    pub fn send(self) -> Result<Response<CreateMultipartUploadOutput>, CosError> {
        let headers = self.request.headers.clone();
        let answer = self.client.execute(self.request)?;
        let mut output: CreateMultipartUploadOutput =
            answer.read(|body| xml::parse("InitiateMultipartUploadResult", body))?;
        if output.upload_id.is_empty() {
            let none = CosClientError::new(ClientErrorKind::Xml, "the XML answer holds no UploadId");
            return answer.read(|_| Err(none));
        }
        output.maybe_orphan = answer.attempts.may_have_succeeded;
        if output.maybe_orphan {
            log::warn!("besides {} another upload of {:?} may have been started", output.upload_id, output.key);
        }
        if let Some(then) = self.then {
            then.tell(&output.upload_id, &headers)?;
        }
        Ok(Response::of_fields(output, answer.headers))
    }
}

impl CreateMultipartUpload<'_> {
    options::upload!();
}

/// An upload that was started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CreateMultipartUploadOutput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The upload id, which the later calls take.
    pub upload_id: String,
    /// Whether the answer to an earlier attempt was lost. Then that attempt may have started another upload, which
    /// stays until it is aborted. [`list_multipart_uploads`](CosS3Client::list_multipart_uploads)
    /// shows it.
    #[serde(skip)]
    pub maybe_orphan: bool,
}
