//! Where a bucket is.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::wire::xml;

impl CosS3Client {
    /// Reads the region of a bucket. Returns [`Response`]`<`[`BucketLocation`]`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_location(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8275>
    pub fn get_bucket_location(&self, bucket: impl Into<String>) -> Call<'_, Response<BucketLocation>> {
        self.bucket_call("get_bucket_location", Method::GET, bucket, "location").reads(|answer, _| {
            let answer = answer?;
            let location: BucketLocation = answer.read(|body| xml::parse("LocationConstraint", body))?;
            Ok(Response::of_fields(location, answer.headers))
        })
    }
}

/// The region of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BucketLocation {
    /// The region, such as `ap-guangzhou`.
    #[serde(rename(serialize = "LocationConstraint", deserialize = "$text"))]
    pub location_constraint: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_text_of_the_root() {
        let xml = b"<?xml version=\"1.0\" encoding=\"utf-8\" ?><LocationConstraint>ap-guangzhou</LocationConstraint>";
        let output: BucketLocation = xml::parse("LocationConstraint", xml).unwrap();
        assert_eq!(output.location_constraint, "ap-guangzhou");
        let json = serde_json::to_value(&output).unwrap();
        assert_eq!(json, serde_json::json!({"LocationConstraint": "ap-guangzhou"}));
    }
}
