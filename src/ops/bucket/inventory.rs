//! Inventories: lists of a bucket's objects that COS writes into a bucket.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::argument::{Arg, dicts, take};
use crate::ops::bucket::tagging::Tag;
use crate::ops::call::Call;
use crate::ops::paging::{Page, Within, listing, stuck};
use crate::ops::response::Response;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Has COS list the objects of a bucket every day or week, and write the lists into a bucket.
    ///
    /// `id` becomes the `Id` of the configuration, whatever that holds. It has up to 64 characters: letters, digits,
    /// `-`, `_` and `.`.
    ///
    /// Python: `client.put_bucket_inventory(Bucket='examplebucket-1250000000', Id='list1', InventoryConfiguration={..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let inventory = json!({
    ///     "Destination": {"COSBucketDestination": {
    ///         "AccountId": "100000000001",
    ///         "Bucket": "qcs::cos:ap-guangzhou::examplebucket-1250000000",
    ///         "Format": "CSV",
    ///         "Prefix": "inventory/"
    ///     }},
    ///     "IsEnabled": "true",
    ///     "IncludedObjectVersions": "All",
    ///     "OptionalFields": {"Field": ["Size", "ETag"]},
    ///     "Schedule": {"Frequency": "Daily"}
    /// });
    /// client.put_bucket_inventory(bucket, "list1", inventory).send()?;
    /// let response = client.get_bucket_inventory(bucket, "list1").send()?;
    /// assert_eq!(response["OptionalFields"]["Field"][0], "Size");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/33707>
    pub fn put_bucket_inventory(
        &self,
        bucket: impl Into<String>,
        id: impl Into<String>,
        inventory_configuration: impl Arg<InventoryConfiguration>,
    ) -> Call<'_, ()> {
        let call = self.bucket_call("put_bucket_inventory", Method::PUT, bucket, "inventory");
        call.inventory(id.into(), inventory_configuration)
    }

    /// Has COS list the objects of a bucket once, at once.
    ///
    /// After a lost answer the request is not repeated, because a second inventory would be made and paid for: `sent`
    /// of the error is [`Sent::Maybe`](crate::Sent::Maybe), and the destination shows whether there is one.
    ///
    /// Python: `client.post_bucket_inventory(Bucket='examplebucket-1250000000', Id='list1', InventoryConfiguration={..})`
    ///
    /// COS API: <https://www.tencentcloud.com/document/product/436/46869>
    pub fn post_bucket_inventory(
        &self,
        bucket: impl Into<String>,
        id: impl Into<String>,
        inventory_configuration: impl Arg<InventoryConfiguration>,
    ) -> Call<'_, ()> {
        let call = self.bucket_call("post_bucket_inventory", Method::POST, bucket, "inventory");
        call.inventory(id.into(), inventory_configuration)
    }

    /// Reads an inventory's configuration; 404 if there is none of this id. Returns
    /// [`Response`]`<`[`InventoryConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_inventory(Bucket='examplebucket-1250000000', Id='list1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/33705>
    pub fn get_bucket_inventory(
        &self,
        bucket: impl Into<String>,
        id: impl Into<String>,
    ) -> Call<'_, Response<InventoryConfiguration>> {
        self.bucket_call("get_bucket_inventory", Method::GET, bucket, "inventory")
            .param("id", id.into())
            .xml("InventoryConfiguration", &["OptionalFields.Field", "Filter.And.Tag"])
    }

    /// Ends an inventory; the lists that were made stay. That there is none of this id is no error.
    ///
    /// Python: `client.delete_bucket_inventory(Bucket='examplebucket-1250000000', Id='list1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/33704>
    pub fn delete_bucket_inventory(&self, bucket: impl Into<String>, id: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_inventory", Method::DELETE, bucket, "inventory").param("id", id.into())
    }

    /// Lists the inventories of a bucket, up to 100 at a time.
    ///
    /// `send` fetches one page; `pages` and `configurations` go on to the end.
    ///
    /// Python: `response = client.list_bucket_inventory_configurations(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/33706>
    pub fn list_bucket_inventory_configurations(
        &self,
        bucket: impl Into<String>,
    ) -> ListBucketInventoryConfigurations<'_> {
        let request = Request::new("list_bucket_inventory_configurations", Method::GET, Target::bucket(bucket));
        ListBucketInventoryConfigurations::new(self, request.param("inventory", ""))
    }
}

impl Call<'_, ()> {
    fn inventory(mut self, id: String, configuration: impl Arg<InventoryConfiguration>) -> Self {
        let mut configuration = self.request.keep(take("inventory_configuration", configuration));
        configuration.id = Some(id.clone());
        self.param("id", id).document("InventoryConfiguration", &configuration).with_md5()
    }
}

listing! {
    /// Builds a [`list_bucket_inventory_configurations`](CosS3Client::list_bucket_inventory_configurations) request.
    pub struct ListBucketInventoryConfigurations -> ListBucketInventoryConfigurationsOutput {
        /// Goes on where a page ended: its `next_continuation_token`. Python: `ContinuationToken`. Default: at the
        /// first.
        continuation_token: query("continuation-token"),
    }
    /// Iterates over the inventories of all pages from here on.
    each configurations: InventoryConfiguration = |page| page.inventory_configuration;
}

impl Page for ListBucketInventoryConfigurationsOutput {
    const ROOT: &'static str = "ListInventoryConfigurationResult";

    fn parse(body: &[u8]) -> Result<Self, crate::error::CosClientError> {
        xml::parse(Self::ROOT, body)
    }

    fn tidy(&mut self) {}

    fn encoding(&self) -> &'static str {
        ""
    }

    fn encoded(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    fn advance(&self, request: &mut Request<'_>, _: &mut Within, _: fn(&str) -> String) -> Result<bool, CosError> {
        if !self.is_truncated {
            return Ok(false);
        }
        let next = &self.next_continuation_token;
        if next.is_empty() || next == request.query("continuation-token") {
            return Err(stuck());
        }
        request.set_query("continuation-token", next.clone());
        Ok(true)
    }
}

/// A page of a bucket's inventories.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListBucketInventoryConfigurationsOutput {
    /// The inventories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inventory_configuration: Vec<InventoryConfiguration>,
    /// Whether there are more pages.
    #[serde(deserialize_with = "xml::boolean")]
    pub is_truncated: bool,
    /// The token of this page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub continuation_token: String,
    /// The token of the next page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next_continuation_token: String,
}

dicts! {
    /// An inventory of a bucket.
    pub struct InventoryConfiguration {
        /// Where the lists go.
        destination: one(InventoryDestination),
        /// Whether lists are made: `true` or `false`. It is sent as it is.
        is_enabled: text,
        /// Which objects are listed. Default: all.
        filter: one(InventoryFilter),
        /// Which versions are listed: `All` or `Current`.
        included_object_versions: text,
        /// What is said of each object, besides its bucket and key.
        optional_fields: one(InventoryFields),
        /// How often lists are made.
        schedule: one(InventorySchedule),
        /// The id. A put and a post take that of their argument.
        id: text,
    }

    /// Where lists go.
    pub struct InventoryDestination {
        /// The bucket.
        cos_bucket_destination: one(CosBucketDestination) as "COSBucketDestination",
    }

    /// The bucket that lists go into.
    pub struct CosBucketDestination {
        /// The account that the bucket belongs to.
        account_id: text,
        /// The bucket: `qcs::cos:ap-guangzhou::examplebucket-1250000000`.
        bucket: text,
        /// The format: `CSV`, `ORC` or `Parquet`.
        format: text,
        /// How the keys of the lists start.
        prefix: text,
        /// How the lists are encrypted. Default: not at all.
        encryption: one(InventoryEncryption),
    }

    /// How lists are encrypted.
    pub struct InventoryEncryption {
        /// With keys of COS.
        sse_cos: one(InventorySseCos) as "SSE-COS",
        /// The same under the name of the official SDK's samples, which COS's pages do not have.
        sse_cos_of_samples: one(InventorySseCos) as "SSECOS",
    }

    /// Encryption with keys of COS; there is nothing to set.
    pub struct InventorySseCos {}

    /// Which objects are listed.
    pub struct InventoryFilter {
        /// Objects whose keys start with this.
        prefix: text,
        /// Objects that meet all of these conditions.
        and: one(InventoryAnd),
        /// Objects that were changed within this time.
        period: one(InventoryPeriod),
    }

    /// Conditions that an object must meet together.
    pub struct InventoryAnd {
        /// The key starts with this.
        prefix: text,
        /// The object has all of these tags.
        tag: list(Tag),
        /// The object has this storage class.
        storage_class: text,
    }

    /// A time, in seconds since 1970.
    pub struct InventoryPeriod {
        /// Its start.
        start_time: number(i64),
        /// Its end.
        end_time: number(i64),
    }

    /// What is said of each object.
    pub struct InventoryFields {
        /// `Size`, `LastModifiedDate`, `ETag`, `StorageClass`, `IsMultipartUploaded`, `ReplicationStatus`, `Tag`, `Crc64`,
        /// `x-cos-meta-*` and others.
        field: list(String),
    }

    /// How often lists are made.
    pub struct InventorySchedule {
        /// `Daily`, `Weekly` or `Monthly`.
        frequency: text,
        /// The day of the month, for `Monthly`.
        monthly_date: number(u32),
    }
}
