//! Picture processing that stores its results, and styles.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::uri::{ServiceHost, Target};

impl CosS3Client {
    /// Processes a stored picture and stores the results. [`pic_operations`](crate::ci::CiImageProcess::pic_operations)
    /// says how.
    ///
    /// Python: `client.ci_image_process(Bucket='examplebucket-1250000000', Key='test.jpg', PicOperations='{..}')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/18147>
    pub fn ci_image_process(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiImageProcess<'_> {
        self.object_call("ci_image_process", Method::POST, bucket, key, "image_process").answer(&[]).into()
    }

    /// Adds a style, a named set of processing parameters, to a bucket.
    ///
    /// Python: `client.ci_put_image_style(Bucket='examplebucket-1250000000', Request={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/30118>
    pub fn ci_put_image_style(&self, bucket: impl Into<String>, request: impl Into<Dict>) -> Call<'_, Response<()>> {
        self.call("ci_put_image_style", Method::PUT, Target::other(ServiceHost::Pic { bucket: bucket.into() }, "/"))
            .param("style", "")
            .draft("AddStyle", request)
            .headers()
    }

    /// Reads a style of a bucket, or all of them if the name is left out.
    ///
    /// Python: `client.ci_get_image_style(Bucket='examplebucket-1250000000', Request={..})`
    pub fn ci_get_image_style(&self, bucket: impl Into<String>, request: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_get_image_style", Method::GET, Target::other(ServiceHost::Pic { bucket: bucket.into() }, "/"))
            .param("style", "")
            .draft("GetStyle", request)
            .answer(&[])
    }

    /// Deletes a style of a bucket.
    ///
    /// Python: `client.ci_delete_image_style(Bucket='examplebucket-1250000000', Request={..})`
    pub fn ci_delete_image_style(&self, bucket: impl Into<String>, request: impl Into<Dict>) -> Call<'_, Response<()>> {
        self.call(
            "ci_delete_image_style",
            Method::DELETE,
            Target::other(ServiceHost::Pic { bucket: bucket.into() }, "/"),
        )
        .param("style", "")
        .draft("DeleteStyle", request)
        .headers()
    }
}

call! {
    /// Builds a [`ci_image_process`](CosS3Client::ci_image_process) request.
    pub struct CiImageProcess -> Response {
        /// Sets the operations and the keys of their results, as JSON. Python: `PicOperations`. Default: none.
        pic_operations: header("pic-operations"),
    }
}
