//! Queues of jobs.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl CosS3Client {
    /// Lists the queues of media jobs.
    ///
    /// Python: `client.ci_get_media_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54045>
    pub fn ci_get_media_queue(&self, bucket: impl Into<String>) -> CiGetMediaQueue<'_> {
        self.ci_call("ci_get_media_queue", Method::GET, bucket, "/queue")
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["QueueList"])
            .into()
    }

    /// Lists the queues of picture jobs.
    ///
    /// Python: `client.ci_get_media_pic_queue(Bucket='examplebucket-1250000000')`
    pub fn ci_get_media_pic_queue(&self, bucket: impl Into<String>) -> CiGetMediaPicQueue<'_> {
        self.ci_call("ci_get_media_pic_queue", Method::GET, bucket, "/picqueue")
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["QueueList"])
            .into()
    }

    /// Lists the queues of AI jobs.
    ///
    /// Python: `client.ci_get_ai_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79394>
    pub fn ci_get_ai_queue(&self, bucket: impl Into<String>) -> CiGetAiQueue<'_> {
        self.ci_call("ci_get_ai_queue", Method::GET, bucket, "/ai_queue")
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["QueueList"])
            .into()
    }

    /// Lists the queues of document jobs.
    ///
    /// Python: `client.ci_get_doc_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46946>
    pub fn ci_get_doc_queue(&self, bucket: impl Into<String>) -> CiGetDocQueue<'_> {
        self.ci_call("ci_get_doc_queue", Method::GET, bucket, "/docqueue")
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", "1"), ("pageSize", "10")])
            .answer(&["QueueList"])
            .into()
    }

    /// Lists the queues of speech jobs.
    ///
    /// Python: `client.ci_get_asr_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46234>
    pub fn ci_get_asr_queue(&self, bucket: impl Into<String>) -> CiGetAsrQueue<'_> {
        self.ci_call("ci_get_asr_queue", Method::GET, bucket, "/asrqueue")
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", "1"), ("pageSize", "10")])
            .answer(&["QueueList"])
            .into()
    }

    /// Changes a queue of media jobs.
    ///
    /// Python: `client.ci_update_media_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54046>
    pub fn ci_update_media_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> CiUpdateMediaQueue<'_> {
        self.ci_item("ci_update_media_queue", Method::PUT, bucket, "/queue/", queue_id)
            .draft("Request", request)
            .answer(&["Queue"])
            .into()
    }

    /// Changes a queue of picture jobs.
    ///
    /// Python: `client.ci_update_media_pic_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    pub fn ci_update_media_pic_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_media_pic_queue", Method::PUT, bucket, "/picqueue/", queue_id)
            .draft("Request", request)
            .answer(&["Queue"])
    }

    /// Changes a queue of document jobs.
    ///
    /// Python: `client.ci_update_doc_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    pub fn ci_update_doc_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_doc_queue", Method::PUT, bucket, "/docqueue/", queue_id)
            .draft("Request", request)
            .answer(&["Queue"])
    }

    /// Changes a queue of speech jobs.
    ///
    /// Python: `client.ci_update_asr_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46235>
    pub fn ci_update_asr_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_asr_queue", Method::PUT, bucket, "/asrqueue/", queue_id)
            .draft("Request", request)
            .answer(&["Queue"])
    }

    /// Changes a queue of AI jobs.
    ///
    /// Python: `client.ci_update_ai_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    pub fn ci_update_ai_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_ai_queue", Method::PUT, bucket, "/ai_queue/", queue_id)
            .draft("Request", request)
            .answer(&["Queue"])
    }
}

call! {
    /// Builds a [`ci_get_media_queue`](CosS3Client::ci_get_media_queue) request.
    pub struct CiGetMediaQueue -> Response {
        /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
        state: query("state"),
        /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
        queue_ids: query("queueIds"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
        /// Sets the path of other queues. Python: `UrlPath`. Default: `/queue`.
        url_path: path("UrlPath"),
    }
}

call! {
    /// Builds a [`ci_get_media_pic_queue`](CosS3Client::ci_get_media_pic_queue) request.
    pub struct CiGetMediaPicQueue -> Response {
        /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
        state: query("state"),
        /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
        queue_ids: query("queueIds"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_ai_queue`](CosS3Client::ci_get_ai_queue) request.
    pub struct CiGetAiQueue -> Response {
        /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
        state: query("state"),
        /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
        queue_ids: query("queueIds"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_doc_queue`](CosS3Client::ci_get_doc_queue) request.
    pub struct CiGetDocQueue -> Response {
        /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
        state: query("state"),
        /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
        queue_ids: query("queueIds"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: 10.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_asr_queue`](CosS3Client::ci_get_asr_queue) request.
    pub struct CiGetAsrQueue -> Response {
        /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
        state: query("state"),
        /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
        queue_ids: query("queueIds"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: 10.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_update_media_queue`](CosS3Client::ci_update_media_queue) request.
    pub struct CiUpdateMediaQueue -> Response {
        /// Sets the path of other queues. Python: `UrlPath`. Default: `/queue/`.
        url_path: path("UrlPath"),
    }
}
