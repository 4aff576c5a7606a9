//! Symlinks: objects that stand for another one of their bucket.

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::ops::call::call;
use crate::ops::response::Response;
use crate::wire::uri::{decode, encode_key};

impl CosS3Client {
    /// Creates a symlink, replacing an existing object of that name. Reading the symlink reads its target. Deleting
    /// it keeps the target.
    ///
    /// Python: `response = client.put_symlink(Bucket='examplebucket-1250000000', SymlinkName='link.txt', SymlinkTarget='test.txt')`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// client.put_object(bucket, b"abcdefg", "test.txt").send()?;
    /// client.put_symlink(bucket, "link.txt", "test.txt").send()?;
    /// let text = std::io::read_to_string(client.get_object(bucket, "link.txt").send()?.body)?;
    /// assert_eq!(text, "abcdefg");
    /// assert_eq!(client.get_symlink(bucket, "link.txt").send()?["x-cos-symlink-target"], "test.txt");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn put_symlink(
        &self,
        bucket: impl Into<String>,
        symlink_name: impl Into<String>,
        symlink_target: impl AsRef<str>,
    ) -> PutSymlink<'_> {
        let target = symlink_target.as_ref();
        let mut call = self.object_call("put_symlink", Method::PUT, bucket, symlink_name, "symlink");
        call = call.refuse_if(target.is_empty(), "symlink_target", || "is empty".to_owned());
        // COS decodes the header, so a `%` or a line break in a key must be encoded.
        call.request.set_header("x-cos-symlink-target", &encode_key(target));
        call.reads(|answer, _| Ok(SymlinkOutput::of(answer?.headers))).into()
    }

    /// Reads the target of a symlink. Returns [`Response`]`<`[`SymlinkOutput`]`>`.
    ///
    /// Python: `response = client.get_symlink(Bucket='examplebucket-1250000000', SymlinkName='link.txt')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_symlink(&self, bucket: impl Into<String>, symlink_name: impl Into<String>) -> GetSymlink<'_> {
        self.object_call("get_symlink", Method::GET, bucket, symlink_name, "symlink")
            .reads(|answer, _| Ok(SymlinkOutput::of(answer?.headers)))
            .into()
    }
}

call! {
    /// Builds a [`put_symlink`](CosS3Client::put_symlink) request.
    pub struct PutSymlink -> Response<SymlinkOutput> {}
    plus acl, object_headers;
}

call! {
    /// Builds a [`get_symlink`](CosS3Client::get_symlink) request.
    pub struct GetSymlink -> Response<SymlinkOutput> {}
    plus version_id;
}

/// The answer about a symlink. Python's dict of it is that of the headers.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SymlinkOutput {
    /// The key of the target; empty in the answer to `put_symlink`. `headers` has it as COS wrote it.
    #[serde(skip)]
    pub symlink_target: String,
    /// The ETag of the symlink itself, with its quotes.
    #[serde(skip)]
    pub etag: String,
    /// The version of the symlink, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
}

impl SymlinkOutput {
    fn of(headers: crate::wire::respond::Headers) -> Response<Self> {
        let symlink_target = headers.get("x-cos-symlink-target").map(|name| decode(&name)).unwrap_or_default();
        let etag = headers.get("etag").unwrap_or_default();
        let version_id = headers.get("x-cos-version-id");
        Response::of_headers(Self { symlink_target, etag, version_id }, headers)
    }
}
