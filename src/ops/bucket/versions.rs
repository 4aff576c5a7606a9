//! Listing the versions of objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::bucket::list::{CommonPrefix, Owner};
use crate::ops::paging::{Page, Within, listing};
use crate::ops::values::StorageClass;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Lists the versions of a bucket's objects and their delete markers in the order of their keys, up to
    /// 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `versions` go on to the end.
    ///
    /// Returns [`Response`](crate::Response)`<`[`ListObjectsVersionsOutput`](crate::bucket::ListObjectsVersionsOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.list_objects_versions(Bucket='examplebucket-1250000000', Prefix='folder/')
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_bucket_versioning(bucket, "Enabled").send()?;
    /// # client.put_object(bucket, b"x", "folder/a").send()?;
    /// for version in client.list_objects_versions(bucket).prefix("folder/").versions() {
    ///     let version = version?;
    ///     println!("{} {} {}", version.key, version.version_id, version.is_latest);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/35521>
    pub fn list_objects_versions(&self, bucket: impl Into<String>) -> ListObjectsVersions<'_> {
        let request = Request::new("list_objects_versions", Method::GET, Target::bucket(bucket))
            .param("versions", "")
            .param("prefix", "")
            .param("delimiter", "")
            .param("key-marker", "")
            .param("version-id-marker", "")
            .param("max-keys", 1000)
            .param("encoding-type", "url");
        ListObjectsVersions::new(self, request)
    }
}

listing! {
    /// Builds a [`list_objects_versions`](CosS3Client::list_objects_versions) request.
    pub struct ListObjectsVersions -> ListObjectsVersionsOutput {
        /// Starts after this key, or with it if a version is named, too. Python: `KeyMarker`. Default: at the first.
        key_marker: query("key-marker"),
        /// Starts after this version of the key. Python: `VersionIdMarker`. Default: at the first.
        version_id_marker: query("version-id-marker"),
        /// Sets how many versions a page holds at most, up to 1000. Python: `MaxKeys`. Default: 1000.
        max_keys: number("max-keys"),
    }
    plus names, encoding_type;
    /// Goes through the versions of all pages from here on; delete markers are left out.
    each versions: ObjectVersion = |page| page.version;
}

/// A page of the versions of a bucket's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListObjectsVersionsOutput {
    /// The name of the bucket.
    pub name: String,
    /// How names are written in COS's answer: `url`.
    pub encoding_type: String,
    /// The prefix that was asked for.
    pub prefix: String,
    /// The delimiter that was asked for.
    pub delimiter: String,
    /// The key marker that was asked for.
    pub key_marker: String,
    /// The version id marker that was asked for.
    pub version_id_marker: String,
    /// The key marker of the next page.
    pub next_key_marker: String,
    /// The version id marker of the next page.
    pub next_version_id_marker: String,
    /// How many versions and delete markers the page may hold.
    #[serde(deserialize_with = "xml::number")]
    pub max_keys: u32,
    /// Whether there are more pages.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_truncated: bool,
    /// The versions; empty if there are none.
    pub version: Vec<ObjectVersion>,
    /// The delete markers; empty if there are none.
    pub delete_marker: Vec<DeleteMarker>,
    /// The common prefixes, where a delimiter was given; empty if there are none.
    pub common_prefixes: Vec<CommonPrefix>,
}

impl Page for ListObjectsVersionsOutput {
    const ROOT: &'static str = "ListVersionsResult";

    fn tidy(&mut self) {
        self.version.retain(|version| !version.key.is_empty());
        self.delete_marker.retain(|marker| !marker.key.is_empty());
        self.common_prefixes.retain(|common| !common.prefix.is_empty());
    }

    fn encoding(&self) -> &str {
        &self.encoding_type
    }

    fn encoded(&mut self) -> Vec<&mut String> {
        let markers = [
            &mut self.prefix,
            &mut self.key_marker,
            &mut self.next_key_marker,
            &mut self.version_id_marker,
            &mut self.next_version_id_marker,
        ];
        let versions = self.version.iter_mut().map(|version| &mut version.key);
        let deleted = self.delete_marker.iter_mut().map(|marker| &mut marker.key);
        let prefixes = self.common_prefixes.iter_mut().map(|common| &mut common.prefix);
        markers.into_iter().chain(versions).chain(deleted).chain(prefixes).collect()
    }

    fn advance(
        &self,
        request: &mut Request<'_>,
        within: &mut Within,
        plain: fn(&str) -> String,
    ) -> Result<bool, CosError> {
        if self.is_truncated {
            let next = (plain(&self.next_key_marker), plain(&self.next_version_id_marker));
            within.advance(request, "version-id-marker", next)?;
        }
        Ok(self.is_truncated)
    }
}

/// A version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ObjectVersion {
    /// The key.
    pub key: String,
    /// The id of the version; `null` for what was written without versioning.
    pub version_id: String,
    /// Whether this is what a download without a version gets.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_latest: bool,
    /// When it was written: `2017-08-08T09:43:35.000Z`.
    pub last_modified: String,
    /// The ETag, with its quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The length in bytes.
    #[serde(deserialize_with = "xml::number")]
    pub size: u64,
    /// How it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// The mark that an object was deleted while its versions stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DeleteMarker {
    /// The key.
    pub key: String,
    /// The id of the marker; deleting it brings the object back.
    pub version_id: String,
    /// Whether the object is deleted now.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_latest: bool,
    /// When it was deleted: `2017-08-08T09:43:35.000Z`.
    pub last_modified: String,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_page_of_versions_and_markers_in_any_order() {
        let xml = b"<ListVersionsResult><Name>b-1</Name><EncodingType>url</EncodingType><KeyMarker/><MaxKeys>3</MaxKeys>\
            <IsTruncated>true</IsTruncated><NextKeyMarker>a%2Fb</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>\
            <Version><Key>a</Key><VersionId>null</VersionId><IsLatest>true</IsLatest><ETag>\"e\"</ETag><Size>5</Size>\
            <StorageClass>ARCHIVE</StorageClass></Version><DeleteMarker><Key>a%2Fb</Key><VersionId>v2</VersionId>\
            <IsLatest>true</IsLatest><Owner><ID>1</ID></Owner></DeleteMarker><Version><Key>a%2Fb</Key>\
            <VersionId>v1</VersionId><IsLatest>false</IsLatest></Version></ListVersionsResult>";
        let mut page: ListObjectsVersionsOutput = xml::parse("ListVersionsResult", xml).unwrap();
        page.encoded().into_iter().for_each(|name| *name = crate::wire::uri::decode(name));
        assert_eq!((page.next_key_marker.as_str(), page.next_version_id_marker.as_str()), ("a/b", "v1"));
        let versions: Vec<_> = page.version.iter().map(|v| (v.key.as_str(), v.version_id.as_str(), v.size)).collect();
        assert_eq!(versions, [("a", "null", 5), ("a/b", "v1", 0)]);
        assert_eq!((page.delete_marker[0].key.as_str(), page.delete_marker[0].is_latest), ("a/b", true));
        let json = serde_json::to_value(&page).unwrap();
        assert_eq!(json["Version"][1]["IsLatest"], false);
        assert_eq!(json["DeleteMarker"][0]["Owner"]["ID"], "1");
    }
}
