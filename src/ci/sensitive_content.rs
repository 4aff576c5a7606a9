//! Checking a picture for sensitive content at once.

use crate::ci::detect_type::{PICTURE_KINDS, names};
use crate::client::CosS3Client;
use crate::ops::call::call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Checks a picture for sensitive content.
    ///
    /// Python:
    /// ```python
    /// client.get_object_sensitive_content_recognition(Bucket='examplebucket-1250000000', Key='test.jpg')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/37318>
    pub fn get_object_sensitive_content_recognition(
        &self,
        bucket: impl Into<String>,
    ) -> GetObjectSensitiveContentRecognition<'_> {
        let operation = "get_object_sensitive_content_recognition";
        let call = self.process_any_call(operation, bucket, "sensitive-content-recognition");
        let lists = &[
            "PornInfo.OcrResults",
            "TerroristInfo.OcrResults",
            "PoliticsInfo.OcrResults",
            "AdsInfo.OcrResults",
            "PornInfo.OcrResults.Keywords",
            "TerroristInfo.OcrResults.Keywords",
            "PoliticsInfo.OcrResults.Keywords",
            "AdsInfo.OcrResults.Keywords",
            "PoliticsInfo.ObjectResults",
        ];
        call.ordered(&[
            "response-",
            "versionId",
            "ci-process",
            "detect-type",
            "interval",
            "max-frames",
            "biz-type",
            "detect-url",
            "large-image-detect",
            "dataid",
            "async",
            "callback",
        ])
        .answer(lists)
        .into()
    }
}

call! {
    /// Builds a
    /// [`get_object_sensitive_content_recognition`](CosS3Client::get_object_sensitive_content_recognition) request.
    pub struct GetObjectSensitiveContentRecognition -> Response {
        /// Processes this object. Python: `Key`. Default: none.
        key: key("Key"),
        /// Takes every n-th frame of a GIF. Python: `Interval`. Default: 5.
        interval: query("interval"),
        /// Sets how many frames of a GIF are taken. Python: `MaxFrames`. Default: 5.
        max_frames: query("max-frames"),
        /// Uses the auditing policy with this name. Python: `BizType`. Default: none.
        biz_type: query("biz-type"),
        /// Processes the picture at this URL instead of an object. Python: `DetectUrl`. Default: none.
        detect_url: query("detect-url"),
        /// Compresses a large picture first with 1. Python: `LargeImageDetect`. Default: none.
        large_image_detect: query("large-image-detect"),
        /// Sets an id that the result carries back. Python: `DataId`. Default: none.
        data_id: query("dataid"),
        /// Returns at once with 1, and reports by the callback. Python: `Async`. Default: 0.
        r#async: query("async"),
        /// Sets the URL of the callback, which gets the result. Python: `CallBack`. Default: none.
        call_back: query("callback"),
    }
    plus version_id;
}

impl GetObjectSensitiveContentRecognition<'_> {
    /// Sets what to look for: [`CiDetectType`](crate::ci::CiDetectType)s joined by `|`; `ILLEGAL` and `ABUSE` are not
    /// looked for here. Python: `DetectType`. Default: what the auditing policy says.
    pub fn detect_type(mut self, types: impl crate::param::Param) -> Self {
        if let Some(names) = names(&mut self.request, types, &PICTURE_KINDS) {
            self.request.set_query("detect-type", names);
        }
        self
    }
}
