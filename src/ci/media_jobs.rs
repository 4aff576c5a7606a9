//! Jobs of media and pictures, and the keys of HLS playback.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

impl CosS3Client {
    /// Starts a media job, such as transcoding.
    ///
    /// Python: `client.ci_create_media_jobs(Bucket='examplebucket-1250000000', Jobs={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54013>
    pub fn ci_create_media_jobs(&self, bucket: impl Into<String>, jobs: impl Into<Dict>) -> Call<'_, Response> {
        self.ci_call("ci_create_media_jobs", Method::POST, bucket, "/jobs")
            .draft("Request", jobs)
            .answer(&["JobsDetail"])
    }

    /// Starts a picture job.
    ///
    /// Python: `client.ci_create_media_pic_jobs(Bucket='examplebucket-1250000000', Jobs={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/67194>
    pub fn ci_create_media_pic_jobs(&self, bucket: impl Into<String>, jobs: impl Into<Dict>) -> Call<'_, Response> {
        self.ci_call("ci_create_media_pic_jobs", Method::POST, bucket, "/pic_jobs")
            .draft("Request", jobs)
            .answer(&["JobsDetail"])
    }

    /// Reads media jobs; several ids are joined by commas.
    ///
    /// Python: `client.ci_get_media_jobs(Bucket='examplebucket-1250000000', JobIDs='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54010>
    pub fn ci_get_media_jobs(&self, bucket: impl Into<String>, job_i_ds: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_get_media_jobs", Method::GET, bucket, "/jobs/", job_i_ds).answer(&["JobsDetail"])
    }

    /// Reads picture jobs; several ids are joined by commas.
    ///
    /// Python: `client.ci_get_media_pic_jobs(Bucket='examplebucket-1250000000', JobIDs='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/67197>
    pub fn ci_get_media_pic_jobs(&self, bucket: impl Into<String>, job_i_ds: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_get_media_pic_jobs", Method::GET, bucket, "/pic_jobs/", job_i_ds).answer(&["JobsDetail"])
    }

    /// Lists media jobs.
    ///
    /// Python: `client.ci_list_media_jobs(Bucket='examplebucket-1250000000', Tag='Transcode')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54011>
    pub fn ci_list_media_jobs(&self, bucket: impl Into<String>, tag: impl Param) -> CiListMediaJobs<'_> {
        self.ci_jobs("ci_list_media_jobs", bucket, "/jobs", tag).into()
    }

    /// Lists picture jobs.
    ///
    /// Python: `client.ci_list_media_pic_jobs(Bucket='examplebucket-1250000000', Tag='Transcode')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/67198>
    pub fn ci_list_media_pic_jobs(&self, bucket: impl Into<String>, tag: impl Param) -> CiListMediaPicJobs<'_> {
        self.ci_jobs("ci_list_media_pic_jobs", bucket, "/pic_jobs", tag).into()
    }

    /// Cancels a job that has not started.
    ///
    /// Python: `client.ci_cancel_jobs(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/85082>
    pub fn ci_cancel_jobs(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, ()> {
        self.ci_item("ci_cancel_jobs", Method::PUT, bucket, "/jobs/", job_id).param("cancel", "")
    }

    /// Reads the keys that sign HLS playback.
    ///
    /// Python: `client.ci_get_hls_play_key(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/104292>
    pub fn ci_get_hls_play_key(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_get_hls_play_key", Method::GET, bucket, "/playKey").answer(&[])
    }

    /// Sets the keys that sign HLS playback.
    ///
    /// Python: `client.ci_update_hls_play_key(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/104291>
    pub fn ci_update_hls_play_key(&self, bucket: impl Into<String>) -> CiUpdateHlsPlayKey<'_> {
        self.ci_call("ci_update_hls_play_key", Method::PUT, bucket, "/playKey")
            .ordered(&["masterPlayKey", "backupPlayKey"])
            .answer(&[])
            .into()
    }
}

call! {
    /// Builds a [`ci_list_media_jobs`](CosS3Client::ci_list_media_jobs) request.
    pub struct CiListMediaJobs -> Response {
        /// Uses the queue with this id. Python: `QueueId`. Default: none.
        queue_id: query("queueId"),
        /// Sets the path of other jobs or buckets. Python: `Path`. Default: `/jobs`.
        path: path("Path"),
    }
    from ci: job_list;
}

call! {
    /// Builds a [`ci_list_media_pic_jobs`](CosS3Client::ci_list_media_pic_jobs) request.
    pub struct CiListMediaPicJobs -> Response {
        /// Uses the queue with this id. Python: `QueueId`. Default: none.
        queue_id: query("queueId"),
    }
    from ci: job_list;
}

call! {
    /// Builds a [`ci_update_hls_play_key`](CosS3Client::ci_update_hls_play_key) request.
    pub struct CiUpdateHlsPlayKey -> Response {
        /// Sets the first key. Python: `MasterPlayKey`. Default: none.
        master_play_key: query("masterPlayKey"),
        /// Sets the second key. Python: `BackupPlayKey`. Default: none.
        backup_play_key: query("backupPlayKey"),
    }
}
