//! Uploading a file, in one request or in parallel parts.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf, absolute};
use std::sync::{Arc, Mutex};

use http::Method;
use rayon::ThreadPool;
use serde::Serialize;

use super::SINGLE_REQUEST;
use super::file::{FileIdentity, FileParts, FileUpload, sealable};
use super::handle::TransferHandle;
use super::multipart::checkpoint::{self, Earlier, UploadCheckpoint, UploadIdentity};
use super::multipart::session::Destination;
use super::multipart::{MultipartUpload, OnFailure};
use super::plan::{PartRange, Plan, part_size_bytes, upload_part_size};
use super::pool::{StopSignal, Threads, check_threads};
use super::progress::{Callback, Progress};

use crate::cipher::{EncryptedFile, FileCipher, FileToEncrypt};
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::open_file;
use crate::ops::multipart::complete::CompleteMultipartUploadOutput;
use crate::ops::object::put::{PutObjectOutput, UPLOAD, upload_body};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::headers;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::Target;

/// # Transfers
impl CosS3Client {
    /// Uploads a local file: in one request up to 20 MiB, else in parts, several at a time.
    ///
    /// An upload in parts that broke off is resumed by the next call, also of a later process: parts that are there
    /// already and equal the file's are not sent again. The checkpoint names the upload; without a checkpoint it is the
    /// newest open upload of the key, if all its parts equal the file's, as in Python. The parts of a failed upload stay
    /// for that. The CRC-64 of every part and of the whole is compared with COS's. A file that changes during the upload
    /// is an error, and nothing is completed.
    ///
    /// Returns [`Response`](crate::Response)`<`[`UploadFileOutput`](crate::transfer::UploadFileOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file(Bucket='examplebucket-1250000000', Key='big.bin',
    ///                               LocalFilePath='big.bin', PartSize=10, MAXThread=10)
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
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
    pub fn upload_file<'a>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        local_file_path: impl AsRef<Path>,
    ) -> UploadFile<'a> {
        UploadFile {
            client: self.clone(),
            request: Request::new("upload_file", Method::PUT, Target::object(bucket, key)).with_traits(UPLOAD),
            path: local_file_path.as_ref().to_path_buf(),
            part_size: None,
            max_thread: 5,
            enable_md5: false,
            threshold: SINGLE_REQUEST,
            resume: true,
            require_crc: false,
            discard_on_cancel: false,
            checkpoint_dir: None,
            callback: None,
            cipher: None,
            threads: None,
            file: None,
        }
    }
}

/// Builds an [`upload_file`](CosS3Client::upload_file) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct UploadFile<'a> {
    client: CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    part_size: Option<u64>,
    max_thread: usize,
    enable_md5: bool,
    threshold: u64,
    resume: bool,
    require_crc: bool,
    discard_on_cancel: bool,
    checkpoint_dir: Option<PathBuf>,
    callback: Option<Callback<'a>>,
    cipher: Option<Arc<dyn FileCipher>>,
    threads: Option<&'a ThreadPool>,
    file: Option<File>,
}

impl fmt::Debug for UploadFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile").field("request", &self.request).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> UploadFile<'a> {
    /// Sets the size of a part in MiB, 1 to 5120. A file of more than 10,000 such parts gets larger ones.
    /// Python: `PartSize`. Default: chosen by the size of the file, so that every thread has a part of up to 8 MiB; an
    /// upload that is resumed keeps its parts. Python: 1.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = Some(mib);
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

    /// Resumes an upload of the same key that broke off, if its parts equal the file's. Default: true, as in
    /// Python.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Fails if COS does not tell the object's CRC-64. The object is there then. Default: false; the result's
    /// `crc64` is `None` then.
    pub fn require_crc(mut self, require: bool) -> Self {
        self.require_crc = require;
        self
    }

    /// Deletes the parts when the transfer is cancelled through its handle, instead of keeping them for the
    /// next call. Default: false.
    pub fn discard_on_cancel(mut self, discard: bool) -> Self {
        self.discard_on_cancel = discard;
        self
    }

    /// Keeps the checkpoint of an upload in parts in this folder, which is created if need be. Default: the
    /// folder `qcloud_cos` in `$XDG_STATE_HOME`, `~/.local/state` or, on Windows, `%LOCALAPPDATA%`.
    pub fn checkpoint_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.checkpoint_dir = Some(folder.into());
        self
    }

    /// Encrypts the file.
    #[cfg(feature = "encryption")]
    pub(crate) fn encrypted_by(mut self, cipher: Arc<dyn FileCipher>) -> Self {
        self.cipher = Some(cipher);
        self
    }

    /// The request, for a client that encrypts.
    #[cfg(feature = "encryption")]
    pub(crate) fn request(&mut self) -> &mut Request<'a> {
        &mut self.request
    }

    /// Uploads as one of many: on their threads, with their headers, the file that was opened at the path.
    pub(crate) fn among(mut self, threads: &'a ThreadPool, extras: &Extras, file: File) -> Self {
        self.threads = Some(threads);
        self.request = self.request.with_extras(extras);
        self.file = Some(file);
        self
    }

    /// Sets the part size if one was named.
    pub(crate) fn named_part_size(mut self, mib: Option<u64>) -> Self {
        self.part_size = mib;
        self
    }

    /// Uploads the file.
    pub fn send(mut self) -> Result<Response<UploadFileOutput>, CosError> {
        self.request.check()?;
        self.part_size.map(part_size_bytes).transpose()?;
        check_threads(self.max_thread)?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        let file = self.file.take().map_or_else(|| open_file(&self.path, "bucket, key, path"), Ok)?;
        let identity = FileIdentity::of(&file, &self.path)?;
        let progress = Progress::new(identity.len(), self.callback.take(), &control);
        let stop = StopSignal::new(&control);
        let upload = FileUpload {
            file: &file,
            path: &self.path,
            identity: &identity,
            progress: &progress,
            stop: &stop,
            cipher: None,
        };
        let threads = self.threads.map_or(self.max_thread, ThreadPool::current_num_threads);
        let part_size = upload_part_size(self.part_size, identity.len(), threads)?;
        let output = if identity.len() <= self.threshold || identity.len() <= part_size {
            self.send_whole(&upload)
        } else {
            upload.check_md5(&mut self.request.headers)?;
            self.send_parts(&upload, part_size)
        }?;
        if identity.len() == 0 {
            // No byte has reported that it is done.
            progress.forward(0);
        }
        if self.require_crc && output.crc64.is_none() {
            let why = "require_crc: the object is there, but COS does not say its CRC-64";
            return Err(CosClientError::answered(ClientErrorKind::Integrity, why).into());
        }
        Ok(output)
    }

    /// Plans the parts, which begin where a cipher can begin.
    fn plan(&self, size: u64, part_size: u64) -> Result<Plan, CosClientError> {
        let plan = Plan::upload(size, part_size);
        self.cipher.as_deref().map_or(Ok(plan), |cipher| sealable(plan, cipher))
    }

    fn send_whole(&self, upload: &FileUpload<'_>) -> Result<Response<UploadFileOutput>, CosError> {
        let len = upload.identity.len();
        let file = FileToEncrypt { source: "", state: "", size: len, part_size: len, folder: None };
        let key = self.cipher.as_deref().map(|cipher| cipher.begin(&file, None)).transpose()?;
        let mut put = self.request.repeat();
        if let Some(key) = &key {
            key.set_headers(&mut put.headers);
        }
        let put = put.with_body(upload.encrypted_by(key.as_ref()).section(PartRange { number: 1, offset: 0, len }));
        Ok(upload.unchanged_whole(|| upload_body(&self.client, put, self.enable_md5))?.into())
    }

    fn send_parts(&self, upload: &FileUpload<'_>, part_size: u64) -> Result<Response<UploadFileOutput>, CosError> {
        let plan = self.plan(upload.identity.len(), part_size)?;
        let (bucket, key) = self.request.target.names()?;
        let path = absolute(upload.path).map_err(|e| CosClientError::local(upload.path, "cannot use", e))?;
        let identity = UploadIdentity {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            source: path.to_string_lossy().into_owned(),
            state: upload.identity.state(),
            size: upload.identity.len(),
            part_size: plan.part_size(),
            options: checkpoint::options(&self.request.headers),
        };
        let (checkpoint, earlier) = UploadCheckpoint::open(
            identity.clone(),
            self.resume,
            self.checkpoint_dir.as_deref(),
            self.part_size.is_none(),
        );
        let plan = self.plan(identity.size, checkpoint.part_size())?;
        let threads = Threads::new(self.threads, self.max_thread.min(plan.count()))?;
        let pool: &ThreadPool = &threads;
        let Some(cipher) = self.cipher.as_deref() else {
            return self.run((upload, pool, plan), checkpoint, earlier, None).0;
        };
        let folder = self.checkpoint_dir.clone().or_else(checkpoint::default_folder).filter(|_| checkpoint.is_kept());
        let file = FileToEncrypt {
            source: &identity.source,
            state: &identity.state,
            size: identity.size,
            part_size: plan.part_size(),
            folder: folder.as_deref(),
        };
        let resume = match &earlier {
            Some(Earlier::Upload { id, same: true, .. }) => Some(id.as_str()),
            _ => None,
        };
        let key = cipher.begin(&file, resume)?;
        let earlier = if key.resumed { earlier } else { earlier.map(Earlier::without_key) };
        let (result, checkpoint) = self.run((upload, pool, plan), checkpoint, earlier, Some(&key));
        match result {
            // The key of the one upload must not serve for the other.
            Err(error) if is_gone(&error) || (key.resumed && is_changed(&error)) => {
                log::warn!("the upload of {} starts over with a new key: {error}", self.path.display());
                drop(key);
                upload.progress.restart();
                upload.stop.reset();
                let key = cipher.begin(&file, None)?;
                self.run((upload, pool, plan), checkpoint, None, Some(&key)).0
            }
            result => result,
        }
    }

    /// Uploads the parts, encrypted by this key if there is one, which is kept or forgotten as it went.
    fn run(
        &self,
        (upload, pool, plan): (&FileUpload<'_>, &ThreadPool, Plan),
        checkpoint: UploadCheckpoint,
        earlier: Option<Earlier>,
        key: Option<&EncryptedFile>,
    ) -> (Result<Response<UploadFileOutput>, CosError>, UploadCheckpoint) {
        let (bucket, name) = match self.request.target.names() {
            Ok(names) => names,
            Err(error) => return (Err(error.into()), checkpoint),
        };
        let mut object = self.request.headers.clone();
        if let Some(key) = key {
            key.set_headers(&mut object);
        }
        let to = Destination { client: &self.client, bucket, key: name, headers: &object };
        let (on_failure, discard_on_cancel) = (OnFailure::Keep, self.discard_on_cancel);
        let multipart = MultipartUpload { to, checkpoint, on_failure, discard_on_cancel, crc64: None };
        let part_headers = options::chosen(&self.request.headers, &headers::PART);
        let enable_md5 = self.enable_md5;
        let upload = upload.encrypted_by(key);
        let parts = FileParts {
            to,
            file: &upload,
            pool,
            plan: Mutex::new(plan),
            any_plan: self.part_size.is_none(),
            headers: part_headers,
            enable_md5,
            key,
        };
        let result = multipart.run(&parts, earlier);
        let checkpoint = multipart.checkpoint;
        if let Some(kept) = key.and_then(|key| key.kept.as_ref()) {
            match &result {
                Err(_) if checkpoint.is_kept() && kept.is_kept() => kept.close(),
                _ => kept.remove(),
            }
        }
        (result.map(Response::from), checkpoint)
    }
}

fn is_gone(error: &CosError) -> bool {
    error.service().is_some_and(|error| error.get_error_code() == "NoSuchUpload")
}

fn is_changed(error: &CosError) -> bool {
    error.kind() == Some(&ClientErrorKind::SourceChanged)
}

impl UploadFile<'_> {
    options::upload!();
}

impl UploadFile<'static> {
    /// Starts the upload on threads of its own and returns its handle.
    pub fn start(self) -> Result<TransferHandle<Response<UploadFileOutput>>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// A file that was uploaded. Python's dict of it holds the headers of the last answer, and for an upload in parts also
/// bucket, key, ETag and location.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UploadFileOutput {
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
    /// The CRC-64 that COS computed of the whole object, equal to the file's; `None` if COS did not tell it.
    #[serde(skip)]
    pub crc64: Option<u64>,
}

impl From<Response<PutObjectOutput>> for Response<UploadFileOutput> {
    fn from(put: Response<PutObjectOutput>) -> Self {
        put.map(|put| UploadFileOutput {
            location: None,
            bucket: None,
            key: None,
            completed_etag: None,
            etag: put.etag,
            version_id: put.version_id,
            crc64: put.crc64,
        })
    }
}

impl From<Response<CompleteMultipartUploadOutput>> for Response<UploadFileOutput> {
    fn from(complete: Response<CompleteMultipartUploadOutput>) -> Self {
        complete.map(|complete| UploadFileOutput {
            location: Some(complete.location),
            bucket: Some(complete.bucket),
            key: Some(complete.key),
            completed_etag: Some(complete.etag.clone()),
            etag: complete.etag,
            version_id: complete.version_id,
            crc64: complete.crc64,
        })
    }
}
