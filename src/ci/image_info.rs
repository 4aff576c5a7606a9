//! What is known of a picture.

use http::Method;

use crate::ci::call::StreamOutput;
use crate::client::CosS3Client;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl CosS3Client {
    /// Reads the format, the size and the width and height of a picture, which come as JSON.
    ///
    /// Python: `client.ci_get_image_info(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/6927>
    pub fn ci_get_image_info(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiGetImageInfo<'_> {
        self.object_call("ci_get_image_info", Method::GET, bucket, key, "imageInfo").stream().into()
    }

    /// Reads the EXIF data of a picture, which come as JSON.
    ///
    /// Python: `client.ci_get_image_exif_info(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/6926>
    pub fn ci_get_image_exif_info(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiGetImageExifInfo<'_> {
        self.object_call("ci_get_image_exif_info", Method::GET, bucket, key, "exif").stream().into()
    }

    /// Reads the average colour of a picture, which comes as JSON.
    ///
    /// Python: `client.ci_get_image_ave_info(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/6928>
    pub fn ci_get_image_ave_info(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiGetImageAveInfo<'_> {
        self.object_call("ci_get_image_ave_info", Method::GET, bucket, key, "imageAve").stream().into()
    }

    /// Checks whether a picture hides another format, such as a page; the answer is JSON.
    ///
    /// Python: `client.ci_image_inspect(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/75997>
    pub fn ci_image_inspect(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiImageInspect<'_> {
        self.object_call("ci_image_inspect", Method::GET, bucket, key, "imageInspect").stream().into()
    }

    /// Reads the mark of a picture that an AI made.
    ///
    /// Python: `client.ci_get_image_aigc_metadata(Bucket='examplebucket-1250000000', Key='test.jpg')`
    pub fn ci_get_image_aigc_metadata(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("ci_get_image_aigc_metadata", bucket, key, "ImageAIGCMetadata").answer(&[])
    }
}

call! {
    /// Builds a [`ci_get_image_info`](CosS3Client::ci_get_image_info) request.
    pub struct CiGetImageInfo -> StreamOutput {}
    plus version_id;
}

call! {
    /// Builds a [`ci_get_image_exif_info`](CosS3Client::ci_get_image_exif_info) request.
    pub struct CiGetImageExifInfo -> StreamOutput {}
    plus version_id;
}

call! {
    /// Builds a [`ci_get_image_ave_info`](CosS3Client::ci_get_image_ave_info) request.
    pub struct CiGetImageAveInfo -> StreamOutput {}
    plus version_id;
}

call! {
    /// Builds a [`ci_image_inspect`](CosS3Client::ci_image_inspect) request.
    pub struct CiImageInspect -> StreamOutput {}
    plus version_id;
}
