//! The lock that keeps objects of a bucket from being changed or deleted before their time.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Switches the object lock of a bucket on, and sets how long new objects are locked. **It cannot be switched off
    /// again.**
    ///
    /// Returns the headers of the answer, as Python does.
    ///
    /// Python: `client.put_bucket_object_lock(Bucket='examplebucket-1250000000', ObjectLockConfiguration={'ObjectLockEnabled': 'Enabled'})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let lock = json!({
    ///     "ObjectLockEnabled": "Enabled",
    ///     "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    /// });
    /// client.put_bucket_object_lock(bucket, lock).send()?;
    /// assert_eq!(client.get_bucket_object_lock(bucket).send()?["Rule"]["DefaultRetention"]["Days"], 30);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/40133>
    pub fn put_bucket_object_lock(
        &self,
        bucket: impl Into<String>,
        object_lock_configuration: impl Arg<ObjectLockConfiguration>,
    ) -> Call<'_, Response<()>> {
        self.bucket_call("put_bucket_object_lock", Method::PUT, bucket, "object-lock")
            .argument("ObjectLockConfiguration", "object_lock_configuration", object_lock_configuration)
            .with_md5()
            .headers()
    }

    /// Reads the object lock of a bucket; an error 404 if it has none. Returns
    /// [`Response`]`<`[`ObjectLockConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_object_lock(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/40134>
    pub fn get_bucket_object_lock(&self, bucket: impl Into<String>) -> Call<'_, Response<ObjectLockConfiguration>> {
        self.bucket_call("get_bucket_object_lock", Method::GET, bucket, "object-lock")
            .xml("ObjectLockConfiguration", &[])
    }
}

dicts! {
    /// The object lock of a bucket.
    pub struct ObjectLockConfiguration {
        /// `Enabled`.
        object_lock_enabled: text,
        /// How long new objects are locked.
        rule: one(ObjectLockRule),
    }

    /// How long new objects are locked.
    pub struct ObjectLockRule {
        /// The time.
        default_retention: one(DefaultRetention),
    }

    /// For how long an object is locked.
    pub struct DefaultRetention {
        /// `COMPLIANCE`: nobody can delete the object before its time.
        mode: text,
        /// How many days.
        days: number(u32),
    }
}
