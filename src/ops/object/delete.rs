//! Deleting an object.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::ops::call::call;
use crate::ops::response::Response;
use crate::wire::respond::Headers;

impl CosS3Client {
    /// Deletes an object. A missing object is no error. In a bucket with versioning the call leaves a delete
    /// marker unless it names a version, and a second marker if it is retried after a lost answer.
    ///
    /// Returns [`Response`](crate::Response)`<`[`DeleteObjectOutput`](crate::object::DeleteObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.delete_object(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7743>
    pub fn delete_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> DeleteObject<'_> {
        self.object_call("delete_object", Method::DELETE, bucket, key, "")
            .reads(|answer, _| {
                let headers = match answer {
                    Ok(answer) => answer.headers,
                    Err(error) if error.done_before("NoSuchKey") || error.done_before("NoSuchVersion") => {
                        Headers::default()
                    }
                    Err(error) => return Err(error),
                };
                let delete_marker = headers.get("x-cos-delete-marker").is_some_and(|marker| marker == "true");
                let version_id = headers.get("x-cos-version-id");
                Ok(Response::of_headers(DeleteObjectOutput { delete_marker, version_id }, headers))
            })
            .into()
    }
}

call! {
    /// Builds a [`delete_object`](CosS3Client::delete_object) request.
    pub struct DeleteObject -> Response<DeleteObjectOutput> {}
    plus version_id;
}

/// The answer to a deletion. Python's dict of it is that of the headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeleteObjectOutput {
    /// Whether a delete marker was written or deleted.
    #[serde(skip)]
    pub delete_marker: bool,
    /// The version that was written or deleted, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
}
