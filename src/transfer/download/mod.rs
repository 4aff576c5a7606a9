//! Downloading an object into a file, in one request or in parallel ranges.

pub(crate) mod fetch;
#[cfg(test)]
mod lockless;
pub(crate) mod partial;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Method;
use rayon::ThreadPool;

use self::fetch::{DownloadFileOutput, Fetch, WholeFetch, check_crc_known};
use self::partial::{Download, Partial};
use crate::cipher::Opener;
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{DirEntry, destination};
use crate::ops::object::head::{HeadObjectOutput, head_for, head_of};
use crate::ops::options;
use crate::ops::response::Response;
use crate::transfer::handle::TransferHandle;
use crate::transfer::plan::{PartRange, Plan, download_part_size, part_size_bytes};
use crate::transfer::pool::{StopSignal, Threads, check_threads, run};
use crate::transfer::progress::{Callback, Progress};
use crate::transfer::{SINGLE_REQUEST, pin};
use crate::wire::headers;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::{Target, check_key_simplified};

impl CosS3Client {
    /// Downloads an object into a file: in one request up to 20 MiB, else in ranges, several at a time.
    ///
    /// The file is written under a temporary name beside the destination, checked by length and CRC-64, and
    /// then renamed: the destination is either the old file or the whole new one. A download in ranges that
    /// broke off is resumed by the next call. An object that changes meanwhile is an error.
    ///
    /// Returns [`DownloadFileOutput`](crate::transfer::DownloadFileOutput).
    ///
    /// Python:
    /// ```python
    /// client.download_file(Bucket='examplebucket-1250000000', Key='big.bin', DestFilePath='big.bin',
    ///                      PartSize=20, MAXThread=10)
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object("examplebucket-1250000000", vec![7; 3 * 1024 * 1024], "big.bin").send()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("big.bin");
    /// let done = client.download_file("examplebucket-1250000000", "big.bin", &path).max_thread(10).send()?;
    /// assert!(done.verified);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn download_file<'a>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        dest_file_path: impl AsRef<Path>,
    ) -> DownloadFile<'a> {
        DownloadFile {
            client: self.clone(),
            request: Request::new("download_file", Method::GET, Target::object(bucket, key)),
            path: dest_file_path.as_ref().to_path_buf(),
            part_size: None,
            max_thread: 5,
            max_part_count: 10_000,
            threshold: SINGLE_REQUEST,
            enable_crc: false,
            key_simplify_check: true,
            in_place: false,
            require_crc: false,
            discard_on_cancel: false,
            record_dir: None,
            callback: None,
            opener: None,
            threads: None,
            place: None,
            head: None,
            size: None,
        }
    }
}

/// Builds a [`download_file`](CosS3Client::download_file) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct DownloadFile<'a> {
    client: CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    part_size: Option<u64>,
    max_thread: usize,
    max_part_count: u64,
    threshold: u64,
    enable_crc: bool,
    key_simplify_check: bool,
    in_place: bool,
    require_crc: bool,
    discard_on_cancel: bool,
    record_dir: Option<PathBuf>,
    callback: Option<Callback<'a>>,
    opener: Option<Opener<'a>>,
    threads: Option<&'a ThreadPool>,
    place: Option<DirEntry>,
    head: Option<Response<HeadObjectOutput>>,
    size: Option<u64>,
}

impl fmt::Debug for DownloadFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadFile").field("request", &self.request).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> DownloadFile<'a> {
    /// Sets the size of a range in MiB, 1 to 5120. Python: `PartSize`. Default: chosen by the size of the object, so that
    /// every thread has a range of 8 to 64 MiB. Python: 20.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = Some(mib);
        self
    }

    /// Sets how many ranges are fetched at a time. Python: `MAXThread`. Default: 5.
    pub fn max_thread(mut self, threads: usize) -> Self {
        self.max_thread = threads;
        self
    }

    /// Sets how many ranges there are at most; they grow until it is so. Python: `MaxPartCount`. Default:
    /// 10000.
    pub fn max_part_count(mut self, count: u64) -> Self {
        self.max_part_count = count;
        self
    }

    /// Fails if COS does not say the object's CRC-64. It is compared in any case where COS says it. Python:
    /// `EnableCRC`. Default: false.
    pub fn enable_crc(mut self, enable: bool) -> Self {
        self.enable_crc = enable;
        self
    }

    /// Calls this with the bytes received and the bytes in all, from the receiving threads, one call at a
    /// time. It goes back when a range is requested again. Python: `progress_callback`. Default: none.
    pub fn progress_callback(mut self, callback: impl Fn(u64, u64) + Send + Sync + 'a) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Keeps the record of a download in ranges in this folder, which is created if need be. Python:
    /// `DumpRecordDir`. Default: beside the destination.
    pub fn dump_record_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.record_dir = Some(folder.into());
        self
    }

    /// Refuses a key that names the bucket once `.` and `..` are resolved, such as `a/../`. Python:
    /// `KeySimplifyCheck`. Default: true.
    pub fn key_simplify_check(mut self, check: bool) -> Self {
        self.key_simplify_check = check;
        self
    }

    /// Writes a download in one request straight into the destination: a failure leaves it half written. A link is not followed.
    /// Python: `DisableTempDestFilePath`. Default: false.
    pub fn disable_temp_dest_file_path(mut self, disable: bool) -> Self {
        self.in_place = disable;
        self
    }

    /// Sets up to how many bytes the object comes in one request. Default: 20 MiB, as the documents say; an
    /// object of one range comes in one request in any case.
    pub fn multipart_threshold(mut self, bytes: u64) -> Self {
        self.threshold = bytes;
        self
    }

    /// Fails if COS does not say the object's CRC-64, before anything is written. Default: false; the result
    /// says `verified: false` then.
    pub fn require_crc(mut self, require: bool) -> Self {
        self.require_crc = require;
        self
    }

    /// Deletes the partial file when the transfer is cancelled through its handle, instead of keeping it for
    /// the next call. Default: false.
    pub fn discard_on_cancel(mut self, discard: bool) -> Self {
        self.discard_on_cancel = discard;
        self
    }

    /// Decrypts the object.
    #[cfg(feature = "encryption")]
    pub(crate) fn opened_by(mut self, opener: Opener<'a>) -> Self {
        self.opener = Some(opener);
        self
    }

    /// Downloads as one of many: on their threads, with their headers, to a place that was checked.
    pub(crate) fn among(mut self, threads: &'a ThreadPool, extras: &Extras, place: DirEntry) -> Self {
        self.threads = Some(threads);
        self.request = self.request.with_extras(extras);
        self.place = Some(place);
        self
    }

    /// Takes the object to be as COS said before, instead of asking again: as a HEAD, or else a list.
    pub(crate) fn known(mut self, head: Option<Response<HeadObjectOutput>>, size: u64) -> Self {
        self.head = head;
        self.size = Some(size);
        self
    }

    /// Sets the part size if one was named.
    pub(crate) fn named_part_size(mut self, mib: Option<u64>) -> Self {
        self.part_size = mib;
        self
    }

    /// Downloads the object.
    pub fn send(mut self) -> Result<DownloadFileOutput, CosError> {
        self.request.check()?;
        self.part_size.map(part_size_bytes).transpose()?;
        if self.max_part_count == 0 {
            return Err(CosClientError::invalid("max_part_count", "must be at least 1").into());
        }
        if let (true, Target::Object { key, .. }) = (self.key_simplify_check, &self.request.target) {
            check_key_simplified(key)?;
        }
        let place = self.place.take().map_or_else(|| destination(&self.path), Ok)?;
        check_threads(self.max_thread)?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        let threads = self.threads.map_or(self.max_thread, ThreadPool::current_num_threads);
        let part_size = |size| download_part_size(self.part_size, size, threads);
        if let (None, Some(size)) = (&self.head, self.size)
            && (size <= self.threshold || size <= part_size(size)?)
        {
            let progress = Progress::new(size, self.callback.take(), &control);
            return self.fetch_whole(&place, &progress);
        }
        let mut head = self.head.take().map_or_else(|| self.head(), Ok)?;
        check_crc_known(self.crc_demanded_by(), &head)?;
        // Before anything is fetched: what cannot be decrypted need not be.
        let opened = self.opener.as_ref().map(|opener| opener.open(&head.headers)).transpose()?;
        let key_proof = opened.as_ref().map(|opened| opened.proof);
        let cipher = opened.map(|opened| opened.cipher);
        let content = cipher.as_ref().map_or(head.content_length, |cipher| cipher.content_len(head.content_length));
        let callback = self.callback.take();
        // What has no known length comes in one request.
        let part_size = part_size(head.content_length)?;
        if head.length().is_none_or(|length| length <= self.threshold || length <= part_size) {
            let progress = Progress::new(content, callback, &control);
            return self.fetch_whole(&place, &progress);
        }
        // What comes are stored bytes; what is reported is how much content they are.
        let callback = match (callback, &cipher) {
            (Some(callback), Some(cipher)) => {
                let cipher = Arc::clone(cipher);
                Some(Box::new(move |done, total| callback(cipher.content_len(done), cipher.content_len(total))) as _)
            }
            (callback, _) => callback,
        };
        let progress = Progress::new(head.content_length, callback, &control);
        let plan = Plan::download(head.content_length, part_size, self.max_part_count);
        let pool = Threads::new(self.threads, self.max_thread.min(plan.count()))?;
        let (bucket, key) = self.request.target.names()?;
        let record_dir = self.record_dir.as_deref();
        let any_plan = self.part_size.is_none().then_some(self.max_part_count);
        let download = Download { bucket, key, head: &head, plan, any_plan, destination: &place, record_dir };
        let stop = StopSignal::new(&control);
        let fetch = || self.fetch_parts(&download, &pool, &stop, &progress);
        match fetch()?.finish(cipher.as_deref()) {
            // Nothing says which part is damaged, so all are fetched again, once.
            Err(error) if error.kind() == Some(&ClientErrorKind::Integrity) => {
                log::warn!("{} came damaged, fetching it again: {error}", self.path.display());
                progress.restart();
                fetch()?.finish(cipher.as_deref())?;
            }
            result => result?,
        }
        head.content_length = content;
        Ok(DownloadFileOutput { verified: head.crc64.is_some(), key_proof, meta: head })
    }

    /// Returns the setting that demands the object's CRC-64.
    fn crc_demanded_by(&self) -> Option<&'static str> {
        let by = |set: bool, name| set.then_some(name);
        by(self.require_crc, "require_crc").or_else(|| by(self.enable_crc, "enable_crc"))
    }

    /// Fetches the object in one request.
    fn fetch_whole(&self, place: &DirEntry, progress: &Progress<'_>) -> Result<DownloadFileOutput, CosError> {
        let whole = WholeFetch {
            client: &self.client,
            request: &self.request,
            path: &self.path,
            in_place: self.in_place,
            opener: self.opener.as_ref(),
            crc_demanded_by: self.crc_demanded_by(),
        };
        whole.fetch(place, progress)
    }

    fn head(&self) -> Result<Response<HeadObjectOutput>, CosError> {
        let mut head = head_of(&self.request);
        // Asked once and here, so that they mean the same at every size.
        head.headers.extend(options::chosen(&self.request.headers, &headers::READ_CONDITIONS));
        head_for(&self.client, head)
    }

    fn fetch_parts<'t>(
        &self,
        download: &'t Download<'t>,
        pool: &ThreadPool,
        stop: &StopSignal,
        progress: &Progress<'_>,
    ) -> Result<Partial<'t>, CosError> {
        let partial = Partial::open(download, pool, stop, progress)?;
        let mut headers = self.request.headers.clone();
        for condition in headers::READ_CONDITIONS {
            headers.remove(condition);
        }
        pin(&mut headers, "if-match", &download.head.etag);
        let fetch = Fetch {
            client: &self.client,
            target: self.request.target.clone(),
            query: self.request.query.clone(),
            headers,
            size: download.head.content_length,
            file: &partial.file,
            path: &partial.temporary.path(),
            progress,
            stop,
        };
        let missing: Vec<PartRange> = partial.plan.parts().filter(|part| !partial.has(part.number)).collect();
        let fetched = run(pool, stop, missing.into_iter(), |part| {
            partial.note(part.number, fetch.part(*part)?);
            Ok(())
        });
        match fetched {
            Ok(_) => Ok(partial),
            Err(error) => {
                partial.keep_or_discard(&error, self.discard_on_cancel && stop.is_cancelled());
                Err(error)
            }
        }
    }
}

impl DownloadFile<'_> {
    options::version_id!();
    options::conditions!();
    options::response_headers!();
    options::customer_key!();
    options::traffic_limit!();
    options::every!();
}

impl DownloadFile<'static> {
    /// Starts the download on threads of its own and returns its handle.
    pub fn start(self) -> Result<TransferHandle<DownloadFileOutput>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}
