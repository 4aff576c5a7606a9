//! The access control list of an object.

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
    /// Sets who may do what with an object: by headers, or by a policy. What was there is replaced.
    ///
    /// Python:
    /// ```python
    /// client.put_object_acl(Bucket='examplebucket-1250000000', Key='test.txt', ACL='public-read')
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
    /// # client.put_object(bucket, "a", "test.txt").send()?;
    /// use qcloud_cos::{AccessControlList, AccessControlPolicy, Grant, Grantee};
    ///
    /// let grantee = Grantee { id: Some("qcs::cam::uin/1:uin/2".into()), ..Grantee::default() };
    /// let grant = vec![Grant { grantee, permission: "READ".into() }];
    /// let owner = client.get_object_acl(bucket, "test.txt").send()?.owner;
    /// let policy = AccessControlPolicy { access_control_list: Some(AccessControlList { grant }), owner: Some(owner) };
    /// client.put_object_acl(bucket, "test.txt").access_control_policy(policy).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7748>
    pub fn put_object_acl(&self, bucket: impl Into<String>, key: impl Into<String>) -> PutObjectAcl<'_> {
        let request = Request::new("put_object_acl", Method::PUT, Target::object(bucket, key)).param("acl", "");
        PutObjectAcl { client: self, request }
    }

    /// Reads who may do what with an object.
    ///
    /// Python:
    /// ```python
    /// response = client.get_object_acl(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7744>
    pub fn get_object_acl(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetObjectAcl<'_> {
        let request = Request::new("get_object_acl", Method::GET, Target::object(bucket, key)).param("acl", "");
        GetObjectAcl { client: self, request }
    }
}

/// Builds a [`put_object_acl`](CosS3Client::put_object_acl) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutObjectAcl<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl PutObjectAcl<'_> {
    options::every!();
    options::acl!();
    options::access_control_policy!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

/// Builds a [`get_object_acl`](CosS3Client::get_object_acl) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetObjectAcl<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl GetObjectAcl<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<GetObjectAclOutput, CosError> {
        let answer = self.client.execute(self.request)?;
        let (owner, access_control_list) = answer.read(AccessControlPolicy::read)?;
        let inherited = answer.headers.text("x-cos-acl") == "default";
        // An object is written as a whole, so for it there is no public write.
        let canned_acl = match access_control_list.canned() {
            _ if inherited => Acl::Default,
            Acl::PublicReadWrite => Acl::PublicRead,
            other => other,
        };
        let request_id = answer.headers.text("x-cos-request-id");
        Ok(GetObjectAclOutput { owner, access_control_list, canned_acl, request_id })
    }
}

/// Who may do what with an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetObjectAclOutput {
    /// Who owns the object.
    pub owner: PolicyOwner,
    /// The grants.
    pub access_control_list: AccessControlList,
    /// What the grants amount to: `Default` (as the bucket), `Private` or `PublicRead`.
    #[serde(rename = "CannedACL")]
    pub canned_acl: Acl,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}
