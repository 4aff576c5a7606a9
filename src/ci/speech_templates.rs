//! Templates of speech recognition.

use http::Method;
use serde_json::json;

use crate::ci::call::given;
use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Creates a template of speech recognition.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_asr_template(Bucket='examplebucket-1250000000', Name='..', EngineModelType='16k_zh')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/78939>
    pub fn ci_create_asr_template(
        &self,
        bucket: impl Into<String>,
        name: impl Into<Dict>,
        engine_model_type: impl Into<Dict>,
    ) -> CiCreateAsrTemplate<'_> {
        let [name, engine_model_type]: [Dict; 2] = [name.into(), engine_model_type.into()];
        let draft = json!({
            "Name": name, "Tag": "SpeechRecognition",
            "SpeechRecognition": {
                "EngineModelType": engine_model_type, "ChannelNum": UNSET, "ResTextFormat": UNSET,
                "FilterDirty": 0, "FilterModal": 0, "ConvertNumMode": 0, "SpeakerDiarization": 0, "SpeakerNumber": 0,
                "FilterPunc": 0, "OutputFileType": "txt", "FlashAsr": false, "Format": UNSET, "FirstChannelOnly": 1,
                "WordInfo": 0, "HotVocabularyTableId": UNSET,
            },
        });
        self.ci_submit("ci_create_asr_template", bucket, "/template", draft).answer(&[]).into()
    }

    /// Replaces a template of speech recognition.
    ///
    /// Python:
    /// ```python
    /// client.ci_update_asr_template(Bucket='examplebucket-1250000000', TemplateId='t1', Name='..',
    ///     EngineModelType='16k_zh', ChannelNum=1, ResTextFormat=1)
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/78942>
    pub fn ci_update_asr_template(
        &self,
        bucket: impl Into<String>,
        template_id: impl Into<String>,
        name: impl Into<Dict>,
        engine_model_type: impl Into<Dict>,
        channel_num: impl Into<Dict>,
        res_text_format: impl Into<Dict>,
    ) -> CiUpdateAsrTemplate<'_> {
        let [name, engine_model_type, channel_num, res_text_format]: [Dict; 4] =
            [name.into(), engine_model_type.into(), channel_num.into(), res_text_format.into()];
        let draft = json!({
            "Name": name, "Tag": "SpeechRecognition",
            "SpeechRecognition": {
                "EngineModelType": engine_model_type, "ChannelNum": given(channel_num), "ResTextFormat": given(res_text_format),
                "FilterDirty": 0, "FilterModal": 0, "ConvertNumMode": 0, "SpeakerDiarization": 0, "SpeakerNumber": 0,
                "FilterPunc": 0, "OutputFileType": "txt", "FlashAsr": false, "Format": UNSET, "FirstChannelOnly": 1,
                "WordInfo": 0, "HotVocabularyTableId": UNSET,
            },
        });
        self.ci_item("ci_update_asr_template", Method::PUT, bucket, "/template/", template_id)
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
    }

    /// Lists templates, as [`ci_get_template`](Self::ci_get_template) does.
    ///
    /// Python: `client.ci_get_asr_template(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46943>
    pub fn ci_get_asr_template(&self, bucket: impl Into<String>) -> CiGetAsrTemplate<'_> {
        self.ci_call("ci_get_asr_template", Method::GET, bucket, "/template")
            .defaults(&[("category", "Custom"), ("ids", ""), ("name", ""), ("pageNumber", "1"), ("pageSize", "10")])
            .answer(&["TemplateList"])
            .into()
    }

    /// Deletes a template, as [`ci_delete_template`](Self::ci_delete_template) does.
    ///
    /// Python: `client.ci_delete_asr_template(Bucket='examplebucket-1250000000', TemplateId='t1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46943>
    pub fn ci_delete_asr_template(
        &self,
        bucket: impl Into<String>,
        template_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_delete_asr_template", Method::DELETE, bucket, "/template/", template_id).answer(&[])
    }
}

call! {
    /// Builds a [`ci_create_asr_template`](CosS3Client::ci_create_asr_template) request.
    pub struct CiCreateAsrTemplate -> Response {
        /// Sets the number of channels. Python: `ChannelNum`. Default: none.
        channel_num: body("SpeechRecognition.ChannelNum"),
        /// Sets the format of the text, from 0 to 3. Python: `ResTextFormat`. Default: none.
        res_text_format: body("SpeechRecognition.ResTextFormat"),
    }
    from ci: recognition;
}

call! {
    /// Builds a [`ci_update_asr_template`](CosS3Client::ci_update_asr_template) request.
    pub struct CiUpdateAsrTemplate -> Response {}
    from ci: recognition;
}

call! {
    /// Builds a [`ci_get_asr_template`](CosS3Client::ci_get_asr_template) request.
    pub struct CiGetAsrTemplate -> Response {}
    from ci: page_of_ten, template_list;
}
