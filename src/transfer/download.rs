//! Downloading an object into a file, in one request or in parallel ranges.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf, absolute};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use rayon::ThreadPool;
use serde::Serialize;

use super::fetch::Fetch;
use super::plan::{PartRange, Plan, part_size_bytes};
use super::pool::{Stop, run, threads};
use super::progress::{Callback, Progress};
use super::record::{self, Record, RecordedPart, Source, open_temporary};
use super::{SINGLE_REQUEST, hash, pin};
use crate::cipher::{Cipher, KeyProof, Opener};
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{Replacement, check_destination, read_at, sync_folder, write_all_at};
use crate::ops::object::head::HeadObjectOutput;
use crate::ops::object::stream_body::StreamBody;
use crate::ops::options;
use crate::wire::crc64::combine;
use crate::wire::request::Request;
use crate::wire::uri::{Target, check_key_simplified};

/// Which of the caller's headers the first HEAD carries.
const HEAD_HEADERS: [&str; 3] = [
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];
/// How often the record is written at most: each time waits for the disk.
const RECORD_EVERY: Duration = Duration::from_secs(1);

impl CosS3Client {
    /// Downloads an object into a file: in one request up to 20 MiB, else in ranges, several at a time.
    ///
    /// The file is written under a temporary name beside the destination, checked by length and CRC-64, and
    /// then renamed: the destination is either the old file or the whole new one. A download in ranges that
    /// broke off is taken up again by the next call. An object that changes meanwhile is an error.
    ///
    /// Python:
    /// ```python
    /// client.download_file(Bucket='examplebucket-1250000000', Key='big.bin', DestFilePath='big.bin',
    ///                      PartSize=20, MAXThread=10)
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
    /// # client.put_object("examplebucket-1250000000", vec![7; 3 * 1024 * 1024], "big.bin").send()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("big.bin");
    /// let done = client.download_file("examplebucket-1250000000", "big.bin", &path).max_thread(10).send()?;
    /// assert!(done.verified);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn download_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        dest_file_path: impl AsRef<Path>,
    ) -> DownloadFile<'_> {
        DownloadFile {
            client: self,
            request: Request::new("download_file", Method::GET, Target::object(bucket, key)),
            path: dest_file_path.as_ref().to_path_buf(),
            part_size: 20,
            max_thread: 5,
            max_part_count: 10_000,
            threshold: SINGLE_REQUEST,
            enable_crc: false,
            key_simplify_check: true,
            in_place: false,
            record_dir: None,
            callback: None,
            opener: None,
        }
    }
}

/// Builds a [`download_file`](CosS3Client::download_file) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct DownloadFile<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    path: PathBuf,
    part_size: u64,
    max_thread: usize,
    max_part_count: u64,
    threshold: u64,
    enable_crc: bool,
    key_simplify_check: bool,
    in_place: bool,
    record_dir: Option<PathBuf>,
    callback: Option<Callback<'a>>,
    opener: Option<Opener<'a>>,
}

impl fmt::Debug for DownloadFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadFile").field("request", &self.request).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> DownloadFile<'a> {
    options::every!();
    options::conditions!();
    options::customer_key!();
    options::response_headers!();
    options::traffic_limit!();
    options::version_id!();

    /// Sets the size of a range in MiB, 1 to 5120. Python: `PartSize`. Default: 20.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = mib;
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
    /// time. It goes back when a range is fetched again. Python: `progress_callback`. Default: none.
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

    /// Writes a download in one request straight into the destination: a failure leaves it half written.
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

    /// Decrypts the object.
    #[cfg(feature = "encryption")]
    pub(crate) fn opened_by(mut self, opener: Opener<'a>) -> Self {
        self.opener = Some(opener);
        self
    }

    /// Downloads the object.
    pub fn send(mut self) -> Result<DownloadFileOutput, CosError> {
        self.request.check()?;
        let part_size = part_size_bytes(self.part_size)?;
        if self.max_part_count == 0 {
            return Err(CosClientError::invalid("max_part_count", "must be at least 1").into());
        }
        if let (true, Target::Object { key, .. }) = (self.key_simplify_check, &self.request.target) {
            check_key_simplified(key)?;
        }
        check_destination(&self.path)?;
        let pool = threads(self.max_thread)?;
        let head = self.head()?;
        if self.enable_crc && head.crc64.is_none() {
            let why = "enable_crc: COS does not say the object's CRC-64";
            return Err(CosClientError::new(ClientErrorKind::Integrity, why).into());
        }
        // Before anything is fetched: what cannot be decrypted need not be.
        let opened = self.opener.as_ref().map(|opener| opener.open(&head.headers)).transpose()?;
        let mut key_proof = opened.as_ref().map(|opened| opened.proof);
        let cipher = opened.map(|opened| opened.cipher);
        let progress = Progress::new(head.content_length, self.callback.take());
        if head.content_length <= self.threshold || head.content_length <= part_size {
            key_proof = self.fetch_whole(&progress)?;
        } else {
            let plan = Plan::download(head.content_length, part_size, self.max_part_count);
            self.fetch_parts(&head, plan, &pool, &progress, cipher.as_deref()).or_else(|error| match error.kind() {
                // Nothing says which part is damaged, so all are fetched again, once.
                Some(ClientErrorKind::Integrity) => {
                    log::warn!("{} came damaged, fetching it again: {error}", self.path.display());
                    progress.restart();
                    self.fetch_parts(&head, plan, &pool, &progress, cipher.as_deref())
                }
                _ => Err(error),
            })?;
        }
        Ok(DownloadFileOutput { verified: head.crc64.is_some(), key_proof, meta: head })
    }

    fn head(&self) -> Result<HeadObjectOutput, CosError> {
        let mut head = Request::new("download_file", Method::HEAD, self.request.target.clone());
        head.query.extend(self.request.query.iter().filter(|(name, _)| name == "versionId").cloned());
        head.headers = options::chosen(&self.request.headers, &HEAD_HEADERS);
        Ok(HeadObjectOutput::from(self.client.execute(head)?.headers))
    }

    fn fetch_whole(&self, progress: &Progress<'_>) -> Result<Option<KeyProof>, CosError> {
        // Opened first: what cannot be written need not be fetched.
        if self.in_place {
            let failed = |e| CosClientError::local(&self.path, "cannot write", e);
            let file = File::options().write(true).create(true).truncate(false).open(&self.path).map_err(failed)?;
            return self.fetch_into(&file, progress, || file.set_len(0).map_err(failed));
        }
        let mut file = Replacement::create(&self.path)?;
        let key_proof = self.fetch_into(&mut file, progress, || Ok(()))?;
        file.finish()?;
        Ok(key_proof)
    }

    /// Fetches the object; `begin` is called when there is something to write.
    fn fetch_into(
        &self,
        file: impl Write,
        progress: &Progress<'_>,
        begin: impl FnOnce() -> Result<(), CosClientError>,
    ) -> Result<Option<KeyProof>, CosError> {
        let answer = self.client.execute_streaming(self.request.repeat())?;
        // This answer's own key: the object may have been replaced since the HEAD.
        let opened = self.opener.as_ref().map(|opener| opener.open(&answer.headers)).transpose()?;
        let key_proof = opened.as_ref().map(|opened| opened.proof);
        begin()?;
        let mut body = StreamBody::new(answer.body, answer.status, &answer.headers);
        if let Some(opened) = opened {
            body = body.decrypted(opened.cipher, 0);
        }
        body.copy_to(&self.path, &mut Reported { file, progress })?;
        Ok(key_proof)
    }

    fn fetch_parts(
        &self,
        head: &HeadObjectOutput,
        plan: Plan,
        pool: &ThreadPool,
        progress: &Progress<'_>,
        cipher: Option<&dyn Cipher>,
    ) -> Result<(), CosError> {
        let download = Partial::open(self, head, plan, pool, progress)?;
        let mut headers = self.request.headers.clone();
        pin(&mut headers, "if-match", &head.etag);
        let stop = Stop::default();
        let fetch = Fetch {
            client: self.client,
            target: self.request.target.clone(),
            query: self.request.query.clone(),
            headers,
            size: head.content_length,
            file: &download.file,
            path: &download.temporary,
            progress,
            stop: &stop,
        };
        let missing: Vec<PartRange> = plan.parts().filter(|part| !download.has(part.number)).collect();
        let fetched = run(pool, &stop, missing.into_iter(), |part| {
            let crc64 = fetch.part(part)?;
            download.note(RecordedPart { number: part.number, crc64 })
        });
        match fetched {
            Ok(_) => download.finish(head, plan, &self.path, cipher),
            Err(error) => {
                download.keep_or_discard(&error);
                Err(error)
            }
        }
    }
}

/// A download in ranges: its temporary file and its record.
struct Partial {
    file: File,
    temporary: PathBuf,
    record_path: PathBuf,
    state: Mutex<(Record, Instant)>,
}

impl Partial {
    /// Takes up what an earlier call left, or starts anew.
    fn open(
        download: &DownloadFile<'_>,
        head: &HeadObjectOutput,
        plan: Plan,
        pool: &ThreadPool,
        progress: &Progress<'_>,
    ) -> Result<Self, CosError> {
        let (bucket, key) = download.request.target.names()?;
        let destination =
            absolute(&download.path).map_err(|e| CosClientError::local(&download.path, "cannot use", e))?;
        if let Some(folder) = &download.record_dir {
            fs::create_dir_all(folder).map_err(|e| CosClientError::local(folder, "cannot create", e))?;
        }
        let record_path = record::path(&destination, bucket, key, download.record_dir.as_deref());
        let source = Source {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            etag: head.etag.clone(),
            last_modified: head.last_modified.clone(),
            size: head.content_length,
            part_size: plan.part_size(),
        };
        if let Some(mut record) = Record::load(&record_path, &source) {
            let temporary = record.temporary(&destination);
            if let Ok(file) = open_temporary(&temporary, true) {
                record.parts = verified(&file, &record.parts, plan, pool)?;
                let there = record.parts.iter().filter_map(|done| plan.part(done.number)).map(|part| part.len).sum();
                progress.forward(there);
                return Ok(Self { file, temporary, record_path, state: Mutex::new((record, Instant::now())) });
            }
        } else {
            Self::remove_stale(&record_path, &destination);
        }
        let record = Record::new(source);
        let temporary = record.temporary(&destination);
        let file =
            open_temporary(&temporary, false).map_err(|e| CosClientError::local(&temporary, "cannot create", e))?;
        Ok(Self { file, temporary, record_path, state: Mutex::new((record, Instant::now())) })
    }

    /// Removes what a download of another state of the object left.
    fn remove_stale(record_path: &Path, destination: &Path) {
        if let Some(stale) = Record::load_any(record_path) {
            let _ = fs::remove_file(stale.temporary(destination));
            let _ = fs::remove_file(record_path);
        }
    }

    fn has(&self, number: u32) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.parts.iter().any(|part| part.number == number)
    }

    /// Notes a part that is in the file; from time to time this goes to the disk.
    fn note(&self, part: RecordedPart) -> Result<(), CosError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.parts.push(part);
        if state.1.elapsed() >= RECORD_EVERY {
            self.save(&state.0)?;
            state.1 = Instant::now();
        }
        Ok(())
    }

    fn save(&self, record: &Record) -> Result<(), CosClientError> {
        self.file.sync_data().map_err(|e| CosClientError::local(&self.temporary, "cannot write", e))?;
        record.save(&self.record_path)
    }

    /// Checks the whole and puts it in its place.
    fn finish(
        self,
        head: &HeadObjectOutput,
        plan: Plan,
        destination: &Path,
        cipher: Option<&dyn Cipher>,
    ) -> Result<(), CosError> {
        let mut record = self.state.into_inner().unwrap_or_else(PoisonError::into_inner).0;
        record.parts.sort_by_key(|part| part.number);
        let parts = record.parts.iter().filter_map(|part| Some((part.crc64, plan.part(part.number)?.len)));
        let crc = parts.fold(0, |crc, (part, len)| combine(crc, part, len));
        if let Some(stored) = head.crc64.filter(|stored| *stored != crc) {
            let _ = fs::remove_file(&self.temporary);
            let _ = fs::remove_file(&self.record_path);
            let why = format!("crc64: received {crc}, but COS stored {stored}");
            return Err(CosClientError::new(ClientErrorKind::Integrity, why).into());
        }
        let failed = |doing: &str, e| CosClientError::local(destination, doing, e);
        if let Some(cipher) = cipher {
            // In place: should this break off, the record's checksums tell the next call what to fetch again.
            decrypt(&self.file, head.content_length, cipher).map_err(|e| failed("cannot write", e))?;
        }
        self.file.sync_all().map_err(|e| failed("cannot write", e))?;
        fs::rename(&self.temporary, destination).map_err(|e| failed("cannot replace", e))?;
        sync_folder(destination);
        let _ = fs::remove_file(&self.record_path);
        Ok(())
    }

    /// Leaves what can be gone on with, and nothing else.
    fn keep_or_discard(self, error: &CosError) {
        let record = &self.state.lock().unwrap_or_else(PoisonError::into_inner).0;
        let useless = matches!(error.kind(), Some(ClientErrorKind::ObjectChanged | ClientErrorKind::Protocol));
        if useless || record.parts.is_empty() || self.save(record).is_err() {
            let _ = fs::remove_file(&self.temporary);
            let _ = fs::remove_file(&self.record_path);
        }
    }
}

/// Decrypts a file in place.
fn decrypt(file: &File, len: u64, cipher: &dyn Cipher) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    let mut at = 0;
    while at < len {
        let wanted = usize::try_from(len - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        match read_at(file, &mut buffer[..wanted], at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                cipher.apply(&mut buffer[..read], at)?;
                write_all_at(file, &buffer[..read], at)?;
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Returns those recorded parts whose bytes are really in the file.
fn verified(file: &File, parts: &[RecordedPart], plan: Plan, pool: &ThreadPool) -> Result<Vec<RecordedPart>, CosError> {
    let checked = run(pool, &Stop::default(), parts.iter().copied(), |part| {
        let range = plan.part(part.number);
        let same = range.is_some_and(|range| hash::crc64(file, range).is_ok_and(|crc| crc == part.crc64));
        Ok((part, same))
    })?;
    let mut kept: Vec<RecordedPart> = checked.into_iter().filter(|(_, same)| *same).map(|(part, _)| part).collect();
    kept.sort_by_key(|part| part.number);
    kept.dedup_by_key(|part| part.number);
    Ok(kept)
}

/// Reports what is written.
struct Reported<'p, W> {
    file: W,
    progress: &'p Progress<'p>,
}

impl<W: Write> Write for Reported<'_, W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buf)?;
        self.progress.forward(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// An object that was downloaded. Serializes to the dict of its headers.
///
/// The headers' fields are reached through it: `done.etag`, `done.headers`.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DownloadFileOutput {
    /// What COS says of the object.
    #[serde(flatten)]
    pub meta: HeadObjectOutput,
    /// Whether the CRC-64 was compared; false if COS did not say it, and only the length was checked.
    #[serde(skip)]
    pub verified: bool,
    /// Whether the key was proven to be the right one, where the object was decrypted; none where it was not.
    #[serde(skip)]
    pub key_proof: Option<KeyProof>,
}

impl std::ops::Deref for DownloadFileOutput {
    type Target = HeadObjectOutput;

    fn deref(&self) -> &HeadObjectOutput {
        &self.meta
    }
}
