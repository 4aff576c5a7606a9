//! Restoring archived objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::dict;
use crate::wire::request::{Request, Traits};
use crate::wire::uri::Target;

impl CosS3Client {
    /// Makes an archived object readable for some days. COS needs minutes to hours for it; 409
    /// `RestoreAlreadyInProgress` while it is at it. The request is repeated only where COS did not carry it out.
    ///
    /// Python:
    /// ```python
    /// client.restore_object(Bucket='examplebucket-1250000000', Key='archive.txt',
    ///                       RestoreRequest={'Days': 100, 'CASJobParameters': {'Tier': 'Standard'}})
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
    /// # client.put_object(bucket, "a", "archive.txt").storage_class("ARCHIVE").send()?;
    /// use qcloud_cos::{CasJobParameters, RestoreRequest};
    ///
    /// let tier = CasJobParameters { tier: Some("Standard".into()) };
    /// let restore = RestoreRequest { days: Some(100), cas_job_parameters: Some(tier) };
    /// client.restore_object(bucket, "archive.txt", restore).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/12633>
    pub fn restore_object(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        restore_request: impl Into<RestoreRequest>,
    ) -> RestoreObject<'_> {
        let request = Request::new("restore_object", Method::POST, Target::object(bucket, key))
            .param("restore", "")
            .with_document("RestoreRequest", &restore_request.into())
            .with_traits(Traits { idempotent: false, ..Traits::default() });
        RestoreObject { client: self, request }
    }
}

/// How an object is restored. Takes Python's dict through serde:
/// `{"Days": 100, "CASJobParameters": {"Tier": "Standard"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct RestoreRequest {
    /// For how many days the object will be readable.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// How fast. Default: `Standard`.
    #[serde(rename = "CASJobParameters", skip_serializing_if = "Option::is_none")]
    pub cas_job_parameters: Option<CasJobParameters>,
}

/// How fast an object is restored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct CasJobParameters {
    /// From fast to cheap: `Expedited`, `Standard`, `Bulk`.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// Builds a [`restore_object`](CosS3Client::restore_object) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct RestoreObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl RestoreObject<'_> {
    options::every!();
    options::version_id!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;
    use serde_json::json;

    #[test]
    fn a_dict_becomes_the_document() {
        let document = |dict| {
            let request: RestoreRequest = serde_json::from_value(dict).unwrap();
            String::from_utf8(xml::write("RestoreRequest", &request).unwrap()).unwrap()
        };
        let full = document(json!({"Days": "7", "CASJobParameters": {"Tier": "Bulk"}}));
        let expected = "<RestoreRequest><Days>7</Days><CASJobParameters><Tier>Bulk</Tier></CASJobParameters>\
            </RestoreRequest>";
        assert!(full.ends_with(expected), "{full}");
        assert!(document(json!({})).ends_with("<RestoreRequest></RestoreRequest>"));
    }
}
