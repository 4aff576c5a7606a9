//! The live channels of a bucket.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::live::channel::LiveChannelUrls;
use crate::ops::paging::{Page, Within, listing, stuck};
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Lists the live channels of a bucket, up to 1000 at a time.
    ///
    /// `send` fetches one page; `pages` and `channels` go on to the end.
    ///
    /// Python: `response = client.list_live_channel(Bucket='examplebucket-1250000000', MaxKeys=10)`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/50886>
    pub fn list_live_channel(&self, bucket: impl Into<String>) -> ListLiveChannel<'_> {
        let request = Request::new("list_live_channel", Method::GET, Target::bucket(bucket));
        ListLiveChannel::new(self, request.param("live", "").param("max-keys", 100))
    }
}

listing! {
    /// Builds a [`list_live_channel`](CosS3Client::list_live_channel) request.
    pub struct ListLiveChannel -> ListLiveChannelOutput {
        /// Sets how many channels a page holds at most, up to 1000. Python: `MaxKeys`. Default: 100.
        max_keys: number("max-keys"),
        /// Lists only channels whose names start with this. Python: `Prefix`. Default: all.
        prefix: query("prefix"),
        /// Starts after this channel. Python: `Marker`. Default: at the first.
        marker: query("marker"),
    }
    /// Iterates over the channels of all pages from here on.
    each channels: LiveChannel = |page| page.live_channel;
}

impl Page for ListLiveChannelOutput {
    const ROOT: &'static str = "ListLiveChannelResult";

    fn parse(body: &[u8]) -> Result<Self, CosClientError> {
        xml::parse(Self::ROOT, body)
    }

    fn tidy(&mut self) {
        self.live_channel.retain(|channel| !channel.name.is_empty());
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
        match &self.next_marker {
            Some(next) if next.as_str() > request.query("marker") => request.set_query("marker", next.clone()),
            _ => return Err(stuck()),
        }
        Ok(true)
    }
}

/// A page of a bucket's live channels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct ListLiveChannelOutput {
    /// The prefix that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The marker that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// How many channels the page holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_keys: Option<u32>,
    /// Whether there are more pages; an answer that does not say has no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_truncated: Option<bool>,
    /// The marker of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// The channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub live_channel: Vec<LiveChannel>,
}

/// A live channel in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct LiveChannel {
    /// The name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `enabled` or `disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch: Option<String>,
    /// When it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Where the stream is pushed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_urls: Option<LiveChannelUrls>,
    /// Where the stream is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_urls: Option<LiveChannelUrls>,
}
