//! The access control list of an object.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::acl::GetAclOutput;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

/// # Settings of objects
impl CosS3Client {
    /// Sets the access control list of an object, by headers or by a policy. It replaces the existing one.
    ///
    /// Python:
    /// ```python
    /// client.put_object_acl(Bucket='examplebucket-1250000000', Key='test.txt', ACL='public-read')
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"a", "test.txt").send()?;
    /// use qcloud_cos::json;
    ///
    /// let acl = client.get_object_acl(bucket, "test.txt").send()?;
    /// let policy = json!({
    ///     "Owner": acl["Owner"],
    ///     "AccessControlList": {"Grant": [{"Grantee": {"ID": "qcs::cam::uin/1:uin/2"}, "Permission": "READ"}]},
    /// });
    /// client.put_object_acl(bucket, "test.txt").access_control_policy(policy).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7748>
    pub fn put_object_acl(&self, bucket: impl Into<String>, key: impl Into<String>) -> PutObjectAcl<'_> {
        self.object_call("put_object_acl", Method::PUT, bucket, key, "acl").into()
    }

    /// Reads the access control list of an object. Returns [`Response`]`<`[`GetAclOutput`]`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_object_acl(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7744>
    pub fn get_object_acl(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Call<'_, Response<GetAclOutput>> {
        self.object_call("get_object_acl", Method::GET, bucket, key, "acl")
            .reads(|answer, _| GetAclOutput::of_object(answer?))
    }
}

call! {
    /// Builds a [`put_object_acl`](CosS3Client::put_object_acl) request.
    pub struct PutObjectAcl -> () {}
    plus acl, access_control_policy;
}
