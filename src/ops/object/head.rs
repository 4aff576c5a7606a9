//! Looking up an object.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::call::{Call, call};
use crate::ops::options;
use crate::ops::response::Response;
use crate::ops::values::StorageClass;
use crate::wire::headers;
use crate::wire::request::Request;
use crate::wire::respond::Headers;

impl CosS3Client {
    /// Reads an object's headers: length, ETag, metadata. 404 `NoSuchResource` if there is none.
    ///
    /// Returns [`Response`](crate::Response)`<`[`HeadObjectOutput`](crate::object::HeadObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.head_object(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7745>
    pub fn head_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> HeadObject<'_> {
        self.object_call("head_object", Method::HEAD, bucket, key, "")
            .reads(|answer, _| answer.map(|answer| HeadObjectOutput::of(answer.headers)))
            .into()
    }

    /// Returns whether an object exists. Any answer except success and 404 is an error.
    ///
    /// Python:
    /// ```python
    /// exists = client.object_exists(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7745>
    pub fn object_exists(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, bool> {
        self.object_call("object_exists", Method::HEAD, bucket, key, "").exists()
    }
}

/// Sends the HEAD that a larger operation needs, for an object that it reads or writes with these headers.
pub(crate) fn head_for(client: &CosS3Client, request: Request<'_>) -> Result<Response<HeadObjectOutput>, CosError> {
    client.execute(request).map(|answer| HeadObjectOutput::of(answer.headers))
}

/// Makes the HEAD that goes with a request, for the same version and with the same key.
pub(crate) fn head_of(request: &Request<'_>) -> Request<'static> {
    let mut head = Request::new(request.operation, Method::HEAD, request.target.clone());
    head.query.extend(request.query.iter().filter(|(name, _)| name == "versionId").cloned());
    head.headers = options::chosen(&request.headers, &headers::HEAD);
    head
}

call! {
    /// Builds a [`head_object`](CosS3Client::head_object) request.
    pub struct HeadObject -> Response<HeadObjectOutput> {}
    plus conditions, customer_key, version_id;
}

/// The headers of an object. Python's dict of it is that of the headers,
/// where metadata stands under its `x-cos-meta-` names.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HeadObjectOutput {
    /// The length in bytes; 0 also if the answer has no length. [`length`](Response::length) tells the two apart.
    #[serde(skip)]
    pub content_length: u64,
    /// The content type.
    #[serde(skip)]
    pub content_type: String,
    /// The ETag, with its quotes.
    #[serde(skip)]
    pub etag: String,
    /// When it was written, as an HTTP date.
    #[serde(skip)]
    pub last_modified: String,
    /// The storage class. An answer without one means standard.
    #[serde(skip)]
    pub storage_class: StorageClass,
    /// The version, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 of the whole object (`x-cos-hash-crc64ecma`).
    #[serde(skip)]
    pub crc64: Option<u64>,
}

impl Response<HeadObjectOutput> {
    /// Returns the length in bytes. `None`: the answer has no length, as chunked answers of CDNs.
    pub fn length(&self) -> Option<u64> {
        self.headers.number("content-length")
    }
}

impl HeadObjectOutput {
    /// Reads the headers of an answer.
    pub(crate) fn of(headers: Headers) -> Response<Self> {
        let head = Self {
            content_length: headers.number("content-length").unwrap_or_default(),
            content_type: headers.text("content-type"),
            etag: headers.text("etag"),
            last_modified: headers.text("last-modified"),
            storage_class: headers.get("x-cos-storage-class").map_or(StorageClass::Standard, StorageClass::from),
            version_id: headers.get("x-cos-version-id"),
            crc64: headers.number("x-cos-hash-crc64ecma"),
        };
        Response::of_headers(head, headers)
    }
}
