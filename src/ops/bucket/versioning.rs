//! Whether a bucket keeps old versions of its objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

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
    pub fn put_bucket_versioning(
        &self,
        bucket: impl Into<String>,
        status: impl Into<String>,
    ) -> PutBucketVersioning<'_> {
        let configuration = VersioningConfiguration { status: status.into() };
        let mut request = Request::new("put_bucket_versioning", Method::PUT, Target::bucket(bucket))
            .param("versioning", "")
            .with_document("VersioningConfiguration", &configuration);
        if !["Enabled", "Suspended"].contains(&configuration.status.as_str()) {
            let why = format!("{:?} is neither \"Enabled\" nor \"Suspended\"", configuration.status);
            request.defer(CosClientError::invalid("status", why));
        }
        PutBucketVersioning { client: self, request }
    }

    /// Reads whether a bucket keeps versions.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_versioning(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19888>
    pub fn get_bucket_versioning(&self, bucket: impl Into<String>) -> GetBucketVersioning<'_> {
        let request =
            Request::new("get_bucket_versioning", Method::GET, Target::bucket(bucket)).param("versioning", "");
        GetBucketVersioning { client: self, request }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersioningConfiguration {
    status: String,
}

/// Builds a [`put_bucket_versioning`](CosS3Client::put_bucket_versioning) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutBucketVersioning<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl PutBucketVersioning<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

/// Builds a [`get_bucket_versioning`](CosS3Client::get_bucket_versioning) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetBucketVersioning<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl GetBucketVersioning<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<GetBucketVersioningOutput, CosError> {
        let answer = self.client.execute(self.request)?;
        let mut output: GetBucketVersioningOutput = answer.read(|body| xml::parse("VersioningConfiguration", body))?;
        output.request_id = answer.headers.text("x-cos-request-id");
        Ok(output)
    }
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct GetBucketVersioningOutput {
    /// `Enabled` or `Suspended`; empty if versioning was never on.
    pub status: String,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_never_had_versions_has_an_empty_status() {
        let status = |xml: &[u8]| {
            xml::parse::<GetBucketVersioningOutput>("VersioningConfiguration", xml).map(|output| output.status)
        };
        assert_eq!(status(b"<VersioningConfiguration/>").unwrap(), "");
        let suspended = b"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
        assert_eq!(status(suspended).unwrap(), "Suspended");
    }
}
