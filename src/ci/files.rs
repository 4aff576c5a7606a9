//! Files: hashes and archives.

use http::Method;
use serde_json::{Value, json};

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Starts a job that makes a file of an object, or of those that the work names.
    fn ci_file_job(
        &self,
        operation: &'static str,
        bucket: impl Into<String>,
        tag: &str,
        input: Option<Dict>,
        work: &Value,
    ) -> Call<'_, Response> {
        let input = input.map_or(json!(UNSET), |object| json!({ "Object": object }));
        let draft = json!({
            "Input": input, "Tag": tag, "Operation": work,
            "QueueId": UNSET, "CallBack": UNSET, "CallBackFormat": UNSET, "CallBackMqConfig": UNSET, "CallBackType": UNSET,
        });
        self.ci_submit(operation, bucket, "/file_jobs", draft).answer(&[])
    }

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
        let work = json!({ "FileHashCodeConfig": file_hash_code_config, "UserData": UNSET });
        self.ci_file_job("ci_create_file_hash_job", bucket, "FileHashCode", Some(input_object), &work).into()
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
        let output = json!({ "Bucket": output_bucket, "Region": output_region });
        let work = json!({ "FileUncompressConfig": file_uncompress_config, "Output": output, "UserData": UNSET });
        self.ci_file_job("ci_create_file_uncompress_job", bucket, "FileUncompress", Some(input_object), &work).into()
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
        let output = json!({ "Bucket": output_bucket, "Region": output_region, "Object": output_object });
        let work = json!({ "FileCompressConfig": file_compress_config, "Output": output, "UserData": UNSET });
        self.ci_file_job("ci_create_file_compress_job", bucket, "FileCompress", None, &work).into()
    }

    /// Reads file jobs; several ids are joined by commas.
    ///
    /// Python: `client.ci_get_file_process_jobs(Bucket='examplebucket-1250000000', JobIDs='j1')`
    ///
    /// API, for hashes, unpacking and packing: <https://cloud.tencent.com/document/product/436/83109>,
    /// <https://cloud.tencent.com/document/product/436/83111>, <https://cloud.tencent.com/document/product/436/83113>
    pub fn ci_get_file_process_jobs(
        &self,
        bucket: impl Into<String>,
        job_i_ds: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_get_file_process_jobs", Method::GET, bucket, "/file_jobs/", job_i_ds).answer(&["JobsDetail"])
    }

    /// Lists the content of an archive.
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
    pub struct CiCreateFileHashJob -> Response {}
    from ci: job, user_data;
}

call! {
    /// Builds a [`ci_create_file_uncompress_job`](CosS3Client::ci_create_file_uncompress_job) request.
    pub struct CiCreateFileUncompressJob -> Response {}
    from ci: job, user_data;
}

call! {
    /// Builds a [`ci_create_file_compress_job`](CosS3Client::ci_create_file_compress_job) request.
    pub struct CiCreateFileCompressJob -> Response {}
    from ci: job, user_data;
}
