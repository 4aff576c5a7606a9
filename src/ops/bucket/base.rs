//! Creating, looking up and deleting buckets.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::call::Call;
use crate::ops::options;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// # Buckets
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

    /// Reads a bucket's region and type; 404 if there is no such bucket, 403 if it is not readable. Returns
    /// [`Response`]`<`[`HeadBucketOutput`]`>`.
    ///
    /// Returns [`Response`](crate::Response)`<`[`HeadBucketOutput`](crate::bucket::HeadBucketOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.head_bucket(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7735>
    pub fn head_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response<HeadBucketOutput>> {
        self.bucket_call("head_bucket", Method::HEAD, bucket, "").reads(|answer, _| {
            let headers = answer?.headers;
            Ok(Response::of_headers(HeadBucketOutput { region: headers.text("x-cos-bucket-region") }, headers))
        })
    }

    /// Tells whether a bucket exists. Any answer but yes and 404 is an error.
    ///
    /// Python:
    /// ```python
    /// exists = client.bucket_exists(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7735>
    pub fn bucket_exists(&self, bucket: impl Into<String>) -> Call<'_, bool> {
        self.bucket_call("bucket_exists", Method::HEAD, bucket, "").exists()
    }

    /// Deletes an empty bucket; 409 `BucketNotEmpty` if it holds objects.
    ///
    /// Python:
    /// ```python
    /// client.delete_bucket(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7732>
    pub fn delete_bucket(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket", Method::DELETE, bucket, "").reads(|answer, _| match answer {
            Err(error) if error.done_before("NoSuchBucket") => Ok(()),
            answer => answer.map(drop),
        })
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
    az_config: Option<String>,
    #[serde(rename = "BucketArchConfig", skip_serializing_if = "Option::is_none")]
    arch_config: Option<String>,
}

impl CreateBucket<'_> {
    /// Spreads the bucket over several availability zones with `"MAZ"`; other values change nothing, as
    /// in Python. Python: `BucketAZConfig`. Default: one zone.
    pub fn bucket_az_config(mut self, config: impl Param) -> Self {
        self.config.az_config = config.into_param().filter(|config| config == "MAZ");
        self
    }

    /// Makes a bucket with metadata acceleration with `"OFS"`; other values change nothing, as in Python.
    /// Python: `BucketArchConfig`. Default: an ordinary bucket.
    pub fn bucket_arch_config(mut self, config: impl Param) -> Self {
        self.config.arch_config = config.into_param().filter(|config| config == "OFS");
        self
    }

    /// Sends the request.
    pub fn send(mut self) -> Result<(), CosError> {
        if self.config.az_config.is_some() || self.config.arch_config.is_some() {
            self.request = self.request.with_document("CreateBucketConfiguration", &self.config).with_md5();
        }
        match self.client.execute(self.request) {
            // An earlier attempt, whose answer was lost, succeeded.
            Err(CosError::Service(error))
                if error.all_attempts().may_have_succeeded && error.get_error_code() == "BucketAlreadyOwnedByYou" =>
            {
                Ok(())
            }
            answer => answer.map(drop),
        }
    }
}

impl CreateBucket<'_> {
    options::acl!();
    options::every!();
}

/// What is known of a bucket. Python's dict of it is that of the headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HeadBucketOutput {
    /// The region of the bucket (`x-cos-bucket-region`).
    #[serde(skip)]
    pub region: String,
}
