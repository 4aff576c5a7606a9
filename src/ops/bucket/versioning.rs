//! Whether a bucket keeps old versions of its objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Switches the versioning of a bucket on with `"Enabled"` or off with `"Suspended"`; versions that are
    /// there stay. Any other status is an error.
    ///
    /// Python:
    /// ```python
    /// client.put_bucket_versioning(Bucket='examplebucket-1250000000', Status='Enabled')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19889>
    pub fn put_bucket_versioning(&self, bucket: impl Into<String>, status: impl Into<String>) -> Call<'_, ()> {
        let status = status.into();
        let wrong = !["Enabled", "Suspended"].contains(&status.as_str());
        self.bucket_call("put_bucket_versioning", Method::PUT, bucket, "versioning")
            .refuse_if(wrong, "status", || format!("{status:?} is neither \"Enabled\" nor \"Suspended\""))
            .document("VersioningConfiguration", &VersioningConfiguration { status })
    }

    /// Reads whether a bucket keeps versions. Returns [`Response`]`<`[`VersioningConfiguration`]`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_versioning(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19888>
    pub fn get_bucket_versioning(&self, bucket: impl Into<String>) -> Call<'_, Response<VersioningConfiguration>> {
        self.bucket_call("get_bucket_versioning", Method::GET, bucket, "versioning").xml("VersioningConfiguration", &[])
    }
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct VersioningConfiguration {
    /// `Enabled` or `Suspended`; empty if versioning was never on.
    pub status: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;

    #[test]
    fn a_bucket_that_never_had_versions_has_an_empty_status() {
        let status = |xml: &[u8]| {
            xml::parse::<VersioningConfiguration>("VersioningConfiguration", xml).map(|output| output.status)
        };
        assert_eq!(status(b"<VersioningConfiguration/>").unwrap(), "");
        let suspended = b"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
        assert_eq!(status(suspended).unwrap(), "Suspended");
    }
}
