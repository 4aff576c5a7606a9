//! Moving a bucket's objects between storage classes by how often they are read.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::bucket::tagging::Tag;
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::param::Param;

const TIERING_LISTS: &[&str] = &["Tiering", "Filter.Tag", "Filter.And.Tag"];

impl CosS3Client {
    /// Switches the intelligent tiering of a bucket on: objects of that storage class move to cheaper storage when
    /// they are not read. It cannot be switched off again.
    ///
    /// Python: `client.put_bucket_intelligenttiering(Bucket='examplebucket-1250000000', IntelligentTieringConfiguration={..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let tiering = json!({"Status": "Enabled", "Transition": {"Days": "30", "RequestFrequent": "1"}});
    /// client.put_bucket_intelligenttiering(bucket, tiering).send()?;
    /// assert_eq!(client.get_bucket_intelligenttiering(bucket).send()?["Transition"]["Days"], 30);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/38314>
    pub fn put_bucket_intelligenttiering(
        &self,
        bucket: impl Into<String>,
        intelligent_tiering_configuration: impl Arg<IntelligentTieringConfiguration>,
    ) -> Call<'_, ()> {
        let call = self.bucket_call("put_bucket_intelligenttiering", Method::PUT, bucket, "intelligenttiering");
        call.tiering(intelligent_tiering_configuration)
    }

    /// Reads the intelligent tiering of a bucket; empty if it is off. Returns
    /// [`Response`]`<`[`IntelligentTieringConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_intelligenttiering(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/38315>
    pub fn get_bucket_intelligenttiering(
        &self,
        bucket: impl Into<String>,
    ) -> Call<'_, Response<IntelligentTieringConfiguration>> {
        self.bucket_call("get_bucket_intelligenttiering", Method::GET, bucket, "intelligenttiering")
            .xml("IntelligentTieringConfiguration", TIERING_LISTS)
    }

    /// Sets one rule of the intelligent tiering of a bucket, under an id of up to 64 characters.
    ///
    /// Python: `client.put_bucket_intelligenttiering_v2(Bucket='examplebucket-1250000000', IntelligentTieringConfiguration={..}, Id='logs')`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let rule = json!({
    ///     "Id": "logs",
    ///     "Status": "Enabled",
    ///     "Tiering": [{"AccessTier": "INFREQUENT", "Days": 30}],
    ///     "Filter": {"Prefix": "logs/"}
    /// });
    /// client.put_bucket_intelligenttiering_v2(bucket, rule, "logs").send()?;
    /// assert_eq!(client.get_bucket_intelligenttiering_v2(bucket, "logs").send()?["Tiering"][0]["Days"], 30);
    /// let rules = client.list_bucket_intelligenttiering_configurations(bucket).send()?;
    /// assert_eq!(rules["IntelligentTieringConfiguration"][0]["Id"], "logs");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/38314>
    pub fn put_bucket_intelligenttiering_v2(
        &self,
        bucket: impl Into<String>,
        intelligent_tiering_configuration: impl Arg<IntelligentTieringConfiguration>,
        id: impl Param,
    ) -> Call<'_, ()> {
        let mut call = self.bucket_call("put_bucket_intelligenttiering_v2", Method::PUT, bucket, "intelligent-tiering");
        if let Some(id) = id.into_param() {
            call = call.param("id", id);
        }
        call.tiering(intelligent_tiering_configuration)
    }

    /// Reads one rule of the intelligent tiering of a bucket. Returns
    /// [`Response`]`<`[`IntelligentTieringConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_intelligenttiering_v2(Bucket='examplebucket-1250000000', Id='logs')`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/38315>
    pub fn get_bucket_intelligenttiering_v2(
        &self,
        bucket: impl Into<String>,
        id: impl Into<String>,
    ) -> Call<'_, Response<IntelligentTieringConfiguration>> {
        self.bucket_call("get_bucket_intelligenttiering_v2", Method::GET, bucket, "intelligent-tiering")
            .param("id", id.into())
            .xml("IntelligentTieringConfiguration", TIERING_LISTS)
    }

    /// Lists all rules of the intelligent tiering of a bucket. Returns
    /// [`Response`]`<`[`ListIntelligentTieringOutput`]`>`.
    ///
    /// Python: `response = client.list_bucket_intelligenttiering_configurations(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn list_bucket_intelligenttiering_configurations(
        &self,
        bucket: impl Into<String>,
    ) -> Call<'_, Response<ListIntelligentTieringOutput>> {
        let operation = "list_bucket_intelligenttiering_configurations";
        self.bucket_call(operation, Method::GET, bucket, "intelligent-tiering")
            .xml("ListBucketIntelligentTieringConfigurationsOutput", &["IntelligentTieringConfiguration"])
    }
}

impl Call<'_, ()> {
    fn tiering(self, configuration: impl Arg<IntelligentTieringConfiguration>) -> Self {
        self.argument("IntelligentTieringConfiguration", "intelligent_tiering_configuration", configuration)
            .content_type("application/xml")
    }
}

dicts! {
    /// When objects move to cheaper storage because they are not read: of a whole bucket by `transition`, or a rule of
    /// several by `id`, `tiering` and `filter`.
    pub struct IntelligentTieringConfiguration {
        /// The id of the rule.
        id: text,
        /// `Enabled`, or of a rule `Suspended`.
        status: text,
        /// When objects of the whole bucket move.
        transition: one(TieringTransition),
        /// When objects of this rule move.
        tiering: list(TieringTransition),
        /// Which objects the rule is for.
        filter: one(TieringFilter),
    }

    /// When objects move.
    pub struct TieringTransition {
        /// To which layer: `INFREQUENT`, `ARCHIVE` or `DEEP_ARCHIVE`.
        access_tier: text,
        /// After how many days: 30, 60 or 90.
        days: number(u32),
        /// If they were read at most this many times: 1.
        request_frequent: number(u32),
    }

    /// Which objects a rule is for.
    pub struct TieringFilter {
        /// Objects that meet all of these conditions.
        and: one(TieringAnd),
        /// Objects whose keys start with this.
        prefix: text,
        /// Objects with this tag.
        tag: list(Tag),
    }

    /// Conditions that an object must meet together.
    pub struct TieringAnd {
        /// The key starts with this.
        prefix: text,
        /// The object has all of these tags.
        tag: list(Tag),
    }
}

/// The rules of the intelligent tiering of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListIntelligentTieringOutput {
    /// The rules.
    pub intelligent_tiering_configuration: Vec<IntelligentTieringConfiguration>,
}
