//! Uploading an object in one request.

use std::path::{Path, PathBuf};

use http::Method;
use serde::Serialize;

use super::head::HeadObjectOutput;
use crate::client::CosS3Client;
use crate::client::response::Answered;
use crate::client::sending::md5_base64;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::open_file;
use crate::ops::lost_answer::{self, Written};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::body::IntoBody;
use crate::wire::headers;
use crate::wire::limits::MAX_REQUEST;
use crate::wire::request::{Proof, Request, Traits};
use crate::wire::respond::Headers;
use crate::wire::uri::Target;

/// An upload: COS answers with the checksum of the body.
pub(crate) const UPLOAD: Traits = Traits {
    idempotent: true,
    response_timeout: None,
    md5: false,
    unsigned_query: false,
    verify_crc: true,
    compute_crc: false,
    transfer: true,
    trickles: false,
    proof: Proof::ETag,
};

/// # Objects
impl CosS3Client {
    /// Uploads an object in one request, up to 5 GiB. It replaces an existing object of the same key.
    ///
    /// The client compares the body's CRC-64 with the one that COS computed. A difference is retried like a broken
    /// connection, and is an error if it stays. If a condition (`if_match` and the like) fails after an attempt whose
    /// answer was lost, the client looks at the object to find out whether that attempt succeeded. If it cannot tell,
    /// the error is [`Ambiguous`](ClientErrorKind::Ambiguous).
    ///
    /// Returns [`Response`](crate::Response)`<`[`PutObjectOutput`](crate::object::PutObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.put_object(Bucket='examplebucket-1250000000', Body=b'abcdefg', Key='test.txt')
    /// print(response['ETag'])
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// let response = client
    ///     .put_object(bucket, b"abcdefg", "test.txt")
    ///     .storage_class("STANDARD_IA")
    ///     .metadata("x-cos-meta-key1", "value1")
    ///     .send()?;
    /// println!("{}", response.etag);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7749>
    pub fn put_object<'a>(
        &'a self,
        bucket: impl Into<String>,
        body: impl IntoBody<'a>,
        key: impl Into<String>,
    ) -> PutObject<'a> {
        let request = Request::new("put_object", Method::PUT, Target::object(bucket, key))
            .with_body(body.into_body())
            .with_traits(UPLOAD);
        PutObject { client: self, request, enable_md5: false, path: None }
    }

    /// Uploads a local file in one request, 5 GiB at most.
    ///
    /// Returns [`Response`](crate::Response)`<`[`PutObjectOutput`](crate::object::PutObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.put_object_from_local_file(
    ///     Bucket='examplebucket-1250000000', LocalFilePath='local.txt', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7749>
    pub fn put_object_from_local_file(
        &self,
        bucket: impl Into<String>,
        local_file_path: impl AsRef<Path>,
        key: impl Into<String>,
    ) -> PutObject<'_> {
        let request =
            Request::new("put_object_from_local_file", Method::PUT, Target::object(bucket, key)).with_traits(UPLOAD);
        PutObject { client: self, request, enable_md5: false, path: Some(local_file_path.as_ref().to_path_buf()) }
    }
}

/// Builds a [`put_object`](CosS3Client::put_object) or
/// [`put_object_from_local_file`](CosS3Client::put_object_from_local_file) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    enable_md5: bool,
    path: Option<PathBuf>,
}

/// What the encrypting client does besides.
#[cfg(feature = "encryption")]
impl<'a> PutObject<'a> {
    /// The request, for a client that encrypts.
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }
}

impl PutObject<'_> {
    /// Computes the MD5 of the body first and sends it, and COS checks it. The body is read twice. Python: `EnableMD5`.
    /// Default: false.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Sends the request.
    pub fn send(mut self) -> Result<Response<PutObjectOutput>, CosError> {
        self.request.check()?;
        if let Some(path) = &self.path {
            self.request.body = open_file(path, "bucket, path, key")?.into();
        }
        upload_body(self.client, self.request, self.enable_md5)
    }
}

impl PutObject<'_> {
    options::upload!();
}

/// Sends a request that carries an object or a part, with its MD5 if the caller asked for it.
pub(crate) fn upload_body(
    client: &CosS3Client,
    mut request: Request<'_>,
    enable_md5: bool,
) -> Result<Response<PutObjectOutput>, CosError> {
    prepare_upload(&mut request, enable_md5)?;
    let conditional = headers::WRITE_CONDITIONS.iter().any(|name| request.headers.contains_key(*name));
    let written = Written::of(&request);
    match client.execute(request) {
        Err(CosError::Service(error)) if conditional && lost_answer::may_explain(&error) => {
            written.was_stored(client, error).map(PutObjectOutput::rebuilt)
        }
        result => result.map(PutObjectOutput::of),
    }
}

/// Prepares a request that carries an object or a part, with its MD5 if the caller asked for it.
pub(crate) fn prepare_upload(request: &mut Request<'_>, enable_md5: bool) -> Result<(), CosError> {
    if let Some(declared) = request.declared_length
        && let Some(len) = request.body.declare(declared).filter(|len| *len != declared)
    {
        let why = format!("{declared} is not the length of the body, which has {len} bytes");
        return Err(CosClientError::invalid("content_length", why).into());
    }
    if let Some(len) = request.body.len().filter(|len| *len > MAX_REQUEST) {
        let why = format!("{len} bytes are more than one request can carry (5 GiB)");
        return Err(CosClientError::invalid("body", why).into());
    }
    if enable_md5 {
        let md5 = md5_base64(&mut request.body)
            .map_err(|e| CosClientError::new(ClientErrorKind::Body, format!("enable_md5: {e}")).caused_by(e))?;
        request.set_header("content-md5", &md5);
    }
    // With image processing COS may store another object than the one that was sent.
    if request.headers.contains_key("pic-operations") {
        request.traits = Traits { verify_crc: false, proof: Proof::RequestId, ..request.traits };
    }
    // A retry would make COS call back a second time.
    request.traits.idempotent &= !request.headers.contains_key("x-cos-callback");
    Ok(())
}

/// The answer to an upload. Python's dict of it is that of the headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PutObjectOutput {
    /// The ETag, with its quotes; for an object in one part the MD5 in hex.
    #[serde(skip)]
    pub etag: String,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 that COS computed (`x-cos-hash-crc64ecma`); it was compared with the body's.
    #[serde(skip)]
    pub crc64: Option<u64>,
    /// The CRC-64 of what was sent.
    #[serde(skip)]
    pub(crate) sent_crc64: Option<u64>,
}

impl PutObjectOutput {
    fn of(answer: Answered) -> Response<Self> {
        Self::read(answer.sent_crc, answer.headers)
    }

    /// Rebuilds the answer to an upload from a HEAD of its object.
    fn rebuilt(head: Response<HeadObjectOutput>) -> Response<Self> {
        Self::read(head.crc64, head.headers)
    }

    fn read(sent_crc64: Option<u64>, headers: Headers) -> Response<Self> {
        let put = Self {
            sent_crc64,
            etag: headers.text("etag"),
            version_id: headers.get("x-cos-version-id"),
            crc64: headers.number("x-cos-hash-crc64ecma"),
        };
        Response::of_headers(put, headers)
    }
}
