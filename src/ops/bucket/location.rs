//! Where a bucket is.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Reads the region of a bucket.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_location(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8275>
    pub fn get_bucket_location(&self, bucket: impl Into<String>) -> GetBucketLocation<'_> {
        let request = Request::new("get_bucket_location", Method::GET, Target::bucket(bucket)).param("location", "");
        GetBucketLocation { client: self, request }
    }
}

/// Builds a [`get_bucket_location`](CosS3Client::get_bucket_location) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetBucketLocation<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

/// The region of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GetBucketLocationOutput {
    /// The region, such as `ap-guangzhou`.
    #[serde(rename(serialize = "LocationConstraint", deserialize = "$text"))]
    pub location_constraint: String,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}

impl GetBucketLocation<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<GetBucketLocationOutput, CosError> {
        let answer = self.client.execute(self.request)?;
        let mut output: GetBucketLocationOutput = answer.read(|body| xml::parse("LocationConstraint", body))?;
        output.request_id = answer.headers.text("x-cos-request-id");
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_text_of_the_root() {
        let xml = b"<?xml version=\"1.0\" encoding=\"utf-8\" ?><LocationConstraint>ap-guangzhou</LocationConstraint>";
        let output: GetBucketLocationOutput = xml::parse("LocationConstraint", xml).unwrap();
        assert_eq!(output.location_constraint, "ap-guangzhou");
        let json = serde_json::to_value(&output).unwrap();
        assert_eq!(json, serde_json::json!({"LocationConstraint": "ap-guangzhou"}));
    }
}
