//! Buckets in which processing is switched on.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::uri::{ServiceHost, Target};

impl CosS3Client {
    /// A list of buckets in which something is on; `page` is number and size where no setter says otherwise.
    fn ci_buckets(
        &self,
        operation: &'static str,
        path: &str,
        page: [&str; 2],
        lists: &'static [&'static str],
    ) -> Call<'_, Response> {
        self.call(operation, Method::GET, Target::other(ServiceHost::CiRegion, path))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", "")])
            .defaults(&[("pageNumber", page[0]), ("pageSize", page[1])])
            .answer(lists)
    }

    /// Lists the buckets in which media processing is on.
    ///
    /// Python: `client.ci_get_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/48988>
    pub fn ci_get_bucket(&self) -> CiGetBucket<'_> {
        self.ci_buckets("ci_get_bucket", "/mediabucket", ["", ""], &["PicBucketList", "MediaBucketList"]).into()
    }

    /// Lists the buckets in which media processing is on.
    ///
    /// Python: `client.ci_get_media_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/48988>
    pub fn ci_get_media_bucket(&self) -> CiGetMediaBucket<'_> {
        self.ci_buckets("ci_get_media_bucket", "/mediabucket", ["", ""], &["MediaBucketList"]).into()
    }

    /// Lists the buckets in which picture processing is on.
    ///
    /// Python: `client.ci_get_pic_bucket()`
    pub fn ci_get_pic_bucket(&self) -> CiGetPicBucket<'_> {
        self.ci_buckets("ci_get_pic_bucket", "/picbucket", ["", ""], &["PicBucketList"]).into()
    }

    /// Lists the buckets in which AI recognition is on.
    ///
    /// Python: `client.ci_get_ai_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79594>
    pub fn ci_get_ai_bucket(&self) -> CiGetAiBucket<'_> {
        self.ci_buckets("ci_get_ai_bucket", "/ai_bucket", ["", ""], &["MediaBucketList"]).into()
    }

    /// Lists the buckets in which document processing is on.
    ///
    /// Python: `client.ci_get_doc_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46945>
    pub fn ci_get_doc_bucket(&self) -> CiGetDocBucket<'_> {
        self.ci_buckets("ci_get_doc_bucket", "/docbucket", ["1", "10"], &["DocBucketList"]).into()
    }

    /// Lists the buckets in which speech recognition is on.
    ///
    /// Python: `client.ci_get_asr_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46232>
    pub fn ci_get_asr_bucket(&self) -> CiGetAsrBucket<'_> {
        self.ci_buckets("ci_get_asr_bucket", "/asrbucket", ["", ""], &["AsrBucketList"]).into()
    }

    /// Switches picture processing on in a bucket.
    ///
    /// Python: `client.ci_open_pic_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95749>
    pub fn ci_open_pic_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_open_pic_bucket", Method::POST, bucket, "/picbucket").answer(&[])
    }

    /// Switches picture processing off in a bucket.
    ///
    /// Python: `client.ci_close_pic_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95751>
    pub fn ci_close_pic_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_close_pic_bucket", Method::DELETE, bucket, "/picbucket").answer(&[])
    }

    /// Switches speech recognition on in a bucket.
    ///
    /// Python: `client.ci_open_asr_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95754>
    pub fn ci_open_asr_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_open_asr_bucket", Method::POST, bucket, "/asrbucket").answer(&[])
    }

    /// Switches speech recognition off in a bucket.
    ///
    /// Python: `client.ci_close_asr_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95755>
    pub fn ci_close_asr_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_close_asr_bucket", Method::DELETE, bucket, "/asrbucket").answer(&[])
    }

    /// Switches AI recognition on in a bucket.
    ///
    /// Python: `client.ci_open_ai_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79593>
    pub fn ci_open_ai_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_open_ai_bucket", Method::POST, bucket, "/ai_bucket").answer(&[])
    }

    /// Switches AI recognition off in a bucket.
    ///
    /// Python: `client.ci_close_ai_bucket(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95752>
    pub fn ci_close_ai_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.ci_call("ci_close_ai_bucket", Method::DELETE, bucket, "/ai_bucket").answer(&[])
    }
}

call! {
    /// Builds a [`ci_get_bucket`](CosS3Client::ci_get_bucket) request.
    pub struct CiGetBucket -> Response {
        /// Sets the path of other jobs or buckets. Python: `Path`. Default: `/mediabucket`.
        path: path("Path"),
    }
    from ci: bucket_list, page;
}

call! {
    /// Builds a [`ci_get_media_bucket`](CosS3Client::ci_get_media_bucket) request.
    pub struct CiGetMediaBucket -> Response {}
    from ci: bucket_list, page;
}

call! {
    /// Builds a [`ci_get_pic_bucket`](CosS3Client::ci_get_pic_bucket) request.
    pub struct CiGetPicBucket -> Response {}
    from ci: bucket_list, page;
}

call! {
    /// Builds a [`ci_get_ai_bucket`](CosS3Client::ci_get_ai_bucket) request.
    pub struct CiGetAiBucket -> Response {}
    from ci: bucket_list, page;
}

call! {
    /// Builds a [`ci_get_doc_bucket`](CosS3Client::ci_get_doc_bucket) request.
    pub struct CiGetDocBucket -> Response {}
    from ci: bucket_list, page_of_ten;
}

call! {
    /// Builds a [`ci_get_asr_bucket`](CosS3Client::ci_get_asr_bucket) request.
    pub struct CiGetAsrBucket -> Response {}
    from ci: bucket_list, page;
}
