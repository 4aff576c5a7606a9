//! The tags of an object.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::Arg;
use crate::ops::bucket::tagging::Tagging;
use crate::ops::call::call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets the tags of an object. They replace the existing ones.
    ///
    /// Python:
    /// ```python
    /// client.put_object_tagging(Bucket='examplebucket-1250000000', Key='test.txt',
    ///     Tagging={'TagSet': {'Tag': [{'Key': 'team', 'Value': 'storage'}]}})
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"abcdefg", "test.txt").send()?;
    /// use qcloud_cos::json;
    ///
    /// let tagging = json!({"TagSet": {"Tag": [{"Key": "team", "Value": "storage"}]}});
    /// client.put_object_tagging(bucket, "test.txt", tagging).send()?;
    /// for tag in &client.get_object_tagging(bucket, "test.txt").send()?["TagSet"]["Tag"] {
    ///     println!("{} = {}", tag["Key"], tag["Value"]);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/42997>
    pub fn put_object_tagging(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        tagging: impl Arg<Tagging>,
    ) -> PutObjectTagging<'_> {
        let call = self.object_call("put_object_tagging", Method::PUT, bucket, key, "tagging");
        call.argument("Tagging", "tagging", tagging).into()
    }

    /// Reads the tags of an object; the list is empty if it has none. Returns [`Response`]`<`[`Tagging`]`>`.
    ///
    /// Python: `response = client.get_object_tagging(Bucket='examplebucket-1250000000', Key='test.txt')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/42998>
    pub fn get_object_tagging(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetObjectTagging<'_> {
        let call = self.object_call("get_object_tagging", Method::GET, bucket, key, "tagging");
        call.xml("Tagging", &["TagSet.Tag"]).into()
    }

    /// Deletes the tags of an object. An object without tags is no error.
    ///
    /// Python: `client.delete_object_tagging(Bucket='examplebucket-1250000000', Key='test.txt')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/42999>
    pub fn delete_object_tagging(&self, bucket: impl Into<String>, key: impl Into<String>) -> DeleteObjectTagging<'_> {
        self.object_call("delete_object_tagging", Method::DELETE, bucket, key, "tagging").into()
    }
}

call! {
    /// Builds a [`put_object_tagging`](CosS3Client::put_object_tagging) request.
    pub struct PutObjectTagging -> () {}
    plus version_id;
}

call! {
    /// Builds a [`get_object_tagging`](CosS3Client::get_object_tagging) request.
    pub struct GetObjectTagging -> Response<Tagging> {}
    plus version_id;
}

call! {
    /// Builds a [`delete_object_tagging`](CosS3Client::delete_object_tagging) request.
    pub struct DeleteObjectTagging -> () {}
    plus version_id;
}
