//! The access control list of a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::acl::GetAclOutput;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

/// # Settings of buckets
impl CosS3Client {
    /// Sets who may do what with a bucket: by headers, or by a policy. What was there is replaced.
    ///
    /// Python:
    /// ```python
    /// client.put_bucket_acl(Bucket='examplebucket-1250000000', ACL='public-read')
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::Acl;
    ///
    /// client.put_bucket_acl(bucket).acl("public-read").grant_write("id=\"100000000001\"").send()?;
    /// let response = client.get_bucket_acl(bucket).send()?;
    /// assert_eq!(response.canned_acl, Acl::PublicRead);
    /// for grant in &response.access_control_list.grant {
    ///     println!("{:?} {}", grant.grantee.id, grant.permission);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7737>
    pub fn put_bucket_acl(&self, bucket: impl Into<String>) -> PutBucketAcl<'_> {
        self.bucket_call("put_bucket_acl", Method::PUT, bucket, "acl").into()
    }

    /// Reads who may do what with a bucket. Returns [`Response`]`<`[`GetAclOutput`]`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_acl(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7733>
    pub fn get_bucket_acl(&self, bucket: impl Into<String>) -> Call<'_, Response<GetAclOutput>> {
        self.bucket_call("get_bucket_acl", Method::GET, bucket, "acl")
            .reads(|answer, _| GetAclOutput::of_bucket(answer?))
    }
}

call! {
    /// Builds a [`put_bucket_acl`](CosS3Client::put_bucket_acl) request.
    pub struct PutBucketAcl -> () {}
    plus acl, access_control_policy;
}
