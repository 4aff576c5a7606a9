//! Auditing: the search for forbidden content.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;

use crate::ci::call::given;
use crate::ci::detect_type::detect_type;
use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::call;
use crate::ops::response::Response;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Starts a job that audits a video.
    ///
    /// Python: `client.ci_auditing_video_submit(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46427>
    pub fn ci_auditing_video_submit(
        &self,
        bucket: impl Into<String>,
        key: impl Into<Dict>,
    ) -> CiAuditingVideoSubmit<'_> {
        let key: Dict = key.into();
        let draft = json!({
            "Input": { "Object": given(key), "Url": UNSET, "UserInfo": UNSET, "DataId": UNSET, "Encryption": UNSET },
            "Conf": {
                "Snapshot": { "Mode": "Interval", "TimeInterval": "1.0", "Count": 100 }, "DetectContent": 0,
                "Callback": UNSET, "CallbackVersion": "Simple", "CallbackType": UNSET, "Freeze": UNSET,
                "DetectType": UNSET, "BizType": UNSET,
             },
        });
        self.ci_submit("ci_auditing_video_submit", bucket, "/video/auditing", draft).answer(&[]).into()
    }

    /// Starts a job that audits a sound file.
    ///
    /// Python: `client.ci_auditing_audio_submit(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/53395>
    pub fn ci_auditing_audio_submit(
        &self,
        bucket: impl Into<String>,
        key: impl Into<Dict>,
    ) -> CiAuditingAudioSubmit<'_> {
        let key: Dict = key.into();
        let draft = json!({
            "Input": { "Object": given(key), "Url": UNSET, "UserInfo": UNSET, "DataId": UNSET },
            "Conf": {
                "Callback": UNSET, "CallbackVersion": "Simple", "CallbackType": UNSET, "Freeze": UNSET,
                "DetectType": UNSET, "BizType": UNSET,
             },
        });
        self.ci_submit("ci_auditing_audio_submit", bucket, "/audio/auditing", draft).answer(&[]).into()
    }

    /// Starts a job that audits a text.
    ///
    /// Python: `client.ci_auditing_text_submit(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/56285>
    pub fn ci_auditing_text_submit(&self, bucket: impl Into<String>) -> CiAuditingTextSubmit<'_> {
        let draft = json!({
            "Input": { "Object": UNSET, "Url": UNSET, "Content": UNSET, "UserInfo": UNSET, "DataId": UNSET },
            "Conf": {
                "Callback": UNSET, "CallbackVersion": UNSET, "CallbackType": UNSET, "Freeze": UNSET,
                "DetectType": UNSET, "BizType": UNSET,
             },
        });
        self.ci_submit("ci_auditing_text_submit", bucket, "/text/auditing", draft)
            .answer(&["JobsDetail.Section"])
            .into()
    }

    /// Starts a job that audits a document.
    ///
    /// Python: `client.ci_auditing_document_submit(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/59380>
    pub fn ci_auditing_document_submit(&self, bucket: impl Into<String>) -> CiAuditingDocumentSubmit<'_> {
        let draft = json!({
            "Input": { "Url": UNSET, "Object": UNSET, "Type": UNSET, "UserInfo": UNSET, "DataId": UNSET },
            "Conf": {
                "Callback": UNSET, "CallbackType": UNSET, "Freeze": UNSET, "DetectType": UNSET, "BizType": UNSET,
             },
        });
        self.ci_submit("ci_auditing_document_submit", bucket, "/document/auditing", draft).answer(&[]).into()
    }

    /// Starts a job that audits a web page.
    ///
    /// Python: `client.ci_auditing_html_submit(Bucket='examplebucket-1250000000', Url='https://..')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/63958>
    pub fn ci_auditing_html_submit(&self, bucket: impl Into<String>, url: impl Into<Dict>) -> CiAuditingHtmlSubmit<'_> {
        let url: Dict = url.into();
        let draft = json!({
            "Input": { "Url": given(url), "UserInfo": UNSET, "DataId": UNSET },
            "Conf": {
                "Callback": UNSET, "ReturnHighlightHtml": UNSET, "DetectType": UNSET, "BizType": UNSET,
             },
        });
        self.ci_submit("ci_auditing_html_submit", bucket, "/webpage/auditing", draft).answer(&[]).into()
    }

    /// Starts a job that audits a live stream.
    ///
    /// Python: `client.ci_auditing_live_video_submit(Bucket='examplebucket-1250000000', BizType='b1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46427>
    pub fn ci_auditing_live_video_submit(
        &self,
        bucket: impl Into<String>,
        biz_type: impl Into<Dict>,
    ) -> CiAuditingLiveVideoSubmit<'_> {
        let biz_type: Dict = biz_type.into();
        let draft = json!({
            "Input": { "Url": UNSET, "UserInfo": UNSET, "DataId": UNSET },
            "Conf": {
                "Callback": UNSET, "CallbackType": UNSET, "DetectType": UNSET, "BizType": given(biz_type),
             },
            "Type": "live_video", "StorageConf": UNSET,
        });
        self.ci_submit("ci_auditing_live_video_submit", bucket, "/video/auditing", draft).answer(&[]).into()
    }

    /// Audits several pictures.
    ///
    /// Python: `client.ci_auditing_image_batch(Bucket='examplebucket-1250000000', Input=[..])`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/63593>
    pub fn ci_auditing_image_batch(
        &self,
        bucket: impl Into<String>,
        input: impl Into<Dict>,
    ) -> CiAuditingImageBatch<'_> {
        let input: Dict = input.into();
        let draft = json!({
            "Input": input,
            "Conf": {
                "BizType": UNSET, "DetectType": UNSET, "Async": 0, "Callback": UNSET, "Freeze": UNSET,
            },
        });
        self.ci_submit("ci_auditing_image_batch", bucket, "/image/auditing", draft)
            .answer(&[
                "JobsDetail",
                "JobsDetail.*.OcrResults",
                "JobsDetail.*.OcrResults.Keywords",
                "JobsDetail.PoliticsInfo.ObjectResults",
            ])
            .into()
    }

    /// Starts a job that scans for viruses.
    ///
    /// Python: `client.ci_auditing_virus_submit(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63964>
    pub fn ci_auditing_virus_submit(&self, bucket: impl Into<String>) -> CiAuditingVirusSubmit<'_> {
        let draft = json!({
            "Input": { "Object": UNSET, "Url": UNSET },
            "Conf": { "DetectType": "Virus", "Callback": UNSET },
        });
        self.ci_submit("ci_auditing_virus_submit", bucket, "/virus/detect", draft).answer(&[]).into()
    }
}

call! {
    /// Builds a [`ci_auditing_video_submit`](CosS3Client::ci_auditing_video_submit) request.
    pub struct CiAuditingVideoSubmit -> Response {
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Sets how much the callback tells: `Simple` or `Detail`. Python: `CallbackVersion`. Default: `Simple`.
        callback_version: body("Conf.CallbackVersion"),
        /// Audits the sound, too, with 1. Python: `DetectContent`. Default: 0.
        detect_content: body("Conf.DetectContent"),
        /// Sets how frames are taken: `Interval`, `Average` or `Fps`. Python: `Mode`. Default: `Interval`.
        mode: body("Conf.Snapshot.Mode"),
        /// Sets how many frames are taken. Python: `Count`. Default: 100.
        count: body("Conf.Snapshot.Count"),
        /// Sets the time between frames in seconds. Python: `TimeInterval`. Default: 1.0.
        time_interval: body("Conf.Snapshot.TimeInterval"),
        /// Sets how the file at the URL is encrypted, a dict. Python: `Encryption`. Default: none.
        encryption: body("Input.Encryption"),
    }
    from ci: audited, audit_policy, audit_effect;
}

impl CiAuditingVideoSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_audio_submit`](CosS3Client::ci_auditing_audio_submit) request.
    pub struct CiAuditingAudioSubmit -> Response {
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Sets how much the callback tells: `Simple` or `Detail`. Python: `CallbackVersion`. Default: `Simple`.
        callback_version: body("Conf.CallbackVersion"),
    }
    from ci: audited, audit_policy, audit_effect;
}

impl CiAuditingAudioSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_text_submit`](CosS3Client::ci_auditing_text_submit) request.
    pub struct CiAuditingTextSubmit -> Response {
        /// Processes this object. Python: `Key`. Default: none.
        key: body("Input.Object"),
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Sets how much the callback tells: `Simple` or `Detail`. Python: `CallbackVersion`. Default: none.
        callback_version: body("Conf.CallbackVersion"),
    }
    from ci: audited, audit_policy, audit_effect;
}

impl CiAuditingTextSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_document_submit`](CosS3Client::ci_auditing_document_submit) request.
    pub struct CiAuditingDocumentSubmit -> Response {
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Processes this object. Python: `Key`. Default: none.
        key: body("Input.Object"),
        /// Sets the type of the document. Python: `Type`. Default: none.
        r#type: body("Input.Type"),
    }
    from ci: audited, audit_policy, audit_effect;
}

impl CiAuditingDocumentSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_html_submit`](CosS3Client::ci_auditing_html_submit) request.
    pub struct CiAuditingHtmlSubmit -> Response {
        /// Returns the page with its hits marked. Python: `ReturnHighlightHtml`. Default: false.
        return_highlight_html: body("Conf.ReturnHighlightHtml"),
    }
    from ci: audited, audit_policy;
}

impl CiAuditingHtmlSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_live_video_submit`](CosS3Client::ci_auditing_live_video_submit) request.
    pub struct CiAuditingLiveVideoSubmit -> Response {
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Sets the URL of the callback, which gets the result. Python: `Callback`. Default: none.
        callback: body("Conf.Callback"),
        /// Sets the content of the callback. Python: `CallbackType`. Default: none.
        callback_type: body("Conf.CallbackType"),
        /// Sets the parts of a live stream that are stored, a dict. Python: `StorageConf`. Default: none.
        storage_conf: body("StorageConf"),
    }
    from ci: audited;
}

impl CiAuditingLiveVideoSubmit<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_image_batch`](CosS3Client::ci_auditing_image_batch) request.
    pub struct CiAuditingImageBatch -> Response {
        /// Returns at once with 1, and reports by the callback. Python: `Async`. Default: 0.
        r#async: body("Conf.Async"),
        /// Sets the scores from which objects are frozen, a dict. Python: `Freeze`. Default: none.
        freeze: body("Conf.Freeze"),
    }
    from ci: audit_policy;
}

impl CiAuditingImageBatch<'_> {
    detect_type!();
}

call! {
    /// Builds a [`ci_auditing_virus_submit`](CosS3Client::ci_auditing_virus_submit) request.
    pub struct CiAuditingVirusSubmit -> Response {
        /// Processes this object. Python: `Key`. Default: none.
        key: body("Input.Object"),
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Sets the URL of the callback, which gets the result. Python: `Callback`. Default: none.
        callback: body("Conf.Callback"),
    }
}

impl CiAuditingTextSubmit<'_> {
    /// Sets the text that is audited; it is sent in Base64. Python: `Content`. Default: none.
    pub fn content(mut self, content: impl AsRef<[u8]>) -> Self {
        self.request.set_field("Input.Content", BASE64_STANDARD.encode(content).into());
        self
    }
}
