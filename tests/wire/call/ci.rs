//! Data processing and its further clients: a row a method.

use qcloud_cos::{AIRecognitionClient, CosS3Client, CosVectorsClient, IntelligentSpeechClient, MetaInsightClient};
use serde_json::Value;

use super::{Args, Called, ci_results as result, header, text};
use crate::inputs::{entries, required, rest, string};
use crate::outcome::Stop;

/// Keyword arguments that say only in which form Python returns the answer, or that mean nothing.
pub(super) const FORM: [&str; 4] = ["Stream", "NeedHeader", "Lst", "Param"];

/// A value that Python writes into a query.
pub(super) fn flat(name: &str, value: &Value) -> Result<String, Stop> {
    match value {
        Value::Object(_) | Value::Array(_) => Err(Stop::Refused(format!("{name}={value} is no value"))),
        Value::String(text) => Ok(text.clone()),
        other => Ok(other.to_string()),
    }
}

/// A value of a document.
#[allow(clippy::unnecessary_wraps, reason = "called in the same way as those that may refuse a value")]
pub(super) fn given(_: &str, value: &Value) -> Result<Value, Stop> {
    Ok(value.clone())
}

fn bytes(name: &str, value: &Value) -> Result<Vec<u8>, Stop> {
    match value.get("$bytes_b64") {
        Some(data) => Ok(crate::case::unbase64(data)),
        None => Err(Stop::Refused(format!("{name}={value} is not bytes"))),
    }
}

fn loose(args: &Args, name: &str) -> Result<Option<String>, Stop> {
    match required(args, name)? {
        Value::Null => Ok(None),
        value => flat(name, value).map(Some),
    }
}

/// A dict; `{}` where Python has it for a default.
fn value(args: &Args, name: &str) -> Result<Value, Stop> {
    match args.get(name) {
        None if ["Jobs", "Request"].contains(&name) => Ok(serde_json::json!({})),
        None => Err(Stop::Refused(format!("{name} is missing"))),
        Some(value) => Ok(value.clone()),
    }
}

/// Whether what an answer shall carry is a part of the query; else Python sends it as a header.
fn splits(method: &str) -> bool {
    !method.ends_with("_image_style")
        && method != "ci_image_process"
        && !method.contains("vector")
        && !method.contains("index")
        || method.contains("meta_index")
}

/// Declares groups of setters that methods share, as `src/ci/options.rs` does: each tries its names, and then what is
/// left.
macro_rules! groups {
    ($d:tt $($group:ident { $($python:literal => $setter:ident($as:ident)),* $(,)? })*) => {$(
        macro_rules! $group {
            ($d call:ident, $d name:ident, $d value:ident, $d left:expr) => {
                match $d name {
                    $($python => $d call.$setter($as($d name, $d value)?),)*
                    _ => $d left,
                }
            };
        }
    )*};
}

groups! { $
    bucket_list {
        "Regions" => regions(flat), "BucketName" => bucket_name(flat), "BucketNames" => bucket_names(flat),
    }
    template_list {
        "Category" => category(flat), "Ids" => ids(flat), "Name" => name(flat),
    }
    queue_list {
        "State" => state(flat), "QueueIds" => queue_ids(flat),
    }
    page {
        "PageNumber" => page_number(flat), "PageSize" => page_size(flat),
    }
    job_list {
        "StartCreationTime" => start_creation_time(flat), "EndCreationTime" => end_creation_time(flat),
        "OrderByTime" => order_by_time(flat), "States" => states(flat), "Size" => size(flat),
        "NextToken" => next_token(flat),
    }
    job {
        "QueueId" => queue_id(given), "CallBack" => call_back(given), "CallBackFormat" => call_back_format(given),
        "CallBackType" => call_back_type(given), "CallBackMqConfig" => call_back_mq_config(given),
    }
    recognition {
        "FilterDirty" => filter_dirty(given), "FilterModal" => filter_modal(given),
        "ConvertNumMode" => convert_num_mode(given), "SpeakerDiarization" => speaker_diarization(given),
        "SpeakerNumber" => speaker_number(given), "FilterPunc" => filter_punc(given),
        "OutputFileType" => output_file_type(given), "FlashAsr" => flash_asr(given), "Format" => format(given),
        "FirstChannelOnly" => first_channel_only(given), "WordInfo" => word_info(given),
        "HotVocabularyTableId" => hot_vocabulary_table_id(given),
    }
    audited {
        "UserInfo" => user_info(given), "DataId" => data_id(given),
    }
    audit_policy {
        "Callback" => callback(given), "BizType" => biz_type(given),
    }
    audit_effect {
        "CallbackType" => callback_type(given), "Freeze" => freeze(given),
    }
    picture {
        "ObjectKey" => object_key(string), "DetectUrl" => detect_url(flat),
    }
    matting {
        "CenterLayout" => center_layout(flat), "PaddingLayout" => padding_layout(flat),
    }
}

/// Tries one group after the other.
macro_rules! grouped {
    ($call:ident, $name:ident, $value:ident, $left:expr) => { $left };
    ($call:ident, $name:ident, $value:ident, $left:expr, $group:ident $(, $more:ident)*) => {
        $group!($call, $name, $value, grouped!($call, $name, $value, $left $(, $more)*))
    };
}

macro_rules! ci {
    ($($Client:ident { $($method:ident($($name:ident: $kind:ident),*) -> $result:ident $(plus($($group:ident),+))? {
        $($python:literal => $setter:ident($as:ident)),* $(,)?
    })* })*) => {
        pub(super) const CI: &[&str] = &[$($(stringify!($method)),*),*];

        pub(super) fn call(client: &CosS3Client, method: &str, args: &Args) -> Option<Called> {
            match method {
                $($(stringify!($method) => Some((|| {
                    let client = $Client::from(client.clone());
                    let mut call = client.$method($($kind(args, stringify!($name))?),*);
                    for (name, value) in rest(args, &[$(stringify!($name)),*]) {
                        call = match name {
                            $($python => call.$setter($as(name, value)?),)*
                            _ if FORM.contains(&name) => call,
                            _ => grouped!(
                                call, name, value, further!(call, name, value, splits(method)) $($(, $group)+)?
                            ),
                        };
                    }
                    result::$result(call.send()?, args)
                })()),)*)*
                _ => None,
            }
        }
    };
}

ci! {
    CosS3Client {
        ci_image_process(Bucket: text, Key: text) -> pair { "PicOperations" => pic_operations(string) }
        ci_put_image_style(Bucket: text, Request: value) -> plain {}
        ci_get_image_style(Bucket: text, Request: value) -> pair {}
        ci_delete_image_style(Bucket: text, Request: value) -> plain {}
        ci_get_image_info(Bucket: text, Key: text) -> bytes { "VersionId" => version_id(string) }
        ci_get_image_exif_info(Bucket: text, Key: text) -> bytes { "VersionId" => version_id(string) }
        ci_get_image_ave_info(Bucket: text, Key: text) -> bytes { "VersionId" => version_id(string) }
        ci_image_inspect(Bucket: text, Key: text) -> bytes { "VersionId" => version_id(string) }
        ci_get_image_aigc_metadata(Bucket: text, Key: text) -> pair {}
        ci_image_assess_quality(Bucket: text, Key: text) -> plain {}
        ci_image_detect_car(Bucket: text, Key: text) -> plain {}
        ci_image_detect_label(Bucket: text) -> plain {
            "Key" => key(string), "Scenes" => scenes(flat), "DetectUrl" => detect_url(flat),
        }
        ci_qrcode_generate(Bucket: text, QrcodeContent: loose, Width: loose) -> plain { "Mode" => mode(flat) }
        ci_get_object_qrcode(Bucket: text, Key: text, Cover: loose) -> pair {
            "BarType" => bar_type(flat), "VersionId" => version_id(string),
        }
        ci_ocr_process(Bucket: text, Key: text) -> plain {
            "Type" => r#type(flat), "LanguageType" => language_type(flat), "Ispdf" => ispdf(flat),
            "PdfPagenumber" => pdf_pagenumber(flat), "Isword" => isword(flat),
            "EnableWordPolygon" => enable_word_polygon(flat),
        }
        ci_recognize_logo_process(Bucket: text) -> plain { "Key" => key(string), "Url" => url(flat) }
        ci_super_resolution_process(Bucket: text) -> stream { "Key" => key(string), "Url" => url(flat) }
        get_media_info(Bucket: text, Key: text) -> plain {}
        get_snapshot(Bucket: text, Key: text, Time: loose) -> stream {
            "Width" => width(flat), "Height" => height(flat), "Format" => format(flat), "Rotate" => rotate(flat),
            "Mode" => mode(flat),
        }
        get_pm3u8(Bucket: text, Key: text, Expires: loose) -> stream {}
        ci_get_media_aigc_metadata(Bucket: text, Key: text) -> pair {}
        ci_create_media_jobs(Bucket: text, Jobs: value) -> plain {}
        ci_create_media_pic_jobs(Bucket: text, Jobs: value) -> plain {}
        ci_get_media_jobs(Bucket: text, JobIDs: text) -> plain {}
        ci_get_media_pic_jobs(Bucket: text, JobIDs: text) -> plain {}
        ci_list_media_jobs(Bucket: text, Tag: loose) -> plain plus(job_list) {
            "QueueId" => queue_id(flat), "Path" => path(string),
        }
        ci_list_media_pic_jobs(Bucket: text, Tag: loose) -> plain plus(job_list) { "QueueId" => queue_id(flat) }
        ci_cancel_jobs(Bucket: text, JobID: text) -> nothing {}
        ci_get_hls_play_key(Bucket: text) -> pair {}
        ci_update_hls_play_key(Bucket: text) -> pair {
            "MasterPlayKey" => master_play_key(flat), "BackupPlayKey" => backup_play_key(flat),
        }
        ci_create_doc_job(Bucket: text, InputObject: value, OutputBucket: value, OutputRegion: value, OutputObject: value) -> plain {
            "QueueId" => queue_id(given), "SrcType" => src_type(given), "TgtType" => tgt_type(given),
            "StartPage" => start_page(given), "EndPage" => end_page(given), "SheetId" => sheet_id(given),
            "PaperDirection" => paper_direction(given), "PaperSize" => paper_size(given),
            "DocPassword" => doc_password(given), "Comments" => comments(given), "PageRanges" => page_ranges(given),
            "ImageParams" => image_params(given), "Quality" => quality(given), "Zoom" => zoom(given),
            "ImageDpi" => image_dpi(given), "PicPagination" => pic_pagination(given),
        }
        ci_get_doc_job(Bucket: text, JobID: text) -> plain {}
        ci_list_doc_jobs(Bucket: text) -> plain plus(job_list) { "QueueId" => queue_id(flat) }
        ci_doc_preview_process(Bucket: text, Key: text) -> stream {
            "SrcType" => src_type(flat), "Page" => page(flat), "DstType" => dst_type(flat),
            "PassWord" => pass_word(flat), "Comment" => comment(flat), "Sheet" => sheet(flat),
            "ExcelPaperDirection" => excel_paper_direction(flat), "ExcelRow" => excel_row(flat),
            "ExcelCol" => excel_col(flat), "ExcelPaperSize" => excel_paper_size(flat),
            "TxtPagination" => txt_pagination(flat), "ImageParams" => image_params(flat), "Quality" => quality(flat),
            "Scale" => scale(flat), "ImageDpi" => image_dpi(flat),
        }
        ci_doc_preview_html_process(Bucket: text, Key: text) -> stream {
            "SrcType" => src_type(flat), "Copyable" => copyable(flat), "DstType" => dst_type(flat),
            "HtmlParams" => html_params(flat), "HtmlWaterword" => html_waterword(flat),
            "HtmlFillStyle" => html_fill_style(flat), "HtmlFront" => html_front(flat),
            "HtmlRotate" => html_rotate(flat), "HtmlHorizontal" => html_horizontal(flat),
            "HtmlVertical" => html_vertical(flat), "HtmlTitle" => html_title(flat),
        }
        ci_auditing_video_submit(Bucket: text, Key: value) -> plain plus(audited, audit_policy, audit_effect) {
            "DetectType" => detect_type(flat), "Url" => url(given), "CallbackVersion" => callback_version(given),
            "DetectContent" => detect_content(given), "Mode" => mode(given), "Count" => count(given),
            "TimeInterval" => time_interval(given), "Encryption" => encryption(given),
        }
        ci_auditing_audio_submit(Bucket: text, Key: value) -> plain plus(audited, audit_policy, audit_effect) {
            "DetectType" => detect_type(flat), "Url" => url(given), "CallbackVersion" => callback_version(given),
        }
        ci_auditing_text_submit(Bucket: text) -> plain plus(audited, audit_policy, audit_effect) {
            "Key" => key(given), "DetectType" => detect_type(flat), "Content" => content(bytes), "Url" => url(given),
            "CallbackVersion" => callback_version(given),
        }
        ci_auditing_document_submit(Bucket: text) -> plain plus(audited, audit_policy, audit_effect) {
            "Url" => url(given), "DetectType" => detect_type(flat), "Key" => key(given), "Type" => r#type(given),
        }
        ci_auditing_html_submit(Bucket: text, Url: value) -> plain plus(audited, audit_policy) {
            "DetectType" => detect_type(flat), "ReturnHighlightHtml" => return_highlight_html(given),
        }
        ci_auditing_live_video_submit(Bucket: text, BizType: value) -> plain plus(audited) {
            "DetectType" => detect_type(flat), "Url" => url(given), "Callback" => callback(given),
            "CallbackType" => callback_type(given), "StorageConf" => storage_conf(given),
        }
        ci_auditing_image_batch(Bucket: text, Input: value) -> plain plus(audit_policy) {
            "DetectType" => detect_type(flat), "Async" => r#async(given), "Freeze" => freeze(given),
        }
        ci_auditing_virus_submit(Bucket: text) -> plain {
            "Key" => key(given), "Url" => url(given), "Callback" => callback(given),
        }
        ci_auditing_query_common(Bucket: text, Type: text, JobID: text) -> plain {}
        ci_auditing_video_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_audio_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_text_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_document_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_html_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_image_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_live_video_cancle(Bucket: text, JobID: text) -> plain {}
        ci_auditing_virus_query(Bucket: text, JobID: text) -> plain {}
        ci_auditing_report_badcase(Bucket: text, ContentType: value, Label: value, SuggestedLabel: value) -> plain {
            "Text" => text(given), "Url" => url(given), "JobId" => job_id(given),
            "ModerationTime" => moderation_time(given),
        }
        ci_create_workflow(Bucket: text, Body: value) -> plain {}
        ci_update_workflow(Bucket: text, WorkflowId: text, Body: value) -> plain {}
        ci_update_workflow_state(Bucket: text, WorkflowId: text, UpdateState: loose) -> plain {}
        ci_get_workflow(Bucket: text) -> plain plus(page) { "Ids" => ids(flat), "Name" => name(flat) }
        ci_delete_workflow(Bucket: text, WorkflowId: text) -> plain {}
        ci_trigger_workflow(Bucket: text, WorkflowId: loose, Key: loose) -> plain {}
        ci_get_workflowexecution(Bucket: text, RunId: text) -> plain {}
        ci_list_workflowexecution(Bucket: text, WorkflowId: loose) -> plain plus(job_list) {
            "Name" => name(flat), "BatchJobId" => batch_job_id(flat),
        }
        ci_create_template(Bucket: text, Template: value) -> plain {}
        ci_update_template(Bucket: text, TemplateId: text, Template: value) -> plain {}
        ci_get_template(Bucket: text) -> plain plus(template_list, page) {}
        ci_delete_template(Bucket: text, TemplateId: text) -> plain {}
        ci_create_inventory_trigger_jobs(Bucket: text, JobBody: value) -> plain {}
        ci_get_inventory_trigger_jobs(Bucket: text, JobID: text) -> plain {}
        ci_list_inventory_trigger_jobs(Bucket: text) -> plain plus(job_list) {
            "Type" => r#type(flat), "WorkflowId" => workflow_id(flat), "JobId" => job_id(flat), "Name" => name(flat),
        }
        ci_delete_inventory_trigger_jobs(Bucket: text, JobId: text) -> plain {}
        ci_get_media_queue(Bucket: text) -> plain plus(queue_list, page) { "UrlPath" => url_path(string) }
        ci_get_media_pic_queue(Bucket: text) -> plain plus(queue_list, page) {}
        ci_get_ai_queue(Bucket: text) -> plain plus(queue_list, page) {}
        ci_get_doc_queue(Bucket: text) -> plain plus(queue_list, page) {}
        ci_get_asr_queue(Bucket: text) -> plain plus(queue_list, page) {}
        ci_update_media_queue(Bucket: text, QueueId: text, Request: value) -> plain { "UrlPath" => url_path(string) }
        ci_update_media_pic_queue(Bucket: text, QueueId: text, Request: value) -> plain {}
        ci_update_doc_queue(Bucket: text, QueueId: text, Request: value) -> plain {}
        ci_update_asr_queue(Bucket: text, QueueId: text, Request: value) -> plain {}
        ci_update_ai_queue(Bucket: text, QueueId: text, Request: value) -> plain {}
        ci_get_bucket() -> plain plus(bucket_list, page) { "Path" => path(string) }
        ci_get_media_bucket() -> plain plus(bucket_list, page) {}
        ci_get_pic_bucket() -> plain plus(bucket_list, page) {}
        ci_get_ai_bucket() -> plain plus(bucket_list, page) {}
        ci_get_doc_bucket() -> plain plus(bucket_list, page) {}
        ci_get_asr_bucket() -> plain plus(bucket_list, page) {}
        ci_open_pic_bucket(Bucket: text) -> pair {}
        ci_close_pic_bucket(Bucket: text) -> pair {}
        ci_open_asr_bucket(Bucket: text) -> pair {}
        ci_close_asr_bucket(Bucket: text) -> pair {}
        ci_open_ai_bucket(Bucket: text) -> pair {}
        ci_close_ai_bucket(Bucket: text) -> pair {}
        ci_create_asr_job(Bucket: text, OutputBucket: value, OutputRegion: value, OutputObject: value) -> plain plus(job) {
            "InputObject" => input_object(given), "Url" => url(given), "TemplateId" => template_id(given),
            "SpeechRecognition" => speech_recognition(given),
        }
        ci_get_asr_job(Bucket: text, JobID: text) -> plain {}
        ci_list_asr_jobs(Bucket: text) -> plain plus(job_list) { "QueueId" => queue_id(flat) }
        ci_create_asr_template(Bucket: text, Name: value, EngineModelType: value) -> plain plus(recognition) {
            "ChannelNum" => channel_num(given), "ResTextFormat" => res_text_format(given),
        }
        ci_update_asr_template(Bucket: text, TemplateId: text, Name: value, EngineModelType: value, ChannelNum: value, ResTextFormat: value) -> plain plus(recognition) {}
        ci_get_asr_template(Bucket: text) -> plain plus(template_list, page) {}
        ci_delete_asr_template(Bucket: text, TemplateId: text) -> plain {}
        file_hash(Bucket: text, Key: text, Type: loose) -> plain { "AddToHeader" => add_to_header(flat) }
        ci_create_file_hash_job(Bucket: text, InputObject: value, FileHashCodeConfig: value) -> plain plus(job) {
            "UserData" => user_data(given),
        }
        ci_create_file_uncompress_job(Bucket: text, InputObject: value, OutputBucket: value, OutputRegion: value, FileUncompressConfig: value) -> plain plus(job) {
            "UserData" => user_data(given),
        }
        ci_create_file_compress_job(Bucket: text, OutputBucket: value, OutputRegion: value, OutputObject: value, FileCompressConfig: value) -> plain plus(job) {
            "UserData" => user_data(given),
        }
        ci_get_file_process_jobs(Bucket: text, JobIDs: text) -> plain {}
        ci_file_zip_preview(Bucket: text, Key: text) -> plain {}
    }
    IntelligentSpeechClient {
        ci_create_asr_hot_vocabulary_table(Bucket: text, Body: value) -> pair {}
        ci_update_asr_hot_vocabulary_table(Bucket: text, Body: value) -> pair {}
        ci_get_asr_hot_vocabulary_table(Bucket: text, TableId: text) -> pair {}
        ci_list_asr_hot_vocabulary_table(Bucket: text) -> pair { "Offset" => offset(flat), "Limit" => limit(flat) }
        ci_delete_asr_hot_vocabulary_table(Bucket: text, TableId: text) -> pair {}
    }
    AIRecognitionClient {
        cos_create_ai_object_detect_job(Bucket: text) -> pair plus(picture) {}
        cos_goods_matting(Bucket: text) -> judged plus(picture, matting) {}
        cos_ai_pic_matting(Bucket: text) -> judged plus(picture, matting) {}
        cos_ai_portrait_matting(Bucket: text) -> judged plus(picture, matting) {}
        cos_ai_body_recognition(Bucket: text) -> pair plus(picture) {}
        cos_ai_detect_face(Bucket: text, ObjectKey: text) -> pair { "MaxFaceNum" => max_face_num(flat) }
        cos_ai_detect_pet(Bucket: text, ObjectKey: text) -> pair {}
        cos_ai_enhance_image(Bucket: text) -> judged plus(picture) {
            "Denoise" => denoise(flat), "Sharpen" => sharpen(flat), "IgnoreError" => ignore_error(flat),
        }
        cos_ai_face_effect(Bucket: text, Type: loose) -> pair plus(picture) {
            "Whitening" => whitening(flat), "Smoothing" => smoothing(flat), "FaceLifting" => face_lifting(flat),
            "EyeEnlarging" => eye_enlarging(flat), "Gender" => gender(flat), "Age" => age(flat),
        }
        cos_ai_game_rec(Bucket: text) -> pair plus(picture) {}
        cos_ai_id_card_ocr(Bucket: text, ObjectKey: text) -> pair {
            "CardSide" => card_side(flat), "Config" => config(flat),
        }
        cos_ai_image_coloring(Bucket: text) -> judged plus(picture) {}
        cos_ai_image_crop(Bucket: text, Width: loose, Height: loose) -> judged plus(picture) {
            "Fixed" => fixed(flat), "IgnoreError" => ignore_error(flat),
        }
        cos_ai_license_rec(Bucket: text, CardType: loose) -> pair plus(picture) {}
        cos_auto_translation_block(Bucket: text, InputText: loose, SourceLang: loose, TargetLang: loose) -> pair {
            "TextDomain" => text_domain(flat), "TextStyle" => text_style(flat),
        }
        cos_get_action_sequence(Bucket: text) -> pair {}
        cos_get_live_code(Bucket: text) -> pair {}
        cos_image_repair(Bucket: text) -> judged plus(picture) {
            "MaskPic" => mask_pic(flat), "MaskPoly" => mask_poly(flat),
        }
        cos_liveness_recognition(Bucket: text, ObjectKey: text, IdCard: loose, Name: loose, LivenessType: loose) -> pair {
            "ValidateData" => validate_data(flat), "BestFrameNum" => best_frame_num(flat),
        }
        ci_image_search_bucket(Bucket: text, Body: value) -> pair {}
        cos_add_image_search(Bucket: text, ObjectKey: text, Body: value) -> pair {}
        cos_get_search_image(Bucket: text, ObjectKey: text) -> pair {
            "MatchThreshold" => match_threshold(flat), "Offset" => offset(flat), "Limit" => limit(flat),
            "Filter" => filter(flat),
        }
        cos_delete_image_search(Bucket: text, ObjectKey: text, Body: value) -> pair {}
    }
    MetaInsightClient {
        ci_create_dataset(Body: value) -> pair {}
        ci_update_dataset(Body: value) -> pair {}
        ci_delete_dataset(Body: value) -> pair {}
        ci_create_dataset_binding(Body: value) -> pair {}
        ci_delete_dataset_binding(Body: value) -> pair {}
        ci_create_file_meta_index(Body: value) -> pair {}
        ci_update_file_meta_index(Body: value) -> pair {}
        ci_delete_file_meta_index(Body: value) -> pair {}
        ci_dataset_simple_query(Body: value) -> pair {}
        ci_dataset_face_search(Body: value) -> pair {}
        ci_search_image(Body: value) -> pair {}
        ci_describe_dataset(DatasetName: loose) -> pair { "Statistics" => statistics(flat) }
        ci_describe_datasets() -> pair {
            "NextToken" => next_token(flat), "Prefix" => prefix(flat), "MaxResults" => max_results(flat),
        }
        ci_describe_dataset_binding(DatasetName: loose, Uri: loose) -> pair {}
        ci_describe_dataset_bindings(DatasetName: loose) -> pair {
            "NextToken" => next_token(flat), "MaxResults" => max_results(flat),
        }
        ci_describe_file_meta_index(DatasetName: loose, Uri: loose) -> pair {}
    }
    CosVectorsClient {
        create_vector_bucket(Bucket: text) -> pair { "SseType" => sse_type(given) }
        get_vector_bucket(Bucket: text) -> pair {}
        list_vector_buckets() -> pair {
            "MaxResults" => max_results(given), "NextToken" => next_token(given), "Prefix" => prefix(given),
        }
        delete_vector_bucket(Bucket: text) -> plain {}
        create_index(Bucket: text, Index: value, DataType: value, Dimension: value, DistanceMetric: value) -> pair {
            "NonFilterableMetadataKeys" => non_filterable_metadata_keys(given),
        }
        get_index(Bucket: text, Index: value) -> pair {}
        list_indexes(Bucket: text) -> pair {
            "MaxResults" => max_results(given), "NextToken" => next_token(given), "Prefix" => prefix(given),
        }
        delete_index(Bucket: text, Index: value) -> plain {}
        put_vectors(Bucket: text, Index: value, Vectors: value) -> plain {}
        get_vectors(Bucket: text, Index: value, Keys: value) -> pair {
            "ReturnData" => return_data(given), "ReturnMetaData" => return_meta_data(given),
        }
        list_vectors(Bucket: text, Index: value) -> pair {
            "MaxResults" => max_results(given), "NextToken" => next_token(given), "ReturnData" => return_data(given),
            "ReturnMetaData" => return_meta_data(given), "SegmentCount" => segment_count(given),
            "SegmentIndex" => segment_index(given), "Filter" => filter(given),
        }
        delete_vectors(Bucket: text, Index: value, Keys: value) -> plain {}
        query_vectors(Bucket: text, Index: value, QueryVector: value, TopK: value) -> pair {
            "Filter" => filter(given), "ReturnDistance" => return_distance(given),
            "ReturnMetaData" => return_meta_data(given),
        }
        put_vector_bucket_policy(Bucket: text, Policy: value) -> plain {}
        get_vector_bucket_policy(Bucket: text) -> pair {}
        delete_vector_bucket_policy(Bucket: text) -> plain {}
    }
}
