//! The tags of a bucket.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, DictArgument, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets the tags of a bucket, replacing those that were there.
    ///
    /// Python: `client.put_bucket_tagging(Bucket='examplebucket-1250000000', Tagging={'TagSet': {'Tag': [..]}})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let tagging = json!({"TagSet": {"Tag": [{"Key": "team", "Value": "storage"}]}});
    /// client.put_bucket_tagging(bucket, tagging).send()?;
    /// let response = client.get_bucket_tagging(bucket).send()?;
    /// assert_eq!(response["TagSet"]["Tag"][0]["Key"], "team");
    /// assert_eq!(response.tag_set.tag[0].value, "storage");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/34281>
    pub fn put_bucket_tagging(&self, bucket: impl Into<String>, tagging: impl Arg<Tagging>) -> Call<'_, ()> {
        let call = self.bucket_call("put_bucket_tagging", Method::PUT, bucket, "tagging");
        call.argument("Tagging", "tagging", tagging).with_md5()
    }

    /// Reads the tags of a bucket; 404 `NoSuchTagSet` if it has none. Returns [`Response`]`<`[`Tagging`]`>`.
    ///
    /// Python: `response = client.get_bucket_tagging(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/34837>
    pub fn get_bucket_tagging(&self, bucket: impl Into<String>) -> Call<'_, Response<Tagging>> {
        self.bucket_call("get_bucket_tagging", Method::GET, bucket, "tagging").xml("Tagging", &["TagSet.Tag"])
    }

    /// Deletes the tags of a bucket. That there are none is no error.
    ///
    /// Python: `client.delete_bucket_tagging(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/34286>
    pub fn delete_bucket_tagging(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_tagging", Method::DELETE, bucket, "tagging")
    }
}

/// The tags of a bucket or an object. Python's dict is `{"TagSet": {"Tag": [{"Key": "k", "Value": "v"}]}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Tagging {
    /// The set of tags.
    pub tag_set: TagSet,
}

dicts! {
    /// A set of tags.
    pub struct TagSet {
        /// The tags; COS takes up to 50 of a bucket and 10 of an object.
        tag: list(Tag),
    }

    /// A tag.
    pub struct Tag {
        /// The key, up to 127 characters.
        key: required,
        /// The value, up to 255 characters.
        value: required,
    }
}

impl DictArgument for Tagging {}
