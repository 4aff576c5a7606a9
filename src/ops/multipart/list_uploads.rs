//! Listing the uploads of a bucket that are not completed.

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
    /// Lists the uploads in parts that were started and neither completed nor aborted, up to 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `uploads` go on to the end.
    ///
    /// Returns [`Response`](crate::Response)`<`[`ListMultipartUploadsOutput`](crate::multipart::ListMultipartUploadsOutput)`>`.
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
        ListMultipartUploads::new(self, request)
    }
}

listing! {
    /// Builds a [`list_multipart_uploads`](CosS3Client::list_multipart_uploads) request.
    pub struct ListMultipartUploads -> ListMultipartUploadsOutput {
        /// Starts after this key, or with it if an upload is named, too. Python: `KeyMarker`. Default: at the first.
        key_marker: query("key-marker"),
        /// Starts after this upload of the key. Python: `UploadIdMarker`. Default: at the first.
        upload_id_marker: query("upload-id-marker"),
        /// Sets how many uploads a page holds at most, up to 1000. Python: `MaxUploads`. Default: 1000.
        max_uploads: number("max-uploads"),
    }
    plus names, encoding_type;
    /// Iterates over the uploads of all pages from here on.
    each uploads: Upload = |page| page.upload;
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
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Page for ListMultipartUploadsOutput {
    const ROOT: &'static str = "ListMultipartUploadsResult";

    fn tidy(&mut self) {
        self.upload.retain(|upload| !upload.upload_id.is_empty());
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
            &mut self.upload_id_marker,
            &mut self.next_upload_id_marker,
        ];
        let uploads = self.upload.iter_mut().map(|upload| &mut upload.key);
        let prefixes = self.common_prefixes.iter_mut().map(|common| &mut common.prefix);
        markers.into_iter().chain(uploads).chain(prefixes).collect()
    }

    fn advance(
        &self,
        request: &mut Request<'_>,
        within: &mut Within,
        plain: fn(&str) -> String,
    ) -> Result<bool, CosError> {
        if self.is_truncated {
            let next = (plain(&self.next_key_marker), plain(&self.next_upload_id_marker));
            within.advance(request, "upload-id-marker", next)?;
        }
        Ok(self.is_truncated)
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
        page.encoded().into_iter().for_each(|name| *name = crate::wire::uri::decode(name));
        assert_eq!((page.upload[0].key.as_str(), page.upload[0].upload_id.as_str()), ("dir/中", "u1"));
        assert_eq!(page.upload[0].initiator.as_ref().unwrap().id, "i");
    }
}
