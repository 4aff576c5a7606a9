//! Copying an object in one request.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::client::response::Answered;
use crate::error::{CosClientError, CosError};
use crate::ops::argument::{Arg, DictArgument, take};
use crate::ops::lost_answer;
use crate::ops::options;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::copy_source::CopySource;
use crate::wire::request::{Request, Traits};
use crate::wire::respond::{Refusal, service_error};
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Copies an object of up to 5 GiB in one request. The data stays at COS. `copy` copies larger objects, too.
    ///
    /// COS may answer 200 and report a failure in the body. Here that is an error, too.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CopyObjectOutput`](crate::object::CopyObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.copy_object(Bucket='examplebucket-1250000000', Key='copy.txt',
    ///     CopySource={'Bucket': 'examplebucket-1250000000', 'Key': 'test.txt', 'Region': 'ap-guangzhou'})
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"abcdefg", "test.txt").send()?;
    /// use qcloud_cos::CopySource;
    ///
    /// let response = client
    ///     .copy_object(bucket, "copy.txt", CopySource::new(bucket, "test.txt", "ap-guangzhou"))
    ///     .copy_status("Replaced")
    ///     .content_type("text/plain")
    ///     .send()?;
    /// println!("{} {}", response.etag, response.last_modified);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10881>
    pub fn copy_object(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        copy_source: impl Arg<CopySource>,
    ) -> CopyObject<'_> {
        let mut request = Request::new("copy_object", Method::PUT, Target::object(bucket, key))
            .copying(self, take("copy_source", copy_source));
        request.set_header("x-cos-metadata-directive", "Copy");
        CopyObject { client: self, request }
    }

    /// Moves an object to another storage class by copying it onto itself. This replaces its metadata, too:
    /// metadata that is not set here is lost.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CopyObjectOutput`](crate::object::CopyObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.change_object_storage_class(
    ///     Bucket='examplebucket-1250000000', Key='test.txt', StorageClass='STANDARD_IA')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10881>
    pub fn change_object_storage_class(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        storage_class: impl Param,
    ) -> CopyObject<'_> {
        self.copy_onto_itself("change_object_storage_class", bucket, key).storage_class(storage_class)
    }

    /// Replaces an object's metadata with the values set here, by copying the object onto itself.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CopyObjectOutput`](crate::object::CopyObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.update_object_meta(Bucket='examplebucket-1250000000', Key='test.txt',
    ///     ContentType='text/plain', Metadata={'x-cos-meta-key1': 'value1'})
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10881>
    pub fn update_object_meta(&self, bucket: impl Into<String>, key: impl Into<String>) -> CopyObject<'_> {
        self.copy_onto_itself("update_object_meta", bucket, key)
    }

    fn copy_onto_itself(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> CopyObject<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let addressing = self.get_conf().addressing();
        let source = CopySource {
            bucket: bucket.clone(),
            key: key.clone(),
            endpoint: addressing.endpoint.clone(),
            appid: addressing.appid.clone().unwrap_or_default(),
            ..CopySource::default()
        };
        let mut copy = self.copy_object(bucket, key, source).copy_status("Replaced");
        copy.request.operation = operation;
        copy
    }
}

impl Request<'_> {
    /// Names the source of a copy.
    pub(crate) fn copying(mut self, client: &CosS3Client, source: Result<CopySource, CosClientError>) -> Self {
        match source.and_then(|source| source.resolve(&client.get_conf().addressing())) {
            Ok(source) => self.set_header("x-cos-copy-source", &source.header()),
            Err(error) => self.defer(error),
        }
        self.traits = Traits { transfer: true, trickles: true, ..self.traits };
        self
    }

    /// Sets whether the source's metadata is copied or replaced.
    pub(crate) fn set_copy_status(&mut self, status: &str) {
        if matches!(status, "Copy" | "Replaced") {
            self.set_header("x-cos-metadata-directive", status);
        } else {
            self.defer(CosClientError::invalid("copy_status", format!("{status:?} is neither Copy nor Replaced")));
        }
    }
}

impl DictArgument for CopySource {}

/// Builds a [`copy_object`](CosS3Client::copy_object),
/// [`change_object_storage_class`](CosS3Client::change_object_storage_class) or
/// [`update_object_meta`](CosS3Client::update_object_meta) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CopyObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl CopyObject<'_> {
    /// Sets the metadata of the copy: `Copy` keeps the source's, `Replaced` takes the values set here.
    /// Python: `CopyStatus`. Default: `Copy`.
    pub fn copy_status(mut self, status: impl Param) -> Self {
        if let Some(status) = status.into_param() {
            self.request.set_copy_status(&status);
        }
        self
    }

    /// Applies headers of a larger operation, except those that name the source.
    pub(crate) fn with_headers(mut self, headers: http::HeaderMap) -> Self {
        self.request.headers.extend(headers);
        self
    }

    /// Sends the request.
    ///
    /// If a condition fails after an attempt whose answer was lost, that attempt may have caused it. The error is then
    /// [`Ambiguous`](crate::ClientErrorKind::Ambiguous).
    pub fn send(self) -> Result<Response<CopyObjectOutput>, CosError> {
        let operation = self.request.operation;
        let answer = self.client.execute(self.request).map_err(lost_answer::copied_or_not)?;
        CopyObjectOutput::read(operation, "CopyObjectResult", answer)
    }
}

impl CopyObject<'_> {
    options::copy!();
}

/// A copied object or part. Python's dict of it holds the headers and the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CopyObjectOutput {
    /// The ETag of the copy, with its quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// When the copy was written: `2017-08-04T02:41:45Z`.
    pub last_modified: String,
    /// The CRC-64 of the copy.
    #[serde(rename = "CRC64", deserialize_with = "crc64", skip_serializing_if = "Option::is_none")]
    pub crc64: Option<u64>,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The version that was read, where the source's bucket has versioning.
    #[serde(skip)]
    pub copy_source_version_id: Option<String>,
    /// The version in the body. The header has it, too.
    #[serde(rename = "VersionId", skip_serializing_if = "Option::is_none")]
    named_version: Option<String>,
}

impl CopyObjectOutput {
    /// Reads the answer to a copy. An answer without an ETag is an error.
    pub(crate) fn read(operation: &'static str, root: &str, answer: Answered) -> Result<Response<Self>, CosError> {
        let mut output: Self = answer.read(|body| xml::parse(root, body))?;
        if output.etag.is_empty() {
            let refusal = Refusal {
                operation,
                method: &Method::PUT,
                url: "",
                status: answer.status,
                headers: &answer.headers,
                body: &answer.body,
            };
            return Err(CosError::from(service_error(&refusal)).with_attempts(answer.attempts));
        }
        output.version_id = answer.headers.get("x-cos-version-id").or_else(|| output.named_version.clone());
        output.copy_source_version_id = answer.headers.get("x-cos-copy-source-version-id");
        Ok(Response::of_headers(output, answer.headers))
    }
}

/// Reads a checksum that may be an empty element.
fn crc64<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.trim() {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempts::Attempts;
    use crate::wire::respond::Headers;

    #[test]
    fn parses_the_answer() {
        let xml = b"<CopyObjectResult xmlns=\"u\"><ETag>\"e\"</ETag><CRC64>18446744073709551615</CRC64>\
            <LastModified>2017-08-04T02:41:45Z</LastModified><VersionId>v</VersionId></CopyObjectResult>";
        let read = |body: &[u8]| {
            let answer = Answered {
                operation: "copy_object",
                status: 200,
                headers: Headers::default(),
                body: body.to_vec(),
                sent_crc: None,
                attempts: Attempts::default(),
            };
            CopyObjectOutput::read("copy_object", "CopyObjectResult", answer)
        };
        let output = read(xml).unwrap();
        assert_eq!((output.etag.as_str(), output.crc64), ("\"e\"", Some(u64::MAX)));
        assert_eq!((output.last_modified.as_str(), output.version_id.as_deref()), ("2017-08-04T02:41:45Z", Some("v")));
        assert_eq!(read(b"<CopyObjectResult><CRC64/></CopyObjectResult>").unwrap_err().service().unwrap().status, 200);
        assert!(read(b"<Error><Code>c</Code></Error>").is_err());
    }
}
