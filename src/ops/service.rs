//! The account: all its buckets.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::bucket::list::Owner;
use crate::ops::options;
use crate::ops::paging::{Listing, Page, Pages, Reading, Within, items, pages, stuck};
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::{Request, Traits};
use crate::wire::uri::Target;

/// # The account
impl CosS3Client {
    /// Lists the buckets of the account, up to 2000 at a time.
    ///
    /// `send` fetches one page; `pages` and `buckets` go on to the end. The request goes to the service's own
    /// domain (`service_domain`), whatever IP is configured.
    ///
    /// Returns [`Response`](crate::Response)`<`[`ListBucketsOutput`](crate::bucket::ListBucketsOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.list_buckets()
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8291>
    pub fn list_buckets(&self) -> ListBuckets<'_> {
        // The official SDK leaves this one query unsigned.
        let traits = Traits { unsigned_query: true, ..Traits::default() };
        let request = Request::new("list_buckets", Method::GET, Target::Service)
            .param("marker", "")
            .param("max-keys", 2000)
            .with_traits(traits);
        ListBuckets {
            client: self,
            request,
            tag: Condition::default(),
            region: String::new(),
            time: Condition::default(),
            how: Reading::default(),
        }
    }
}

/// Builds a [`list_buckets`](CosS3Client::list_buckets) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct ListBuckets<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    tag: Condition,
    region: String,
    time: Condition,
    how: Reading,
}

/// A name and what it is compared with.
type Condition = (String, String);

impl<'a> ListBuckets<'a> {
    /// Lists only buckets with this tag; needs `tag_value`, too. Python: `TagKey`. Default: all.
    pub fn tag_key(mut self, key: impl Param) -> Self {
        self.tag.0 = key.into_param().unwrap_or_default();
        self
    }

    /// Lists only buckets whose tag `tag_key` has this value. Python: `TagValue`. Default: all.
    pub fn tag_value(mut self, value: impl Param) -> Self {
        self.tag.1 = value.into_param().unwrap_or_default();
        self
    }

    /// Lists only buckets of this region. Python: `Region`. Default: all.
    pub fn region(mut self, region: impl Param) -> Self {
        self.region = region.into_param().unwrap_or_default();
        self
    }

    /// Compares buckets' creation with this time, in seconds since 1970; needs `range`, too. Python:
    /// `CreateTime`. Default: all.
    pub fn create_time(mut self, seconds: impl Param) -> Self {
        self.time.0 = seconds.into_param().unwrap_or_default();
        self
    }

    /// Sets how creation is compared with `create_time`: `lt`, `lte`, `gt` or `gte`. Python: `Range`.
    /// Default: all.
    pub fn range(mut self, range: impl Param) -> Self {
        self.time.1 = range.into_param().unwrap_or_default();
        self
    }

    options::setters! {
        /// Starts after this bucket. Python: `Marker`. Default: at the first.
        marker: query("marker"),
        /// Sets how many buckets a page holds at most, up to 2000. Python: `MaxKeys`. Default: 2000.
        max_keys: number("max-keys"),
    }

    /// Fetches one page.
    pub fn send(self) -> Result<Response<ListBucketsOutput>, CosError> {
        self.list().fetch()
    }

    options::prefetch!();

    /// Iterates over all pages from here on. See [`prefetch`](Self::prefetch) for when they are fetched.
    pub fn pages(self) -> impl Iterator<Item = Result<Response<ListBucketsOutput>, CosError>> + 'a {
        pages(self.list())
    }

    /// Iterates over the buckets of all pages from here on.
    pub fn buckets(self) -> impl Iterator<Item = Result<Bucket, CosError>> + 'a {
        items(self.list(), |page| page.into_inner().buckets.bucket)
    }

    fn list(mut self) -> Pages<ListBucketsOutput> {
        let (tag, time) = (self.tag, self.time);
        // Half a condition is left out, as in Python.
        let both = |condition: &Condition| !condition.0.is_empty() && !condition.1.is_empty();
        let (by_tag, by_region, by_time) = (both(&tag), !self.region.is_empty(), both(&time));
        let conditions = [
            ("tagkey", tag.0, by_tag),
            ("tagvalue", tag.1, by_tag),
            ("region", self.region, by_region),
            ("create-time", time.0, by_time),
            ("range", time.1, by_time),
        ];
        for (name, value, _) in conditions.into_iter().filter(|(.., wanted)| *wanted) {
            self.request.set_query(name, value);
        }
        Pages::new(self.client, &self.request, self.how)
    }
}

impl ListBuckets<'_> {
    options::every!();
}

impl Page for ListBucketsOutput {
    const ROOT: &'static str = "ListAllMyBucketsResult";

    fn tidy(&mut self) {
        self.buckets.bucket.retain(|bucket| !bucket.name.is_empty());
    }

    fn encoding(&self) -> &'static str {
        ""
    }

    fn encoded(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    fn advance(&self, request: &mut Request<'_>, _: &mut Within, _: fn(&str) -> String) -> Result<bool, CosError> {
        if self.is_truncated != Some(true) {
            return Ok(false);
        }
        if self.next_marker.as_str() <= request.query("marker") {
            return Err(stuck());
        }
        request.set_query("marker", self.next_marker.clone());
        Ok(true)
    }
}

/// A page of an account's buckets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListBucketsOutput {
    /// The account.
    pub owner: Owner,
    /// The buckets.
    pub buckets: Buckets,
    /// The marker that was asked for.
    pub marker: String,
    /// The marker of the next page.
    pub next_marker: String,
    /// Whether there are more pages; an answer that does not say has no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_truncated: Option<bool>,
}

/// The buckets of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Buckets {
    /// The buckets; empty if there are none.
    pub bucket: Vec<Bucket>,
}

/// A bucket in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Bucket {
    /// The full name, with the appid.
    pub name: String,
    /// The region.
    pub location: String,
    /// When it was created: `2017-08-08T09:43:35Z`.
    pub creation_date: String,
    /// The type: `cos`, or `ofs` with metadata acceleration.
    pub bucket_type: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;

    #[test]
    fn parses_one_many_and_no_buckets() {
        let parse = |buckets: &str| {
            let xml = format!("<ListAllMyBucketsResult><Owner><ID>i</ID></Owner>{buckets}</ListAllMyBucketsResult>");
            xml::parse::<ListBucketsOutput>("ListAllMyBucketsResult", xml.as_bytes()).unwrap().buckets.bucket
        };
        assert_eq!(parse("<Buckets/>"), []);
        assert_eq!(parse("<Buckets><Bucket><Name>a-1</Name></Bucket></Buckets>")[0].name, "a-1");
        assert_eq!(
            parse("<Buckets><Bucket><Name>a-1</Name></Bucket><Bucket><Name>b-1</Name></Bucket></Buckets>").len(),
            2
        );
    }
}
