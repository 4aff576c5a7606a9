//! Media files: what is known of them, and what is taken out of them.

use crate::ci::call::StreamOutput;
use crate::client::CosS3Client;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

impl CosS3Client {
    /// Reads the streams and formats of a media file.
    ///
    /// Python: `client.get_media_info(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/55672>
    pub fn get_media_info(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("get_media_info", bucket, key, "videoinfo").answer(&["MediaInfo"])
    }

    /// Takes a picture out of a video.
    ///
    /// Python: `client.get_snapshot(Bucket='examplebucket-1250000000', Key='test.jpg', Time=1)`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/55671>
    pub fn get_snapshot(&self, bucket: impl Into<String>, key: impl Into<String>, time: impl Param) -> GetSnapshot<'_> {
        self.process_call("get_snapshot", bucket, key, "snapshot")
            .ordered(&["ci-process", "time", "width", "height", "format", "rotate", "mode"])
            .arg("time", time)
            .defaults(&[("format", "jpg"), ("rotate", "auto"), ("mode", "exactframe")])
            .stream()
            .into()
    }

    /// Returns an M3U8 playlist of a private object, with signed URLs of its segments.
    ///
    /// Python: `client.get_pm3u8(Bucket='examplebucket-1250000000', Key='test.jpg', Expires=3600)`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/63740>
    pub fn get_pm3u8(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        expires: impl Param,
    ) -> Call<'_, StreamOutput> {
        self.process_call("get_pm3u8", bucket, key, "pm3u8").arg("expires", expires).stream()
    }

    /// Reads the mark of a media file that an AI made.
    ///
    /// Python: `client.ci_get_media_aigc_metadata(Bucket='examplebucket-1250000000', Key='test.jpg')`
    pub fn ci_get_media_aigc_metadata(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("ci_get_media_aigc_metadata", bucket, key, "MediaAIGCMetadata").answer(&[])
    }
}

call! {
    /// Builds a [`get_snapshot`](CosS3Client::get_snapshot) request.
    pub struct GetSnapshot -> StreamOutput {
        /// Sets the width in pixels. Python: `Width`. Default: none.
        width: query("width"),
        /// Sets the height in pixels. Python: `Height`. Default: none.
        height: query("height"),
        /// Sets the format: `jpg` or `png`. Python: `Format`. Default: `jpg`.
        format: query("format"),
        /// Sets the rotation: `auto` or `off`. Python: `Rotate`. Default: `auto`.
        rotate: query("rotate"),
        /// Sets which frame is taken: `exactframe` or `keyframe`. Python: `Mode`. Default: `exactframe`.
        mode: query("mode"),
    }
}
