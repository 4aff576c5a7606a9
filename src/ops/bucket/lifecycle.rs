//! What becomes of a bucket's objects in time.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, DictArgument};
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::ops::values::StorageClass;
use crate::wire::dict;

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

/// The lifecycle rules of a bucket. Takes Python's dict through serde: `{"Rule": [..]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleConfiguration {
    /// The rules.
    #[serde(deserialize_with = "dict::list")]
    pub rule: Vec<LifecycleRule>,
}

impl DictArgument for LifecycleConfiguration {}

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

/// A lifecycle rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleRule {
    /// A name for the rule.
    #[serde(rename = "ID", deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which objects it is for; an empty prefix stands for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<LifecycleFilter>,
    /// `Enabled` or `Disabled`.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When objects are deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<LifecycleExpiration>,
    /// When objects move to other storage.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub transition: Vec<LifecycleTransition>,
    /// When versions are deleted that are no longer the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When versions move to other storage that are no longer the newest.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_version_transition: Vec<NoncurrentVersionTransition>,
    /// When uploads in parts are given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
}

/// Which objects a rule is for. More than one condition goes into `and`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleFilter {
    /// Objects whose keys start with this.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Objects that meet all of these conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub and: Option<LifecycleAnd>,
    /// Objects with this tag.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<LifecycleTag>,
}

/// Conditions that an object must meet together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleAnd {
    /// The key starts with this.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The object has all of these tags.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<LifecycleTag>,
}

/// A tag that an object has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleTag {
    /// The tag's key.
    #[serde(deserialize_with = "dict::required_text")]
    pub key: String,
    /// The tag's value.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// When objects are deleted: after days or on a date.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleExpiration {
    /// How many days after the object was written.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The day, as [`get_date`](crate::get_date) writes it.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whether delete markers are deleted when no version is left.
    #[serde(deserialize_with = "dict::switch", skip_serializing_if = "Option::is_none")]
    pub expired_object_delete_marker: Option<bool>,
}

/// When objects move to other storage: after days or on a date.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LifecycleTransition {
    /// How many days after the object was written.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The day, as [`get_date`](crate::get_date) writes it.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
}

/// When versions are deleted that are no longer the newest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct NoncurrentVersionExpiration {
    /// How many days after a newer one was written.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<u32>,
}

/// When versions move to other storage that are no longer the newest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct NoncurrentVersionTransition {
    /// How many days after a newer one was written.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<u32>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
}

/// When uploads in parts are given up that were not completed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct AbortIncompleteMultipartUpload {
    /// How many days after they were started.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub days_after_initiation: Option<u32>,
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
        let rules: LifecycleConfiguration = xml::parse_shared("LifecycleConfiguration", xml).unwrap();
        let tags = json!([{"Key": "k", "Value": "v"}]);
        let first = json!({"ID": "1", "Filter": {"And": {"Prefix": "p", "Tag": tags}}, "Status": "Enabled",
            "Transition": [{"Days": 1}]});
        assert_eq!(serde_json::to_value(rules).unwrap(), json!({"Rule": [first, {"Filter": {"Prefix": ""}}]}));
    }
}
