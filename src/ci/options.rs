//! The setters that calls of data processing share, in groups, as `ops/options.rs` has those of objects.

/// The buckets of a list.
macro_rules! bucket_list {
    () => {
        $crate::ops::options::setters! {
            /// Lists only those in these regions, separated by commas. Python: `Regions`. Default: all.
            regions: query("regions"),
            /// Lists only those whose name starts with this. Python: `BucketName`. Default: all.
            bucket_name: query("bucketName"),
            /// Lists only those with these names, separated by commas. Python: `BucketNames`. Default: all.
            bucket_names: query("bucketNames"),
        }
    };
}

/// The queues of a list.
macro_rules! queue_list {
    () => {
        $crate::ops::options::setters! {
            /// Lists only those in this state: `Active`, `Paused` or `All`. Python: `State`. Default: `All`.
            state: query("state"),
            /// Lists only those with these ids, separated by commas. Python: `QueueIds`. Default: all.
            queue_ids: query("queueIds"),
        }
    };
}

/// A page by its number.
macro_rules! page {
    () => {
        $crate::ops::options::setters! {
            /// Sets the number of the page, from 1. Python: `PageNumber`. Default: none.
            page_number: query("pageNumber"),
            /// Sets the size of the page. Python: `PageSize`. Default: none.
            page_size: query("pageSize"),
        }
    };
}

/// The same, where Python asks for the first ten.
macro_rules! page_of_ten {
    () => {
        $crate::ops::options::setters! {
            /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
            page_number: query("pageNumber"),
            /// Sets the size of the page. Python: `PageSize`. Default: 10.
            page_size: query("pageSize"),
        }
    };
}

/// The templates of a list.
macro_rules! template_list {
    () => {
        $crate::ops::options::setters! {
            /// Sets the kind of templates: `Official` or `Custom`. Python: `Category`. Default: `Custom`.
            category: query("category"),
            /// Lists only those with these ids, separated by commas. Python: `Ids`. Default: all.
            ids: query("ids"),
            /// Lists only those with this name. Python: `Name`. Default: all.
            name: query("name"),
        }
    };
}

/// The jobs or runs of a list, and a page by the token of the one before.
macro_rules! job_list {
    () => {
        $crate::ops::options::setters! {
            /// Lists only those created since this time: `2024-05-27T00:00:00+0800`. Python: `StartCreationTime`.
            /// Default: all.
            start_creation_time: query("startCreationTime"),
            /// Lists only those created until this time: `2024-05-31T00:00:00+0800`. Python: `EndCreationTime`.
            /// Default: all.
            end_creation_time: query("endCreationTime"),
            /// Sets the order: `Desc` or `Asc`. Python: `OrderByTime`. Default: `Desc`.
            order_by_time: query("orderByTime"),
            /// Lists only those in these states, separated by commas. Python: `States`. Default: `All`.
            states: query("states"),
            /// Sets the size of the page, 100 at most. Python: `Size`. Default: 10.
            size: query("size"),
            /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
            next_token: query("nextToken"),
        }
    };
}

/// The queue of a job, and its callback.
macro_rules! job {
    () => {
        $crate::ops::options::setters! {
            /// Uses the queue with this id. Python: `QueueId`. Default: none.
            queue_id: body("QueueId"),
            /// Sets the URL of the callback, which gets the result. Python: `CallBack`. Default: none.
            call_back: body("CallBack"),
            /// Sets the format of the callback: `JSON` or `XML`. Python: `CallBackFormat`. Default: none.
            call_back_format: body("CallBackFormat"),
            /// Sets the kind of callback: `Url` or `TDMQ`. Python: `CallBackType`. Default: none.
            call_back_type: body("CallBackType"),
            /// Sets the message queue of the callback, a dict. Python: `CallBackMqConfig`. Default: none.
            call_back_mq_config: body("CallBackMqConfig"),
        }
    };
}

/// The data that come back with the result of a job.
macro_rules! user_data {
    () => {
        $crate::ops::options::setters! {
            /// Sets data that the result carries back. Python: `UserData`. Default: none.
            user_data: body("Operation.UserData"),
        }
    };
}

/// How speech is recognized.
macro_rules! recognition {
    () => {
        $crate::ops::options::setters! {
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
            /// Uses this table of preferred words. Python: `HotVocabularyTableId`. Default: none.
            hot_vocabulary_table_id: body("SpeechRecognition.HotVocabularyTableId"),
        }
    };
}

/// The caller's data about the audited content.
macro_rules! audited {
    () => {
        $crate::ops::options::setters! {
            /// Sets data of the business, a dict. Python: `UserInfo`. Default: none.
            user_info: body("Input.UserInfo"),
            /// Sets an id that the result carries back. Python: `DataId`. Default: none.
            data_id: body("Input.DataId"),
        }
    };
}

/// The policy of an audit, and its callback.
macro_rules! audit_policy {
    () => {
        $crate::ops::options::setters! {
            /// Sets the URL of the callback, which gets the result. Python: `Callback`. Default: none.
            callback: body("Conf.Callback"),
            /// Uses the auditing policy with this name. Python: `BizType`. Default: none.
            biz_type: body("Conf.BizType"),
        }
    };
}

/// The effects of the result of an audit.
macro_rules! audit_effect {
    () => {
        $crate::ops::options::setters! {
            /// Sets the content of the callback. Python: `CallbackType`. Default: none.
            callback_type: body("Conf.CallbackType"),
            /// Sets the scores from which objects are frozen, a dict. Python: `Freeze`. Default: none.
            freeze: body("Conf.Freeze"),
        }
    };
}

/// The picture that is processed.
macro_rules! picture {
    () => {
        $crate::ops::options::setters! {
            /// Processes this object. Python: `ObjectKey`. Default: none.
            object_key: key("ObjectKey"),
            /// Processes the picture at this URL instead of an object. Python: `DetectUrl`. Default: none.
            detect_url: query("detect-url"),
        }
    };
}

/// The position of the cut-out part in the new picture.
macro_rules! matting {
    () => {
        $crate::ops::options::setters! {
            /// Centers the result with 1. Python: `CenterLayout`. Default: 0.
            center_layout: query("center-layout"),
            /// Sets the margin in pixels: `20x10`. Python: `PaddingLayout`. Default: none.
            padding_layout: query("padding-layout"),
        }
    };
}

pub(crate) use {
    audit_effect, audit_policy, audited, bucket_list, job, job_list, matting, page, page_of_ten, picture, queue_list,
    recognition, template_list, user_data,
};
