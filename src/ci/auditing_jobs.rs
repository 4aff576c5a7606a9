//! Auditing jobs: reading, ending and objecting.

use http::Method;
use serde_json::json;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Reads an auditing job of any type.
    ///
    /// Python: `client.ci_auditing_query_common(Bucket='examplebucket-1250000000', Type='video', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46926>
    pub fn ci_auditing_query_common(
        &self,
        bucket: impl Into<String>,
        r#type: impl Into<String>,
        job_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_auditing_query_common", Method::GET, bucket, &format!("/{}/auditing/", r#type.into()), job_id)
            .answer(&[])
    }

    /// Reads a job that audits a video.
    ///
    /// Python: `client.ci_auditing_video_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46926>
    pub fn ci_auditing_video_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_video_query", Method::GET, bucket, "/video/auditing/", job_id).answer(&[
            "JobsDetail.Snapshot",
            "JobsDetail.Snapshot.*.OcrResults",
            "JobsDetail.Snapshot.*.OcrResults.Keywords",
            "JobsDetail.Snapshot.*.ObjectResults",
            "JobsDetail.AudioSection",
            "JobsDetail.AudioSection.*.Keywords",
        ])
    }

    /// Reads a job that audits a sound file.
    ///
    /// Python: `client.ci_auditing_audio_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/53396>
    pub fn ci_auditing_audio_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_audio_query", Method::GET, bucket, "/audio/auditing/", job_id)
            .answer(&["JobsDetail.Section", "JobsDetail.Section.*.Keywords"])
    }

    /// Reads a job that audits a text.
    ///
    /// Python: `client.ci_auditing_text_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/56284>
    pub fn ci_auditing_text_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_text_query", Method::GET, bucket, "/text/auditing/", job_id)
            .answer(&["JobsDetail.Section"])
    }

    /// Reads a job that audits a document.
    ///
    /// Python: `client.ci_auditing_document_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/59383>
    pub fn ci_auditing_document_query(
        &self,
        bucket: impl Into<String>,
        job_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_auditing_document_query", Method::GET, bucket, "/document/auditing/", job_id).answer(&[
            "JobsDetail.PageSegment.Results",
            "JobsDetail.PageSegment.Results.*.OcrResults",
            "JobsDetail.PageSegment.Results.*.OcrResults.Keywords",
            "JobsDetail.PageSegment.Results.*.ObjectResults",
        ])
    }

    /// Reads a job that audits a web page.
    ///
    /// Python: `client.ci_auditing_html_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/63959>
    pub fn ci_auditing_html_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_html_query", Method::GET, bucket, "/webpage/auditing/", job_id).answer(&[
            "JobsDetail.ImageResults.Results",
            "JobsDetail.ImageResults.Results.*.OcrResults",
            "JobsDetail.ImageResults.Results.*.OcrResults.Keywords",
            "JobsDetail.ImageResults.Results.PoliticsInfo.ObjectResults",
            "JobsDetail.TextResults.Results",
        ])
    }

    /// Reads a job that audits a picture.
    ///
    /// Python: `client.ci_auditing_image_query(Bucket='examplebucket-1250000000', JobID='j1')`
    pub fn ci_auditing_image_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_image_query", Method::GET, bucket, "/image/auditing/", job_id).answer(&[
            "JobsDetail.*.OcrResults",
            "JobsDetail.*.OcrResults.Keywords",
            "JobsDetail.PoliticsInfo.ObjectResults",
        ])
    }

    /// Ends the auditing of a live stream. The name is spelt as in Python.
    ///
    /// Python: `client.ci_auditing_live_video_cancle(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46926>
    pub fn ci_auditing_live_video_cancle(
        &self,
        bucket: impl Into<String>,
        job_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_auditing_live_video_cancle", Method::POST, bucket, "/video/cancel_auditing/", job_id)
            .answer(&[])
    }

    /// Reads a job that looks for viruses.
    ///
    /// Python: `client.ci_auditing_virus_query(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63965>
    pub fn ci_auditing_virus_query(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_auditing_virus_query", Method::GET, bucket, "/virus/detect/", job_id)
            .answer(&["JobsDetail.DetectDetail", "JobsDetail.DetectDetail.Result"])
    }

    /// Reports an auditing result that was wrong.
    ///
    /// Python:
    /// ```python
    /// client.ci_auditing_report_badcase(Bucket='examplebucket-1250000000', ContentType=2, Label='Porn',
    ///     SuggestedLabel='Normal')
    /// ```
    pub fn ci_auditing_report_badcase(
        &self,
        bucket: impl Into<String>,
        content_type: impl Into<Dict>,
        label: impl Into<Dict>,
        suggested_label: impl Into<Dict>,
    ) -> CiAuditingReportBadcase<'_> {
        let [content_type, label, suggested_label]: [Dict; 3] =
            [content_type.into(), label.into(), suggested_label.into()];
        let draft = json!({
            "ContentType": content_type, "Label": label, "SuggestedLabel": suggested_label,
            "Text": UNSET, "Url": UNSET, "JobId": UNSET, "ModerationTime": UNSET,
        });
        self.ci_call("ci_auditing_report_badcase", Method::POST, bucket, "/report/badcase")
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
    }
}

call! {
    /// Builds a [`ci_auditing_report_badcase`](CosS3Client::ci_auditing_report_badcase) request.
    pub struct CiAuditingReportBadcase -> Response {
        /// Sets the text, in Base64. Python: `Text`. Default: none.
        text: body("Text"),
        /// Sets the URL of the file. Python: `Url`. Default: none.
        url: body("Url"),
        /// Sets the job whose result it is. Python: `JobId`. Default: none.
        job_id: body("JobId"),
        /// Sets when it was audited. Python: `ModerationTime`. Default: none.
        moderation_time: body("ModerationTime"),
    }
}
