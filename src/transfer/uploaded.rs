//! What the upload of a file answers, in one request or in parts.

use serde::Serialize;

use crate::ops::multipart::complete::CompleteMultipartUploadOutput;
use crate::ops::object::put::PutObjectOutput;
use crate::ops::response::Response;

/// A file that was uploaded. Python's dict of it holds the headers of the last answer, and for an upload in parts also
/// bucket, key, ETag and location.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UploadFileOutput {
    /// The address of the object; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The bucket; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The key; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The ETag, with its quotes.
    #[serde(skip)]
    pub etag: String,
    /// The ETag where it is not among the headers: of an upload in parts.
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    completed_etag: Option<String>,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 that COS computed of the whole object, equal to the file's; none if COS did not say.
    #[serde(skip)]
    pub crc64: Option<u64>,
}

impl From<Response<PutObjectOutput>> for Response<UploadFileOutput> {
    fn from(put: Response<PutObjectOutput>) -> Self {
        put.map(|put| UploadFileOutput {
            location: None,
            bucket: None,
            key: None,
            completed_etag: None,
            etag: put.etag,
            version_id: put.version_id,
            crc64: put.crc64,
        })
    }
}

impl From<Response<CompleteMultipartUploadOutput>> for Response<UploadFileOutput> {
    fn from(complete: Response<CompleteMultipartUploadOutput>) -> Self {
        complete.map(|complete| UploadFileOutput {
            location: Some(complete.location),
            bucket: Some(complete.bucket),
            key: Some(complete.key),
            completed_etag: Some(complete.etag.clone()),
            etag: complete.etag,
            version_id: complete.version_id,
            crc64: complete.crc64,
        })
    }
}
