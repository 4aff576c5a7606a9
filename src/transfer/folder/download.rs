//! Downloading a folder.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use http::Method;
use rayon::ThreadPool;

use super::extra::Extra;
use super::filter::Patterns;
use super::keys::{Claims, KeyPath, argument, folder_prefix, split_key};
use super::progress::{Share, Total};
use super::report::{DirectoryReport, FileOutcome, ResultCallback, Results};
use super::schedule::each;
use super::skip::{Pair, SkipIdentical};
use super::walk::Walk;
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{DirEntry, Folder, Kind, hidden};
use crate::ops::bucket::list::Object;
use crate::ops::object::head::HeadObjectOutput;
use crate::ops::options;
use crate::ops::response::Response;
use crate::transfer::SINGLE_REQUEST;
use crate::transfer::handle::TransferHandle;
use crate::transfer::plan::part_size_bytes;
use crate::transfer::pool::threads;
use crate::transfer::progress::Callback;
use crate::wire::headers;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::Target;

impl CosS3Client {
    /// Downloads the objects whose keys start with `prefix` and a `/` (if `prefix` has none at its end, and
    /// is not empty), several at a time. The rest of the key is the path below the folder, which is created
    /// if need be.
    ///
    /// `send` returns a [`DirectoryReport`]: how many files were transferred, skipped and failed, their bytes, and the
    /// failures. [`on_result`](DownloadDirectory::on_result) gets the result of each file. A file that fails does not
    /// stop the others, and files that the folder already has are not fetched again; other files are replaced, each as a
    /// whole, as by [`download_file`](Self::download_file). Memory does not grow with the number of files, except on a
    /// file system that takes different names for one, where names are remembered. An error of the call itself means
    /// that the folder cannot be written or the bucket cannot be listed; the files downloaded until then stay.
    ///
    /// Nothing is written outside the folder. A key fails
    /// ([`UnsafePath`](crate::ClientErrorKind::UnsafePath)) that has `..` or an empty name in it, or a name
    /// that some system takes for something else, such as `C:x` or `CON`
    /// ([`native_names`](DownloadDirectory::native_names) allows these); that would make a folder of
    /// another key's file, or where the system does not tell `a` from `A`, write the same file; or that a
    /// link in the folder leads away, whoever left it there and whenever. A key that ends with `/` is a
    /// folder.
    ///
    /// Beyond Python, whose pages list the bucket and download file by file.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"x", "backup/logs/1.log").send()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("restored");
    /// let report = client.download_directory(bucket, "backup", &folder).include("logs/*").max_thread(10).send()?;
    /// assert!(report.is_complete());
    /// assert!(folder.join("logs/1.log").exists());
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn download_directory<'a>(
        &self,
        bucket: impl Into<String>,
        prefix: impl AsRef<str>,
        local_dir: impl AsRef<Path>,
    ) -> DownloadDirectory<'a> {
        let target = Target::object(bucket, folder_prefix(prefix.as_ref()));
        DownloadDirectory {
            client: self.clone(),
            request: Request::new("download_directory", Method::GET, target),
            path: local_dir.as_ref().to_path_buf(),
            patterns: Patterns::default(),
            skip: SkipIdentical::default(),
            native_names: false,
            require_crc: false,
            discard_on_cancel: false,
            delete_extra: false,
            empty_source: false,
            dry_run: false,
            part_size: None,
            max_thread: 5,
            threshold: SINGLE_REQUEST,
            callback: None,
            on_result: None,
        }
    }
}

/// Builds a [`download_directory`](CosS3Client::download_directory) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct DownloadDirectory<'a> {
    client: CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    patterns: Patterns,
    skip: SkipIdentical,
    native_names: bool,
    require_crc: bool,
    discard_on_cancel: bool,
    delete_extra: bool,
    empty_source: bool,
    dry_run: bool,
    part_size: Option<u64>,
    max_thread: usize,
    threshold: u64,
    callback: Option<Callback<'a>>,
    on_result: Option<ResultCallback<'a>>,
}

impl fmt::Debug for DownloadDirectory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("DownloadDirectory");
        shown.field("request", &self.request).field("path", &self.path).field("patterns", &self.patterns);
        shown.finish_non_exhaustive()
    }
}

impl<'a> DownloadDirectory<'a> {
    super::shared!();

    /// Takes names that this system can hold and others cannot, such as `10:30.log` on Unix. Default: false.
    pub fn native_names(mut self, native: bool) -> Self {
        self.native_names = native;
        self
    }

    /// Fails a file whose object's CRC-64 COS does not say, before anything is written. It is compared in any
    /// case where COS says it. Default: false.
    pub fn require_crc(mut self, require: bool) -> Self {
        self.require_crc = require;
        self
    }

    /// Downloads the folder.
    pub fn send(mut self) -> Result<DirectoryReport, CosError> {
        self.request.check()?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        self.part_size.map(part_size_bytes).transpose()?;
        let filter = self.patterns.build()?;
        let pool = threads(self.max_thread)?;
        let total = Total::new(self.callback.take());
        let (bucket, prefix) = self.request.target.names()?;
        let root = self.open_root().map_err(|e| CosClientError::local(&self.path, "cannot use the folder", e))?;
        let folds = !self.dry_run && root.as_ref().is_some_and(folds_names);
        // A dry run cannot try what the file system does with names.
        let root = if folds || self.dry_run {
            root.map(Folder::remembering)
        } else if self.on_result.is_none() {
            root.map(Folder::for_many)
        } else {
            // A file that the caller is told of is on the disk.
            root
        };
        let (results, mut claims) = (Results::new(self.on_result.take()), Claims::new(folds));
        let downloads = Downloads {
            client: &self.client,
            bucket,
            extras: self.request.extras(),
            pool: &pool,
            path: &self.path,
            root: root.as_ref(),
            dry_run: self.dry_run,
            skip: self.skip,
            native_names: self.native_names,
            require_crc: self.require_crc,
            discard_on_cancel: self.discard_on_cancel,
            part_size: self.part_size,
            threshold: self.threshold,
        };
        let mut found_any = false;
        each(
            &pool,
            &control,
            |hand_out| {
                for object in self.client.list_objects(bucket).prefix(prefix).objects() {
                    let object = object?;
                    let Some(name) = object.key.strip_prefix(prefix) else { continue };
                    if !filter.takes(name) {
                        continue;
                    }
                    found_any = true;
                    // The key of the folder itself.
                    let name = if name.is_empty() { "/" } else { name };
                    match split_key(name, self.native_names).and_then(|way| claims.claim(&way).map(|()| way)) {
                        Ok(_) => hand_out(ObjectTask { share: total.share(object.size), object, start: prefix.len() })?,
                        Err(why) => {
                            let error = unsafe_path(&object.key, &why);
                            results.add(object.key, self.path.clone(), object.size, Err(error));
                        }
                    }
                }
                Ok(())
            },
            |job: ObjectTask<'_>| {
                let len = job.object.size;
                let (path, outcome) = downloads.download(&job);
                job.share.end(len, outcome.is_ok());
                results.add(job.object.key, path, len, outcome);
            },
        )?;
        if self.delete_extra {
            let (client, pool, control, dry_run) = (&self.client, &pool, &control, self.dry_run);
            let extra = Extra { client, bucket, prefix, filter: &filter, pool, control, dry_run };
            let files = root.map(|root| Walk::over(root, &filter, false)).transpose()?;
            extra.delete_files(files, found_any || self.empty_source, &results)?;
        }
        Ok(results.report())
    }

    /// Opens the folder, which is created if need be. `None`: a dry run does not create it.
    fn open_root(&self) -> io::Result<Option<Folder>> {
        if self.dry_run {
            return match Folder::open(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                opened => opened.map(Some),
            };
        }
        fs::create_dir_all(&self.path)?;
        Folder::open(&self.path).map(Some)
    }
}

impl DownloadDirectory<'_> {
    options::customer_key!();
    options::traffic_limit!();
    options::every!();
}

/// What the downloads of all files share.
struct Downloads<'t> {
    client: &'t CosS3Client,
    bucket: &'t str,
    extras: Extras,
    pool: &'t ThreadPool,
    path: &'t Path,
    /// `None`: a dry run into a folder that does not exist.
    root: Option<&'t Folder>,
    dry_run: bool,
    skip: SkipIdentical,
    native_names: bool,
    require_crc: bool,
    discard_on_cancel: bool,
    part_size: Option<u64>,
    threshold: u64,
}

impl Downloads<'_> {
    fn download(&self, job: &ObjectTask<'_>) -> (PathBuf, Result<FileOutcome, CosError>) {
        let key = &job.object.key;
        let name = key.get(job.start..).filter(|name| !name.is_empty()).unwrap_or("/");
        let way = match split_key(name, self.native_names) {
            Ok(way) => way,
            Err(why) => return (self.path.to_path_buf(), Err(unsafe_path(key, &why))),
        };
        let names = way.folders.iter().chain(way.file.iter());
        let path = names.fold(self.path.to_path_buf(), |path, name| path.join(name));
        (path, self.download_to(job, &way))
    }

    fn download_to(&self, job: &ObjectTask<'_>, way: &KeyPath<'_>) -> Result<FileOutcome, CosError> {
        let key = &job.object.key;
        if way.file.is_none() && job.object.size > 0 {
            return Err(unsafe_path(key, "it is a folder's and has content"));
        }
        let Some(mut folder) = self.root.cloned() else { return Ok(FileOutcome::Downloaded) };
        for name in &way.folders {
            folder = match enter(&folder, name, key, self.dry_run)? {
                Some(folder) => folder,
                None => return Ok(FileOutcome::Downloaded),
            };
        }
        let Some(name) = way.file else { return Ok(FileOutcome::Downloaded) };
        let place = folder.place(name);
        let head = match self.compare(&job.object, &place)? {
            // A file with two names is two keys' without harm: it stays as it is.
            (true, _) if place.claim() || place.has_other_names() => return Ok(FileOutcome::Skipped),
            (true, _) => return Err(unsafe_path(key, "its name is that of another key's file on this file system")),
            (false, _) if self.dry_run => {
                place.claim();
                return Ok(FileOutcome::Downloaded);
            }
            (false, head) => head,
        };
        let download = self.client.download_file(self.bucket, argument(key), place.path());
        let download = download.among(self.pool, &self.extras, place).known(head, job.object.size);
        let download = download.named_part_size(self.part_size).multipart_threshold(self.threshold);
        let download = download.require_crc(self.require_crc).discard_on_cancel(self.discard_on_cancel);
        download.progress_callback(|done, len| job.share.set(done, len)).send()?;
        Ok(FileOutcome::Downloaded)
    }

    /// Whether the file is there already, and what was found out of the object. What is there and no file
    /// is an error.
    fn compare(
        &self,
        object: &Object,
        place: &DirEntry,
    ) -> Result<(bool, Option<Response<HeadObjectOutput>>), CosError> {
        match place.metadata() {
            Ok(found) if found.kind == Kind::File => {}
            Ok(found) => return Err(unsafe_path(&object.key, what_it_is(found.kind))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((false, None)),
            Err(e) => return Err(CosClientError::local(&place.path(), "cannot look at", e).into()),
        }
        // One that cannot be read can be replaced all the same.
        let Ok(file) = place.open() else { return Ok((false, None)) };
        let headers = options::chosen(&self.extras.headers, &headers::HEAD);
        let pair = Pair { client: self.client, bucket: self.bucket, headers, file: &file, object };
        Ok(pair.downloaded(self.skip))
    }
}

impl DownloadDirectory<'static> {
    /// Starts the download on threads of its own and returns its handle.
    pub fn start(self) -> Result<TransferHandle<DirectoryReport>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// An object to download.
struct ObjectTask<'t> {
    object: Object,
    /// Where in the key the path starts.
    start: usize,
    share: Share<'t>,
}

fn unsafe_path(key: &str, why: &str) -> CosError {
    let kind = ClientErrorKind::UnsafePath { key: key.to_owned() };
    CosClientError::new(kind, format!("key: {key:?} cannot be a path in the folder: {why}")).into()
}

fn what_it_is(found: Kind) -> &'static str {
    match found {
        Kind::Link => "there is a link in its place",
        Kind::Folder => "there is a folder in its place",
        Kind::File | Kind::Other => "something else is in its place",
    }
}

/// Opens a folder on the way of a key, which is created if need be. `None`: a dry run does not create it.
fn enter(parent: &Folder, name: &str, key: &str, dry_run: bool) -> Result<Option<Folder>, CosError> {
    let entered = match parent.enter(OsStr::new(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && dry_run => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => parent.enter_or_create(OsStr::new(name)),
        entered => entered,
    };
    entered.map(Some).map_err(|e| match parent.place(name).metadata() {
        Ok(found) if found.kind != Kind::Folder => {
            unsafe_path(key, &format!("{name:?} is no folder: {}", what_it_is(found.kind)))
        }
        _ => CosClientError::local(&parent.path().join(name), "cannot use the folder", e).into(),
    })
}

/// Tells whether the file system takes different names for one: of another case, of another way to write an accent, or of
/// other letters that mean the same.
fn folds_names(root: &Folder) -> bool {
    // As `hidden` makes them, with letters that fold.
    let names = ["caf\u{e9}", "CAF\u{c9}", "cafe\u{301}", "stra\u{df}e", "STRASSE"]
        .map(|name| hidden(&root.place(name), &"0".repeat(32), "part"));
    let places = names.map(|name| root.place(name));
    let [one, other_case, other_accent, sharp, double] = &places;
    let remove = || places.iter().for_each(|place| drop(place.remove()));
    // Probes that were left by a program that was killed just then.
    remove();
    let made = one.create().is_ok() && sharp.create().is_ok();
    let folds = made && [other_case, other_accent, double].iter().any(|place| place.metadata().is_ok());
    remove();
    folds
}
