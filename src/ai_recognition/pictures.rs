//! Pictures made of pictures.

use super::client::AIRecognitionClient;
use crate::ci::call::StreamOutput;
use crate::ops::call::call;
use crate::ops::response::Response;
use crate::param::Param;

impl AIRecognitionClient {
    /// Cuts goods out of a picture, and returns the new one.
    ///
    /// Python: `client.cos_goods_matting(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79735>
    pub fn cos_goods_matting(&self, bucket: impl Into<String>) -> CosGoodsMatting<'_> {
        self.process_any_call("cos_goods_matting", bucket, "GoodsMatting")
            .ordered(&["ci-process", "detect-url", "center-layout", "padding-layout"])
            .stream()
            .into()
    }

    /// Cuts the subject out of a picture, and returns the new one.
    ///
    /// Python: `client.cos_ai_pic_matting(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106750>
    pub fn cos_ai_pic_matting(&self, bucket: impl Into<String>) -> CosAiPicMatting<'_> {
        self.process_any_call("cos_ai_pic_matting", bucket, "AIPicMatting")
            .ordered(&["ci-process", "detect-url", "center-layout", "padding-layout"])
            .defaults(&[("center-layout", "0")])
            .stream()
            .into()
    }

    /// Cuts a person out of a picture, and returns the new one.
    ///
    /// Python: `client.cos_ai_portrait_matting(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106751>
    pub fn cos_ai_portrait_matting(&self, bucket: impl Into<String>) -> CosAiPortraitMatting<'_> {
        self.process_any_call("cos_ai_portrait_matting", bucket, "AIPortraitMatting")
            .ordered(&["ci-process", "detect-url", "center-layout", "padding-layout"])
            .defaults(&[("center-layout", "0")])
            .stream()
            .into()
    }

    /// Removes noise from a picture and sharpens it, and returns the new one.
    ///
    /// Python: `client.cos_ai_enhance_image(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83792>
    pub fn cos_ai_enhance_image(&self, bucket: impl Into<String>) -> CosAiEnhanceImage<'_> {
        self.process_any_call("cos_ai_enhance_image", bucket, "AIEnhanceImage")
            .ordered(&["ci-process", "denoise", "sharpen", "detect-url", "ignore-error"])
            .defaults(&[("denoise", "3"), ("sharpen", "3")])
            .stream()
            .into()
    }

    /// Changes a face in a picture; the new one comes in Base64 as `ResultImage`.
    ///
    /// Python: `client.cos_ai_face_effect(Bucket='examplebucket-1250000000', Type='video')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/47197>
    pub fn cos_ai_face_effect(&self, bucket: impl Into<String>, r#type: impl Param) -> CosAiFaceEffect<'_> {
        self.process_any_call("cos_ai_face_effect", bucket, "face-effect")
            .ordered(&[
                "ci-process",
                "type",
                "detect-url",
                "whitening",
                "smoothing",
                "faceLifting",
                "eyeEnlarging",
                "gender",
                "age",
            ])
            .arg("type", r#type)
            .defaults(&[("whitening", "30"), ("smoothing", "10"), ("faceLifting", "70"), ("eyeEnlarging", "70")])
            .answer(&[])
            .into()
    }

    /// Colours a picture in black and white, and returns the new one.
    ///
    /// Python: `client.cos_ai_image_coloring(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83794>
    pub fn cos_ai_image_coloring(&self, bucket: impl Into<String>) -> CosAiImageColoring<'_> {
        self.process_any_call("cos_ai_image_coloring", bucket, "AIImageColoring")
            .ordered(&["ci-process", "detect-url"])
            .stream()
            .into()
    }

    /// Crops a picture to a size around its subject, and returns the new one.
    ///
    /// Python: `client.cos_ai_image_crop(Bucket='examplebucket-1250000000', Width=200, Height=100)`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83791>
    pub fn cos_ai_image_crop(
        &self,
        bucket: impl Into<String>,
        width: impl Param,
        height: impl Param,
    ) -> CosAiImageCrop<'_> {
        self.process_any_call("cos_ai_image_crop", bucket, "AIImageCrop")
            .ordered(&["ci-process", "width", "height", "detect-url", "fixed", "ignore-error"])
            .arg("width", width)
            .arg("height", height)
            .defaults(&[("fixed", "0")])
            .stream()
            .into()
    }

    /// Removes a part of a picture and fills the gap, and returns the new one.
    ///
    /// Python: `client.cos_image_repair(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79042>
    pub fn cos_image_repair(&self, bucket: impl Into<String>) -> CosImageRepair<'_> {
        self.process_any_call("cos_image_repair", bucket, "ImageRepair")
            .ordered(&["ci-process", "detect-url", "MaskPic", "MaskPoly"])
            .stream()
            .into()
    }
}

call! {
    /// Builds a [`cos_goods_matting`](AIRecognitionClient::cos_goods_matting) request.
    pub struct CosGoodsMatting -> StreamOutput {}
    from ci: picture, matting;
}

call! {
    /// Builds a [`cos_ai_pic_matting`](AIRecognitionClient::cos_ai_pic_matting) request.
    pub struct CosAiPicMatting -> StreamOutput {}
    from ci: picture, matting;
}

call! {
    /// Builds a [`cos_ai_portrait_matting`](AIRecognitionClient::cos_ai_portrait_matting) request.
    pub struct CosAiPortraitMatting -> StreamOutput {}
    from ci: picture, matting;
}

call! {
    /// Builds a [`cos_ai_enhance_image`](AIRecognitionClient::cos_ai_enhance_image) request.
    pub struct CosAiEnhanceImage -> StreamOutput {
        /// Sets how much noise is removed, from 0 to 5. Python: `Denoise`. Default: 3.
        denoise: query("denoise"),
        /// Sets how much is sharpened, from 0 to 5. Python: `Sharpen`. Default: 3.
        sharpen: query("sharpen"),
        /// Returns the unprocessed picture with 1 if processing fails. Python: `IgnoreError`. Default: none.
        ignore_error: query("ignore-error"),
    }
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_face_effect`](AIRecognitionClient::cos_ai_face_effect) request.
    pub struct CosAiFaceEffect -> Response {
        /// Sets how much is whitened, from 0 to 100. Python: `Whitening`. Default: 30.
        whitening: query("whitening"),
        /// Sets how much is smoothed, from 0 to 100. Python: `Smoothing`. Default: 10.
        smoothing: query("smoothing"),
        /// Sets how much the face is narrowed, from 0 to 100. Python: `FaceLifting`. Default: 70.
        face_lifting: query("faceLifting"),
        /// Sets how much the eyes are enlarged, from 0 to 100. Python: `EyeEnlarging`. Default: 70.
        eye_enlarging: query("eyeEnlarging"),
        /// Sets the gender to change to: 0 or 1. Python: `Gender`. Default: none.
        gender: query("gender"),
        /// Sets the age to change to, from 10 to 80. Python: `Age`. Default: none.
        age: query("age"),
    }
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_image_coloring`](AIRecognitionClient::cos_ai_image_coloring) request.
    pub struct CosAiImageColoring -> StreamOutput {}
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_image_crop`](AIRecognitionClient::cos_ai_image_crop) request.
    pub struct CosAiImageCrop -> StreamOutput {
        /// Sets whether the size is exact (1) or a proportion (0). Python: `Fixed`. Default: 0.
        fixed: query("fixed"),
        /// Returns the unprocessed picture with 1 if processing fails. Python: `IgnoreError`. Default: none.
        ignore_error: query("ignore-error"),
    }
    from ci: picture;
}

call! {
    /// Builds a [`cos_image_repair`](AIRecognitionClient::cos_image_repair) request.
    pub struct CosImageRepair -> StreamOutput {
        /// Sets the picture that masks what is removed, as a URL in Base64. Python: `MaskPic`. Default: none.
        mask_pic: query("MaskPic"),
        /// Sets the polygons that mask what is removed, as JSON in Base64. Python: `MaskPoly`. Default: none.
        mask_poly: query("MaskPoly"),
    }
    from ci: picture;
}
