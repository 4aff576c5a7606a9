//! Downloading an object.

use http::Method;
use http::header::RANGE;
use serde::Serialize;

use super::head::HeadObjectOutput;
use super::stream_body::StreamBody;
use crate::cipher::{Extent, KeyProof, Opener};
use crate::client::CosS3Client;
use crate::client::resuming_body::Resuming;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::uri::{Target, check_key_simplified};

impl CosS3Client {
    /// Downloads an object; its body is read as a stream. One that breaks off is asked for again, from its next byte
    /// on and on condition that the object is still the same.
    ///
    /// Python:
    /// ```python
    /// response = client.get_object(Bucket='examplebucket-1250000000', Key='test.txt')
    /// response['Body'].get_stream_to_file('local.txt')
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
    /// # client.create_bucket("examplebucket-1250000000").send()?;
    /// # client.put_object("examplebucket-1250000000", "hello", "test.txt").send()?;
    /// use std::io::Read;
    ///
    /// let mut response = client.get_object("examplebucket-1250000000", "test.txt").send()?;
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
    options::every!();
    options::range!();
    options::response_headers!();
    options::conditions!();
    options::customer_key!();
    options::traffic_limit!();
    options::version_id!();

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
        let wanted = match &self.opener {
            Some(opener) => opener.ask(&mut self.request)?,
            None => None,
        };
        let again = self.request.repeat();
        let answer = self.client.execute_streaming(self.request)?;
        answer.check_range(again.headers.get(RANGE))?;
        let answer = Resuming::wrap(self.client, again, answer);
        let mut meta = HeadObjectOutput::from(answer.headers);
        let mut body = StreamBody::new(answer.body, answer.status, &meta.headers, answer.attempts);
        let opened = self.opener.map(|opener| opener.open(&meta.headers)).transpose()?;
        let key_proof = opened.as_ref().map(|opened| opened.proof);
        if let Some(opened) = opened {
            body = body.opened(opened.cipher, Extent::of(answer.status, &meta.headers)?, wanted)?;
            meta.content_length = body.content_length().unwrap_or(meta.content_length);
        }
        Ok(GetObjectOutput { meta, body, key_proof })
    }
}

/// An object whose body is still to be read. Serializes to the dict of headers.
///
/// The headers' fields are reached through it: `response.etag`, `response.headers`.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct GetObjectOutput {
    /// What the answer's headers say.
    #[serde(flatten)]
    pub meta: HeadObjectOutput,
    /// The body.
    #[serde(skip)]
    pub body: StreamBody,
    /// Whether the key was proven to be the right one, where the body is decrypted; none where it is not.
    #[serde(skip)]
    pub key_proof: Option<KeyProof>,
}

impl std::ops::Deref for GetObjectOutput {
    type Target = HeadObjectOutput;

    fn deref(&self) -> &HeadObjectOutput {
        &self.meta
    }
}
