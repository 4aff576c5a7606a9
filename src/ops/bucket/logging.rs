//! The access log of a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Has COS write the access log of a bucket into a bucket of the same region, or ends that with an empty dict.
    ///
    /// Python: `client.put_bucket_logging(Bucket='examplebucket-1250000000', BucketLoggingStatus={'LoggingEnabled': {..}})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let logging = json!({"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "logs/"}});
    /// client.put_bucket_logging(bucket, logging).send()?;
    /// assert_eq!(client.get_bucket_logging(bucket).send()?["LoggingEnabled"]["TargetPrefix"], "logs/");
    /// client.put_bucket_logging(bucket, json!({})).send()?; // off
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/17054>
    pub fn put_bucket_logging(
        &self,
        bucket: impl Into<String>,
        bucket_logging_status: impl Arg<BucketLoggingStatus>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_logging", Method::PUT, bucket, "logging")
            .argument("BucketLoggingStatus", "bucket_logging_status", bucket_logging_status)
            .with_md5()
    }

    /// Reads where the access log of a bucket goes; `logging_enabled` is `None` if there is no log. Returns
    /// [`Response`]`<`[`BucketLoggingStatus`]`>`.
    ///
    /// Python: `response = client.get_bucket_logging(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/17053>
    pub fn get_bucket_logging(&self, bucket: impl Into<String>) -> Call<'_, Response<BucketLoggingStatus>> {
        self.bucket_call("get_bucket_logging", Method::GET, bucket, "logging").xml("BucketLoggingStatus", &[])
    }
}

dicts! {
    /// Whether a bucket has an access log.
    pub struct BucketLoggingStatus {
        /// Where the log goes; `None` switches it off.
        logging_enabled: one(LoggingEnabled),
    }

    /// Where the access log of a bucket goes.
    pub struct LoggingEnabled {
        /// The bucket, in the same region.
        target_bucket: required,
        /// How the keys of the log's objects start.
        target_prefix: text,
    }
}
