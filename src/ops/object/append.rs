//! Objects that grow.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::client::response::Answered;
use crate::error::ClientErrorKind::Integrity;
use crate::error::{CosClientError, CosError};
use crate::ops::lost_answer::Written;
use crate::ops::options;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::body::IntoBody;
use crate::wire::crc64::combine;
use crate::wire::request::{Proof, Request, Traits};
use crate::wire::uri::Target;

impl CosS3Client {
    /// Appends to an object, or creates an appendable one at position 0. The position must be the object's
    /// current length; otherwise COS answers 409 `PositionNotEqualToLength`.
    ///
    /// A retry could append twice. If an answer was lost, the client therefore looks at the object first. If the
    /// length is still `position`, it retries. If length and CRC-64 are those after this append, the append
    /// succeeded. That check needs the CRC-64 of the object before the append, which is known for an empty object;
    /// for others pass it to [`previous_crc64`](AppendObject::previous_crc64). Without it the error is
    /// [`Ambiguous`](crate::ClientErrorKind::Ambiguous). In every other case another program wrote to the object:
    /// [`AppendConflict`](crate::ClientErrorKind::AppendConflict).
    ///
    /// If the earlier CRC-64 is known, the client also compares the CRC-64 of the whole object. A difference is an
    /// error without a retry, because damaged data was appended.
    ///
    /// Returns [`Response`](crate::Response)`<`[`AppendObjectOutput`](crate::object::AppendObjectOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.append_object(Bucket='examplebucket-1250000000', Key='log.txt', Position=0, Data=b'first')
    /// position = int(response['x-cos-next-append-position'])
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
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
        position: impl Param,
        data: impl IntoBody<'a>,
    ) -> AppendObject<'a> {
        let given = position.into_param().unwrap_or_default();
        let position = given.trim().parse().ok();
        let mut request = Request::new("append_object", Method::POST, Target::object(bucket, key))
            .param("append", "")
            .param("position", given.trim())
            .with_body(data.into_body())
            .with_traits(Traits {
                idempotent: false,
                compute_crc: true,
                transfer: true,
                proof: Proof::AppendPosition,
                ..Traits::default()
            });
        if position.is_none() {
            request.defer(CosClientError::invalid("position", format!("{given:?} is no number of bytes")));
        }
        let position = position.unwrap_or_default();
        AppendObject { client: self, request, position, previous: (position == 0).then_some(0) }
    }
}

/// Builds an [`append_object`](CosS3Client::append_object) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct AppendObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    position: u64,
    /// The CRC-64 of the object before the append.
    previous: Option<u64>,
}

impl AppendObject<'_> {
    /// Sets the CRC-64 of the object before this append, from the answer to the previous append. With it the client
    /// can check the append, even if its answer is lost. Default: unknown, except at position 0.
    pub fn previous_crc64(mut self, crc64: impl Into<Option<u64>>) -> Self {
        self.previous = crc64.into().or(self.previous);
        self
    }

    /// Sends the request.
    pub fn send(self) -> Result<Response<AppendObjectOutput>, CosError> {
        let Self { client, request, position, previous } = self;
        let (written, len) = (Written::of(&request), request.body.len());
        let answer =
            client.execute_reconciling(request, |attempts| written.was_appended(client, position, previous, attempts));
        let Answered { headers, sent_crc, attempts, .. } = answer?;
        let stored = headers.number("x-cos-hash-crc64ecma");
        // At position 0 nothing comes before.
        let expected = previous.zip(sent_crc).zip(len.or((previous == Some(0)).then_some(0)));
        let expected = expected.map(|((before, data), len)| combine(before, data, len));
        // A CRC-64 of the appended data alone would be right, too.
        if let (Some(expected), Some(stored)) = (expected, stored)
            && expected != stored
            && sent_crc != Some(stored)
        {
            let why = format!("crc64: with what was sent it is {expected}, but COS stored {stored}; it is appended");
            return Err(CosClientError::new(Integrity, why).with_attempts(attempts).into());
        }
        let appended = AppendObjectOutput {
            etag: headers.text("etag"),
            next_append_position: headers.number("x-cos-next-append-position").unwrap_or_default(),
            crc64: headers.number("x-cos-hash-crc64ecma"),
        };
        Ok(Response::of_headers(appended, headers))
    }
}

impl AppendObject<'_> {
    options::upload!();
}

/// The answer to an append. Python's dict of it is that of the headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct AppendObjectOutput {
    /// The ETag of the object so far, with its quotes; not an MD5.
    #[serde(skip)]
    pub etag: String,
    /// The position of the next append: the object's length in bytes.
    #[serde(skip)]
    pub next_append_position: u64,
    /// The CRC-64 of the whole object (`x-cos-hash-crc64ecma`).
    #[serde(skip)]
    pub crc64: Option<u64>,
}
