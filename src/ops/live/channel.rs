//! A live channel and its state.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::dicts;
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Reads the configuration of a live channel. Returns [`Response`]`<`[`LiveChannelConfiguration`]`>`.
    ///
    /// Python: `response = client.get_live_channel_info(Bucket='examplebucket-1250000000', ChannelName='ch1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_live_channel_info(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
    ) -> Call<'_, Response<LiveChannelConfiguration>> {
        self.object_call("get_live_channel_info", Method::GET, bucket, channel_name, "live")
            .xml("LiveChannelConfiguration", &[])
    }

    /// Switches a live channel on with `"enabled"` or off with `"disabled"`. Any other value is an error.
    ///
    /// Python: `client.put_live_channel_switch(Bucket='examplebucket-1250000000', ChannelName='ch1', Switch='enabled')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn put_live_channel_switch(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
        switch: impl Into<String>,
    ) -> Call<'_, ()> {
        let switch = switch.into();
        let wrong = !["enabled", "disabled"].contains(&switch.as_str());
        self.object_call("put_live_channel_switch", Method::PUT, bucket, channel_name, "live")
            .refuse_if(wrong, "switch", || format!("{switch:?} is neither \"enabled\" nor \"disabled\""))
            .param("switch", switch)
    }

    /// Reads which streams were pushed to a live channel, the last ten. Returns
    /// [`Response`]`<`[`LiveChannelHistory`]`>`.
    ///
    /// Python: `response = client.get_live_channel_history(Bucket='examplebucket-1250000000', ChannelName='ch1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_live_channel_history(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
    ) -> Call<'_, Response<LiveChannelHistory>> {
        self.object_call("get_live_channel_history", Method::GET, bucket, channel_name, "live")
            .param("comp", "history")
            .xml("LiveChannelHistory", &["LiveRecord"])
    }

    /// Reads whether a stream is being pushed to a live channel, and what it is like. Returns
    /// [`Response`]`<`[`LiveChannelStatus`]`>`.
    ///
    /// Python: `response = client.get_live_channel_status(Bucket='examplebucket-1250000000', ChannelName='ch1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_live_channel_status(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
    ) -> Call<'_, Response<LiveChannelStatus>> {
        self.object_call("get_live_channel_status", Method::GET, bucket, channel_name, "live")
            .param("comp", "status")
            .xml("LiveChannelStatus", &[])
    }

    /// Deletes a live channel; what it recorded stays. Returns the headers of the answer, as Python does.
    ///
    /// Python: `response = client.delete_live_channel(Bucket='examplebucket-1250000000', ChannelName='ch1')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/50889>
    pub fn delete_live_channel(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
    ) -> Call<'_, Response<()>> {
        self.object_call("delete_live_channel", Method::DELETE, bucket, channel_name, "live").headers()
    }
}

dicts! {
    /// A live channel.
    pub struct LiveChannelConfiguration {
        /// What it is for, up to 128 bytes.
        description: text,
        /// `Enabled` (the default) or `Disabled`.
        switch: text,
        /// How the stream is kept.
        target: one(LiveChannelTarget),
        /// Of an answer: where the stream is pushed to.
        publish_urls: one(LiveChannelUrls),
        /// Of an answer: where the stream is watched.
        play_urls: one(LiveChannelUrls),
    }

    /// How a stream is kept.
    pub struct LiveChannelTarget {
        /// `HLS`.
        r#type: text as "Type",
        /// How long a fragment is, in seconds.
        frag_duration: number(u32),
        /// How many fragments the playlist shows.
        frag_count: number(u32),
        /// The name of the playlist. Default: `playlist.m3u8`.
        playlist_name: text,
    }

    /// The address of a stream.
    pub struct LiveChannelUrls {
        /// The URL.
        url: text,
    }

    /// Which streams were pushed to a live channel.
    pub struct LiveChannelHistory {
        /// The streams.
        live_record: list(LiveRecord),
    }

    /// A stream that was pushed to a live channel.
    pub struct LiveRecord {
        /// When it began.
        start_time: text,
        /// When it ended.
        end_time: text,
        /// From where it was pushed.
        remote_addr: text,
    }

    /// Whether a stream is being pushed to a live channel.
    pub struct LiveChannelStatus {
        /// `Live`, `Idle` or `Disabled`.
        status: text,
        /// When the push began.
        connected_time: text,
        /// From where the stream is pushed.
        remote_addr: text,
        /// What the pictures are like.
        video: one(LiveVideo),
        /// What the sound is like.
        audio: one(LiveAudio),
    }

    /// Pictures of a stream.
    pub struct LiveVideo {
        /// Their width in pixels.
        width: text,
        /// Their height in pixels.
        height: text,
        /// How many there are a second.
        frame_rate: text,
        /// The bit rate.
        bandwidth: text,
        /// The codec.
        codec: text,
    }

    /// Sound of a stream.
    pub struct LiveAudio {
        /// The bit rate.
        bandwidth: text,
        /// How many samples there are a second.
        sample_rate: text,
        /// The codec.
        codec: text,
    }
}
