//! Listing the uploads of a bucket that are not completed.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::bucket::list::{CommonPrefix, Owner};
use crate::ops::options;
use crate::ops::paging::{Listing, Within, items, pages};
use crate::ops::values::StorageClass;
use crate::wire::request::Request;
use crate::wire::uri::{Target, decode};
use crate::wire::xml;

impl CosS3Client {
    /// Lists the uploads in parts that were started and neither completed nor aborted, up to 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `uploads` go on to the end.
    ///
    /// Python:
    /// ```python
    /// response = client.list_multipart_uploads(Bucket='examplebucket-1250000000', Prefix='dir')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7736>
    pub fn list_multipart_uploads(&self, bucket: impl Into<String>) -> ListMultipartUploads<'_> {
        let request = Request::new("list_multipart_uploads", Method::GET, Target::bucket(bucket))
            .param("uploads", "")
            .param("prefix", "")
            .param("delimiter", "")
            .param("key-marker", "")
            .param("upload-id-marker", "")
            .param("max-uploads", 1000)
            .param("encoding-type", "url");
        ListMultipartUploads { client: self, request, decode: true, within: Within::default() }
    }
}

/// Builds a [`list_multipart_uploads`](CosS3Client::list_multipart_uploads) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct ListMultipartUploads<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    decode: bool,
    within: Within,
}

impl<'a> ListMultipartUploads<'a> {
    options::every!();
    options::encoding_type!();
    options::names!();

    /// Starts after this key, or with `upload_id_marker` within it. Python: `KeyMarker`. Default: at the
    /// first.
    pub fn key_marker(mut self, marker: impl Into<String>) -> Self {
        self.request.set_query("key-marker", marker);
        self
    }

    /// Starts after this upload of the key `key_marker`. Python: `UploadIdMarker`. Default: none.
    pub fn upload_id_marker(mut self, marker: impl Into<String>) -> Self {
        self.request.set_query("upload-id-marker", marker);
        self
    }

    /// Sets how many uploads a page holds at most, up to 1000. Python: `MaxUploads`. Default: 1000.
    pub fn max_uploads(mut self, max_uploads: u32) -> Self {
        self.request.set_query("max-uploads", max_uploads.to_string());
        self
    }

    /// Fetches one page.
    pub fn send(self) -> Result<ListMultipartUploadsOutput, CosError> {
        self.fetch()
    }

    /// Goes through all pages from here on; each is fetched when it is asked for.
    pub fn pages(self) -> impl Iterator<Item = Result<ListMultipartUploadsOutput, CosError>> + 'a {
        pages(self)
    }

    /// Goes through the uploads of all pages from here on.
    pub fn uploads(self) -> impl Iterator<Item = Result<Upload, CosError>> + 'a {
        items(self, |page| page.upload)
    }
}

impl Listing for ListMultipartUploads<'_> {
    type Page = ListMultipartUploadsOutput;

    fn fetch(&self) -> Result<ListMultipartUploadsOutput, CosError> {
        let answer = self.client.execute(self.request.repeat())?;
        let mut page: ListMultipartUploadsOutput =
            answer.read(|body| xml::parse("ListMultipartUploadsResult", body))?;
        // An empty <Upload/> stands for none.
        page.upload.retain(|upload| !upload.upload_id.is_empty());
        page.common_prefixes.retain(|common| !common.prefix.is_empty());
        if self.decode {
            page.decode();
        }
        page.request_id = answer.headers.text("x-cos-request-id");
        Ok(page)
    }

    fn advance(&mut self, page: &ListMultipartUploadsOutput) -> Result<bool, CosError> {
        if !page.is_truncated {
            return Ok(false);
        }
        let plain = |name: &String| if self.decode { name.clone() } else { decode(name) };
        let next = (plain(&page.next_key_marker), plain(&page.next_upload_id_marker));
        self.within.advance(&mut self.request, "upload-id-marker", next)?;
        Ok(true)
    }
}

/// A page of a bucket's open uploads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListMultipartUploadsOutput {
    /// The bucket.
    pub bucket: String,
    /// How names are written in COS's answer: `url`.
    #[serde(rename = "EncodingType", alias = "Encoding-type", alias = "Encoding-Type")]
    pub encoding_type: String,
    /// The prefix that was asked for.
    pub prefix: String,
    /// The delimiter that was asked for.
    pub delimiter: String,
    /// The key marker that was asked for.
    pub key_marker: String,
    /// The upload id marker that was asked for.
    pub upload_id_marker: String,
    /// The key marker of the next page.
    pub next_key_marker: String,
    /// The upload id marker of the next page.
    pub next_upload_id_marker: String,
    /// How many uploads the page may hold; 0 if the answer does not say.
    #[serde(deserialize_with = "xml::number", skip_serializing_if = "is_zero")]
    pub max_uploads: u32,
    /// Whether there are more pages.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_truncated: bool,
    /// The uploads; empty if there are none.
    pub upload: Vec<Upload>,
    /// The common prefixes, where a delimiter was given; empty if there are none.
    pub common_prefixes: Vec<CommonPrefix>,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl ListMultipartUploadsOutput {
    fn decode(&mut self) {
        let names = [
            &mut self.prefix,
            &mut self.key_marker,
            &mut self.next_key_marker,
            &mut self.upload_id_marker,
            &mut self.next_upload_id_marker,
        ];
        for name in names {
            *name = decode(name);
        }
        for upload in &mut self.upload {
            upload.key = decode(&upload.key);
        }
        for common in &mut self.common_prefixes {
            common.prefix = decode(&common.prefix);
        }
    }
}

/// An upload that is not completed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Upload {
    /// The key.
    pub key: String,
    /// The id of the upload.
    pub upload_id: String,
    /// How the object will be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// Who started the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Owner>,
    /// Who will own the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// When it was started.
    pub initiated: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_page() {
        let xml = b"<ListMultipartUploadsResult><Bucket>b-1</Bucket><Encoding-Type>url</Encoding-Type>\
            <KeyMarker/><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>\
            <Upload><Key>dir%2F%E4%B8%AD</Key><UploadId>u1</UploadId><StorageClass>STANDARD</StorageClass>\
            <Initiator><ID>i</ID></Initiator><Initiated>2017</Initiated></Upload></ListMultipartUploadsResult>";
        let mut page: ListMultipartUploadsOutput = xml::parse("ListMultipartUploadsResult", xml).unwrap();
        page.decode();
        assert_eq!((page.upload[0].key.as_str(), page.upload[0].upload_id.as_str()), ("dir/中", "u1"));
        assert_eq!(page.upload[0].initiator.as_ref().unwrap().id, "i");
    }
}
