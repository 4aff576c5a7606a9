//! Files: hashes and archives.

use http::Method;
use serde_json::json;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Computes a hash of an object's content at COS.
    ///
    /// Python: `client.file_hash(Bucket='examplebucket-1250000000', Key='test.jpg', Type='video')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/83107>
    pub fn file_hash(&self, bucket: impl Into<String>, key: impl Into<String>, r#type: impl Param) -> FileHash<'_> {
        self.process_call("file_hash", bucket, key, "filehash")
            .arg("type", r#type)
            .defaults(&[("addtoheader", "false")])
            .answer(&[])
            .into()
    }

    /// Starts a job that computes a hash of an object's content.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_file_hash_job(Bucket='examplebucket-1250000000', InputObject='test.doc',
    ///     FileHashCodeConfig={..})
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/436/83108>
    pub fn ci_create_file_hash_job(
        &self,
        bucket: impl Into<String>,
        input_object: impl Into<Dict>,
        file_hash_code_config: impl Into<Dict>,
    ) -> CiCreateFileHashJob<'_> {
        let [input_object, file_hash_code_config]: [Dict; 2] = [input_object.into(), file_hash_code_config.into()];
        let draft = json!({
            "Input": { "Object": input_object }, "Tag": "FileHashCode",
            "Operation": { "FileHashCodeConfig": file_hash_code_config, "UserData": UNSET },
            "QueueId": UNSET, "CallBack": UNSET, "CallBackFormat": UNSET, "CallBackMqConfig": UNSET, "CallBackType": UNSET,
        });
        self.ci_call("ci_create_file_hash_job", Method::POST, bucket, "/file_jobs")
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
    }

    /// Starts a job that unpacks an archive.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_file_uncompress_job(Bucket='examplebucket-1250000000', InputObject='test.doc',
    ///     OutputBucket='examplebucket-1250000000', OutputRegion='ap-guangzhou', FileUncompressConfig={..})
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/436/83110>
    pub fn ci_create_file_uncompress_job(
        &self,
        bucket: impl Into<String>,
        input_object: impl Into<Dict>,
        output_bucket: impl Into<Dict>,
        output_region: impl Into<Dict>,
        file_uncompress_config: impl Into<Dict>,
    ) -> CiCreateFileUncompressJob<'_> {
        let [input_object, output_bucket, output_region, file_uncompress_config]: [Dict; 4] =
            [input_object.into(), output_bucket.into(), output_region.into(), file_uncompress_config.into()];
        let draft = json!({
            "Input": { "Object": input_object }, "Tag": "FileUncompress",
            "Operation": {
                "FileUncompressConfig": file_uncompress_config,
                "Output": { "Bucket": output_bucket, "Region": output_region }, "UserData": UNSET,
            },
            "QueueId": UNSET, "CallBack": UNSET, "CallBackFormat": UNSET, "CallBackMqConfig": UNSET, "CallBackType": UNSET,
        });
        self.ci_call("ci_create_file_uncompress_job", Method::POST, bucket, "/file_jobs")
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
    }

    /// Starts a job that packs objects into an archive.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_file_compress_job(Bucket='examplebucket-1250000000',
    ///     OutputBucket='examplebucket-1250000000', OutputRegion='ap-guangzhou', OutputObject='out',
    ///     FileCompressConfig={..})
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/436/83112>
    pub fn ci_create_file_compress_job(
        &self,
        bucket: impl Into<String>,
        output_bucket: impl Into<Dict>,
        output_region: impl Into<Dict>,
        output_object: impl Into<Dict>,
        file_compress_config: impl Into<Dict>,
    ) -> CiCreateFileCompressJob<'_> {
        let [output_bucket, output_region, output_object, file_compress_config]: [Dict; 4] =
            [output_bucket.into(), output_region.into(), output_object.into(), file_compress_config.into()];
        let draft = json!({
            "Tag": "FileCompress",
            "Operation": {
                "FileCompressConfig": file_compress_config,
                "Output": { "Bucket": output_bucket, "Region": output_region, "Object": output_object },
                "UserData": UNSET,
            },
            "QueueId": UNSET, "CallBack": UNSET, "CallBackFormat": UNSET, "CallBackMqConfig": UNSET, "CallBackType": UNSET,
        });
        self.ci_call("ci_create_file_compress_job", Method::POST, bucket, "/file_jobs")
            .draft("Request", draft)
            .content_type("application/xml")
            .answer(&[])
            .into()
    }

    /// Reads file jobs; several ids are joined by commas.
    ///
    /// Python: `client.ci_get_file_process_jobs(Bucket='examplebucket-1250000000', JobIDs='j1')`
    pub fn ci_get_file_process_jobs(
        &self,
        bucket: impl Into<String>,
        job_i_ds: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_get_file_process_jobs", Method::GET, bucket, "/file_jobs/", job_i_ds).answer(&["JobsDetail"])
    }

    /// Lists what an archive holds.
    ///
    /// Python: `client.ci_file_zip_preview(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/93032>
    pub fn ci_file_zip_preview(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("ci_file_zip_preview", bucket, key, "zippreview").answer(&[])
    }
}

call! {
    /// Builds a [`file_hash`](CosS3Client::file_hash) request.
    pub struct FileHash -> Response {
        /// Stores the hash in a header of the object, too. Python: `AddToHeader`. Default: false.
        add_to_header: lower("addtoheader"),
    }
}

call! {
    /// Builds a [`ci_create_file_hash_job`](CosS3Client::ci_create_file_hash_job) request.
    pub struct CiCreateFileHashJob -> Response {
        /// Takes the queue with this id. Python: `QueueId`. Default: none.
        queue_id: body("QueueId"),
        /// Sets the URL that is told of the result. Python: `CallBack`. Default: none.
        call_back: body("CallBack"),
        /// Sets the format of the callback: `JSON` or `XML`. Python: `CallBackFormat`. Default: none.
        call_back_format: body("CallBackFormat"),
        /// Sets how to tell of the result: `Url` or `TDMQ`. Python: `CallBackType`. Default: none.
        call_back_type: body("CallBackType"),
        /// Sets the queue that is told, a dict. Python: `CallBackMqConfig`. Default: none.
        call_back_mq_config: body("CallBackMqConfig"),
        /// Sets data of the caller's, which the result carries. Python: `UserData`. Default: none.
        user_data: body("Operation.UserData"),
    }
}

call! {
    /// Builds a [`ci_create_file_uncompress_job`](CosS3Client::ci_create_file_uncompress_job) request.
    pub struct CiCreateFileUncompressJob -> Response {
        /// Takes the queue with this id. Python: `QueueId`. Default: none.
        queue_id: body("QueueId"),
        /// Sets the URL that is told of the result. Python: `CallBack`. Default: none.
        call_back: body("CallBack"),
        /// Sets the format of the callback: `JSON` or `XML`. Python: `CallBackFormat`. Default: none.
        call_back_format: body("CallBackFormat"),
        /// Sets how to tell of the result: `Url` or `TDMQ`. Python: `CallBackType`. Default: none.
        call_back_type: body("CallBackType"),
        /// Sets the queue that is told, a dict. Python: `CallBackMqConfig`. Default: none.
        call_back_mq_config: body("CallBackMqConfig"),
        /// Sets data of the caller's, which the result carries. Python: `UserData`. Default: none.
        user_data: body("Operation.UserData"),
    }
}

call! {
    /// Builds a [`ci_create_file_compress_job`](CosS3Client::ci_create_file_compress_job) request.
    pub struct CiCreateFileCompressJob -> Response {
        /// Takes the queue with this id. Python: `QueueId`. Default: none.
        queue_id: body("QueueId"),
        /// Sets the URL that is told of the result. Python: `CallBack`. Default: none.
        call_back: body("CallBack"),
        /// Sets the format of the callback: `JSON` or `XML`. Python: `CallBackFormat`. Default: none.
        call_back_format: body("CallBackFormat"),
        /// Sets how to tell of the result: `Url` or `TDMQ`. Python: `CallBackType`. Default: none.
        call_back_type: body("CallBackType"),
        /// Sets the queue that is told, a dict. Python: `CallBackMqConfig`. Default: none.
        call_back_mq_config: body("CallBackMqConfig"),
        /// Sets data of the caller's, which the result carries. Python: `UserData`. Default: none.
        user_data: body("Operation.UserData"),
    }
}
