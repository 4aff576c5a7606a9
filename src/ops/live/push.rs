//! Where a stream is pushed to: creating a channel, and signed RTMP URLs.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::argument::{Arg, take};
use crate::ops::live::channel::{LiveChannelConfiguration, LiveChannelUrls};
use crate::ops::options;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::Request;
use crate::wire::rtmp::{Stream, signed_query};
use crate::wire::uri::{Target, bucket_name, encode_key};
use crate::wire::xml;

impl CosS3Client {
    /// Creates a live channel, or changes one. The answer says where its stream is pushed to, signed, and watched.
    ///
    /// Python: `response = client.put_live_channel(Bucket='examplebucket-1250000000', ChannelName='ch1', LiveChannelConfiguration={..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let channel = json!({"Switch": "Enabled", "Target": {"Type": "HLS", "FragDuration": "3", "FragCount": "5"}});
    /// let response = client.put_live_channel(bucket, "ch1", channel).expire(600).send()?;
    /// println!("push to {}", response["PublishUrls"]["Url"]);
    /// assert_eq!(client.list_live_channel(bucket).send()?.live_channel[0].name, "ch1");
    /// println!("{}", client.get_live_channel_status(bucket, "ch1").send()?["Status"]);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/50887>
    pub fn put_live_channel(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
        live_channel_configuration: impl Arg<LiveChannelConfiguration>,
    ) -> PutLiveChannel<'_> {
        let target = Target::object(bucket, channel_name);
        let mut request = Request::new("put_live_channel", Method::PUT, target).param("live", "");
        let configuration = request.keep(take("live_channel_configuration", live_channel_configuration));
        let request = request.with_document("LiveChannelConfiguration", &configuration).with_md5();
        PutLiveChannel { client: self, request, expire: 3600, pre_sign_expire: 0 }
    }

    /// Makes a URL that lets anyone who has it push a stream to a live channel until it expires. Nothing is sent.
    ///
    /// With temporary credentials the URL carries their token.
    ///
    /// Python: `url = client.get_rtmp_signed_url(Bucket='examplebucket-1250000000', ChannelName='ch1', Expire=600)`
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let config = qcloud_cos::CosConfig::builder().region("ap-beijing").secret_id("AKIDEXAMPLE").secret_key("k").build()?;
    /// # let client = qcloud_cos::CosS3Client::new(config)?;
    /// let url = client.get_rtmp_signed_url("examplebucket-1250000000", "ch1").expire(600).sign()?;
    /// assert!(url.starts_with("rtmp://examplebucket-1250000000.cos.ap-beijing.myqcloud.com/live/ch1?q-sign-algorithm=sha1&"));
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/50887>
    pub fn get_rtmp_signed_url(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
    ) -> GetRtmpSignedUrl<'_> {
        let (bucket, channel) = (bucket.into(), channel_name.into());
        GetRtmpSignedUrl { client: self, bucket, channel, expire: 3600, params: Vec::new() }
    }

    /// Returns the query that signs a stream.
    fn sign_stream(
        &self,
        bucket: &str,
        channel: &str,
        params: &[(String, String)],
        presign: Option<u64>,
        valid_for: u64,
    ) -> Result<Option<String>, CosError> {
        let config = self.get_conf();
        let Some(credentials) = config.credentials()? else { return Ok(None) };
        let mut params = params.to_vec();
        if let Some(token) = credentials.token() {
            params.retain(|(name, _)| name != "q-token");
            params.push(("q-token".to_owned(), token.to_owned()));
        }
        params.extend(presign.map(|seconds| ("presign".to_owned(), seconds.to_string())));
        let stream = Stream { bucket, channel, params: &params };
        Ok(Some(signed_query(&self.signer(&credentials, valid_for), &stream)))
    }
}

/// Builds a [`put_live_channel`](CosS3Client::put_live_channel) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutLiveChannel<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    expire: u64,
    pre_sign_expire: u64,
}

impl PutLiveChannel<'_> {
    /// Sets for how many seconds from now the signature of the push URL is valid. Python: `Expire`. Default: 3600.
    pub fn expire(mut self, seconds: u64) -> Self {
        self.expire = seconds;
        self
    }

    /// Has COS sign the fragments in the playlist, each for this many seconds: 60 to 43200, or 0 for not at all. Python:
    /// `PreSignExpire`. Default: 0.
    pub fn pre_sign_expire(mut self, seconds: u64) -> Self {
        self.pre_sign_expire = seconds;
        if seconds != 0 && !(60..=43_200).contains(&seconds) {
            let why = format!("{seconds} is neither 0 nor within 60..=43200 seconds");
            self.request.defer(CosClientError::invalid("pre_sign_expire", why));
        }
        self
    }

    /// Sends the request.
    pub fn send(self) -> Result<Response<PutLiveChannelOutput>, CosError> {
        let (bucket, channel) = self.request.target.names().map(|(b, c)| (b.to_owned(), c.to_owned()))?;
        let answer = self.client.execute(self.request)?;
        let mut output: PutLiveChannelOutput = answer.read(|body| xml::parse("CreateLiveChannelResult", body))?;
        if let Some(url) = &mut output.publish_urls.url {
            let presign = Some(self.pre_sign_expire).filter(|seconds| *seconds > 0);
            let bucket = bucket_name(&bucket, self.client.get_conf().addressing().appid.as_deref())?;
            if let Some(query) = self.client.sign_stream(&bucket, &channel, &[], presign, self.expire)? {
                url.push('?');
                *url += &query;
            }
        }
        Ok(Response::of_fields(output, answer.headers))
    }
}

impl PutLiveChannel<'_> {
    options::every!();
}

/// Where the stream of a live channel is pushed to and watched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct PutLiveChannelOutput {
    /// Where the stream is pushed to, with a signature.
    pub publish_urls: LiveChannelUrls,
    /// Where the stream is watched.
    pub play_urls: LiveChannelUrls,
}

/// Builds a [`get_rtmp_signed_url`](CosS3Client::get_rtmp_signed_url).
#[derive(Debug)]
#[must_use = "nothing is signed before `sign`"]
pub struct GetRtmpSignedUrl<'a> {
    client: &'a CosS3Client,
    bucket: String,
    channel: String,
    expire: u64,
    params: Vec<(String, String)>,
}

impl GetRtmpSignedUrl<'_> {
    /// Sets for how many seconds from now the signature is valid. Python: `Expire`. Default: 3600.
    pub fn expire(mut self, seconds: u64) -> Self {
        self.expire = seconds;
        self
    }

    /// Adds a parameter and signs it. Python: `Params`. Default: none.
    pub fn param(mut self, name: impl Into<String>, value: impl Param) -> Self {
        if let Some(value) = value.into_param() {
            self.params.push((name.into(), value));
        }
        self
    }

    /// Adds several parameters and signs them. Python: `Params={...}`. Default: none.
    pub fn params<K: Into<String>, V: Into<String>>(mut self, params: impl IntoIterator<Item = (K, V)>) -> Self {
        self.params.extend(params.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Makes the URL. An anonymous client's URL is the plain one.
    pub fn sign(self) -> Result<String, CosError> {
        let addressing = self.client.get_conf().addressing();
        let region = addressing.region.as_deref();
        let region = region.ok_or_else(|| CosClientError::invalid("region", "is required for this call"))?;
        let bucket = bucket_name(&self.bucket, addressing.appid.as_deref())?;
        if self.channel.is_empty() {
            return Err(CosClientError::invalid("channel_name", "is empty").into());
        }
        let url = format!("rtmp://{bucket}.cos.{region}.myqcloud.com/live/{}", encode_key(&self.channel));
        let query = self.client.sign_stream(&bucket, &self.channel, &self.params, None, self.expire)?;
        Ok(match query {
            Some(query) => [&url, "?", &query].concat(),
            None => url,
        })
    }
}
