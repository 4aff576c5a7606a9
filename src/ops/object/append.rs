//! Objects that grow.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::request::{Body, Facts, Request};
use crate::wire::respond::Headers;
use crate::wire::uri::Target;

impl CosS3Client {
    /// Appends to an object, or starts an appendable one at position 0. The position must be the object's
    /// present length; else 409 `PositionNotEqualToLength`.
    ///
    /// A repetition could append twice, so the request is repeated only where COS did not carry it out: no
    /// connection was made, or the answer says "later". After any other failure,
    /// [`head_object`](CosS3Client::head_object) tells by the length whether the data is there. The
    /// checksum in the answer is that of the whole object, so it is not compared.
    ///
    /// Python:
    /// ```python
    /// response = client.append_object(Bucket='examplebucket-1250000000', Key='log.txt', Position=0, Data=b'first')
    /// position = int(response['x-cos-next-append-position'])
    /// ```
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// # use qcloud_cos::{CosConfig, CosS3Client};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// # let client = CosS3Client::new(config)?;
    /// # let bucket = "examplebucket-1250000000";
    /// # client.create_bucket(bucket).send()?;
    /// let response = client.append_object(bucket, "log.txt", 0, b"first").send()?;
    /// client.append_object(bucket, "log.txt", response.next_append_position, b"second").send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7741>
    pub fn append_object<'a>(
        &'a self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        position: u64,
        data: impl Into<Body<'a>>,
    ) -> AppendObject<'a> {
        let request = Request::new("append_object", Method::POST, Target::object(bucket, key))
            .param("append", "")
            .param("position", position.to_string())
            .with_body(data.into())
            .with_facts(Facts { idempotent: false, ..Facts::default() });
        AppendObject { client: self, request }
    }
}

/// Builds an [`append_object`](CosS3Client::append_object) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct AppendObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl AppendObject<'_> {
    options::every!();
    options::acl!();
    options::object_headers!();
    options::managed_encryption!();
    options::customer_key!();
    options::conditions!();
    options::content_check!();
    options::traffic_limit!();

    /// Sends the request.
    pub fn send(self) -> Result<AppendObjectOutput, CosError> {
        let headers = self.client.execute(self.request)?.headers;
        Ok(AppendObjectOutput {
            etag: headers.text("etag"),
            next_append_position: headers.number("x-cos-next-append-position").unwrap_or_default(),
            crc64: headers.number("x-cos-hash-crc64ecma"),
            request_id: headers.text("x-cos-request-id"),
            headers,
        })
    }
}

/// The answer to an append. Serializes to the dict of headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct AppendObjectOutput {
    /// The ETag of the object so far, with its quotes; not an MD5.
    #[serde(skip)]
    pub etag: String,
    /// Where the next append goes: the object's length in bytes.
    #[serde(skip)]
    pub next_append_position: u64,
    /// The CRC-64 of the whole object (`x-cos-hash-crc64ecma`).
    #[serde(skip)]
    pub crc64: Option<u64>,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
    /// All headers of the answer.
    #[serde(flatten)]
    pub headers: Headers,
}
