//! Creating, looking up and deleting buckets.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use md5::{Digest, Md5};
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::respond::Headers;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Creates a bucket; its name ends in `-{appid}`.
    ///
    /// A bucket of one's own that is there already is an error: 409 `BucketAlreadyOwnedByYou`.
    ///
    /// Python:
    /// ```python
    /// client.create_bucket(Bucket='examplebucket-1250000000', ACL='private')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7738>
    pub fn create_bucket(&self, bucket: impl Into<String>) -> CreateBucket<'_> {
        let request = Request::new("create_bucket", Method::PUT, Target::bucket(bucket));
        CreateBucket { client: self, request, config: CreateBucketConfiguration::default() }
    }

    /// Reads a bucket's region and type; 404 if there is no such bucket, 403 if it is not readable.
    ///
    /// Python:
    /// ```python
    /// response = client.head_bucket(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7735>
    pub fn head_bucket(&self, bucket: impl Into<String>) -> HeadBucket<'_> {
        HeadBucket { client: self, request: Request::new("head_bucket", Method::HEAD, Target::bucket(bucket)) }
    }

    /// Tells whether a bucket exists. Any answer but yes and 404 is an error.
    ///
    /// Python:
    /// ```python
    /// exists = client.bucket_exists(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7735>
    pub fn bucket_exists(&self, bucket: impl Into<String>) -> BucketExists<'_> {
        BucketExists { client: self, request: Request::new("bucket_exists", Method::HEAD, Target::bucket(bucket)) }
    }

    /// Deletes an empty bucket; 409 `BucketNotEmpty` if it holds objects.
    ///
    /// Python:
    /// ```python
    /// client.delete_bucket(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7732>
    pub fn delete_bucket(&self, bucket: impl Into<String>) -> DeleteBucket<'_> {
        DeleteBucket { client: self, request: Request::new("delete_bucket", Method::DELETE, Target::bucket(bucket)) }
    }
}

/// Builds a [`create_bucket`](CosS3Client::create_bucket) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CreateBucket<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    config: CreateBucketConfiguration,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateBucketConfiguration {
    #[serde(rename = "BucketAZConfig", skip_serializing_if = "Option::is_none")]
    az_config: Option<&'static str>,
    #[serde(rename = "BucketArchConfig", skip_serializing_if = "Option::is_none")]
    arch_config: Option<&'static str>,
}

impl CreateBucket<'_> {
    options::every!();
    options::acl!();

    /// Spreads the bucket over several availability zones with `"MAZ"`; other values change nothing, as
    /// in Python. Python: `BucketAZConfig`. Default: one zone.
    pub fn bucket_az_config(mut self, config: impl AsRef<str>) -> Self {
        self.config.az_config = (config.as_ref() == "MAZ").then_some("MAZ");
        self
    }

    /// Makes a bucket with metadata acceleration with `"OFS"`; other values change nothing, as in Python.
    /// Python: `BucketArchConfig`. Default: an ordinary bucket.
    pub fn bucket_arch_config(mut self, config: impl AsRef<str>) -> Self {
        self.config.arch_config = (config.as_ref() == "OFS").then_some("OFS");
        self
    }

    /// Sends the request.
    pub fn send(mut self) -> Result<(), CosError> {
        if self.config.az_config.is_some() || self.config.arch_config.is_some() {
            let xml = xml::write("CreateBucketConfiguration", &self.config)?;
            self.request.set_header("content-md5", &BASE64_STANDARD.encode(Md5::digest(&xml)));
            self.request.set_header("content-type", "application/xml");
            self.request.body = xml.into();
        }
        self.client.execute(self.request).map(drop)
    }
}

/// Builds a [`head_bucket`](CosS3Client::head_bucket) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct HeadBucket<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

/// What is known of a bucket. Serializes to the dict of headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HeadBucketOutput {
    /// The region of the bucket (`x-cos-bucket-region`).
    #[serde(skip)]
    pub region: String,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
    /// All headers of the answer.
    #[serde(flatten)]
    pub headers: Headers,
}

impl HeadBucket<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<HeadBucketOutput, CosError> {
        let headers = self.client.execute(self.request)?.headers;
        Ok(HeadBucketOutput {
            region: headers.text("x-cos-bucket-region"),
            request_id: headers.text("x-cos-request-id"),
            headers,
        })
    }
}

/// Builds a [`bucket_exists`](CosS3Client::bucket_exists) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct BucketExists<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl BucketExists<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<bool, CosError> {
        self.client.exists(self.request)
    }
}

/// Builds a [`delete_bucket`](CosS3Client::delete_bucket) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeleteBucket<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl DeleteBucket<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

impl CosS3Client {
    /// Sends a HEAD and takes a 404 for "no".
    pub(crate) fn exists(&self, request: Request<'_>) -> Result<bool, CosError> {
        match self.execute(request) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
