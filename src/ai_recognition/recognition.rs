//! The content of pictures: people, faces, pets, things, games, and the translation of texts.

use super::client::AIRecognitionClient;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

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

    /// Recognizes the game in a picture.
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
}

call! {
    /// Builds a [`cos_create_ai_object_detect_job`](AIRecognitionClient::cos_create_ai_object_detect_job) request.
    pub struct CosCreateAiObjectDetectJob -> Response {}
    from ci: picture;
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
    /// Builds a [`cos_ai_game_rec`](AIRecognitionClient::cos_ai_game_rec) request.
    pub struct CosAiGameRec -> Response {}
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
