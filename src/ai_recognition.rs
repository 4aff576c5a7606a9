//! AI recognition: what pictures show, and pictures made of pictures.

use http::Method;

use crate::ci::call::{StreamOutput, client};
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

client! {
    /// A client for AI recognition, with all methods of [`CosS3Client`](crate::CosS3Client).
    ///
    /// Python: `AIRecognitionClient(config)`
    AIRecognitionClient
}

impl AIRecognitionClient {
    /// Finds people and things in a picture.
    ///
    /// Python: `client.cos_create_ai_object_detect_job(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/97979>
    pub fn cos_create_ai_object_detect_job(&self, bucket: impl Into<String>) -> CosCreateAiObjectDetectJob<'_> {
        self.process_any_call("cos_create_ai_object_detect_job", bucket, "AIObjectDetect")
            .ordered(&["response-", "ci-process", "detect-url"])
            .answer(&[])
            .into()
    }

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

    /// Cuts the main thing out of a picture, and returns the new one.
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

    /// Finds people in a picture.
    ///
    /// Python: `client.cos_ai_body_recognition(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83196>
    pub fn cos_ai_body_recognition(&self, bucket: impl Into<String>) -> CosAiBodyRecognition<'_> {
        self.process_any_call("cos_ai_body_recognition", bucket, "AIBodyRecognition")
            .ordered(&["ci-process", "detect-url"])
            .answer(&[])
            .into()
    }

    /// Finds faces in a picture.
    ///
    /// Python: `client.cos_ai_detect_face(Bucket='examplebucket-1250000000', ObjectKey='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63223>
    pub fn cos_ai_detect_face(&self, bucket: impl Into<String>, object_key: impl Into<String>) -> CosAiDetectFace<'_> {
        self.process_call("cos_ai_detect_face", bucket, object_key, "DetectFace")
            .defaults(&[("max-face-num", "1")])
            .answer(&[])
            .into()
    }

    /// Finds pets in a picture.
    ///
    /// Python: `client.cos_ai_detect_pet(Bucket='examplebucket-1250000000', ObjectKey='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/95753>
    pub fn cos_ai_detect_pet(&self, bucket: impl Into<String>, object_key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("cos_ai_detect_pet", bucket, object_key, "detect-pet").answer(&[])
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

    /// Recognizes which game a picture shows.
    ///
    /// Python: `client.cos_ai_game_rec(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/93153>
    pub fn cos_ai_game_rec(&self, bucket: impl Into<String>) -> CosAiGameRec<'_> {
        self.process_any_call("cos_ai_game_rec", bucket, "AIGameRec")
            .ordered(&["ci-process", "detect-url"])
            .answer(&[])
            .into()
    }

    /// Reads an identity card.
    ///
    /// Python: `client.cos_ai_id_card_ocr(Bucket='examplebucket-1250000000', ObjectKey='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48638>
    pub fn cos_ai_id_card_ocr(&self, bucket: impl Into<String>, object_key: impl Into<String>) -> CosAiIdCardOcr<'_> {
        self.process_call("cos_ai_id_card_ocr", bucket, object_key, "IDCardOCR")
            .ordered(&["ci-process", "CardSide", "Config"])
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

    /// Cuts a picture to a size around what matters, and returns the new one.
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

    /// Reads a card or licence.
    ///
    /// Python: `client.cos_ai_license_rec(Bucket='examplebucket-1250000000', CardType='BankCard')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/96767>
    pub fn cos_ai_license_rec(&self, bucket: impl Into<String>, card_type: impl Param) -> CosAiLicenseRec<'_> {
        self.process_any_call("cos_ai_license_rec", bucket, "AILicenseRec")
            .ordered(&["ci-process", "CardType", "detect-url"])
            .arg("CardType", card_type)
            .answer(&[])
            .into()
    }

    /// Translates a text of one block.
    ///
    /// Python:
    /// ```python
    /// client.cos_auto_translation_block(Bucket='examplebucket-1250000000', InputText='text', SourceLang='en',
    ///     TargetLang='zh')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83547>
    pub fn cos_auto_translation_block(
        &self,
        bucket: impl Into<String>,
        input_text: impl Param,
        source_lang: impl Param,
        target_lang: impl Param,
    ) -> CosAutoTranslationBlock<'_> {
        self.process_any_call("cos_auto_translation_block", bucket, "AutoTranslationBlock")
            .ordered(&["ci-process", "InputText", "SourceLang", "TargetLang", "TextDomain", "TextStyle"])
            .arg("InputText", input_text)
            .arg("SourceLang", source_lang)
            .arg("TargetLang", target_lang)
            .defaults(&[("TextDomain", "general"), ("TextStyle", "sentence")])
            .answer(&[])
            .into()
    }

    /// Returns the movements to ask a person for, to see that the person is real.
    ///
    /// Python: `client.cos_get_action_sequence(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48648>
    pub fn cos_get_action_sequence(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.process_any_call("cos_get_action_sequence", bucket, "GetActionSequence").answer(&[])
    }

    /// Returns the digits to ask a person for, to see that the person is real.
    ///
    /// Python: `client.cos_get_live_code(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48647>
    pub fn cos_get_live_code(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.process_any_call("cos_get_live_code", bucket, "GetLiveCode").answer(&[])
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

    /// Checks by a video that a person is real and the one that the data name.
    ///
    /// Python:
    /// ```python
    /// client.cos_liveness_recognition(Bucket='examplebucket-1250000000', ObjectKey='test.jpg', IdCard='..',
    ///     Name='..', LivenessType='SILENT')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48641>
    pub fn cos_liveness_recognition(
        &self,
        bucket: impl Into<String>,
        object_key: impl Into<String>,
        id_card: impl Param,
        name: impl Param,
        liveness_type: impl Param,
    ) -> CosLivenessRecognition<'_> {
        self.process_call("cos_liveness_recognition", bucket, object_key, "LivenessRecognition")
            .ordered(&["ci-process", "IdCard", "Name", "LivenessType", "ValidateData", "BestFrameNum"])
            .arg("IdCard", id_card)
            .arg("Name", name)
            .arg("LivenessType", liveness_type)
            .answer(&[])
            .into()
    }

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
    /// Builds a [`cos_create_ai_object_detect_job`](AIRecognitionClient::cos_create_ai_object_detect_job) request.
    pub struct CosCreateAiObjectDetectJob -> Response {}
    from ci: picture;
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
    /// Builds a [`cos_ai_body_recognition`](AIRecognitionClient::cos_ai_body_recognition) request.
    pub struct CosAiBodyRecognition -> Response {}
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_detect_face`](AIRecognitionClient::cos_ai_detect_face) request.
    pub struct CosAiDetectFace -> Response {
        /// Sets how many faces are found at most, up to 120. Python: `MaxFaceNum`. Default: 1.
        max_face_num: query("max-face-num"),
    }
}

call! {
    /// Builds a [`cos_ai_enhance_image`](AIRecognitionClient::cos_ai_enhance_image) request.
    pub struct CosAiEnhanceImage -> StreamOutput {
        /// Sets how much noise is removed, from 0 to 5. Python: `Denoise`. Default: 3.
        denoise: query("denoise"),
        /// Sets how much is sharpened, from 0 to 5. Python: `Sharpen`. Default: 3.
        sharpen: query("sharpen"),
        /// Returns the picture as it is with 1, where it cannot be processed. Python: `IgnoreError`. Default: none.
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
    /// Builds a [`cos_ai_game_rec`](AIRecognitionClient::cos_ai_game_rec) request.
    pub struct CosAiGameRec -> Response {}
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_id_card_ocr`](AIRecognitionClient::cos_ai_id_card_ocr) request.
    pub struct CosAiIdCardOcr -> Response {
        /// Sets the side of the card: `FRONT` or `BACK`. Python: `CardSide`. Default: none.
        card_side: query("CardSide"),
        /// Sets what is returned besides, as JSON. Python: `Config`. Default: none.
        config: query("Config"),
    }
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
        /// Returns the picture as it is with 1, where it cannot be processed. Python: `IgnoreError`. Default: none.
        ignore_error: query("ignore-error"),
    }
    from ci: picture;
}

call! {
    /// Builds a [`cos_ai_license_rec`](AIRecognitionClient::cos_ai_license_rec) request.
    pub struct CosAiLicenseRec -> Response {}
    from ci: picture;
}

call! {
    /// Builds a [`cos_auto_translation_block`](AIRecognitionClient::cos_auto_translation_block) request.
    pub struct CosAutoTranslationBlock -> Response {
        /// Sets the subject of the text: `general` or `ecommerce`. Python: `TextDomain`. Default: `general`.
        text_domain: query("TextDomain"),
        /// Sets the style of the text: `sentence` or `title`. Python: `TextStyle`. Default: `sentence`.
        text_style: query("TextStyle"),
    }
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

call! {
    /// Builds a [`cos_liveness_recognition`](AIRecognitionClient::cos_liveness_recognition) request.
    pub struct CosLivenessRecognition -> Response {
        /// Sets the digits or movements that were asked for. Python: `ValidateData`. Default: none.
        validate_data: query("ValidateData"),
        /// Sets how many pictures are returned, up to 10. Python: `BestFrameNum`. Default: none.
        best_frame_num: query("BestFrameNum"),
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
