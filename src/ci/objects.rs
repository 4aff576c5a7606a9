//! Uploads that process the picture they store, and downloads of what is made of an object.

use std::path::{Path, PathBuf};

use http::Method;

use crate::ci::call::{StreamOutput, answered};
use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::error::CosError;
use crate::local::open_file;
use crate::ops::call::call;
use crate::ops::object::put::{UPLOAD, prepare_upload};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::body::IntoBody;
use crate::wire::request::{Proof, Request, Traits};
use crate::wire::uri::Target;

/// An upload that answers with the results of the processing.
const PROCESSED: Traits = Traits { verify_crc: false, proof: Proof::RequestId, ..UPLOAD };

impl CosS3Client {
    /// Uploads a picture and processes it, as `pic_operations` says; the answer names the results.
    ///
    /// Python:
    /// ```python
    /// client.ci_put_object(Bucket='examplebucket-1250000000', Body=picture, Key='test.jpg', PicOperations=operations)
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/18147>
    pub fn ci_put_object<'a>(
        &'a self,
        bucket: impl Into<String>,
        body: impl IntoBody<'a>,
        key: impl Into<String>,
    ) -> CiPutObject<'a> {
        let request = Request::new("ci_put_object", Method::PUT, Target::object(bucket, key));
        let request = request.with_body(body.into_body()).with_traits(PROCESSED);
        CiPutObject { client: self, request, enable_md5: false, path: None }
    }

    /// Uploads a local picture and processes it, as [`ci_put_object`](Self::ci_put_object) does.
    ///
    /// Python:
    /// ```python
    /// client.ci_put_object_from_local_file(Bucket='examplebucket-1250000000', LocalFilePath='test.jpg',
    ///     Key='test.jpg', PicOperations=operations)
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/18147>
    pub fn ci_put_object_from_local_file(
        &self,
        bucket: impl Into<String>,
        local_file_path: impl AsRef<Path>,
        key: impl Into<String>,
    ) -> CiPutObject<'_> {
        let request = Request::new("ci_put_object_from_local_file", Method::PUT, Target::object(bucket, key));
        let path = Some(local_file_path.as_ref().to_owned());
        CiPutObject { client: self, request: request.with_traits(PROCESSED), enable_md5: false, path }
    }

    /// Does the same as [`ci_put_object_from_local_file`](Self::ci_put_object_from_local_file), as in Python.
    ///
    /// Python:
    /// ```python
    /// client.ci_put_object_from_local_file_and_get_qrcode(Bucket='examplebucket-1250000000',
    ///     LocalFilePath='test.jpg', Key='test.jpg', PicOperations=operations)
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/37513>
    pub fn ci_put_object_from_local_file_and_get_qrcode(
        &self,
        bucket: impl Into<String>,
        local_file_path: impl AsRef<Path>,
        key: impl Into<String>,
    ) -> CiPutObject<'_> {
        self.ci_put_object_from_local_file(bucket, local_file_path, key)
    }

    /// Downloads what a processing rule makes of a picture into a file, such as `imageMogr2/thumbnail/100x100`.
    ///
    /// The file appears under its name only when it is complete.
    ///
    /// Python:
    /// ```python
    /// client.ci_get_object(Bucket='examplebucket-1250000000', Key='test.jpg', DestImagePath='small.jpg',
    ///     Rule='imageMogr2/thumbnail/100x100')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/36540>
    pub fn ci_get_object(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        dest_image_path: impl AsRef<Path>,
        rule: impl Into<String>,
    ) -> CiGetObject<'_> {
        let request = Request::new("ci_get_object", Method::GET, Target::object(bucket, key));
        CiGetObject {
            client: self,
            request: request.param(&rule.into(), ""),
            path: dest_image_path.as_ref().to_owned(),
        }
    }

    /// Downloads a picture in another format into a file: `tpg`, `heif`, `avif`.
    ///
    /// The file appears under its name only when it is complete.
    ///
    /// Python:
    /// ```python
    /// client.ci_download_compress_image(Bucket='examplebucket-1250000000', Key='test.jpg',
    ///     DestImagePath='test.heif', CompressType='heif')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/36540>
    pub fn ci_download_compress_image(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        dest_image_path: impl AsRef<Path>,
        compress_type: impl Into<String>,
    ) -> CiGetObject<'_> {
        let rule = format!("imageMogr2/format/{}", compress_type.into());
        let mut builder = self.ci_get_object(bucket, key, dest_image_path, rule);
        builder.request.operation = "ci_download_compress_image";
        builder
    }

    /// Processes an object in any way that `ci-process` knows, and returns the result.
    ///
    /// Python:
    /// ```python
    /// client.ci_process(Bucket='examplebucket-1250000000', Key='test.jpg', CiProcess='AssessQuality')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/36540>
    pub fn ci_process(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        ci_process: impl Into<String>,
    ) -> CiProcess<'_> {
        self.process_call("ci_process", bucket, key, &ci_process.into()).stream().into()
    }
}

call! {
    /// Builds a [`ci_process`](CosS3Client::ci_process) request.
    pub struct CiProcess -> StreamOutput {}
}

impl CiProcess<'_> {
    /// Sets parameters of the processing, a dict; what is `None` is left out. Python: `Params`. Default: none.
    pub fn params(mut self, params: impl Into<Dict>) -> Self {
        for (name, value) in params.into().items().filter(|(_, value)| !value.is_null()) {
            self.request.set_query(name, value.to_string());
        }
        self
    }
}

/// Builds a [`ci_put_object`](CosS3Client::ci_put_object) request, or one of those that do the same with a file.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CiPutObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    enable_md5: bool,
    path: Option<PathBuf>,
}

impl CiPutObject<'_> {
    /// Computes the MD5 of the body first, for COS to check; the body is read twice. Python: `EnableMD5`.
    /// Default: false.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Sends the request.
    pub fn send(mut self) -> Result<Response, CosError> {
        self.request.check()?;
        if let Some(path) = &self.path {
            self.request.body = open_file(path, "bucket, path, key")?.into();
        }
        prepare_upload(&mut self.request, self.enable_md5)?;
        answered(self.client.execute(self.request)?)
    }
}

impl CiPutObject<'_> {
    options::upload!();
}

/// Builds a [`ci_get_object`](CosS3Client::ci_get_object) or
/// [`ci_download_compress_image`](CosS3Client::ci_download_compress_image) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CiGetObject<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    path: PathBuf,
}

impl CiGetObject<'_> {
    /// Sends the request and writes the file; returns the headers of the answer.
    pub fn send(self) -> Result<Response<()>, CosError> {
        let answer = self.client.execute_streaming(self.request)?;
        answer.check_status()?;
        let output = StreamOutput::of(answer);
        output.body.get_stream_to_file(&self.path)?;
        Ok(output.meta)
    }
}

impl CiGetObject<'_> {
    options::version_id!();
    options::every!();
}
