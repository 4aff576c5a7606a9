//! The hotlink protection of a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets which pages may link to the objects of a bucket, replacing what was there.
    ///
    /// Python: `client.put_bucket_referer(Bucket='examplebucket-1250000000', RefererConfiguration={'Status': 'Enabled', ..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let referers = json!({
    ///     "Status": "Enabled",
    ///     "RefererType": "White-List",
    ///     "EmptyReferConfiguration": "Allow",
    ///     "DomainList": {"Domain": ["*.example.com", "*.example.org"]}
    /// });
    /// client.put_bucket_referer(bucket, referers).send()?;
    /// assert_eq!(client.get_bucket_referer(bucket).send()?["DomainList"]["Domain"][0], "*.example.com");
    /// client.delete_bucket_referer(bucket).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/32492>
    pub fn put_bucket_referer(
        &self,
        bucket: impl Into<String>,
        referer_configuration: impl Arg<RefererConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_referer", Method::PUT, bucket, "referer")
            .argument("RefererConfiguration", "referer_configuration", referer_configuration)
            .with_md5()
    }

    /// Reads which pages may link to the objects of a bucket; all members are `None` if there is no rule. Returns
    /// [`Response`]`<`[`RefererConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_referer(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/32493>
    pub fn get_bucket_referer(&self, bucket: impl Into<String>) -> Call<'_, Response<RefererConfiguration>> {
        self.bucket_call("get_bucket_referer", Method::GET, bucket, "referer")
            .xml("RefererConfiguration", &["DomainList.Domain"])
    }

    /// Ends the hotlink protection of a bucket, by setting an empty one as Python does. That there is none is no error.
    ///
    /// Python: `client.delete_bucket_referer(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/32492>
    pub fn delete_bucket_referer(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_referer", Method::PUT, bucket, "referer").empty_document().with_md5()
    }
}

dicts! {
    /// Which pages may link to the objects of a bucket.
    pub struct RefererConfiguration {
        /// `Enabled` or `Disabled`.
        status: text,
        /// What the list is: `White-List` or `Black-List`.
        referer_type: text,
        /// Whether requests without a `Referer` are let in: `Allow` or `Deny` (the default).
        empty_refer_configuration: text,
        /// The list.
        domain_list: one(RefererDomainList),
    }

    /// Domains and addresses of pages.
    pub struct RefererDomainList {
        /// Domains: `example.com`, `*.example.com`, `192.168.1.2`, `example.com/path`.
        domain: list(String),
    }
}
