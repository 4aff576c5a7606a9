//! Buckets in which processing is switched on.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::uri::{ServiceHost, Target};

impl CosS3Client {
    /// Lists the buckets in which media processing is on.
    ///
    /// Python: `client.ci_get_bucket()`
    pub fn ci_get_bucket(&self) -> CiGetBucket<'_> {
        self.call("ci_get_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/mediabucket"))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["PicBucketList", "MediaBucketList"])
            .into()
    }

    /// Lists the buckets in which media processing is on.
    ///
    /// Python: `client.ci_get_media_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/48988>
    pub fn ci_get_media_bucket(&self) -> CiGetMediaBucket<'_> {
        self.call("ci_get_media_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/mediabucket"))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["MediaBucketList"])
            .into()
    }

    /// Lists the buckets in which picture processing is on.
    ///
    /// Python: `client.ci_get_pic_bucket()`
    pub fn ci_get_pic_bucket(&self) -> CiGetPicBucket<'_> {
        self.call("ci_get_pic_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/picbucket"))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["PicBucketList"])
            .into()
    }

    /// Lists the buckets in which AI recognition is on.
    ///
    /// Python: `client.ci_get_ai_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79594>
    pub fn ci_get_ai_bucket(&self) -> CiGetAiBucket<'_> {
        self.call("ci_get_ai_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/ai_bucket"))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["MediaBucketList"])
            .into()
    }

    /// Lists the buckets in which document processing is on.
    ///
    /// Python: `client.ci_get_doc_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46945>
    pub fn ci_get_doc_bucket(&self) -> CiGetDocBucket<'_> {
        self.call("ci_get_doc_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/docbucket"))
            .defaults(&[
                ("regions", ""),
                ("bucketNames", ""),
                ("bucketName", ""),
                ("pageNumber", "1"),
                ("pageSize", "10"),
            ])
            .answer(&["DocBucketList"])
            .into()
    }

    /// Lists the buckets in which speech recognition is on.
    ///
    /// Python: `client.ci_get_asr_bucket()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46232>
    pub fn ci_get_asr_bucket(&self) -> CiGetAsrBucket<'_> {
        self.call("ci_get_asr_bucket", Method::GET, Target::other(ServiceHost::CiRegion, "/asrbucket"))
            .defaults(&[("regions", ""), ("bucketNames", ""), ("bucketName", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["AsrBucketList"])
            .into()
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
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
        /// Sets the path of other jobs or buckets. Python: `Path`. Default: `/mediabucket`.
        path: path("Path"),
    }
}

call! {
    /// Builds a [`ci_get_media_bucket`](CosS3Client::ci_get_media_bucket) request.
    pub struct CiGetMediaBucket -> Response {
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_pic_bucket`](CosS3Client::ci_get_pic_bucket) request.
    pub struct CiGetPicBucket -> Response {
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_ai_bucket`](CosS3Client::ci_get_ai_bucket) request.
    pub struct CiGetAiBucket -> Response {
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_doc_bucket`](CosS3Client::ci_get_doc_bucket) request.
    pub struct CiGetDocBucket -> Response {
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: 10.
        page_size: query("pageSize"),
    }
}

call! {
    /// Builds a [`ci_get_asr_bucket`](CosS3Client::ci_get_asr_bucket) request.
    pub struct CiGetAsrBucket -> Response {
        /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
        regions: query("regions"),
        /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
        bucket_name: query("bucketName"),
        /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
        bucket_names: query("bucketNames"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: none.
        page_size: query("pageSize"),
    }
}
