//! Restoring archived objects.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::call;

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
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"a", "archive.txt").storage_class("ARCHIVE").send()?;
    /// use qcloud_cos::object::{CasJobParameters, RestoreRequest};
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
        restore_request: impl Arg<RestoreRequest>,
    ) -> RestoreObject<'_> {
        self.object_call("restore_object", Method::POST, bucket, key, "restore")
            .argument("RestoreRequest", "restore_request", restore_request)
            .into()
    }
}

dicts! {
    /// How an object is restored. Takes Python's dict through serde:
    /// `{"Days": 100, "CASJobParameters": {"Tier": "Standard"}}`.
    pub struct RestoreRequest {
        /// For how many days the object will be readable.
        days: number(u32),
        /// The speed of the restore. Default: `Standard`.
        cas_job_parameters: one(CasJobParameters) as "CASJobParameters",
    }

    /// The speed of a restore.
    pub struct CasJobParameters {
        /// From fast to cheap: `Expedited`, `Standard`, `Bulk`.
        tier: text,
    }
}

call! {
    /// Builds a [`restore_object`](CosS3Client::restore_object) request.
    pub struct RestoreObject -> () {}
    plus version_id, customer_key;
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
