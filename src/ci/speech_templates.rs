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
        self.ci_call("ci_create_asr_template", Method::POST, bucket, "/template")
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
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
        /// Filters swear words: 0 no, 1 yes, 2 by `*`. Python: `FilterDirty`. Default: 0.
        filter_dirty: body("SpeechRecognition.FilterDirty"),
        /// Filters filler words: 0 no, 1 some, 2 all. Python: `FilterModal`. Default: 0.
        filter_modal: body("SpeechRecognition.FilterModal"),
        /// Sets how numbers are written: 0 by words, 1 by digits, 3 also those of mathematics. Python:
        /// `ConvertNumMode`. Default: 0.
        convert_num_mode: body("SpeechRecognition.ConvertNumMode"),
        /// Tells speakers apart with 1. Python: `SpeakerDiarization`. Default: 0.
        speaker_diarization: body("SpeechRecognition.SpeakerDiarization"),
        /// Sets the number of speakers; 0 finds it out. Python: `SpeakerNumber`. Default: 0.
        speaker_number: body("SpeechRecognition.SpeakerNumber"),
        /// Filters punctuation: 0 no, 1 at the end, 2 all. Python: `FilterPunc`. Default: 0.
        filter_punc: body("SpeechRecognition.FilterPunc"),
        /// Sets the type of the result: `txt` or `srt`. Python: `OutputFileType`. Default: `txt`.
        output_file_type: body("SpeechRecognition.OutputFileType"),
        /// Recognizes at high speed. Python: `FlashAsr`. Default: false.
        flash_asr: body("SpeechRecognition.FlashAsr"),
        /// Sets the format of the sound. Python: `Format`. Default: none.
        format: body("SpeechRecognition.Format"),
        /// Recognizes the first channel only with 1. Python: `FirstChannelOnly`. Default: 1.
        first_channel_only: body("SpeechRecognition.FirstChannelOnly"),
        /// Returns the times of words: 0 no, 1 yes, 2 with punctuation. Python: `WordInfo`. Default: 0.
        word_info: body("SpeechRecognition.WordInfo"),
        /// Takes this table of preferred words. Python: `HotVocabularyTableId`. Default: none.
        hot_vocabulary_table_id: body("SpeechRecognition.HotVocabularyTableId"),
    }
}

call! {
    /// Builds a [`ci_update_asr_template`](CosS3Client::ci_update_asr_template) request.
    pub struct CiUpdateAsrTemplate -> Response {
        /// Filters swear words: 0 no, 1 yes, 2 by `*`. Python: `FilterDirty`. Default: 0.
        filter_dirty: body("SpeechRecognition.FilterDirty"),
        /// Filters filler words: 0 no, 1 some, 2 all. Python: `FilterModal`. Default: 0.
        filter_modal: body("SpeechRecognition.FilterModal"),
        /// Sets how numbers are written: 0 by words, 1 by digits, 3 also those of mathematics. Python:
        /// `ConvertNumMode`. Default: 0.
        convert_num_mode: body("SpeechRecognition.ConvertNumMode"),
        /// Tells speakers apart with 1. Python: `SpeakerDiarization`. Default: 0.
        speaker_diarization: body("SpeechRecognition.SpeakerDiarization"),
        /// Sets the number of speakers; 0 finds it out. Python: `SpeakerNumber`. Default: 0.
        speaker_number: body("SpeechRecognition.SpeakerNumber"),
        /// Filters punctuation: 0 no, 1 at the end, 2 all. Python: `FilterPunc`. Default: 0.
        filter_punc: body("SpeechRecognition.FilterPunc"),
        /// Sets the type of the result: `txt` or `srt`. Python: `OutputFileType`. Default: `txt`.
        output_file_type: body("SpeechRecognition.OutputFileType"),
        /// Recognizes at high speed. Python: `FlashAsr`. Default: false.
        flash_asr: body("SpeechRecognition.FlashAsr"),
        /// Sets the format of the sound. Python: `Format`. Default: none.
        format: body("SpeechRecognition.Format"),
        /// Recognizes the first channel only with 1. Python: `FirstChannelOnly`. Default: 1.
        first_channel_only: body("SpeechRecognition.FirstChannelOnly"),
        /// Returns the times of words: 0 no, 1 yes, 2 with punctuation. Python: `WordInfo`. Default: 0.
        word_info: body("SpeechRecognition.WordInfo"),
        /// Takes this table of preferred words. Python: `HotVocabularyTableId`. Default: none.
        hot_vocabulary_table_id: body("SpeechRecognition.HotVocabularyTableId"),
    }
}

call! {
    /// Builds a [`ci_get_asr_template`](CosS3Client::ci_get_asr_template) request.
    pub struct CiGetAsrTemplate -> Response {
        /// Sets whose templates: `Official` or `Custom`. Python: `Category`. Default: `Custom`.
        category: query("category"),
        /// Lists only those with these ids, separated by commas. Python: `Ids`. Default: all.
        ids: query("ids"),
        /// Lists only those with this name. Python: `Name`. Default: all.
        name: query("name"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: 10.
        page_size: query("pageSize"),
    }
}
