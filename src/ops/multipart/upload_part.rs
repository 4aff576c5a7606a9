//! Uploading one part.

use http::Method;

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::object::put::{PutObjectOutput, UPLOAD, upload_body};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::body::IntoBody;
use crate::wire::limits::MAX_PARTS;
use crate::wire::request::Request;
use crate::wire::uri::Target;

impl CosS3Client {
    /// Uploads a part, numbered 1 to 10000. A part holds 1 MiB to 5 GiB; the last one may be smaller. It replaces an
    /// uploaded part of the same number.
    ///
    /// Returns [`Response`](crate::Response)`<`[`PutObjectOutput`](crate::object::PutObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_part(Bucket='examplebucket-1250000000', Key='multipart.txt',
    ///                               Body=b'b' * 1024 * 1024, PartNumber=1, UploadId=upload_id)
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::multipart::Part;
    ///
    /// let response = client.create_multipart_upload(bucket, "multipart.txt").send()?;
    /// let upload_id = &response["UploadId"];
    /// let mut parts = Vec::new();
    /// for (part_number, data) in [(1, vec![b'a'; 1024 * 1024]), (2, vec![b'b'; 10])] {
    ///     let response = client.upload_part(bucket, "multipart.txt", data, part_number, upload_id).send()?;
    ///     parts.push(Part { part_number, etag: response.etag.clone() });
    /// }
    /// client.complete_multipart_upload(bucket, "multipart.txt", upload_id, parts).send()?;
    /// # Ok(()) }
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
        let mut request = Request::new("upload_part", Method::PUT, Target::object(bucket, key))
            .param("partNumber", part_number)
            .upload_id(upload_id)
            .with_body(body.into_body())
            .with_traits(UPLOAD);
        if !(1..=MAX_PARTS).contains(&part_number) {
            request.defer(CosClientError::invalid("part_number", format!("{part_number} is not within 1..=10000")));
        }
        UploadPart { client: self, request, enable_md5: false }
    }
}

/// Builds an [`upload_part`](CosS3Client::upload_part) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct UploadPart<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    enable_md5: bool,
}

/// What the encrypting client does besides.
#[cfg(feature = "encryption")]
impl<'a> UploadPart<'a> {
    /// The request, for a client that encrypts.
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }
}

impl UploadPart<'_> {
    /// Computes the MD5 of the part first and sends it, and COS checks it. The body is read twice. Python: `EnableMD5`.
    /// Default: false.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Applies headers of a larger operation.
    pub(crate) fn with_headers(mut self, headers: http::HeaderMap) -> Self {
        self.request.headers = headers;
        self
    }

    /// Sends the request.
    pub fn send(mut self) -> Result<Response<PutObjectOutput>, CosError> {
        self.request.check()?;
        upload_body(self.client, self.request, self.enable_md5)
    }
}

impl UploadPart<'_> {
    options::content_check!();
    options::customer_key!();
    options::traffic_limit!();
    options::every!();
}
