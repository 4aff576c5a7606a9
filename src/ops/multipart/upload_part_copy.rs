//! Copying an object, or a range of it, into a part.

use http::Method;

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::argument::{Arg, take};
use crate::ops::object::copy::CopyObjectOutput;
use crate::ops::options;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::copy_source::CopySource;
use crate::wire::limits::MAX_PARTS;
use crate::wire::request::Request;
use crate::wire::uri::Target;

impl CosS3Client {
    /// Copies an object, or a range of it, into a part, numbered 1 to 10000. The data stays at COS.
    ///
    /// COS may answer 200 and report a failure in the body. Here that is an error, too.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CopyObjectOutput`](crate::object::CopyObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_part_copy(Bucket='examplebucket-1250000000', Key='copy.bin', PartNumber=1,
    ///     UploadId=upload_id, CopySourceRange='bytes=0-1048575',
    ///     CopySource={'Bucket': 'examplebucket-1250000000', 'Key': 'big.bin', 'Region': 'ap-guangzhou'})
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, vec![7; 1024 * 1024], "big.bin").send()?;
    /// use qcloud_cos::CopySource;
    /// use qcloud_cos::multipart::Part;
    ///
    /// let upload_id = client.create_multipart_upload(bucket, "copy.bin").send()?.upload_id.clone();
    /// let response = client
    ///     .upload_part_copy(bucket, "copy.bin", 1, &upload_id, CopySource::new(bucket, "big.bin", "ap-guangzhou"))
    ///     .copy_source_range("bytes=0-99")
    ///     .send()?;
    /// let parts = vec![Part { part_number: 1, etag: response.etag.clone() }];
    /// client.complete_multipart_upload(bucket, "copy.bin", &upload_id, parts).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8287>
    pub fn upload_part_copy(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        part_number: u32,
        upload_id: impl Into<String>,
        copy_source: impl Arg<CopySource>,
    ) -> UploadPartCopy<'_> {
        let mut request = Request::new("upload_part_copy", Method::PUT, Target::object(bucket, key))
            .param("partNumber", part_number)
            .upload_id(upload_id)
            .copying(self, take("copy_source", copy_source));
        if !(1..=MAX_PARTS).contains(&part_number) {
            request.defer(CosClientError::invalid("part_number", format!("{part_number} is not within 1..=10000")));
        }
        UploadPartCopy { client: self, request }
    }
}

/// Builds an [`upload_part_copy`](CosS3Client::upload_part_copy) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct UploadPartCopy<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl UploadPartCopy<'_> {
    /// Copies only these bytes, the first and the last one: `bytes=0-1048575`. Python: `CopySourceRange`.
    /// Default: all; empty text, too.
    pub fn copy_source_range(mut self, range: impl Param) -> Self {
        match range.into_param().unwrap_or_default().as_str() {
            "" => drop(self.request.headers.remove("x-cos-copy-source-range")),
            range => self.request.set_header("x-cos-copy-source-range", range),
        }
        self
    }

    /// Applies headers of a larger operation, except those that name source and range.
    pub(crate) fn with_headers(mut self, headers: http::HeaderMap) -> Self {
        self.request.headers.extend(headers);
        self
    }

    /// Sends the request.
    pub fn send(self) -> Result<Response<CopyObjectOutput>, CosError> {
        let operation = self.request.operation;
        CopyObjectOutput::read(operation, "CopyPartResult", self.client.execute(self.request)?)
    }
}

impl UploadPartCopy<'_> {
    options::copy_source!();
    options::customer_key!();
    options::traffic_limit!();
    options::every!();
}
