//! Uploading a file, in one request or in parallel parts.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Method;
use rayon::ThreadPool;
use serde::Serialize;

use super::SINGLE_REQUEST;
use super::finish::{Done, Finish};
use super::plan::{PartRange, Plan, part_size_bytes};
use super::pool::{Stop, run, threads};
use super::progress::{Callback, Progress};
use super::resume::find_upload;
use super::section::{Identity, Section};
use crate::cipher::{Cipher, sealed};
use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, Part};
use crate::ops::object::put::{PutObjectOutput, UPLOAD, upload_body};
use crate::ops::options;
use crate::wire::request::{Body, Request};
use crate::wire::respond::Headers;
use crate::wire::uri::Target;

/// Which of the caller's headers a part carries; the others belong to the object as a whole.
pub(super) const PART_HEADERS: [&str; 4] = [
    "x-cos-traffic-limit",
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];
/// Which of the caller's headers the completion carries.
pub(super) const COMPLETE_HEADERS: [&str; 2] = ["x-cos-callback", "x-cos-callback-var"];

impl CosS3Client {
    /// Uploads a local file: in one request up to 20 MiB, else in parts, several at a time.
    ///
    /// An upload in parts that broke off is taken up again: parts that are there already and equal the
    /// file's are not sent again. A failed one stays for that. The CRC-64 of every part and of the whole
    /// is compared with COS's. A file that changes meanwhile is an error, and nothing is completed.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file(Bucket='examplebucket-1250000000', Key='big.bin',
    ///                               LocalFilePath='big.bin', PartSize=10, MAXThread=10)
    /// ```
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// # use qcloud_cos::{CosConfig, CosS3Client};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// # let client = CosS3Client::new(config)?;
    /// # client.create_bucket("examplebucket-1250000000").send()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("big.bin");
    /// # std::fs::write(&path, vec![7; 21 * 1024 * 1024])?;
    /// let response = client
    ///     .upload_file("examplebucket-1250000000", "big.bin", &path)
    ///     .part_size(10)
    ///     .max_thread(10)
    ///     .progress_callback(|consumed, total| println!("{consumed} of {total} bytes"))
    ///     .send()?;
    /// println!("{}", response.etag);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14112>
    pub fn upload_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        local_file_path: impl AsRef<Path>,
    ) -> UploadFile<'_> {
        UploadFile {
            client: self,
            request: Request::new("upload_file", Method::PUT, Target::object(bucket, key)).with_facts(UPLOAD),
            path: local_file_path.as_ref().to_path_buf(),
            part_size: 1,
            max_thread: 5,
            enable_md5: false,
            threshold: SINGLE_REQUEST,
            resume: true,
            callback: None,
            cipher: None,
        }
    }
}

/// Builds an [`upload_file`](CosS3Client::upload_file) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct UploadFile<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    part_size: u64,
    max_thread: usize,
    enable_md5: bool,
    threshold: u64,
    resume: bool,
    callback: Option<Callback<'a>>,
    cipher: Option<Arc<dyn Cipher>>,
}

impl fmt::Debug for UploadFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile").field("request", &self.request).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> UploadFile<'a> {
    options::every!();
    options::acl!();
    options::object_headers!();
    options::managed_encryption!();
    options::customer_key!();
    options::conditions!();
    options::content_check!();
    options::traffic_limit!();

    /// Sets the size of a part in MiB, 1 to 5120. A file of more than 10,000 such parts gets larger ones.
    /// Python: `PartSize`. Default: 1.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = mib;
        self
    }

    /// Sets how many parts are sent at a time. Python: `MAXThread`. Default: 5.
    pub fn max_thread(mut self, threads: usize) -> Self {
        self.max_thread = threads;
        self
    }

    /// Computes the MD5 of each part first, for COS to check; the file is read twice. Python: `EnableMD5`.
    /// Default: false; the CRC-64 is compared in any case.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Calls this with the bytes sent and the bytes in all, from the sending threads, one call at a time. It
    /// goes back when a part is sent again. Python: `progress_callback`. Default: none.
    pub fn progress_callback(mut self, callback: impl Fn(u64, u64) + Send + Sync + 'a) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Sets up to how many bytes the file goes in one request. Default: 20 MiB, as the documents say; a file
    /// of one part goes in one request in any case.
    pub fn multipart_threshold(mut self, bytes: u64) -> Self {
        self.threshold = bytes;
        self
    }

    /// Takes up an upload of the same key that broke off, if its parts equal the file's. Default: true, as
    /// in Python.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Encrypts the file. An upload that fails is given up then, for nobody has the key to go on with it.
    #[cfg(feature = "encryption")]
    pub(crate) fn sealed(mut self, cipher: Arc<dyn Cipher>) -> Self {
        self.cipher = Some(cipher);
        self
    }

    /// The request, for a client that encrypts.
    #[cfg(feature = "encryption")]
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }

    /// Uploads the file.
    pub fn send(mut self) -> Result<UploadFileOutput, CosError> {
        self.request.check()?;
        let part_size = part_size_bytes(self.part_size)?;
        let pool = threads(self.max_thread)?;
        let file = File::open(&self.path).map_err(|e| CosClientError::local(&self.path, "cannot open", e))?;
        let identity = Identity::of(&file, &self.path)?;
        let progress = Progress::new(identity.len(), self.callback.take());
        let path = self.path.clone();
        let cipher = self.cipher.take();
        self.resume &= cipher.is_none();
        let job = Job {
            file: &file,
            path: &path,
            identity: &identity,
            progress: &progress,
            stop: &Stop::default(),
            cipher: cipher.as_ref(),
        };
        if identity.len() <= self.threshold || identity.len() <= part_size {
            return self.send_whole(&job);
        }
        self.send_parts(&job, &pool, Plan::upload(identity.len(), part_size))
    }

    fn send_whole(self, job: &Job<'_>) -> Result<UploadFileOutput, CosError> {
        let whole = PartRange { number: 1, offset: 0, len: job.identity.len() };
        let Self { client, request, enable_md5, .. } = self;
        let (target, headers) = (request.target, request.headers);
        let mut put = Request::new("upload_file", Method::PUT, target).with_facts(UPLOAD).with_body(job.section(whole));
        put.headers = headers;
        let output = upload_body(client, put, enable_md5)?;
        job.identity.check(job.file, job.path)?;
        Ok(output.into())
    }

    fn send_parts(self, job: &Job<'_>, pool: &ThreadPool, plan: Plan) -> Result<UploadFileOutput, CosError> {
        match self.send_parts_once(job, pool, plan, self.resume) {
            // Somebody else completed or aborted the upload meanwhile; a new one is nobody else's.
            Err(CosError::Service(error)) if error.get_error_code() == "NoSuchUpload" => {
                log::warn!("the upload of {} vanished, starting anew: {error}", self.path.display());
                job.progress.restart();
                self.send_parts_once(&Job { stop: &Stop::default(), ..*job }, pool, plan, false)
            }
            result => result,
        }
    }

    fn send_parts_once(
        &self,
        job: &Job<'_>,
        pool: &ThreadPool,
        plan: Plan,
        resume: bool,
    ) -> Result<UploadFileOutput, CosError> {
        let Self { client, request, enable_md5, .. } = self;
        let (bucket, key) = request.target.names()?;
        let found = if resume { find_upload(client, (bucket, key), job, pool, plan)? } else { None };
        let (upload_id, there) = if let Some(found) = found {
            found
        } else {
            let created = client.create_multipart_upload(bucket, key).with_headers(request.headers.clone()).send()?;
            (created.upload_id, Vec::new())
        };
        job.progress.forward(there.iter().map(|done| done.len).sum());
        let part_headers = options::chosen(&request.headers, &PART_HEADERS);
        let missing = plan.parts().filter(|part| !there.iter().any(|done| done.part.part_number == part.number));
        let mut done = run(pool, job.stop, missing.collect::<Vec<_>>().into_iter(), |part| {
            let body = job.section(part);
            let upload = client.upload_part(bucket, key, body, part.number, &upload_id);
            let answer = upload.with_headers(part_headers.clone()).enable_md5(*enable_md5).send()?;
            let crc64 = answer.sent_crc64;
            Ok(Done { part: Part { part_number: part.number, etag: answer.etag }, crc64, len: part.len })
        })
        .and_then(|done| Ok(job.identity.check(job.file, job.path).map(|()| done)?))
        .inspect_err(|_| {
            if job.cipher.is_some()
                && let Err(left) = client.abort_multipart_upload(bucket, key, &upload_id).send()
            {
                log::warn!("the parts of upload {upload_id} of {key:?} stay: {left}");
            }
        })?;
        done.extend(there);
        let headers = options::chosen(&request.headers, &COMPLETE_HEADERS);
        let finish = Finish { client, bucket, key, upload_id: &upload_id, headers };
        Ok(finish.complete(done, None)?.into())
    }
}

/// What all parts of an upload share.
pub(super) struct Job<'t> {
    pub(super) file: &'t File,
    pub(super) path: &'t Path,
    identity: &'t Identity,
    progress: &'t Progress<'t>,
    pub(super) stop: &'t Stop,
    cipher: Option<&'t Arc<dyn Cipher>>,
}

impl<'t> Job<'t> {
    fn section(&self, range: PartRange) -> Body<'t> {
        let section = Body::source(Section::new(self.file, range, self.progress, self.stop));
        match self.cipher {
            Some(cipher) => sealed(section, Arc::clone(cipher), range.offset),
            None => section,
        }
    }
}

/// A file that was uploaded. Serializes to the dict that Python returns: the headers, and for an upload in
/// parts also bucket, key, ETag and location.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UploadFileOutput {
    /// All headers of the last answer.
    #[serde(flatten)]
    pub headers: Headers,
    /// The address of the object; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The bucket; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The key; only for an upload in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The ETag, with its quotes.
    #[serde(skip)]
    pub etag: String,
    /// The ETag where it is not among the headers: of an upload in parts.
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    completed_etag: Option<String>,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 that COS computed of the whole object, equal to the file's; none if COS did not say.
    #[serde(skip)]
    pub crc64: Option<u64>,
    /// The id of the last request.
    #[serde(skip)]
    pub request_id: String,
}

impl From<PutObjectOutput> for UploadFileOutput {
    fn from(put: PutObjectOutput) -> Self {
        Self {
            location: None,
            bucket: None,
            key: None,
            completed_etag: None,
            etag: put.etag,
            version_id: put.version_id,
            crc64: put.crc64,
            request_id: put.request_id,
            headers: put.headers,
        }
    }
}

impl From<CompleteMultipartUploadOutput> for UploadFileOutput {
    fn from(complete: CompleteMultipartUploadOutput) -> Self {
        Self {
            location: Some(complete.location),
            bucket: Some(complete.bucket),
            key: Some(complete.key),
            completed_etag: Some(complete.etag.clone()),
            etag: complete.etag,
            version_id: complete.version_id,
            crc64: complete.crc64,
            request_id: complete.request_id,
            headers: complete.headers,
        }
    }
}
