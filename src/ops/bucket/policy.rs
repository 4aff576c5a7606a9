//! The access policy of a bucket.

use std::str::FromStr;

use http::Method;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::error::{ClientErrorKind, CosClientError};
use crate::ops::argument::{Arg, take};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets the policy of a bucket: who may do what under which conditions. It is text or a dict; text is sent as it
    /// is. What is no JSON object is an error.
    ///
    /// Python: `client.put_bucket_policy(Bucket='examplebucket-1250000000', Policy={'Statement': [..], 'version': '2.0'})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let policy = json!({
    ///     "Statement": [{
    ///         "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
    ///         "Effect": "allow",
    ///         "Action": ["name/cos:GetObject"],
    ///         "Resource": ["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/public/*"]
    ///     }],
    ///     "version": "2.0"
    /// });
    /// client.put_bucket_policy(bucket, policy).send()?;
    /// let response = client.get_bucket_policy(bucket).send()?;
    /// assert_eq!(response.to_dict()?["Statement"][0]["Effect"], "allow");
    /// client.put_bucket_policy(bucket, response).send()?; // as it was read
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8282>
    pub fn put_bucket_policy(&self, bucket: impl Into<String>, policy: impl Arg<BucketPolicy>) -> Call<'_, ()> {
        let mut call = self.bucket_call("put_bucket_policy", Method::PUT, bucket, "policy");
        let text = call.request.keep(take("policy", policy)).policy;
        call.json(text)
    }

    /// Reads the policy of a bucket; 404 `NoSuchBucketPolicy` if it has none. Returns
    /// [`Response`]`<`[`BucketPolicy`]`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_policy(Bucket='examplebucket-1250000000')
    /// policy = json.loads(response['Policy'])
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8276>
    pub fn get_bucket_policy(&self, bucket: impl Into<String>) -> Call<'_, Response<BucketPolicy>> {
        self.bucket_call("get_bucket_policy", Method::GET, bucket, "policy").reads(|answer, _| {
            let answer = answer?;
            let policy = answer.read(|body| {
                let dict = serde_json::from_slice::<Map<String, Value>>(body).map_err(|e| {
                    let why = "the answer is no JSON object, as a policy is";
                    CosClientError::answered(ClientErrorKind::Protocol, why.to_owned()).caused_by(e)
                })?;
                Ok::<_, CosClientError>(BucketPolicy::from(dict))
            })?;
            Ok(Response::of_fields(policy, answer.headers))
        })
    }

    /// Deletes the policy of a bucket. That there is none is no error.
    ///
    /// Python: `client.delete_bucket_policy(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8285>
    pub fn delete_bucket_policy(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_policy", Method::DELETE, bucket, "policy")
    }
}

/// The policy of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct BucketPolicy {
    /// The policy, as JSON.
    pub policy: String,
}

impl BucketPolicy {
    /// Returns the policy as a dict.
    ///
    /// Python: `json.loads(response['Policy'])`
    pub fn to_dict(&self) -> Result<Dict, serde_json::Error> {
        serde_json::from_str::<Value>(&self.policy).map(Dict::from)
    }
}

impl From<Map<String, Value>> for BucketPolicy {
    fn from(dict: Map<String, Value>) -> Self {
        Self { policy: Dict::from(Value::Object(dict)).to_json() }
    }
}

impl FromStr for BucketPolicy {
    type Err = serde_json::Error;

    /// Takes JSON as it is.
    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<Map<String, Value>>(text)?;
        Ok(Self { policy: text.to_owned() })
    }
}

macro_rules! policies {
    ($($kind:ty: $given:ident => $policy:expr;)*) => {
        $(impl Arg<BucketPolicy> for $kind {
            fn into_arg(self) -> Result<BucketPolicy, serde_json::Error> {
                let $given = self;
                $policy
            }
        })*
    };
}

policies! {
    &str: text => text.parse();
    &String: text => text.parse();
    String: text => text.parse();
    BucketPolicy: policy => policy.policy.parse();
    &BucketPolicy: policy => policy.policy.parse();
    Response<BucketPolicy>: response => response.policy.parse();
    &Response<BucketPolicy>: response => response.policy.parse();
    Value: value => match value {
        Value::Object(dict) => Ok(dict.into()),
        Value::String(text) => text.parse(),
        _ => Err(serde_json::Error::custom("a policy is text or a dict")),
    };
    &Value: value => value.clone().into_arg();
    Dict: dict => Value::from(dict).into_arg();
    &Dict: dict => dict.clone().into_arg();
}
