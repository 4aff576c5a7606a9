//! The replication of a bucket's objects to other buckets.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::bucket::tagging::Tag;
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets the rules by which a bucket's new objects are copied to other buckets, replacing those that were there.
    /// Both buckets must have versioning on.
    ///
    /// Python: `client.put_bucket_replication(Bucket='examplebucket-1250000000', ReplicationConfiguration={'Role': .., 'Rule': [..]})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_bucket_versioning(bucket, "Enabled").send()?;
    /// use qcloud_cos::json;
    ///
    /// let rules = json!({
    ///     "Role": "qcs::cam::uin/100000000001:uin/100000000001",
    ///     "Rule": [{
    ///         "ID": "backup",
    ///         "Status": "Enabled",
    ///         "Prefix": "",
    ///         "Destination": {"Bucket": "qcs::cos:ap-beijing::backup-1250000000"}
    ///     }]
    /// });
    /// client.put_bucket_replication(bucket, rules).send()?;
    /// assert_eq!(client.get_bucket_replication(bucket).send()?["Rule"][0]["ID"], "backup");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19223>
    pub fn put_bucket_replication(
        &self,
        bucket: impl Into<String>,
        replication_configuration: impl Arg<ReplicationConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_replication", Method::PUT, bucket, "replication")
            .argument("ReplicationConfiguration", "replication_configuration", replication_configuration)
            .with_md5()
    }

    /// Reads the replication rules of a bucket; 404 `ReplicationConfigurationnotFoundError` if it has none.
    /// Returns [`Response`]`<`[`ReplicationConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_replication(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19222>
    pub fn get_bucket_replication(&self, bucket: impl Into<String>) -> Call<'_, Response<ReplicationConfiguration>> {
        self.bucket_call("get_bucket_replication", Method::GET, bucket, "replication")
            .xml("ReplicationConfiguration", &["Rule"])
    }

    /// Deletes the replication rules of a bucket. That there are none is no error.
    ///
    /// Python: `client.delete_bucket_replication(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/19221>
    pub fn delete_bucket_replication(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_replication", Method::DELETE, bucket, "replication")
    }
}

dicts! {
    /// The replication rules of a bucket.
    pub struct ReplicationConfiguration {
        /// The account that copies: `qcs::cam::uin/100000000001:uin/100000000001`.
        role: required,
        /// The rules, up to 1000.
        rule: list(ReplicationRule),
    }

    /// A replication rule.
    pub struct ReplicationRule {
        /// A name for the rule.
        id: text as "ID",
        /// `Enabled` or `Disabled`.
        status: text,
        /// The rule's priority among those for the same object.
        priority: number(u32),
        /// Copies objects whose keys start with this; empty for all. Not together with `filter`.
        prefix: text,
        /// Copies objects that pass this filter.
        filter: one(ReplicationFilter),
        /// Where the objects go.
        destination: one(ReplicationDestination),
        /// Whether delete markers are copied too.
        delete_marker_replication: one(ReplicationStatus),
        /// Which encrypted objects are copied too.
        source_selection_criteria: one(SourceSelectionCriteria),
    }

    /// Which objects a replication rule is for.
    pub struct ReplicationFilter {
        /// Objects that meet all of these conditions.
        and: one(ReplicationAnd),
        /// Objects whose keys start with this.
        prefix: text,
    }

    /// Conditions that an object must meet together.
    pub struct ReplicationAnd {
        /// The key starts with this.
        prefix: text,
        /// The object has all of these tags.
        tag: list(Tag),
    }

    /// Where objects are copied to.
    pub struct ReplicationDestination {
        /// The bucket: `qcs::cos:ap-beijing::backup-1250000000`.
        bucket: required,
        /// The storage class of the copies. Default: that of the object.
        storage_class: text,
        /// How copies of objects under SSE-KMS are encrypted.
        encryption_configuration: one(ReplicationEncryption),
    }

    /// How copies of objects under SSE-KMS are encrypted.
    pub struct ReplicationEncryption {
        /// The KMS key in the region of the destination.
        replica_kms_key_id: text as "ReplicaKmsKeyID",
    }

    /// Which encrypted objects are copied.
    pub struct SourceSelectionCriteria {
        /// Whether objects under SSE-KMS are copied.
        sse_kms_encrypted_objects: one(ReplicationStatus),
    }

    /// A part of replication that is on or off.
    pub struct ReplicationStatus {
        /// `Enabled` or `Disabled`.
        status: text,
    }
}
