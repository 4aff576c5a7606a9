//! The custom domains of a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets the custom domains of a bucket, replacing those that were there.
    ///
    /// Python: `client.put_bucket_domain(Bucket='examplebucket-1250000000', DomainConfiguration={'DomainRule': [..]})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let domains = json!({"DomainRule": [{"Name": "www.example.com", "Type": "REST", "Status": "ENABLED"}]});
    /// client.put_bucket_domain(bucket, domains).send()?;
    /// let response = client.get_bucket_domain(bucket).send()?;
    /// assert_eq!(response.domain_rule[0].name.as_deref(), Some("www.example.com"));
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/35868>
    pub fn put_bucket_domain(
        &self,
        bucket: impl Into<String>,
        domain_configuration: impl Arg<DomainConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_domain", Method::PUT, bucket, "domain")
            .argument("DomainConfiguration", "domain_configuration", domain_configuration)
            .with_md5()
    }

    /// Reads the custom domains of a bucket. Returns [`Response`]`<`[`DomainConfiguration`]`>`;
    /// `response["x-cos-domain-txt-verification"]` is the text that proves in DNS whose the domain is.
    ///
    /// Python: `response = client.get_bucket_domain(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/35869>
    pub fn get_bucket_domain(&self, bucket: impl Into<String>) -> Call<'_, Response<DomainConfiguration>> {
        self.bucket_call("get_bucket_domain", Method::GET, bucket, "domain")
            .xml("DomainConfiguration", &["DomainRule"])
            .with_header("x-cos-domain-txt-verification")
    }

    /// Deletes the custom domains of a bucket. That there are none is no error.
    ///
    /// Python: `client.delete_bucket_domain(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/35870>
    pub fn delete_bucket_domain(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_domain", Method::DELETE, bucket, "domain")
    }
}

dicts! {
    /// The custom domains of a bucket.
    pub struct DomainConfiguration {
        /// The domains, up to 20.
        domain_rule: list(DomainRule),
    }

    /// A custom domain of a bucket.
    pub struct DomainRule {
        /// The domain: `www.example.com`.
        name: text,
        /// What it serves: `REST` (the API), `WEBSITE` or `ACCELERATE`.
        r#type: text as "Type",
        /// `ENABLED` or `DISABLED`.
        status: text,
        /// Which DNS record of the domain is replaced: `CNAME` or `TXT`. Default: none, and one that is there is an error.
        forced_replacement: text,
    }
}
