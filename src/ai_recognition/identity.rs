//! Cards and licences, and whether a person is real.

use super::client::AIRecognitionClient;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

impl AIRecognitionClient {
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

    /// Returns the movements that a real person should make, for a liveness check.
    ///
    /// Python: `client.cos_get_action_sequence(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48648>
    pub fn cos_get_action_sequence(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.process_any_call("cos_get_action_sequence", bucket, "GetActionSequence").answer(&[])
    }

    /// Returns the digits that a real person should read, for a liveness check.
    ///
    /// Python: `client.cos_get_live_code(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/48647>
    pub fn cos_get_live_code(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        self.process_any_call("cos_get_live_code", bucket, "GetLiveCode").answer(&[])
    }

    /// Checks by a video that a person is real and is the named person.
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
}

call! {
    /// Builds a [`cos_ai_id_card_ocr`](AIRecognitionClient::cos_ai_id_card_ocr) request.
    pub struct CosAiIdCardOcr -> Response {
        /// Sets the side of the card: `FRONT` or `BACK`. Python: `CardSide`. Default: none.
        card_side: query("CardSide"),
        /// Sets further results, as JSON. Python: `Config`. Default: none.
        config: query("Config"),
    }
}

call! {
    /// Builds a [`cos_ai_license_rec`](AIRecognitionClient::cos_ai_license_rec) request.
    pub struct CosAiLicenseRec -> Response {}
    from ci: picture;
}

call! {
    /// Builds a [`cos_liveness_recognition`](AIRecognitionClient::cos_liveness_recognition) request.
    pub struct CosLivenessRecognition -> Response {
        /// Sets the requested digits or movements. Python: `ValidateData`. Default: none.
        validate_data: query("ValidateData"),
        /// Sets how many pictures are returned, up to 10. Python: `BestFrameNum`. Default: none.
        best_frame_num: query("BestFrameNum"),
    }
}
