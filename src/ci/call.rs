//! What calls of data processing share beyond those of objects: hosts, bodies that are filled in, and answers that are
//! judged by their type.

use std::fmt;

use http::Method;

use crate::client::CosS3Client;
use crate::client::response::{Answered, Streaming};
use crate::dict::Dict;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::call::{Call, Finish};
use crate::ops::object::stream_body::StreamBody;
use crate::ops::response::{Response, Shape, shown_as};
use crate::param::Param;
use crate::wire::request::UNSET;
use crate::wire::respond::Headers;
use crate::wire::uri::{ServiceHost, Target};

impl CosS3Client {
    /// A call at the host of data processing of a bucket.
    pub(crate) fn ci_call(
        &self,
        operation: &'static str,
        method: Method,
        bucket: impl Into<String>,
        path: &str,
    ) -> Call<'_, ()> {
        self.call(operation, method, Target::other(ServiceHost::Ci { bucket: bucket.into() }, path))
    }

    /// The same about one thing, such as a job, whose id ends the path.
    pub(crate) fn ci_item(
        &self,
        operation: &'static str,
        method: Method,
        bucket: impl Into<String>,
        path: &str,
        id: impl Into<String>,
    ) -> Call<'_, ()> {
        let id = id.into();
        let call = self.ci_call(operation, method, bucket, &[path, &id].concat());
        call.refuse_if(id.is_empty(), "id", || "is empty".to_owned())
    }

    /// A call that sends a document to be worked on.
    pub(crate) fn ci_submit(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        path: &str,
        draft: impl Into<Dict>,
    ) -> Call<'_, ()> {
        self.ci_call(operation, Method::POST, bucket, path).draft("Request", draft).content_type("application/xml")
    }

    /// A list of the jobs of one kind.
    pub(crate) fn ci_jobs(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        path: &str,
        tag: impl Param,
    ) -> Call<'_, Response> {
        self.ci_call(operation, Method::GET, bucket, path)
            .ordered(&[
                "tag",
                "orderByTime",
                "states",
                "size",
                "nextToken",
                "queueId",
                "startCreationTime",
                "endCreationTime",
            ])
            .arg("tag", tag)
            .defaults(&[("orderByTime", "Desc"), ("states", "All"), ("size", "10"), ("nextToken", "")])
            .answer(&["JobsDetail"])
    }

    /// A call that has an object processed and returns the result.
    pub(crate) fn process_call(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        key: impl Into<String>,
        process: &str,
    ) -> Call<'_, ()> {
        self.object_call(operation, Method::GET, bucket, key, "").param("ci-process", process)
    }

    /// The same of an object that a setter names, or of none.
    pub(crate) fn process_any_call(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        process: &str,
    ) -> Call<'_, ()> {
        self.bucket_call(operation, Method::GET, bucket, "").param("ci-process", process)
    }
}

impl<'a, T> Call<'a, T> {
    /// Appends a caller's argument to the query; one that is `None` is empty.
    pub(crate) fn arg(self, name: &str, value: impl Param) -> Self {
        self.param(name, value.into_param().unwrap_or_default())
    }

    /// Appends query parameters with their defaults, for setters to replace.
    pub(crate) fn defaults(self, defaults: &[(&str, &str)]) -> Self {
        defaults.iter().fold(self, |call, (name, value)| call.param(name, *value))
    }

    /// Sets the order of the query, where setters add to it.
    pub(crate) fn ordered(mut self, order: &'static [&'static str]) -> Self {
        self.request = self.request.ordered(order);
        self
    }

    /// Sends a dict: as XML under `root`, or as JSON where that is empty. Setters fill in what is `UNSET`.
    pub(crate) fn draft(mut self, root: &'static str, draft: impl Into<Dict>) -> Self {
        self.request.draft = Some((root, draft.into()));
        self
    }

    /// Marks a POST that only reads: after a lost answer it is retried.
    pub(crate) fn idempotent(mut self) -> Self {
        self.request = self.request.idempotent();
        self
    }

    /// Returns the document of the answer as a dict, XML or JSON. Its `lists` are lists however often they occur.
    pub(crate) fn answer(self, lists: &'static [&'static str]) -> Call<'a, Response> {
        self.returns(
            Shape { lists, ..Shape::default() },
            Finish::Whole(|answer, shape| {
                let answer = answer?;
                let dict = answer.read(|body| document(&answer.headers, body, shape))?;
                Ok(Response::of_dict(dict, answer.headers))
            }),
        )
    }

    /// Returns the answer with its body unread.
    pub(crate) fn stream(self) -> Call<'a, StreamOutput> {
        self.returns(Shape::default(), Finish::Streamed(|answer| Ok(StreamOutput::of(answer))))
    }
}

/// Reads an answer by its content type. An empty one is an empty dict.
pub(crate) fn document(headers: &Headers, body: &[u8], shape: Shape) -> Result<Dict, CosClientError> {
    if body.is_empty() {
        return Ok(Dict::Map(Vec::new()));
    }
    let kind = headers.text("content-type").to_ascii_lowercase();
    // An answer without a content type shows it by its first byte.
    let shown = kind.is_empty() && matches!(body.first(), Some(b'{' | b'['));
    if !shown && !kind.starts_with("application/json") {
        return shape.read(body);
    }
    let json: serde_json::Value = serde_json::from_slice(body).map_err(|e| {
        CosClientError::answered(ClientErrorKind::Protocol, format!("the JSON answer: {e}")).caused_by(e)
    })?;
    let mut dict = Dict::from(json);
    shape.lists.iter().for_each(|path| dict.make_list(path));
    Ok(dict)
}

/// The value of an argument that may be empty, for a draft.
pub(crate) fn given(argument: impl Into<Dict>) -> Dict {
    let argument = argument.into();
    if argument.is_empty() { UNSET.into() } else { argument }
}

/// The document of an answer that was read to its end.
pub(crate) fn answered(answer: Answered) -> Result<Response, CosError> {
    let dict = answer.read(|body| document(&answer.headers, body, Shape::default()))?;
    Ok(Response::of_dict(dict, answer.headers))
}

/// The processed content of an object, such as a picture, a page or a document. Its body is still to be read.
///
/// The headers are reached through it: `response["Content-Type"]`. It prints and serializes as Python's dict of them.
///
/// Python: `response['Body']`, or the second of `response, data = client.ci_process(..)`
#[non_exhaustive]
pub struct StreamOutput {
    /// The headers of the answer.
    pub meta: Response<()>,
    /// The body. A checksum of the answer is that of the object itself, so that only the length is checked.
    pub body: StreamBody,
}

shown_as!(StreamOutput, meta: Response<()>);

impl StreamOutput {
    pub(crate) fn of(answer: Streaming) -> Self {
        let body = StreamBody::without_crc(answer.body, &answer.headers, answer.attempts);
        Self { meta: Response::of_headers((), answer.headers), body }
    }

    /// Reads the body to its end.
    pub fn into_bytes(self) -> Result<Vec<u8>, CosError> {
        self.body.read_all()
    }

    /// Reads the body to its end as a document, XML or JSON. An empty one is an empty dict.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (cos, client, bucket) = start()?;
    /// # let answer = cos_emulator::Answer::new(200).header("Content-Type", "application/json");
    /// # cos.answer(cos_emulator::Match::any().method("GET"), answer.body(r#"{"width": "8", "height": "6"}"#));
    /// let info = client.ci_get_image_info(bucket, "test.jpg").send()?.into_dict()?;
    /// println!("{} x {}", info["width"], info["height"]);
    /// # assert_eq!(info["width"], 8);
    /// # Ok(()) }
    /// ```
    pub fn into_dict(self) -> Result<Dict, CosError> {
        let headers = self.meta.headers.clone();
        Ok(document(&headers, &self.into_bytes()?, Shape::default())?)
    }
}

impl fmt::Debug for StreamOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOutput").field("headers", &self.meta.headers).field("body", &self.body).finish()
    }
}

/// Declares a client that has all methods of [`CosS3Client`] and further ones.
macro_rules! client {
    ($(#[$doc:meta])* $Client:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $Client($crate::client::CosS3Client);

        impl $Client {
            /// Makes a client that repeats a failed request 3 times.
            pub fn new(config: $crate::config::CosConfig) -> Result<Self, $crate::error::CosError> {
                $crate::client::CosS3Client::new(config).map(Self)
            }
        }

        /// Shares the connections and settings of a client, such as one with another `retry`.
        impl From<$crate::client::CosS3Client> for $Client {
            fn from(client: $crate::client::CosS3Client) -> Self {
                Self(client)
            }
        }

        impl std::ops::Deref for $Client {
            type Target = $crate::client::CosS3Client;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
}

pub(crate) use client;
