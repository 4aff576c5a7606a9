//! Playlists of what a live channel recorded.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::call::Call;

impl CosS3Client {
    /// Reads the playlist (m3u8) of what a live channel recorded between two times, in seconds since 1970.
    ///
    /// Python: `playlist = client.get_vod_playlist(Bucket='examplebucket-1250000000', ChannelName='ch1', StartTime=1611218201, EndTime=1611218300)`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/50890>
    pub fn get_vod_playlist(
        &self,
        bucket: impl Into<String>,
        channel_name: impl Into<String>,
        start_time: u64,
        end_time: u64,
    ) -> Call<'_, Vec<u8>> {
        self.object_call("get_vod_playlist", Method::GET, bucket, channel_name, "vod")
            .between(start_time, end_time)
            .reads(|answer, _| Ok(answer?.body))
    }

    /// Has COS write the playlist of what a live channel recorded between two times, in seconds since 1970, into the
    /// object `{channel_name}/{playlist_name}`. The name must end in `.m3u8`.
    ///
    /// After a lost answer the request is sent again: it writes the same playlist.
    ///
    /// Python: `client.post_vod_playlist(Bucket='examplebucket-1250000000', ChannelName='ch1', PlaylistName='test.m3u8', StartTime=1611218201, EndTime=1611218300)`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn post_vod_playlist(
        &self,
        bucket: impl Into<String>,
        channel_name: impl AsRef<str>,
        playlist_name: impl AsRef<str>,
        start_time: u64,
        end_time: u64,
    ) -> Call<'_, ()> {
        let (channel, playlist) = (channel_name.as_ref(), playlist_name.as_ref());
        let key = [channel, "/", playlist].concat();
        let mut call = self.object_call("post_vod_playlist", Method::POST, bucket, key, "vod");
        call = call.refuse_if(channel.is_empty(), "channel_name", || "is empty".to_owned());
        let other = playlist.strip_suffix(".m3u8").is_none();
        call = call.refuse_if(other, "playlist_name", || format!("{playlist:?} does not end in \".m3u8\""));
        call.request = call.request.idempotent();
        call.between(start_time, end_time)
    }
}

impl Call<'_, ()> {
    fn between(self, start_time: u64, end_time: u64) -> Self {
        self.refuse_if(start_time == 0, "start_time", || "must be at least 1".to_owned())
            .refuse_if(start_time >= end_time, "end_time", || format!("{end_time} is not after {start_time}"))
            .param("starttime", start_time.to_string())
            .param("endtime", end_time.to_string())
    }
}
