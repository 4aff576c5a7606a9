//! The source of a copy, and how a request names it.

use serde::{Deserialize, Serialize};

use super::host::check_host;
use super::uri::{Addressing, Module, bucket_name, encode, encode_key, region_endpoint};
use crate::error::CosClientError;

/// The object that a copy reads. Takes Python's dict through serde:
/// `{"Bucket": "examplebucket-1250000000", "Key": "a.txt", "Region": "ap-guangzhou"}`.
///
/// ```
/// use qcloud_cos::CopySource;
///
/// let newest = CopySource::new("examplebucket-1250000000", "a.txt", "ap-guangzhou");
/// let older = newest.clone().version_id("MTg0NDUxNTc1NjIzMTQ1MDAwODg");
/// let pasted: CopySource = serde_json::from_value(serde_json::json!(
///     {"Bucket": "examplebucket-1250000000", "Key": "a.txt", "Region": "ap-guangzhou"}
/// ))?;
/// assert_eq!(pasted, newest);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct CopySource {
    /// The bucket, with its appid: `examplebucket-1250000000`. Required.
    pub bucket: String,
    /// The key; one leading slash is dropped. Required.
    pub key: String,
    /// The region of the bucket: `ap-guangzhou`. Required, or an endpoint.
    pub region: String,
    /// The endpoint of the bucket, such as `cos.accelerate.myqcloud.com`; it goes before the region.
    pub endpoint: String,
    /// The version; empty for the newest.
    pub version_id: String,
    /// The appid, which is appended to a bucket name that lacks it.
    pub appid: String,
}

impl CopySource {
    /// Names the newest version of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, region: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), region: region.into(), ..Self::default() }
    }

    /// Sets the region of the bucket.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: region.into(), ..self }
    }

    /// Sets the endpoint of the bucket, which goes before the region.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), ..self }
    }

    /// Names a version instead of the newest.
    pub fn version_id(self, version_id: impl Into<String>) -> Self {
        Self { version_id: version_id.into(), ..self }
    }

    /// Resolves bucket and region to a host; an error names `copy_source`.
    pub(crate) fn resolve(&self, addressing: &Addressing) -> Result<ResolvedSource, CosClientError> {
        let wrong = |e: CosClientError| CosClientError::invalid("copy_source", &e).caused_by(e);
        let bucket = bucket_name(&self.bucket, Some(self.appid.as_str()).filter(|appid| !appid.is_empty()));
        let bucket = bucket.map_err(wrong)?;
        let endpoint = match (self.endpoint.as_str(), self.region.as_str()) {
            ("", "") => return Err(CosClientError::invalid("copy_source", "needs a region or an endpoint")),
            ("", region) => region_endpoint(region, Module::Cos, addressing.old_domain, addressing.internal_domain),
            (endpoint, _) => check_host("endpoint", endpoint).map(|()| endpoint.to_owned()),
        };
        let endpoint = endpoint.map_err(wrong)?;
        let key = self.key.strip_prefix('/').unwrap_or(&self.key);
        if key.is_empty() {
            return Err(CosClientError::invalid("copy_source", "key: is empty"));
        }
        let host = format!("{bucket}.{endpoint}");
        Ok(ResolvedSource { host, endpoint, key: key.to_owned(), version_id: self.version_id.clone() })
    }
}

/// A copy of it, so that one source can be named in many calls.
impl From<&CopySource> for CopySource {
    fn from(source: &CopySource) -> Self {
        source.clone()
    }
}

/// A source whose host is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedSource {
    pub(crate) host: String,
    pub(crate) endpoint: String,
    /// The key without a leading slash of the address.
    pub(crate) key: String,
    pub(crate) version_id: String,
}

impl ResolvedSource {
    /// Returns the value of `x-cos-copy-source`.
    pub(crate) fn header(&self) -> String {
        let object = format!("{}/{}", self.host, encode_key(&self.key));
        match self.version_id.as_str() {
            "" => object,
            version => format!("{object}?versionId={}", encode(version)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(source: &CopySource) -> String {
        let addressing = Addressing { old_domain: true, internal_domain: true, ..Addressing::default() };
        source.resolve(&addressing).map_or_else(|e| e.to_string(), |source| source.header())
    }

    #[test]
    fn names_host_key_and_version() {
        let source = CopySource::new("b-1", "/目 录/+%?#&=~*'().txt", "ap-guangzhou");
        let host = "b-1.cos.ap-guangzhou.myqcloud.com";
        let key = "%E7%9B%AE%20%E5%BD%95/%2B%25%3F%23%26%3D~%2A%27%28%29.txt";
        assert_eq!(header(&source), format!("{host}/{key}"));
        let older = CopySource { key: "a/../b".into(), version_id: "v&x=1".into(), ..source.clone() };
        assert_eq!(header(&older), format!("{host}/a/../b?versionId=v%26x%3D1"));
        let double = CopySource { key: "//a".into(), ..source };
        assert_eq!(header(&double), format!("{host}//a"));
    }

    #[test]
    fn takes_appid_and_endpoint() {
        let source: CopySource = serde_json::from_str(
            r#"{"Bucket": "b", "Appid": "1", "Key": "k", "Region": "x", "Endpoint": "cos.accelerate.myqcloud.com"}"#,
        )
        .unwrap();
        assert_eq!(header(&source), "b-1.cos.accelerate.myqcloud.com/k");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let good = CopySource::new("b-1", "k", "ap-guangzhou");
        for bad in [
            CopySource { bucket: String::new(), ..good.clone() },
            CopySource { bucket: "b/1".into(), ..good.clone() },
            CopySource { key: "/".into(), ..good.clone() },
            CopySource { region: String::new(), ..good.clone() },
            CopySource { region: "a b".into(), ..good.clone() },
            CopySource { endpoint: "a/b".into(), ..good.clone() },
        ] {
            assert!(header(&bad).starts_with("copy_source: "), "{bad:?}: {}", header(&bad));
        }
        assert!(serde_json::from_str::<CopySource>(r#"{"VesionId": "v"}"#).is_err());
    }
}
