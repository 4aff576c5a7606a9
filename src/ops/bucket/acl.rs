//! The access control list of a bucket.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::acl::{AccessControlList, AccessControlPolicy, PolicyOwner};
use crate::ops::options;
use crate::ops::values::Acl;
use crate::wire::request::Request;
use crate::wire::uri::Target;

impl CosS3Client {
    /// Sets who may do what with a bucket: by headers, or by a policy. What was there is replaced.
    ///
    /// Python:
    /// ```python
    /// client.put_bucket_acl(Bucket='examplebucket-1250000000', ACL='public-read')
    /// ```
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// # use qcloud_cos::{CosConfig, CosS3Client};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// # let client = CosS3Client::new(config)?;
    /// # let bucket = "examplebucket-1250000000";
    /// # client.create_bucket(bucket).send()?;
    /// use qcloud_cos::Acl;
    ///
    /// client.put_bucket_acl(bucket).acl("public-read").grant_write("id=\"100000000001\"").send()?;
    /// let response = client.get_bucket_acl(bucket).send()?;
    /// assert_eq!(response.canned_acl, Acl::PublicRead);
    /// for grant in response.access_control_list.grant {
    ///     println!("{:?} {}", grant.grantee.id, grant.permission);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7737>
    pub fn put_bucket_acl(&self, bucket: impl Into<String>) -> PutBucketAcl<'_> {
        let request = Request::new("put_bucket_acl", Method::PUT, Target::bucket(bucket)).param("acl", "");
        PutBucketAcl { client: self, request }
    }

    /// Reads who may do what with a bucket.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_acl(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7733>
    pub fn get_bucket_acl(&self, bucket: impl Into<String>) -> GetBucketAcl<'_> {
        let request = Request::new("get_bucket_acl", Method::GET, Target::bucket(bucket)).param("acl", "");
        GetBucketAcl { client: self, request }
    }
}

/// Builds a [`put_bucket_acl`](CosS3Client::put_bucket_acl) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutBucketAcl<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl PutBucketAcl<'_> {
    options::every!();
    options::acl!();
    options::access_control_policy!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

/// Builds a [`get_bucket_acl`](CosS3Client::get_bucket_acl) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetBucketAcl<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl GetBucketAcl<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<GetBucketAclOutput, CosError> {
        let answer = self.client.execute(self.request)?;
        let (owner, access_control_list) = answer.read(AccessControlPolicy::read)?;
        Ok(GetBucketAclOutput {
            canned_acl: access_control_list.canned(),
            owner,
            access_control_list,
            request_id: answer.headers.text("x-cos-request-id"),
        })
    }
}

/// Who may do what with a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetBucketAclOutput {
    /// Who owns the bucket.
    pub owner: PolicyOwner,
    /// The grants.
    pub access_control_list: AccessControlList,
    /// What the grants amount to: `Private`, `PublicRead` or `PublicReadWrite`.
    #[serde(rename = "CannedACL")]
    pub canned_acl: Acl,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}
