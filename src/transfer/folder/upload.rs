//! Uploading a folder.

use std::fmt;
use std::path::{Path, PathBuf};

use http::Method;
use rayon::ThreadPool;

use super::extra::Extra;
use super::filter::Patterns;
use super::keys::{argument, folder_prefix};
use super::progress::{Share, Total};
use super::report::{DirectoryReport, FileOutcome, ResultCallback, Results};
use super::schedule::each;
use super::skip::{Pair, SkipIdentical};
use super::walk::{FoundFile, Walk};
use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::bucket::list::Object;
use crate::ops::options;
use crate::ops::paging::stuck;
use crate::transfer::SINGLE_REQUEST;
use crate::transfer::handle::TransferHandle;
use crate::transfer::plan::part_size_bytes;
use crate::transfer::pool::threads;
use crate::transfer::progress::Callback;
use crate::wire::headers;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::Target;

/// # Folders
impl CosS3Client {
    /// Uploads the files of a folder and of the folders in it, several at a time, under keys that start
    /// with `prefix`, a `/` (if `prefix` has none at its end, and is not empty) and the path below the folder.
    ///
    /// `send` returns a [`DirectoryReport`]: how many files were transferred, skipped and failed, their bytes, and the
    /// failures. [`on_result`](UploadDirectory::on_result) gets the result of each file. A file that fails does not stop
    /// the others, and files that the bucket already has are not sent again. Memory does not grow with the number of
    /// files. An error of the call itself means that the folder cannot be read or the bucket cannot be listed; the files
    /// uploaded until then stay.
    ///
    /// Links, pipes and devices are no files: they fail without being opened, unless
    /// [`follow_links`](UploadDirectory::follow_links) is set or they are excluded. What broken-off
    /// downloads left is left out. Folders without files leave no trace. Names that not every system has, such as
    /// `10:30.log`, come down again by [`native_names`](crate::transfer::DownloadDirectory::native_names).
    ///
    /// Beyond Python, whose pages walk the folder and upload file by file.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::create_dir(folder.path().join("logs"))?;
    /// # std::fs::write(folder.path().join("logs/1.log"), "x")?;
    /// let report = client.upload_directory(bucket, "backup", folder.path()).exclude("*.tmp").max_thread(10).send()?;
    /// for file in &report.failures {
    ///     eprintln!("{}: {:?}", file.path.display(), file.error());
    /// }
    /// assert_eq!(report.transferred, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7749>
    pub fn upload_directory<'a>(
        &self,
        bucket: impl Into<String>,
        prefix: impl AsRef<str>,
        local_dir: impl AsRef<Path>,
    ) -> UploadDirectory<'a> {
        let target = Target::object(bucket, folder_prefix(prefix.as_ref()));
        UploadDirectory {
            client: self.clone(),
            request: Request::new("upload_directory", Method::PUT, target),
            path: local_dir.as_ref().to_path_buf(),
            patterns: Patterns::default(),
            skip: SkipIdentical::default(),
            follow_links: false,
            require_crc: false,
            enable_md5: false,
            discard_on_cancel: false,
            checkpoint_dir: None,
            delete_extra: false,
            empty_source: false,
            whole_bucket: false,
            dry_run: false,
            part_size: None,
            max_thread: 5,
            threshold: SINGLE_REQUEST,
            callback: None,
            on_result: None,
        }
    }
}

/// Builds an [`upload_directory`](CosS3Client::upload_directory) transfer. A setting of an object is a setting
/// of each.
#[must_use = "nothing is sent before `send`"]
pub struct UploadDirectory<'a> {
    client: CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    patterns: Patterns,
    skip: SkipIdentical,
    follow_links: bool,
    require_crc: bool,
    enable_md5: bool,
    discard_on_cancel: bool,
    checkpoint_dir: Option<PathBuf>,
    delete_extra: bool,
    empty_source: bool,
    whole_bucket: bool,
    dry_run: bool,
    part_size: Option<u64>,
    max_thread: usize,
    threshold: u64,
    callback: Option<Callback<'a>>,
    on_result: Option<ResultCallback<'a>>,
}

impl fmt::Debug for UploadDirectory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("UploadDirectory");
        shown.field("request", &self.request).field("path", &self.path).field("patterns", &self.patterns);
        shown.finish_non_exhaustive()
    }
}

impl<'a> UploadDirectory<'a> {
    super::shared!();

    /// Uploads what links lead to, wherever that is. A link back to a folder that it is in fails. Default:
    /// false, for whoever plants a link in the folder could have any file uploaded.
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// Fails a file if COS does not say its object's CRC-64; the object is there then. It is compared in any
    /// case where COS says it. Default: false.
    pub fn require_crc(mut self, require: bool) -> Self {
        self.require_crc = require;
        self
    }

    /// Computes the MD5 of each file or part first, for COS to check; the files are read twice. Default: false; the
    /// CRC-64 is compared in any case.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Keeps the checkpoints of files that go in parts in this folder, which is created if need be. Default: as for
    /// [`one file`](crate::transfer::UploadFile::checkpoint_dir).
    pub fn checkpoint_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.checkpoint_dir = Some(folder.into());
        self
    }

    /// Allows `delete_extra` with an empty prefix, which stands for all objects of the bucket. Default: false.
    pub fn whole_bucket(mut self, allow: bool) -> Self {
        self.whole_bucket = allow;
        self
    }

    /// Uploads the folder.
    pub fn send(mut self) -> Result<DirectoryReport, CosError> {
        self.request.check()?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        self.part_size.map(part_size_bytes).transpose()?;
        let filter = self.patterns.build()?;
        let pool = threads(self.max_thread)?;
        let total = Total::new(self.callback.take());
        let (bucket, prefix) = self.request.target.names()?;
        if self.delete_extra && prefix.is_empty() && !self.whole_bucket {
            let why = "is empty: delete_extra would delete from the whole bucket; whole_bucket(true) allows it";
            return Err(CosClientError::invalid("prefix", why).into());
        }
        let walk = Walk::new(&self.path, &filter, self.follow_links)?;
        let uploads = Uploads {
            client: &self.client,
            bucket,
            extras: self.request.extras(),
            pool: &pool,
            skip: self.skip,
            require_crc: self.require_crc,
            enable_md5: self.enable_md5,
            discard_on_cancel: self.discard_on_cancel,
            dry_run: self.dry_run,
            checkpoint_dir: self.checkpoint_dir.as_deref(),
            part_size: self.part_size,
            threshold: self.threshold,
        };
        let (results, mut there) =
            (Results::new(self.on_result.take()), There::new(&self.client, bucket, prefix, self.skip));
        let mut found_any = false;
        each(
            &pool,
            &control,
            |hand_out| {
                for found in walk {
                    found_any = true;
                    let key = format!("{prefix}{}", found.name);
                    match found.file {
                        Ok(file) => {
                            let object = there.find(&key)?;
                            hand_out(FileTask { share: total.share(file.len), key, path: found.path, file, object })?;
                        }
                        Err(error) => results.add(key, found.path, 0, Err(error.into())),
                    }
                }
                Ok(())
            },
            |job: FileTask<'_>| {
                let outcome = uploads.upload(&job);
                let len = job.file.len;
                job.share.end(len, outcome.is_ok());
                results.add(job.key, job.path, len, outcome);
            },
        )?;
        if self.delete_extra {
            let (client, pool, control, dry_run) = (&self.client, &pool, &control, self.dry_run);
            let extra = Extra { client, bucket, prefix, filter: &filter, pool, control, dry_run };
            let files = Walk::new(&self.path, &filter, self.follow_links)?;
            extra.delete_objects(files, found_any || self.empty_source, &results)?;
        }
        Ok(results.report())
    }
}

impl UploadDirectory<'_> {
    options::stored_object!();
}

/// What the uploads of all files share.
struct Uploads<'t> {
    client: &'t CosS3Client,
    bucket: &'t str,
    extras: Extras,
    pool: &'t ThreadPool,
    skip: SkipIdentical,
    require_crc: bool,
    enable_md5: bool,
    discard_on_cancel: bool,
    dry_run: bool,
    checkpoint_dir: Option<&'t Path>,
    part_size: Option<u64>,
    threshold: u64,
}

impl Uploads<'_> {
    fn upload(&self, job: &FileTask<'_>) -> Result<FileOutcome, CosError> {
        let file = job.file.open(&job.path)?;
        if let Some(object) = &job.object {
            let headers = options::chosen(&self.extras.headers, &headers::HEAD);
            let pair = Pair { client: self.client, bucket: self.bucket, headers, file: &file, object };
            if pair.uploaded(self.skip) {
                return Ok(FileOutcome::Skipped);
            }
        }
        if self.dry_run {
            return Ok(FileOutcome::Uploaded);
        }
        let upload = self.client.upload_file(self.bucket, argument(&job.key), &job.path);
        let upload = upload.among(self.pool, &self.extras, file).require_crc(self.require_crc);
        let upload = upload.named_part_size(self.part_size).multipart_threshold(self.threshold);
        let mut upload = upload.enable_md5(self.enable_md5).discard_on_cancel(self.discard_on_cancel);
        if let Some(folder) = self.checkpoint_dir {
            upload = upload.checkpoint_dir(folder);
        }
        upload.progress_callback(|done, len| job.share.set(done, len)).send()?;
        Ok(FileOutcome::Uploaded)
    }
}

impl UploadDirectory<'static> {
    /// Starts the upload on threads of its own and returns its handle.
    pub fn start(self) -> Result<TransferHandle<DirectoryReport>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// A file to upload.
struct FileTask<'t> {
    key: String,
    path: PathBuf,
    file: FoundFile,
    /// The object that is there under the key. `None`: there is none, or it does not matter.
    object: Option<Object>,
    share: Share<'t>,
}

/// The objects that are there, read in the order of the keys that are asked for.
struct There<'t> {
    client: &'t CosS3Client,
    bucket: &'t str,
    prefix: &'t str,
    page: std::iter::Peekable<std::vec::IntoIter<Object>>,
    marker: String,
    ended: bool,
}

impl<'t> There<'t> {
    fn new(client: &'t CosS3Client, bucket: &'t str, prefix: &'t str, skip: SkipIdentical) -> Self {
        let page = Vec::new().into_iter().peekable();
        Self { client, bucket, prefix, page, marker: String::new(), ended: skip == SkipIdentical::Never }
    }

    /// Returns the object of a key that follows all keys asked for before.
    fn find(&mut self, key: &str) -> Result<Option<Object>, CosError> {
        loop {
            while self.page.next_if(|object| object.key.as_str() < key).is_some() {}
            if self.page.peek().is_some() || self.ended {
                return Ok(self.page.next_if(|object| object.key == key));
            }
            // A bucket may hold much more than the folder: what lies before the key is not listed.
            let mut before = key.to_owned();
            before.pop();
            let marker = std::mem::take(&mut self.marker).max(before);
            let fetch = || self.client.list_objects(self.bucket).prefix(self.prefix).marker(&marker).send();
            let page = match fetch() {
                Ok(page) => page.into_inner(),
                // Keys that may only write are common, and what is not known to be there is sent.
                Err(CosError::Service(error)) if error.get_status_code() == 403 => {
                    log::warn!("nothing is skipped, since the bucket may not be listed: {error}");
                    self.ended = true;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            self.ended = !page.is_truncated;
            let last = page.contents.last().map(|object| object.key.clone()).unwrap_or_default();
            self.marker = last.max(page.next_marker);
            if page.is_truncated && self.marker <= marker {
                return Err(stuck());
            }
            self.page = page.contents.into_iter().peekable();
        }
    }
}
