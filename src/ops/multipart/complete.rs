//! Making an object of its parts.

use std::time::Duration;

use http::Method;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::cipher::{AfterSuccess, PreparePayload};
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::argument::{Arg, DictArgument, take};
use crate::ops::lost_answer::completed_or_not;
use crate::ops::multipart::list_parts::ListedPart;
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::limits::MAX_PARTS;
use crate::wire::request::{Request, Traits};
use crate::wire::respond::{Refusal, service_error};
use crate::wire::uri::Target;
use crate::wire::xml;

/// COS joins the parts before it answers. The official SDK waits as long.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1200);

impl CosS3Client {
    /// Makes an object of uploaded parts, in the order of their numbers.
    ///
    /// COS may answer 200 and report a failure in the body. Here that is an error, too.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CompleteMultipartUploadOutput`](crate::multipart::CompleteMultipartUploadOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.complete_multipart_upload(Bucket='examplebucket-1250000000', Key='multipart.txt',
    ///     UploadId=upload_id, MultipartUpload={'Part': [{'PartNumber': 1, 'ETag': '"etag"'}]})
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7742>
    pub fn complete_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        multipart_upload: impl Arg<MultipartUpload>,
    ) -> CompleteMultipartUpload<'_> {
        // A second completion does no harm: COS answers that there is no such upload.
        let traits =
            Traits { idempotent: true, response_timeout: Some(RESPONSE_TIMEOUT), trickles: true, ..Traits::default() };
        let mut request = Request::new("complete_multipart_upload", Method::POST, Target::object(bucket, key))
            .upload_id(upload_id)
            .with_traits(traits);
        match take("multipart_upload", multipart_upload).and_then(|upload| upload.document()) {
            Ok(xml) => request.body = xml.into(),
            Err(error) => request.defer(error),
        }
        CompleteMultipartUpload { client: self, request, parts: None, then: None }
    }
}

/// The parts of an object. Made from a list of them, also from what `list_parts` returned; takes Python's dict
/// through serde: `{"Part": [{"PartNumber": 1, "ETag": "e"}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MultipartUpload {
    /// The parts, in the order of their numbers.
    pub part: Vec<Part>,
}

/// A part that was uploaded. Its dict may also be one of those in the result of `list_parts`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", from = "PartDict")]
pub struct Part {
    /// The number, 1 to 10000.
    pub part_number: u32,
    /// The ETag that the upload of the part answered, with its quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PartDict {
    #[serde(deserialize_with = "xml::number_or_text")]
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(default, rename = "LastModified")]
    _last_modified: IgnoredAny,
    #[serde(default, rename = "Size")]
    _size: IgnoredAny,
}

impl From<PartDict> for Part {
    fn from(dict: PartDict) -> Self {
        Self { part_number: dict.part_number, etag: dict.etag }
    }
}

impl MultipartUpload {
    fn document(&self) -> Result<Vec<u8>, CosClientError> {
        if self.part.is_empty() {
            return Err(CosClientError::invalid("multipart_upload", "Part is empty"));
        }
        if let Some(part) = self.part.iter().find(|part| !(1..=MAX_PARTS).contains(&part.part_number)) {
            let why = format!("PartNumber {} is not within 1..=10000", part.part_number);
            return Err(CosClientError::invalid("multipart_upload", why));
        }
        if let Some(part) = self.part.iter().find(|part| part.etag.is_empty()) {
            let why = format!("part {} has no ETag", part.part_number);
            return Err(CosClientError::invalid("multipart_upload", why));
        }
        xml::write_complete("CompleteMultipartUpload", self)
    }
}

impl DictArgument for MultipartUpload {}

impl Arg<MultipartUpload> for Vec<Part> {
    fn into_arg(self) -> Result<MultipartUpload, serde_json::Error> {
        Ok(self.into())
    }
}

impl Arg<MultipartUpload> for Vec<ListedPart> {
    fn into_arg(self) -> Result<MultipartUpload, serde_json::Error> {
        Ok(self.into())
    }
}

impl From<Vec<Part>> for MultipartUpload {
    fn from(part: Vec<Part>) -> Self {
        Self { part }
    }
}

/// Python: `MultipartUpload={'Part': response['Part']}`, with what `list_parts` returned.
impl From<Vec<ListedPart>> for MultipartUpload {
    fn from(part: Vec<ListedPart>) -> Self {
        Self { part: part.into_iter().map(Part::from).collect() }
    }
}

impl From<ListedPart> for Part {
    fn from(listed: ListedPart) -> Self {
        Self { part_number: listed.part_number, etag: listed.etag }
    }
}

/// Builds a [`complete_multipart_upload`](CosS3Client::complete_multipart_upload) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CompleteMultipartUpload<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    parts: Option<PreparePayload<'a, MultipartUpload>>,
    then: Option<AfterSuccess<'a>>,
}

/// What the encrypting client does besides.
#[cfg(feature = "encryption")]
impl<'a> CompleteMultipartUpload<'a> {
    /// The request, for a client that encrypts.
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }

    /// Completes with the parts that `parts` makes when the request is sent.
    pub(crate) fn of(mut self, parts: impl FnOnce() -> Result<MultipartUpload, CosError> + Send + 'a) -> Self {
        self.parts = Some(PreparePayload::new(parts));
        self
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

impl CompleteMultipartUpload<'_> {
    options::setters! {
        /// Sets what COS calls after the upload: JSON in Base64. Python: `Callback`. Default: none.
        callback: header("x-cos-callback"),
        /// Sets the variables of the callback: JSON in Base64. Python: `CallbackVar`. Default: none.
        callback_var: header("x-cos-callback-var"),
    }

    /// Applies headers of a larger operation.
    pub(crate) fn with_headers(mut self, headers: http::HeaderMap) -> Self {
        self.request.headers = headers;
        self
    }

    /// Marks the request as a retry.
    pub(crate) fn marked(mut self, again: bool) -> Self {
        self.request = self.request.marked(again);
        self
    }

    /// Sends the request; waits up to 1200 s for the answer.
    ///
    /// If the answer is lost or empty, and the client cannot tell whether the object was made, the error is
    /// [`Ambiguous`](ClientErrorKind::Ambiguous). Use [`head_object`](CosS3Client::head_object) to compare the object
    /// with the one that you expect.
    pub fn send(self) -> Result<Response<CompleteMultipartUploadOutput>, CosError> {
        self.send_once().map_err(|error| {
            if !completed_or_not(&error) {
                return error;
            }
            let why = "nothing tells whether the object was made of the parts";
            CosClientError::unclear(ClientErrorKind::Ambiguous, why, error).into()
        })
    }

    fn send_once(mut self) -> Result<Response<CompleteMultipartUploadOutput>, CosError> {
        let upload_id = self.request.query("uploadId").to_owned();
        if let Some(parts) = self.parts {
            self.request.check()?;
            self.request.body = parts.make()?.document()?.into();
        }
        let headers = self.request.headers.clone();
        let answer = self.client.execute(self.request)?;
        let mut output: CompleteMultipartUploadOutput =
            answer.read(|body| xml::parse("CompleteMultipartUploadResult", body))?;
        if output.etag.is_empty() {
            // COS returns an ETag with every object that it makes. An answer without one made none.
            let refusal = Refusal {
                operation: "complete_multipart_upload",
                method: &Method::POST,
                url: "",
                status: answer.status,
                headers: &answer.headers,
                body: &answer.body,
            };
            return Err(CosError::from(service_error(&refusal)).with_attempts(answer.attempts));
        }
        output.version_id = answer.headers.get("x-cos-version-id");
        output.crc64 = answer.headers.number("x-cos-hash-crc64ecma");
        if let Some(then) = self.then {
            then.tell(&upload_id, &headers)?;
        }
        Ok(Response::of_headers(output, answer.headers))
    }
}

impl CompleteMultipartUpload<'_> {
    options::every!();
}

/// An object made of parts. Python's dict of it holds the headers and the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CompleteMultipartUploadOutput {
    /// The address of the object.
    pub location: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The ETag, with its quotes: `"{md5}-{number of parts}"`.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 of the whole object (`x-cos-hash-crc64ecma`).
    #[serde(skip)]
    pub crc64: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: serde_json::Value) -> String {
        let upload: MultipartUpload = serde_json::from_value(json).unwrap();
        upload.document().map_or_else(|e| e.to_string(), |xml| String::from_utf8(xml).unwrap())
    }

    #[test]
    fn writes_the_document_as_the_official_sdk_does() {
        let parts = serde_json::json!({"Part": [{"PartNumber": 1, "ETag": "\"etag1\""},
                                                {"ETag": "\"etag<&>2\"", "PartNumber": 2}]});
        assert_eq!(
            document(parts),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><CompleteMultipartUpload>\
             <Part><PartNumber>1</PartNumber><ETag>&quot;etag1&quot;</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>&quot;etag&lt;&amp;&gt;2&quot;</ETag></Part>\
             </CompleteMultipartUpload>"
        );
    }

    #[test]
    fn incomplete_parts_are_refused_by_name() {
        assert!(document(serde_json::json!({"Part": []})).starts_with("multipart_upload: "));
        let no_etag = serde_json::json!({"Part": [{"PartNumber": 7, "ETag": ""}]});
        assert!(document(no_etag).contains("part 7"));
        let unknown = serde_json::json!({"Part": [{"PartNumber": 7, "Etag": "e"}]});
        let error = serde_json::from_value::<MultipartUpload>(unknown).unwrap_err().to_string();
        assert!(error.contains("Etag"), "{error}");
    }
}
