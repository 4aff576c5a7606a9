//! Queues of jobs.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl CosS3Client {
    /// A list of queues; `page` is number and size where no setter says otherwise.
    fn ci_queues(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        path: &str,
        page: [&str; 2],
    ) -> Call<'_, Response> {
        self.ci_call(operation, Method::GET, bucket, path)
            .defaults(&[("queueIds", ""), ("state", "All"), ("pageNumber", page[0]), ("pageSize", page[1])])
            .answer(&["QueueList"])
    }

    fn ci_change_queue(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        path: &str,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item(operation, Method::PUT, bucket, path, queue_id).draft("Request", request).answer(&["Queue"])
    }

    /// Lists the queues of media jobs.
    ///
    /// Python: `client.ci_get_media_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54045>
    pub fn ci_get_media_queue(&self, bucket: impl Into<String>) -> CiGetMediaQueue<'_> {
        self.ci_queues("ci_get_media_queue", bucket, "/queue", ["", ""]).into()
    }

    /// Lists the queues of picture jobs.
    ///
    /// Python: `client.ci_get_media_pic_queue(Bucket='examplebucket-1250000000')`
    pub fn ci_get_media_pic_queue(&self, bucket: impl Into<String>) -> CiGetMediaPicQueue<'_> {
        self.ci_queues("ci_get_media_pic_queue", bucket, "/picqueue", ["", ""]).into()
    }

    /// Lists the queues of AI jobs.
    ///
    /// Python: `client.ci_get_ai_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79394>
    pub fn ci_get_ai_queue(&self, bucket: impl Into<String>) -> CiGetAiQueue<'_> {
        self.ci_queues("ci_get_ai_queue", bucket, "/ai_queue", ["", ""]).into()
    }

    /// Lists the queues of document jobs.
    ///
    /// Python: `client.ci_get_doc_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46946>
    pub fn ci_get_doc_queue(&self, bucket: impl Into<String>) -> CiGetDocQueue<'_> {
        self.ci_queues("ci_get_doc_queue", bucket, "/docqueue", ["1", "10"]).into()
    }

    /// Lists the queues of speech jobs.
    ///
    /// Python: `client.ci_get_asr_queue(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46234>
    pub fn ci_get_asr_queue(&self, bucket: impl Into<String>) -> CiGetAsrQueue<'_> {
        self.ci_queues("ci_get_asr_queue", bucket, "/asrqueue", ["1", "10"]).into()
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
        self.ci_change_queue("ci_update_media_queue", bucket, "/queue/", queue_id, request).into()
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
        self.ci_change_queue("ci_update_media_pic_queue", bucket, "/picqueue/", queue_id, request)
    }

    /// Changes a queue of document jobs.
    ///
    /// Python: `client.ci_update_doc_queue(Bucket='examplebucket-1250000000', QueueId='p1', Request={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46947>
    pub fn ci_update_doc_queue(
        &self,
        bucket: impl Into<String>,
        queue_id: impl Into<String>,
        request: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_change_queue("ci_update_doc_queue", bucket, "/docqueue/", queue_id, request)
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
        self.ci_change_queue("ci_update_asr_queue", bucket, "/asrqueue/", queue_id, request)
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
        self.ci_change_queue("ci_update_ai_queue", bucket, "/ai_queue/", queue_id, request)
    }
}

call! {
    /// Builds a [`ci_get_media_queue`](CosS3Client::ci_get_media_queue) request.
    pub struct CiGetMediaQueue -> Response {
        /// Sets the path of other queues. Python: `UrlPath`. Default: `/queue`.
        url_path: path("UrlPath"),
    }
    from ci: queue_list, page;
}

call! {
    /// Builds a [`ci_get_media_pic_queue`](CosS3Client::ci_get_media_pic_queue) request.
    pub struct CiGetMediaPicQueue -> Response {}
    from ci: queue_list, page;
}

call! {
    /// Builds a [`ci_get_ai_queue`](CosS3Client::ci_get_ai_queue) request.
    pub struct CiGetAiQueue -> Response {}
    from ci: queue_list, page;
}

call! {
    /// Builds a [`ci_get_doc_queue`](CosS3Client::ci_get_doc_queue) request.
    pub struct CiGetDocQueue -> Response {}
    from ci: queue_list, page_of_ten;
}

call! {
    /// Builds a [`ci_get_asr_queue`](CosS3Client::ci_get_asr_queue) request.
    pub struct CiGetAsrQueue -> Response {}
    from ci: queue_list, page_of_ten;
}

call! {
    /// Builds a [`ci_update_media_queue`](CosS3Client::ci_update_media_queue) request.
    pub struct CiUpdateMediaQueue -> Response {
        /// Sets the path of other queues. Python: `UrlPath`. Default: `/queue/`.
        url_path: path("UrlPath"),
    }
}
