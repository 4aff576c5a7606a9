//! Downloading an object.

use http::Method;
use http::header::RANGE;

use super::head::HeadObjectOutput;
use super::stream_body::StreamBody;
use crate::cipher::{Extent, KeyProof, Opener};
use crate::client::CosS3Client;
use crate::client::resuming_body::ResumingBody;
use crate::error::CosError;
use crate::ops::options;
use crate::ops::response::{Response, shown_as};
use crate::wire::range::check_range;
use crate::wire::request::Request;
use crate::wire::uri::{Target, check_key_simplified};

impl CosS3Client {
    /// Downloads an object and returns its body as a stream. If the body breaks off, the client requests the rest,
    /// on condition that the object is still the same.
    ///
    /// Returns [`GetObjectOutput`](crate::object::GetObjectOutput).
    ///
    /// Python:
    /// ```python
    /// response = client.get_object(Bucket='examplebucket-1250000000', Key='test.txt')
    /// response['Body'].get_stream_to_file('local.txt')
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"hello", "test.txt").send()?;
    /// use std::io::Read;
    ///
    /// let mut response = client.get_object(bucket, "test.txt").send()?;
    /// let mut text = String::new();
    /// response.body.read_to_string(&mut text)?;
    /// assert_eq!(text, "hello");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn get_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetObject<'_> {
        let request = Request::new("get_object", Method::GET, Target::object(bucket, key));
        GetObject { client: self, request, key_simplify_check: true, opener: None }
    }
}

/// Builds a [`get_object`](CosS3Client::get_object) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    key_simplify_check: bool,
    opener: Option<Opener<'a>>,
}

/// What the encrypting client does besides.
#[cfg(feature = "encryption")]
impl<'a> GetObject<'a> {
    /// Decrypts the body.
    pub(crate) fn opened_by(mut self, opener: Opener<'a>) -> Self {
        self.opener = Some(opener);
        self
    }
}

impl GetObject<'_> {
    /// Refuses a key that names the bucket once `.` and `..` are resolved, such as `a/../`. Python:
    /// `KeySimplifyCheck`. Default: true.
    pub fn key_simplify_check(mut self, check: bool) -> Self {
        self.key_simplify_check = check;
        self
    }

    /// Sends the request; returns when the headers are there.
    pub fn send(mut self) -> Result<GetObjectOutput, CosError> {
        self.request.check()?;
        if let (true, Target::Object { key, .. }) = (self.key_simplify_check, &self.request.target) {
            check_key_simplified(key)?;
        }
        if let Some(range) = self.request.headers.get(RANGE) {
            check_range(&String::from_utf8_lossy(range.as_bytes()))?;
        }
        let wanted = match &self.opener {
            Some(opener) => opener.ask(&mut self.request)?,
            None => None,
        };
        let again = self.request.repeat();
        let answer = self.client.execute_streaming(self.request)?;
        answer.check_status()?;
        answer.check_range(again.headers.get(RANGE))?;
        let status = answer.status;
        let answer = ResumingBody::wrap(self.client, again, answer);
        let mut meta = HeadObjectOutput::of(answer.headers);
        let mut body = StreamBody::new(answer.body, answer.status, &meta.headers, answer.attempts);
        let opened = self.opener.map(|opener| opener.open(&meta.headers)).transpose()?;
        let key_proof = opened.as_ref().map(|opened| opened.proof);
        if let Some(opened) = opened {
            body = body.opened(opened.cipher, Extent::of(answer.status, &meta.headers)?, wanted)?;
            meta.content_length = body.content_length().unwrap_or(meta.content_length);
        }
        Ok(GetObjectOutput { meta, body, key_proof, status })
    }
}

impl GetObject<'_> {
    options::range!();
    options::version_id!();
    options::conditions!();
    options::response_headers!();
    options::customer_key!();
    options::traffic_limit!();
    options::every!();
}

/// An object whose body is still to be read.
///
/// The values of its headers are its fields, too: `response.etag`, `response.headers`, `response["ETag"]`. It prints and
/// serializes as Python's dict of headers.
#[derive(Debug)]
#[non_exhaustive]
pub struct GetObjectOutput {
    /// The values of the answer's headers.
    pub meta: Response<HeadObjectOutput>,
    /// The body.
    pub body: StreamBody,
    /// Whether the decryption proved that the key is the right one. `None`: the body is not decrypted.
    pub key_proof: Option<KeyProof>,
    /// The status: 200 for the whole object, 206 for a range. A server without support for ranges sends the whole object.
    pub status: u16,
}

shown_as!(GetObjectOutput, meta: Response<HeadObjectOutput>);
