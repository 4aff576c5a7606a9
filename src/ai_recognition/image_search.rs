//! Search for pictures that look alike.

use http::Method;

use super::client::AIRecognitionClient;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl AIRecognitionClient {
    /// Switches image search on in a bucket.
    ///
    /// Python: `client.ci_image_search_bucket(Bucket='examplebucket-1250000000', Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63899>
    pub fn ci_image_search_bucket(&self, bucket: impl Into<String>, body: impl Into<Dict>) -> Call<'_, Response> {
        self.ci_call("ci_image_search_bucket", Method::POST, bucket, "/ImageSearchBucket")
            .draft("Request", body)
            .answer(&[])
    }

    /// Adds a picture to the library of image search.
    ///
    /// Python: `client.cos_add_image_search(Bucket='examplebucket-1250000000', ObjectKey='test.jpg', Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63900>
    pub fn cos_add_image_search(
        &self,
        bucket: impl Into<String>,
        object_key: impl Into<String>,
        body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.object_call("cos_add_image_search", Method::POST, bucket, object_key, "")
            .param("ci-process", "ImageSearch")
            .ordered(&["response-", "ci-process", "action"])
            .param("action", "AddImage")
            .draft("Request", body)
            .answer(&[])
    }

    /// Searches the library for pictures that look like this one.
    ///
    /// Python: `client.cos_get_search_image(Bucket='examplebucket-1250000000', ObjectKey='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63901>
    pub fn cos_get_search_image(
        &self,
        bucket: impl Into<String>,
        object_key: impl Into<String>,
    ) -> CosGetSearchImage<'_> {
        self.process_call("cos_get_search_image", bucket, object_key, "ImageSearch")
            .ordered(&["response-", "ci-process", "action", "MatchThreshold", "Offset", "Limit", "Filter"])
            .param("action", "SearchImage")
            .defaults(&[("MatchThreshold", "0"), ("Offset", "0"), ("Limit", "10")])
            .answer(&[])
            .into()
    }

    /// Removes a picture from the library of image search.
    ///
    /// Python: `client.cos_delete_image_search(Bucket='examplebucket-1250000000', ObjectKey='test.jpg', Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63902>
    pub fn cos_delete_image_search(
        &self,
        bucket: impl Into<String>,
        object_key: impl Into<String>,
        body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.object_call("cos_delete_image_search", Method::POST, bucket, object_key, "")
            .param("ci-process", "ImageSearch")
            .ordered(&["response-", "ci-process", "action"])
            .param("action", "DeleteImage")
            .draft("Request", body)
            .answer(&[])
    }
}

call! {
    /// Builds a [`cos_get_search_image`](AIRecognitionClient::cos_get_search_image) request.
    pub struct CosGetSearchImage -> Response {
        /// Returns pictures with at least this score. Python: `MatchThreshold`. Default: 0.
        match_threshold: query("MatchThreshold"),
        /// Skips this many. Python: `Offset`. Default: 0.
        offset: query("Offset"),
        /// Returns this many at most. Python: `Limit`. Default: 10.
        limit: query("Limit"),
        /// Sets the condition on tags. Python: `Filter`. Default: none.
        filter: query("Filter"),
    }
}
