//! Speech recognition.

use http::Method;
use serde_json::json;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Starts a job that turns speech into text.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_asr_job(Bucket='examplebucket-1250000000', OutputBucket='examplebucket-1250000000',
    ///     OutputRegion='ap-guangzhou', OutputObject='out')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/78951>
    pub fn ci_create_asr_job(
        &self,
        bucket: impl Into<String>,
        output_bucket: impl Into<Dict>,
        output_region: impl Into<Dict>,
        output_object: impl Into<Dict>,
    ) -> CiCreateAsrJob<'_> {
        let [output_bucket, output_region, output_object]: [Dict; 3] =
            [output_bucket.into(), output_region.into(), output_object.into()];
        let draft = json!({
            "Input": { "Object": UNSET, "Url": UNSET }, "Tag": "SpeechRecognition",
            "Operation": {
                "Output": { "Bucket": output_bucket, "Region": output_region, "Object": output_object },
                "TemplateId": UNSET, "SpeechRecognition": UNSET,
            },
            "QueueId": UNSET, "CallBack": UNSET, "CallBackFormat": UNSET, "CallBackType": UNSET, "CallBackMqConfig": UNSET,
        });
        self.ci_submit("ci_create_asr_job", bucket, "/asr_jobs", draft).answer(&[]).into()
    }

    /// Reads a speech job.
    ///
    /// Python: `client.ci_get_asr_job(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46229>
    pub fn ci_get_asr_job(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_get_asr_job", Method::GET, bucket, "/asr_jobs/", job_id)
            .content_type("application/xml")
            .answer(&["JobsDetail"])
    }

    /// Lists speech jobs.
    ///
    /// Python: `client.ci_list_asr_jobs(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46230>
    pub fn ci_list_asr_jobs(&self, bucket: impl Into<String>) -> CiListAsrJobs<'_> {
        self.ci_jobs("ci_list_asr_jobs", bucket, "/asr_jobs", "SpeechRecognition")
            .content_type("application/xml")
            .into()
    }
}

call! {
    /// Builds a [`ci_create_asr_job`](CosS3Client::ci_create_asr_job) request.
    pub struct CiCreateAsrJob -> Response {
        /// Processes this object. Python: `InputObject`. Default: none.
        input_object: body("Input.Object"),
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Uses the parameters of this template. Python: `TemplateId`. Default: none.
        template_id: body("Operation.TemplateId"),
        /// Sets the parameters, a dict. Python: `SpeechRecognition`. Default: none.
        speech_recognition: body("Operation.SpeechRecognition"),
    }
    from ci: job;
}

call! {
    /// Builds a [`ci_list_asr_jobs`](CosS3Client::ci_list_asr_jobs) request.
    pub struct CiListAsrJobs -> Response {
        /// Uses the queue with this id. Python: `QueueId`. Default: none.
        queue_id: query("queueId"),
    }
    from ci: job_list;
}
