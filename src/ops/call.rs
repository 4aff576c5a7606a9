//! A request that has not been sent yet: the one shape of every plain call.
//!
//! A method declares verb, target, query, body and the shape of the answer, and returns a [`Call`]. Where it has keyword
//! arguments of its own, `call!` declares a builder around it, two lines an argument.

use std::fmt;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::CosS3Client;
use crate::client::response::{Answered, Streaming};
use crate::error::CosError;
use crate::ops::argument::{Arg, take};
use crate::ops::options;
use crate::ops::response::{Response, Shape};
use crate::wire::request::{QueryValue, Request};
use crate::wire::uri::Target;
use crate::wire::xml;

/// Turns the answer to a request into the result of its call.
pub(crate) enum Finish<T> {
    /// From the answer, read to its end.
    Whole(fn(Result<Answered, CosError>, Shape) -> Result<T, CosError>),
    /// From the answer as it comes.
    #[cfg_attr(not(feature = "ci"), allow(dead_code, reason = "only it streams by a table"))]
    Streamed(fn(Streaming) -> Result<T, CosError>),
}

impl<T> Finish<T> {
    /// Sends a request, with the document that its setters filled in.
    pub(crate) fn send(&self, client: &CosS3Client, request: Request<'_>, shape: Shape) -> Result<T, CosError> {
        let request = request.with_draft();
        match self {
            Self::Whole(finish) => finish(client.execute(request), shape),
            Self::Streamed(finish) => finish(client.execute_streaming(request)?),
        }
    }
}

impl<T> fmt::Debug for Finish<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Whole(_)) { "Whole" } else { "Streamed" })
    }
}

/// A request that has not been sent yet; [`send`](Self::send) sends it and returns `T`.
///
/// Every method without keyword arguments of its own returns one.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_cos, client, bucket) = start()?;
/// let call = client.get_bucket_versioning(bucket).header("x-cos-example", "1");
/// println!("{}", call.send()?.status);
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a, T = Response> {
    pub(crate) client: &'a CosS3Client,
    pub(crate) request: Request<'a>,
    pub(crate) shape: Shape,
    pub(crate) finish: Finish<T>,
}

impl<T> Call<'_, T> {
    /// Sends the request.
    pub fn send(self) -> Result<T, CosError> {
        self.finish.send(self.client, self.request, self.shape)
    }

    options::every!();
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}

impl CosS3Client {
    pub(crate) fn call(&self, operation: &'static str, method: Method, target: Target) -> Call<'_, ()> {
        let request = Request::new(operation, method, target);
        Call { client: self, request, shape: Shape::default(), finish: Finish::Whole(|answer, _| answer.map(drop)) }
    }

    /// A call about a bucket; `part` is the sub-resource that stands alone in the query, such as `tagging`.
    pub(crate) fn bucket_call(
        &self,
        operation: &'static str,
        method: Method,
        bucket: impl Into<String>,
        part: &str,
    ) -> Call<'_, ()> {
        self.call(operation, method, Target::bucket(bucket)).part(part)
    }

    /// A call about an object; `part` is the sub-resource that stands alone in the query, such as `acl`.
    pub(crate) fn object_call(
        &self,
        operation: &'static str,
        method: Method,
        bucket: impl Into<String>,
        key: impl Into<String>,
        part: &str,
    ) -> Call<'_, ()> {
        self.call(operation, method, Target::object(bucket, key)).part(part)
    }
}

impl<'a, T> Call<'a, T> {
    fn part(self, part: &str) -> Self {
        if part.is_empty() { self } else { self.param(part, "") }
    }

    /// Appends a query parameter whose name this crate chose.
    pub(crate) fn param(mut self, name: &str, value: impl Into<QueryValue>) -> Self {
        self.request = self.request.param(name, value);
        self
    }

    /// Sends a document.
    pub(crate) fn document<D: Serialize>(mut self, root: &str, document: &D) -> Self {
        self.request = self.request.with_document(root, document);
        self
    }

    /// Sends a caller's argument as a document; `name` is what an error calls the argument.
    pub(crate) fn argument<D: Serialize>(mut self, root: &str, name: &str, argument: impl Arg<D>) -> Self {
        match take(name, argument) {
            Ok(document) => self.document(root, &document),
            Err(error) => {
                self.request.defer(error);
                self
            }
        }
    }

    /// Sends a document of no bytes, with what goes with a document.
    pub(crate) fn empty_document(mut self) -> Self {
        self.request = self.request.with_body(Vec::new().into());
        self
    }

    /// Sends JSON.
    pub(crate) fn json(mut self, text: String) -> Self {
        self.request = self.request.with_body(text.into_bytes().into());
        self.content_type("application/json")
    }

    /// Sets the type of the body, for requests that need it without an MD5.
    pub(crate) fn content_type(mut self, value: &str) -> Self {
        self.request.set_header("content-type", value);
        self
    }

    /// Adds the document's MD5, which COS demands of some, and its type.
    pub(crate) fn with_md5(mut self) -> Self {
        self.request = self.request.with_md5();
        self
    }

    /// Refuses an argument, once the request is to be sent.
    pub(crate) fn refuse_if(mut self, wrong: bool, field: &str, why: impl FnOnce() -> String) -> Self {
        if wrong {
            self.request.defer(crate::error::CosClientError::invalid(field, why()));
        }
        self
    }

    pub(crate) fn returns<U>(self, shape: Shape, finish: Finish<U>) -> Call<'a, U> {
        Call { client: self.client, request: self.request, shape, finish }
    }

    /// Returns what `read` makes of the answer.
    pub(crate) fn reads<U>(self, finish: fn(Result<Answered, CosError>, Shape) -> Result<U, CosError>) -> Call<'a, U> {
        self.returns(Shape::default(), Finish::Whole(finish))
    }

    /// Returns the document of the answer as a `U`. Its `lists` are lists in the dict however often they occur.
    pub(crate) fn xml<U: DeserializeOwned>(
        self,
        root: &'static str,
        lists: &'static [&'static str],
    ) -> Call<'a, Response<U>> {
        self.returns(
            Shape { root, lists, ..Shape::default() },
            Finish::Whole(|answer, shape| {
                let answer = answer?;
                let value = answer.read(|body| xml::parse(shape.root, body))?;
                Ok(Response::of_document(value, answer.headers, answer.body, shape))
            }),
        )
    }

    /// Shows the member `inner` of `outer` in the place of `outer`, as Python does with some lists.
    pub(crate) fn lifting(mut self, outer: &'static str, inner: &'static str) -> Self {
        self.shape.lifted = Some((outer, inner));
        self
    }

    /// Shows a header of the answer among the members of the document, as Python does with some.
    pub(crate) fn with_header(mut self, name: &'static str) -> Self {
        self.shape.header = Some(name);
        self
    }

    /// Returns the headers of the answer as a dict.
    pub(crate) fn headers(self) -> Call<'a, Response<()>> {
        self.reads(|answer, _| Ok(Response::of_headers((), answer?.headers)))
    }

    /// Returns whether the call found its object or bucket. A 404 is "no".
    pub(crate) fn exists(self) -> Call<'a, bool> {
        self.reads(|answer, _| match answer {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        })
    }
}

/// Declares the builder of a method that has keyword arguments of its own, from the call without them:
///
/// ```text
/// call! {
///     /// Builds a [`restore_object`](CosS3Client::restore_object) request.
///     pub struct RestoreObject -> () {
///         /// Restores this version of the object. Python: `VersionId`. Default: the newest.
///         version_id: query("versionId"),
///     }
///     plus customer_key;
/// }
/// ```
///
/// `plus` names groups of `options`, and `from` further ones of a module's own `options`. The own arguments and `send` come first on the page of the builder.
macro_rules! call {
    (
        $(#[$doc:meta])*
        pub struct $Builder:ident -> $T:ty { $($own:tt)* }
        $(plus $($group:ident),+;)?
        $(from $module:ident: $($further:ident),+;)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[must_use = "nothing is sent before `send`"]
        pub struct $Builder<'a> {
            client: &'a $crate::client::CosS3Client,
            request: $crate::wire::request::Request<'a>,
            shape: $crate::ops::response::Shape,
            finish: $crate::ops::call::Finish<$T>,
        }

        impl $Builder<'_> {
            $crate::ops::options::setters! { $($own)* }

            /// Sends the request.
            pub fn send(self) -> Result<$T, $crate::error::CosError> {
                self.finish.send(self.client, self.request, self.shape)
            }
        }

        impl $Builder<'_> {
            $($($crate::ops::options::$group!();)+)?
            $($($crate::$module::options::$further!();)+)?
            $crate::ops::options::every!();
        }

        impl<'a> From<$crate::ops::call::Call<'a, $T>> for $Builder<'a> {
            fn from(call: $crate::ops::call::Call<'a, $T>) -> Self {
                let $crate::ops::call::Call { client, request, shape, finish } = call;
                Self { client, request, shape, finish }
            }
        }
    };
}

pub(crate) use call;
