//! Deleting an object.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::respond::Headers;
use crate::wire::uri::Target;

impl CosS3Client {
    /// Deletes an object. That there is none is no error. In a bucket with versioning it leaves a delete
    /// marker, unless a version is named.
    ///
    /// Python:
    /// ```python
    /// response = client.delete_object(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7743>
    pub fn delete_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> DeleteObject<'_> {
        DeleteObject {
            client: self,
            request: Request::new("delete_object", Method::DELETE, Target::object(bucket, key)),
        }
    }
}

/// Builds a [`delete_object`](CosS3Client::delete_object) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeleteObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl DeleteObject<'_> {
    options::every!();
    options::version_id!();

    /// Sends the request.
    pub fn send(self) -> Result<DeleteObjectOutput, CosError> {
        let headers = match self.client.execute(self.request) {
            Ok(answer) => answer.headers,
            Err(error) if error.done_before("NoSuchKey") || error.done_before("NoSuchVersion") => Headers::default(),
            Err(error) => return Err(error),
        };
        Ok(DeleteObjectOutput {
            delete_marker: headers.get("x-cos-delete-marker").is_some_and(|marker| marker == "true"),
            version_id: headers.get("x-cos-version-id"),
            request_id: headers.text("x-cos-request-id"),
            headers,
        })
    }
}

/// The answer to a deletion. Serializes to the dict of headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeleteObjectOutput {
    /// Whether a delete marker was written or deleted.
    #[serde(skip)]
    pub delete_marker: bool,
    /// The version that was written or deleted, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
    /// All headers of the answer.
    #[serde(flatten)]
    pub headers: Headers,
}
