//! What becomes of a bucket's objects in time.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::ops::values::StorageClass;

const LIFECYCLE_LISTS: &[&str] =
    &["Rule", "Rule.Transition", "Rule.NoncurrentVersionTransition", "Rule.Filter.And.Tag", "Rule.Filter.Tag"];

impl CosS3Client {
    /// Sets the rules by which a bucket's objects move to other storage or expire, replacing those that
    /// were there.
    ///
    /// Python:
    /// ```python
    /// client.put_bucket_lifecycle(Bucket='examplebucket-1250000000', LifecycleConfiguration={
    ///     'Rule': [{'ID': 'logs', 'Filter': {'Prefix': 'logs/'}, 'Status': 'Enabled', 'Expiration': {'Days': 30}}]})
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::bucket::{LifecycleExpiration, LifecycleFilter, LifecycleRule};
    ///
    /// let rule = LifecycleRule {
    ///     id: Some("logs".into()),
    ///     filter: Some(LifecycleFilter { prefix: Some("logs/".into()), ..LifecycleFilter::default() }),
    ///     status: Some("Enabled".into()),
    ///     expiration: Some(LifecycleExpiration { days: Some(30), ..LifecycleExpiration::default() }),
    ///     ..LifecycleRule::default()
    /// };
    /// client.put_bucket_lifecycle(bucket, vec![rule]).send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8280>
    pub fn put_bucket_lifecycle(
        &self,
        bucket: impl Into<String>,
        lifecycle_configuration: impl Arg<LifecycleConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_lifecycle", Method::PUT, bucket, "lifecycle")
            .argument("LifecycleConfiguration", "lifecycle_configuration", lifecycle_configuration)
            .with_md5()
    }

    /// Reads a bucket's lifecycle rules; 404 `NoSuchLifecycleConfiguration` if it has none.
    ///
    /// Returns [`Response`](crate::Response)`<`[`LifecycleConfiguration`](crate::bucket::LifecycleConfiguration)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_lifecycle(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8278>
    pub fn get_bucket_lifecycle(&self, bucket: impl Into<String>) -> Call<'_, Response<LifecycleConfiguration>> {
        self.bucket_call("get_bucket_lifecycle", Method::GET, bucket, "lifecycle")
            .xml("LifecycleConfiguration", LIFECYCLE_LISTS)
    }

    /// Deletes a bucket's lifecycle rules. That there are none is no error.
    ///
    /// Python:
    /// ```python
    /// client.delete_bucket_lifecycle(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8284>
    pub fn delete_bucket_lifecycle(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_lifecycle", Method::DELETE, bucket, "lifecycle")
    }
}

dicts! {
    /// The lifecycle rules of a bucket. Takes Python's dict through serde: `{"Rule": [..]}`.
    pub struct LifecycleConfiguration {
        /// The rules.
        rule: list(LifecycleRule),
    }
}

impl Arg<LifecycleConfiguration> for Vec<LifecycleRule> {
    fn into_arg(self) -> Result<LifecycleConfiguration, serde_json::Error> {
        Ok(self.into())
    }
}

impl From<Vec<LifecycleRule>> for LifecycleConfiguration {
    fn from(rule: Vec<LifecycleRule>) -> Self {
        Self { rule }
    }
}

dicts! {
    /// A lifecycle rule.
    pub struct LifecycleRule {
        /// A name for the rule.
        id: text as "ID",
        /// Which objects it is for; an empty prefix stands for all.
        filter: one(LifecycleFilter),
        /// `Enabled` or `Disabled`.
        status: text,
        /// When objects are deleted.
        expiration: one(LifecycleExpiration),
        /// When objects move to other storage.
        transition: list(LifecycleTransition),
        /// When versions are deleted that are no longer the newest.
        noncurrent_version_expiration: one(NoncurrentVersionExpiration),
        /// When versions move to other storage that are no longer the newest.
        noncurrent_version_transition: list(NoncurrentVersionTransition),
        /// When uploads in parts are given up.
        abort_incomplete_multipart_upload: one(AbortIncompleteMultipartUpload),
    }

    /// Which objects a rule is for. More than one condition goes into `and`.
    pub struct LifecycleFilter {
        /// Objects whose keys start with this.
        prefix: text,
        /// Objects that meet all of these conditions.
        and: one(LifecycleAnd),
        /// Objects with this tag.
        tag: list(LifecycleTag),
    }

    /// Conditions that an object must meet together.
    pub struct LifecycleAnd {
        /// The key starts with this.
        prefix: text,
        /// The object has all of these tags.
        tag: list(LifecycleTag),
    }

    /// A tag that an object has.
    pub struct LifecycleTag {
        /// The tag's key.
        key: required,
        /// The tag's value.
        value: text,
    }

    /// When objects are deleted: after days or on a date.
    pub struct LifecycleExpiration {
        /// How many days after the object was written.
        days: number(u32),
        /// The day, as [`get_date`](crate::get_date) writes it.
        date: text,
        /// Whether delete markers are deleted when no version is left.
        expired_object_delete_marker: switch,
    }

    /// When objects move to other storage: after days or on a date.
    pub struct LifecycleTransition {
        /// How many days after the object was written.
        days: number(u32),
        /// The day, as [`get_date`](crate::get_date) writes it.
        date: text,
        /// Where to.
        storage_class: one(StorageClass),
    }

    /// When versions are deleted that are no longer the newest.
    pub struct NoncurrentVersionExpiration {
        /// How many days after a newer one was written.
        noncurrent_days: number(u32),
    }

    /// When versions move to other storage that are no longer the newest.
    pub struct NoncurrentVersionTransition {
        /// How many days after a newer one was written.
        noncurrent_days: number(u32),
        /// Where to.
        storage_class: one(StorageClass),
    }

    /// When uploads in parts are given up that were not completed.
    pub struct AbortIncompleteMultipartUpload {
        /// How many days after they were started.
        days_after_initiation: number(u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;
    use serde_json::{Value, json};

    fn document(dict: Value) -> String {
        let rules: LifecycleConfiguration = serde_json::from_value(dict).unwrap();
        String::from_utf8(xml::write("LifecycleConfiguration", &rules).unwrap()).unwrap()
    }

    #[test]
    fn a_dict_becomes_the_document() {
        let filter = json!({"And": {"Prefix": "p", "Tag": [{"Key": "k", "Value": 1}, {"Key": "l", "Value": "2"}]}});
        let xml = document(json!({"Rule": [
            {"Filter": filter, "Status": "Enabled", "Expiration": {"ExpiredObjectDeleteMarker": "true"}},
            {"ID": null, "Filter": {"Prefix": ""}, "Transition": {"Days": "3", "StorageClass": "ARCHIVE"}},
            {"Filter": {}}]}));
        let expected = "<LifecycleConfiguration><Rule><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>1</Value>\
            </Tag><Tag><Key>l</Key><Value>2</Value></Tag></And></Filter><Status>Enabled</Status><Expiration>\
            <ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>\
            <Rule><ID></ID><Filter><Prefix></Prefix></Filter><Transition><Days>3</Days>\
            <StorageClass>ARCHIVE</StorageClass></Transition></Rule>\
            <Rule><Filter></Filter></Rule></LifecycleConfiguration>";
        assert!(xml.ends_with(expected), "{xml}");
        let unknown = json!({"Rule": [{"Filter": {"Prefix": "", "Tags": []}}]});
        assert!(serde_json::from_value::<LifecycleConfiguration>(unknown).unwrap_err().to_string().contains("Tags"));
    }

    #[test]
    fn an_answer_becomes_pythons_dict() {
        let xml = b"<LifecycleConfiguration><Rule><ID>1</ID><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key>\
            <Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Transition><Days>1</Days></Transition>\
            <New>n</New></Rule><Rule><Filter><Prefix/></Filter></Rule></LifecycleConfiguration>";
        let rules: LifecycleConfiguration = xml::parse("LifecycleConfiguration", xml).unwrap();
        let tags = json!([{"Key": "k", "Value": "v"}]);
        let first = json!({"ID": "1", "Filter": {"And": {"Prefix": "p", "Tag": tags}}, "Status": "Enabled",
            "Transition": [{"Days": 1}]});
        assert_eq!(serde_json::to_value(rules).unwrap(), json!({"Rule": [first, {"Filter": {"Prefix": ""}}]}));
    }
}
