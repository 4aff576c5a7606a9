//! Listing the parts of an upload.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::bucket::list::Owner;
use crate::ops::paging::{Page, Within, listing, stuck};
use crate::ops::values::StorageClass;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Lists the uploaded parts of an upload, up to 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `parts` go on to the end.
    ///
    /// Returns [`Response`](crate::Response)`<`[`ListPartsOutput`](crate::multipart::ListPartsOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.list_parts(Bucket='examplebucket-1250000000', Key='multipart.txt', UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7747>
    pub fn list_parts(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> ListParts<'_> {
        let request = Request::new("list_parts", Method::GET, Target::object(bucket, key))
            .upload_id(upload_id)
            .param("part-number-marker", 0)
            .param("max-parts", 1000)
            .param("encoding-type", "url");
        ListParts::new(self, request)
    }
}

listing! {
    /// Builds a [`list_parts`](CosS3Client::list_parts) request.
    pub struct ListParts -> ListPartsOutput {
        /// Sets how many parts a page holds at most, up to 1000. Python: `MaxParts`. Default: 1000.
        max_parts: number("max-parts"),
        /// Starts after this part. Python: `PartNumberMarker`. Default: 0.
        part_number_marker: number("part-number-marker"),
    }
    plus encoding_type;
    /// Iterates over the parts of all pages from here on.
    each parts: ListedPart = |page| page.part;
}

/// A page of an upload's parts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListPartsOutput {
    /// The bucket.
    pub bucket: String,
    /// How names are written in COS's answer: `url`.
    #[serde(rename = "Encoding-type", alias = "EncodingType")]
    pub encoding_type: String,
    /// The key.
    pub key: String,
    /// The id of the upload.
    pub upload_id: String,
    /// The account that started the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Owner>,
    /// The owner of the future object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// How the object will be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// The marker that was asked for.
    #[serde(deserialize_with = "xml::number")]
    pub part_number_marker: u32,
    /// The marker of the next page; 0 if there is none.
    #[serde(deserialize_with = "xml::number", skip_serializing_if = "is_zero")]
    pub next_part_number_marker: u32,
    /// How many parts the page may hold.
    #[serde(deserialize_with = "xml::number")]
    pub max_parts: u32,
    /// Whether there are more pages.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_truncated: bool,
    /// The parts; empty if there are none.
    pub part: Vec<ListedPart>,
}

impl Page for ListPartsOutput {
    const ROOT: &'static str = "ListPartsResult";
    const ALIASES: &'static [(&'static str, &'static [&'static str])] = &[("EncodingType", &["Encoding-type"])];

    fn tidy(&mut self) {
        self.part.retain(|part| part.part_number != 0);
    }

    fn encoding(&self) -> &str {
        &self.encoding_type
    }

    fn encoded(&mut self) -> Vec<&mut String> {
        vec![&mut self.key]
    }

    fn advance(&self, request: &mut Request<'_>, _: &mut Within, _: fn(&str) -> String) -> Result<bool, CosError> {
        if !self.is_truncated {
            return Ok(false);
        }
        let now: u32 = request.query("part-number-marker").parse().unwrap_or_default();
        if self.next_part_number_marker <= now {
            return Err(stuck());
        }
        request.set_query("part-number-marker", self.next_part_number_marker.to_string());
        Ok(true)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A part in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListedPart {
    /// The number, 1 to 10000.
    #[serde(deserialize_with = "xml::number")]
    pub part_number: u32,
    /// When it was uploaded: `2017-08-04T02:41:45.000Z`.
    pub last_modified: String,
    /// The ETag, with its quotes: the MD5 of the part in hex.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The length in bytes.
    #[serde(deserialize_with = "xml::number")]
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_page() {
        let xml = b"<ListPartsResult><Bucket>b-1</Bucket><Encoding-type>url</Encoding-type><Key>%E4%B8%AD+</Key>\
            <UploadId>u</UploadId><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>2</NextPartNumberMarker>\
            <MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>\
            <Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag><Size>1048576</Size></Part>\
            <Part><PartNumber>2</PartNumber><ETag>\"e2\"</ETag><Size>5</Size></Part></ListPartsResult>";
        let page: ListPartsOutput = xml::parse("ListPartsResult", xml).unwrap();
        assert_eq!((page.encoding_type.as_str(), page.next_part_number_marker, page.is_truncated), ("url", 2, true));
        assert_eq!((page.part[1].part_number, page.part[1].size, page.part[1].etag.as_str()), (2, 5, "\"e2\""));
    }
}
