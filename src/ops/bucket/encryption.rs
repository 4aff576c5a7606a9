//! How objects of a bucket are encrypted unless a request says otherwise.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets how COS encrypts new objects of a bucket whose requests say nothing about it.
    ///
    /// Python: `client.put_bucket_encryption(Bucket='examplebucket-1250000000', ServerSideEncryptionConfiguration={'Rule': [..]})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let encryption = json!({"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]});
    /// client.put_bucket_encryption(bucket, encryption).send()?;
    /// let response = client.put_object(bucket, b"abcdefg", "test.txt").send()?;
    /// assert_eq!(response["x-cos-server-side-encryption"], "AES256");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/33459>
    pub fn put_bucket_encryption(
        &self,
        bucket: impl Into<String>,
        server_side_encryption_configuration: impl Arg<ServerSideEncryptionConfiguration>,
    ) -> Call<'_, ()> {
        let name = "server_side_encryption_configuration";
        self.bucket_call("put_bucket_encryption", Method::PUT, bucket, "encryption").argument(
            "ServerSideEncryptionConfiguration",
            name,
            server_side_encryption_configuration,
        )
    }

    /// Reads how COS encrypts new objects of a bucket; 404 `NoSuchEncryptionConfiguration` if it does not. Returns
    /// [`Response`]`<`[`ServerSideEncryptionConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_encryption(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/33460>
    pub fn get_bucket_encryption(
        &self,
        bucket: impl Into<String>,
    ) -> Call<'_, Response<ServerSideEncryptionConfiguration>> {
        self.bucket_call("get_bucket_encryption", Method::GET, bucket, "encryption")
            .xml("ServerSideEncryptionConfiguration", &["Rule"])
    }

    /// Has COS store new objects of a bucket unencrypted again. That nothing was set is no error.
    ///
    /// Python: `client.delete_bucket_encryption(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/33461>
    pub fn delete_bucket_encryption(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_encryption", Method::DELETE, bucket, "encryption")
    }
}

dicts! {
    /// How new objects of a bucket are encrypted.
    pub struct ServerSideEncryptionConfiguration {
        /// The rules; COS takes one.
        rule: list(ServerSideEncryptionRule),
    }

    /// How new objects of a bucket are encrypted.
    pub struct ServerSideEncryptionRule {
        /// How, under the name that COS's pages give it.
        apply_server_side_encryption_by_default: one(EncryptionByDefault),
        /// The same under the name of the official SDK's samples.
        apply_side_encryption_configuration: one(EncryptionByDefault),
    }

    /// An algorithm and its key.
    pub struct EncryptionByDefault {
        /// `AES256` for keys of COS, `KMS` for keys of KMS.
        sse_algorithm: text as "SSEAlgorithm",
        /// The key of KMS. Default: COS's own.
        kms_master_key_id: text as "KMSMasterKeyID",
        /// The algorithm under a key of KMS: `AES256` (the default) or `SM4`.
        kms_algorithm: text as "KMSAlgorithm",
    }
}
