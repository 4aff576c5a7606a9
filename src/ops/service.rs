//! The account: all its buckets.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::bucket::list::Owner;
use crate::ops::options;
use crate::ops::paging::{Listing, items, pages, stuck};
use crate::wire::request::{Request, Traits};
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Lists the buckets of the account, up to 2000 at a time.
    ///
    /// `send` fetches one page; `pages` and `buckets` go on to the end. The request goes to the service's own
    /// domain (`service_domain`), whatever IP is configured.
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
}

/// A name and what it is compared with.
type Condition = (String, String);

impl<'a> ListBuckets<'a> {
    options::every!();

    /// Lists only buckets with this tag; needs `tag_value`, too. Python: `TagKey`. Default: all.
    pub fn tag_key(mut self, key: impl Into<String>) -> Self {
        self.tag.0 = key.into();
        self
    }

    /// Lists only buckets whose tag `tag_key` has this value. Python: `TagValue`. Default: all.
    pub fn tag_value(mut self, value: impl Into<String>) -> Self {
        self.tag.1 = value.into();
        self
    }

    /// Lists only buckets of this region. Python: `Region`. Default: all.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Compares buckets' creation with this time, in seconds since 1970; needs `range`, too. Python:
    /// `CreateTime`. Default: all.
    pub fn create_time(mut self, seconds: u64) -> Self {
        self.time.0 = seconds.to_string();
        self
    }

    /// Sets how creation is compared with `create_time`: `lt`, `lte`, `gt` or `gte`. Python: `Range`.
    /// Default: all.
    pub fn range(mut self, range: impl Into<String>) -> Self {
        self.time.1 = range.into();
        self
    }

    /// Starts after this bucket. Python: `Marker`. Default: at the first.
    pub fn marker(mut self, marker: impl Into<String>) -> Self {
        self.request.set_query("marker", marker);
        self
    }

    /// Sets how many buckets a page holds at most, up to 2000. Python: `MaxKeys`. Default: 2000.
    pub fn max_keys(mut self, max_keys: u32) -> Self {
        self.request.set_query("max-keys", max_keys.to_string());
        self
    }

    /// Fetches one page.
    pub fn send(self) -> Result<ListBucketsOutput, CosError> {
        self.fetch()
    }

    /// Goes through all pages from here on; each is fetched when it is asked for.
    pub fn pages(self) -> impl Iterator<Item = Result<ListBucketsOutput, CosError>> + 'a {
        pages(self)
    }

    /// Goes through the buckets of all pages from here on.
    pub fn buckets(self) -> impl Iterator<Item = Result<Bucket, CosError>> + 'a {
        items(self, |page| page.buckets.bucket)
    }
}

impl Listing for ListBuckets<'_> {
    type Page = ListBucketsOutput;

    fn fetch(&self) -> Result<ListBucketsOutput, CosError> {
        let mut request = self.request.repeat();
        let (tag, time) = (&self.tag, &self.time);
        // Half a condition is none, as in Python.
        let both = |condition: &Condition| !condition.0.is_empty() && !condition.1.is_empty();
        let conditions = [
            ("tagkey", &tag.0, both(tag)),
            ("tagvalue", &tag.1, both(tag)),
            ("region", &self.region, !self.region.is_empty()),
            ("create-time", &time.0, both(time)),
            ("range", &time.1, both(time)),
        ];
        for (name, value, _) in conditions.into_iter().filter(|(.., wanted)| *wanted) {
            request.set_query(name, value);
        }
        let answer = self.client.execute(request)?;
        let mut page: ListBucketsOutput = answer.read(|body| xml::parse("ListAllMyBucketsResult", body))?;
        page.buckets.bucket.retain(|bucket| !bucket.name.is_empty());
        page.request_id = answer.headers.text("x-cos-request-id");
        Ok(page)
    }

    fn advance(&mut self, page: &ListBucketsOutput) -> Result<bool, CosError> {
        if page.is_truncated != Some(true) {
            return Ok(false);
        }
        if page.next_marker.as_str() <= self.request.query("marker") {
            return Err(stuck());
        }
        self.request.set_query("marker", page.next_marker.clone());
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
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
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
