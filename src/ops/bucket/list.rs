//! Listing objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::paging::{Page, Within, listing, stuck};
use crate::ops::values::StorageClass;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml::{self, Elements};

impl CosS3Client {
    /// Lists the objects of a bucket in the order of their keys, up to 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `objects` go on to the end.
    ///
    /// Returns [`Response`](crate::Response)`<`[`ListObjectsOutput`](crate::bucket::ListObjectsOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.list_objects(Bucket='examplebucket-1250000000', Prefix='folder/', Delimiter='/')
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"x", "folder/a").send()?;
    /// for object in client.list_objects(bucket).prefix("folder/").objects() {
    ///     let object = object?;
    ///     println!("{} {}", object.key, object.size);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7734>
    pub fn list_objects(&self, bucket: impl Into<String>) -> ListObjects<'_> {
        let request = Request::new("list_objects", Method::GET, Target::bucket(bucket))
            .param("prefix", "")
            .param("delimiter", "")
            .param("marker", "")
            .param("max-keys", 1000)
            .param("encoding-type", "url");
        ListObjects::new(self, request)
    }
}

listing! {
    /// Builds a [`list_objects`](CosS3Client::list_objects) request.
    pub struct ListObjects -> ListObjectsOutput {
        /// Starts after this key. Python: `Marker`. Default: at the first.
        marker: query("marker"),
        /// Sets how many keys a page holds at most, up to 1000. Python: `MaxKeys`. Default: 1000.
        max_keys: number("max-keys"),
    }
    plus names, encoding_type;
    /// Iterates over the objects of all pages from here on.
    each objects: Object = |page| page.contents;
}

/// A page of a bucket's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListObjectsOutput {
    /// The name of the bucket.
    pub name: String,
    /// How names are written in COS's answer: `url`.
    pub encoding_type: String,
    /// The prefix that was asked for.
    pub prefix: String,
    /// The marker that was asked for.
    pub marker: String,
    /// The delimiter that was asked for.
    pub delimiter: String,
    /// How many keys the page may hold.
    #[serde(deserialize_with = "xml::number")]
    pub max_keys: u32,
    /// Whether there are more pages.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_truncated: bool,
    /// The marker of the next page.
    pub next_marker: String,
    /// The objects; empty if there are none.
    pub contents: Vec<Object>,
    /// The common prefixes, where a delimiter was given; empty if there are none.
    pub common_prefixes: Vec<CommonPrefix>,
}

impl Page for ListObjectsOutput {
    const ROOT: &'static str = "ListBucketResult";

    // By events, which take half the time of serde: these pages are long and many.
    fn parse(body: &[u8]) -> Result<Self, CosClientError> {
        let mut page = Self::default();
        Elements::of(Self::ROOT, body)?.children(|xml, name| {
            match name {
                "Contents" => page.contents.push(Object::read(xml)?),
                "CommonPrefixes" => page.common_prefixes.push(CommonPrefix::read(xml)?),
                "Name" => page.name = xml.text()?,
                "EncodingType" => page.encoding_type = xml.text()?,
                "Prefix" => page.prefix = xml.text()?,
                "Marker" => page.marker = xml.text()?,
                "Delimiter" => page.delimiter = xml.text()?,
                "MaxKeys" => page.max_keys = xml.number()?,
                "IsTruncated" => page.is_truncated = xml.boolean()?,
                "NextMarker" => page.next_marker = xml.text()?,
                _ => xml.skip()?,
            }
            Ok(())
        })?;
        Ok(page)
    }

    fn tidy(&mut self) {
        self.contents.retain(|object| !object.key.is_empty());
        self.common_prefixes.retain(|common| !common.prefix.is_empty());
    }

    fn encoding(&self) -> &str {
        &self.encoding_type
    }

    fn encoded(&mut self) -> Vec<&mut String> {
        let keys = self.contents.iter_mut().map(|object| &mut object.key);
        let prefixes = self.common_prefixes.iter_mut().map(|common| &mut common.prefix);
        [&mut self.prefix, &mut self.marker, &mut self.next_marker].into_iter().chain(keys).chain(prefixes).collect()
    }

    fn advance(&self, request: &mut Request<'_>, _: &mut Within, plain: fn(&str) -> String) -> Result<bool, CosError> {
        if !self.is_truncated {
            return Ok(false);
        }
        let last = self.contents.last().map(|object| &object.key);
        let last = last.max(self.common_prefixes.last().map(|common| &common.prefix));
        let next = Some(&self.next_marker).filter(|marker| !marker.is_empty()).or(last).ok_or_else(stuck)?;
        let next = plain(next);
        if request.query("marker") >= next.as_str() {
            return Err(stuck());
        }
        request.set_query("marker", next);
        Ok(true)
    }
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Object {
    /// The key.
    pub key: String,
    /// When it was written: `2017-08-08T09:43:35.000Z`.
    pub last_modified: String,
    /// The ETag, with its quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The length in bytes.
    #[serde(deserialize_with = "xml::number")]
    pub size: u64,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// How it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
}

impl Object {
    fn read(xml: &mut Elements<'_>) -> Result<Self, CosClientError> {
        let mut object = Self::default();
        xml.children(|xml, name| {
            match name {
                "Key" => object.key = xml.text()?,
                "LastModified" => object.last_modified = xml.text()?,
                "ETag" => object.etag = xml.text()?,
                "Size" => object.size = xml.number()?,
                "Owner" => object.owner = Some(Owner::read(xml)?),
                "StorageClass" => object.storage_class = Some(xml.text()?.into()),
                _ => xml.skip()?,
            }
            Ok(())
        })?;
        Ok(object)
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Owner {
    /// The account's id.
    #[serde(rename = "ID")]
    pub id: String,
    /// The account's name.
    pub display_name: String,
}

impl Owner {
    fn read(xml: &mut Elements<'_>) -> Result<Self, CosClientError> {
        let mut owner = Self::default();
        xml.children(|xml, name| {
            match name {
                "ID" => owner.id = xml.text()?,
                "DisplayName" => owner.display_name = xml.text()?,
                _ => xml.skip()?,
            }
            Ok(())
        })?;
        Ok(owner)
    }
}

/// The start that several keys share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct CommonPrefix {
    /// The prefix, with the delimiter at its end.
    pub prefix: String,
}

impl CommonPrefix {
    fn read(xml: &mut Elements<'_>) -> Result<Self, CosClientError> {
        let mut common = Self::default();
        xml.children(|xml, name| {
            match name {
                "Prefix" => common.prefix = xml.text()?,
                _ => xml.skip()?,
            }
            Ok(())
        })?;
        Ok(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_page() {
        let xml = "<?xml version='1.0' encoding='utf-8' ?><ListBucketResult><Name>b-1</Name>\
            <EncodingType>url</EncodingType><Prefix/><Marker/><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>\
            <NextMarker>%E4%B8%AD</NextMarker><Contents><Key>a%2Fb+c</Key><LastModified>t</LastModified>\
            <ETag>\"e\"</ETag><Size>23</Size><Owner><ID>1</ID><DisplayName>n</DisplayName></Owner>\
            <StorageClass>STANDARD_IA</StorageClass></Contents><CommonPrefixes><Prefix>d%2F</Prefix></CommonPrefixes>\
            <Contents><Key>z</Key><Size>1</Size></Contents></ListBucketResult>";
        let mut page = ListObjectsOutput::parse(xml.as_bytes()).unwrap();
        assert_eq!(page, xml::parse("ListBucketResult", xml.as_bytes()).unwrap());
        page.encoded().into_iter().for_each(|name| *name = crate::wire::uri::decode(name));
        assert_eq!((page.max_keys, page.is_truncated, page.next_marker.as_str()), (2, true, "中"));
        assert_eq!(page.contents.len(), 2);
        let first = &page.contents[0];
        assert_eq!((first.key.as_str(), first.size, first.etag.as_str()), ("a/b+c", 23, "\"e\""));
        assert_eq!(first.storage_class, Some(StorageClass::StandardIa));
        assert_eq!(page.common_prefixes[0].prefix, "d/");
        let json = serde_json::to_value(&page).unwrap();
        assert_eq!(json["Contents"][0]["Key"], "a/b+c");
        assert_eq!(json["IsTruncated"], true);
    }

    #[test]
    fn an_error_document_is_not_an_empty_list() {
        let xml = b"<Error><Code>NoSuchBucket</Code></Error>";
        assert!(ListObjectsOutput::parse(xml).is_err());
    }
}
