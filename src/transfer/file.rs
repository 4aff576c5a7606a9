//! A local file that is uploaded: its parts as bodies, their checksums, and whether it has changed.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderMap;
use md5::{Digest, Md5};
use rayon::ThreadPool;

use super::multipart::checkpoint::{SavedPart, UploadCheckpoint};
use super::multipart::session::{Destination, Done, OpenUpload, sum};
use super::multipart::{PartSource, missing};
use super::plan::{PartRange, Plan};
use super::pool::{StopSignal, run};
use super::progress::Progress;
use crate::cipher::{Cipher, EncryptedFile, FileCipher};
use crate::client::sending;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::read_at;
use crate::ops::multipart::list_parts::ListedPart;
use crate::wire::body::{Body, BodySource};
use crate::wire::crc64::Crc64;
use crate::wire::limits::MAX_REQUEST;
use crate::wire::sign::hex;

/// Reads one part of a file, at positions of its own, so that parts share the open file.
pub(crate) struct Section<'t> {
    file: &'t File,
    range: PartRange,
    read: u64,
    /// Whether the bytes that are read count as progress.
    counts: bool,
    progress: &'t Progress<'t>,
    stop: &'t StopSignal,
}

impl<'t> Section<'t> {
    pub(crate) fn new(file: &'t File, range: PartRange, progress: &'t Progress<'t>, stop: &'t StopSignal) -> Self {
        Self { file, range, read: 0, counts: true, progress, stop }
    }
}

impl BodySource for Section<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_set() {
            return Err(io::Error::other("the transfer stopped"));
        }
        let left = self.range.len - self.read;
        let wanted = usize::try_from(left).map_or(buf.len(), |left| left.min(buf.len()));
        let read = read_at(self.file, &mut buf[..wanted], self.range.offset + self.read)?;
        self.read += read as u64;
        if self.counts {
            self.progress.forward(read as u64);
        }
        Ok(read)
    }

    fn remaining(&self) -> Option<u64> {
        Some(self.range.len)
    }

    fn counts(&mut self, sent: bool) {
        self.counts = sent;
    }

    fn rewind(&mut self) -> io::Result<bool> {
        if self.counts {
            self.progress.back(self.read);
        }
        self.read = 0;
        Ok(true)
    }
}

/// What the parts of an upload share.
pub(super) struct FileUpload<'t> {
    pub(super) file: &'t File,
    pub(super) path: &'t Path,
    pub(super) identity: &'t FileIdentity,
    pub(super) progress: &'t Progress<'t>,
    pub(super) stop: &'t StopSignal,
    pub(super) cipher: Option<&'t Arc<dyn Cipher>>,
}

impl<'t> FileUpload<'t> {
    /// Returns the same upload with its parts encrypted by this key, if there is one.
    pub(super) fn encrypted_by(&self, key: Option<&'t EncryptedFile>) -> Self {
        Self { cipher: key.map(|key| &key.cipher), ..*self }
    }

    pub(super) fn section(&self, range: PartRange) -> Body<'t> {
        let section = Body::source(Section::new(self.file, range, self.progress, self.stop));
        match self.cipher {
            Some(cipher) => {
                let ends = range.offset + range.len == self.identity.len();
                Arc::clone(cipher).seal(section, range.offset, ends)
            }
            None => section,
        }
    }

    /// Sends something of the file. A file that changed before it is not sent any more, and one that changed
    /// meanwhile is why sending failed, if it did.
    pub(super) fn unchanged<T>(&self, send: impl FnOnce() -> Result<T, CosError>) -> Result<T, CosError> {
        self.identity.check(self.file, self.path)?;
        let result = send();
        self.identity.check(self.file, self.path)?;
        result
    }

    /// Sends all of the file in one request, which stores whatever was read.
    pub(super) fn unchanged_whole<T>(&self, send: impl FnOnce() -> Result<T, CosError>) -> Result<T, CosError> {
        self.identity.check(self.file, self.path)?;
        let result = send();
        let so_far = if result.is_ok() { "the object is stored, and may hold some of both" } else { UNFINISHED };
        self.identity.check_until(self.file, self.path, so_far)?;
        result
    }

    /// Compares the file with the `Content-MD5` that the caller named, and takes it out of the headers: no request of an
    /// upload in parts carries the whole. The file is read once more for that, only if there is one.
    pub(super) fn check_md5(&self, headers: &mut HeaderMap) -> Result<(), CosClientError> {
        let Some(expected) = headers.remove("content-md5") else { return Ok(()) };
        let mut md5 = Md5::new();
        let whole = PartRange { number: 1, offset: 0, len: self.identity.len() };
        each(self.file, whole, |bytes| md5.update(bytes))
            .map_err(|e| CosClientError::local(self.path, "cannot read", e))?;
        let found = BASE64_STANDARD.encode(md5.finalize());
        if expected == found {
            return Ok(());
        }
        let expected = String::from_utf8_lossy(expected.as_bytes());
        let why = format!("content_md5: {} has {found}, not {expected}; nothing was sent", self.path.display());
        Err(CosClientError::new(ClientErrorKind::Integrity, why))
    }
}

/// Has parts begin where the cipher can begin; refuses those that grow too long for a request.
pub(super) fn sealable(plan: Plan, cipher: &dyn FileCipher) -> Result<Plan, CosClientError> {
    let plan = plan.in_units(cipher.unit());
    let stored = cipher.stored_len(plan.part_size());
    if stored > MAX_REQUEST {
        let why = format!("a part has {stored} bytes once it is encrypted, more than one request can carry (5 GiB)");
        return Err(CosClientError::invalid("part_size", why));
    }
    Ok(plan)
}

/// A file as the source of an upload's parts.
pub(super) struct FileParts<'t> {
    pub(super) to: Destination<'t>,
    pub(super) file: &'t FileUpload<'t>,
    pub(super) pool: &'t ThreadPool,
    /// How the file is cut. An upload that is found may be cut otherwise, which counts if `any_plan`.
    pub(super) plan: Mutex<Plan>,
    pub(super) any_plan: bool,
    /// The headers that each part carries.
    pub(super) headers: HeaderMap,
    pub(super) enable_md5: bool,
    /// The key that the parts are encrypted by.
    pub(super) key: Option<&'t EncryptedFile>,
}

impl<'t> PartSource<'t> for FileParts<'t> {
    fn send_missing(
        &self,
        upload: &OpenUpload<'t>,
        there: &[Done],
        checkpoint: &UploadCheckpoint,
    ) -> Result<Vec<Done>, CosError> {
        let Self { to, file, .. } = self;
        if let Some(kept) = self.key.filter(|key| !key.resumed).and_then(|key| key.kept.as_ref()) {
            kept.started(&upload.id);
        }
        let ranges = there.iter().filter_map(|done| self.plan().part(done.part.part_number));
        file.progress.forward(ranges.map(|part| part.len).sum());
        let send = |part: &PartRange| {
            let body = file.section(*part);
            let len = body.len().unwrap_or(part.len);
            let put = to.client.upload_part(to.bucket, to.key, body, part.number, &upload.id);
            let put = put.with_headers(self.headers.clone()).enable_md5(self.enable_md5);
            let answer = file.unchanged(|| put.send())?;
            let done = Done::new(part.number, answer.etag.as_str(), answer.sent_crc64, len);
            checkpoint.part(&done);
            Ok(done)
        };
        let mut rest = missing(self.plan(), there);
        // The end of an encrypted file is sent when all the rest is there: nobody can complete an upload that failed
        // or was cancelled before.
        let end = rest.pop_if(|part| self.key.is_some() && part.number as usize == self.plan().count());
        let mut parts = run(self.pool, file.stop, rest.into_iter(), send)?;
        parts.extend(run(self.pool, file.stop, end.into_iter(), send)?);
        file.identity.check(file.file, file.path)?;
        Ok(parts)
    }

    fn part_size(&self) -> Option<u64> {
        Some(self.plan().part_size())
    }

    /// Nobody can resume an upload whose key is gone, and nothing else must be encrypted by that key.
    fn can_be_resumed(&self, checkpoint: &UploadCheckpoint, error: Option<&CosError>) -> bool {
        let changed = error.is_some_and(|error| error.kind() == Some(&ClientErrorKind::SourceChanged));
        self.key.is_none_or(|key| key.is_kept() && checkpoint.is_kept() && !changed)
    }

    fn restart(&self) -> bool {
        if self.key.is_some() {
            return false;
        }
        self.file.progress.restart();
        self.file.stop.reset();
        true
    }

    /// An upload without parts gives nothing to resume, and may be another program's that has only begun. It is taken
    /// only if `begun`.
    fn find_unrecorded(&self, begun: bool) -> Result<Option<(OpenUpload<'t>, Vec<Done>)>, CosError> {
        if self.key.is_some() && !begun {
            return Ok(None);
        }
        let Some(upload) = self.to.newest()? else { return Ok(None) };
        // `None`: somebody completed or aborted it since.
        let Some(listed) = upload.parts()? else { return Ok(None) };
        if self.key.is_some() {
            // It was started with another key.
            if listed.is_empty() {
                upload.abort();
            }
            return Ok(None);
        }
        if listed.is_empty() {
            return Ok(begun.then_some((upload, Vec::new())));
        }
        let Some(ranges) = self.ranges(&listed).or_else(|| self.ranges_of_its_own(&listed)) else { return Ok(None) };
        let pairs = listed.into_iter().zip(ranges).collect();
        let hashed = self.each(pairs, |part, range| self.equal(part, range))?;
        let (id, key, found, plan) = (&upload.id, self.to.key, hashed.len(), self.plan().count());
        let Some(done) = hashed.into_iter().collect::<Option<Vec<_>>>() else {
            log::debug!("the open upload {id} of {key:?} is of other content; a new one is started");
            return Ok(None);
        };
        log::debug!("resuming upload {id} of {key:?}: {found} of {plan} parts are there");
        Ok(Some((upload, done)))
    }

    /// The recorded checksums tell which parts of an unchanged file can stay, the MD5 of the others.
    fn usable_parts(
        &self,
        upload: &OpenUpload<'t>,
        _: bool,
        recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError> {
        let Some(listed) = upload.parts()? else { return Ok(None) };
        let pairs = listed.into_iter().filter_map(|part| self.range(&part).map(|range| (part, range)));
        let checked = self.each(pairs.collect(), |part, range| match recorded.get(&part.part_number) {
            Some(SavedPart { etag, crc64: Some(crc64) }) if *etag == part.etag => {
                Ok((self.crc64(range)? == *crc64).then(|| self.done(range, etag, *crc64)))
            }
            // Nothing else tells what of an encrypted upload is there.
            _ if self.key.is_some() => Ok(None),
            _ => self.equal(part, range),
        })?;
        Ok(Some(checked.into_iter().flatten().collect()))
    }

    /// Only a file that is unchanged and all of whose parts are recorded can have been completed.
    fn completed(&self, recorded: &HashMap<u32, SavedPart>) -> Result<Option<(u64, Option<u64>)>, CosError> {
        if recorded.len() != self.plan().count() {
            return Ok(None);
        }
        let part = |range: PartRange| {
            let SavedPart { etag, crc64 } = recorded.get(&range.number)?;
            Some((range, etag, (*crc64)?))
        };
        let Some(parts) = self.plan().parts().map(part).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let checked = run(self.pool, self.file.stop, parts.into_iter(), |(range, etag, crc64)| {
            Ok((self.crc64(*range)? == *crc64).then(|| self.done(*range, etag, *crc64)))
        })?;
        let all: Option<Vec<Done>> = checked.into_iter().collect();
        Ok(all.map(|all| sum(&all)))
    }
}

impl FileParts<'_> {
    fn each(
        &self,
        parts: Vec<(ListedPart, PartRange)>,
        check: impl Fn(&ListedPart, PartRange) -> Result<Option<Done>, CosError> + Sync,
    ) -> Result<Vec<Option<Done>>, CosError> {
        run(self.pool, self.file.stop, parts.into_iter(), |(part, range)| check(part, *range))
    }

    fn plan(&self) -> Plan {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ranges(&self, listed: &[ListedPart]) -> Option<Vec<PartRange>> {
        listed.iter().map(|part| self.range(part)).collect()
    }

    /// Cuts the file as the parts of an upload are cut that another program started, such as the official SDK, which
    /// cuts by 1 MiB.
    fn ranges_of_its_own(&self, listed: &[ListedPart]) -> Option<Vec<PartRange>> {
        let first = listed.iter().min_by_key(|part| part.part_number).filter(|_| self.any_plan)?;
        let planned = self.plan();
        let found = Plan::upload(self.file.identity.len(), first.size.max(1));
        let set = |plan| *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
        set(found);
        let ranges = self.ranges(listed);
        if ranges.is_none() {
            set(planned);
        }
        ranges
    }

    /// Returns which bytes of the file a part is, if it is cut as planned.
    fn range(&self, part: &ListedPart) -> Option<PartRange> {
        self.plan().part(part.part_number).filter(|range| self.stored_len(*range) == part.size)
    }

    /// Returns the part if its ETag is the MD5 of the file's bytes.
    fn equal(&self, part: &ListedPart, range: PartRange) -> Result<Option<Done>, CosError> {
        let hashes = md5_and_crc64(self.file.file, range);
        let (md5, crc64) = hashes.map_err(|e| CosClientError::local(self.file.path, "cannot read", e))?;
        let equal = part.etag.trim_matches('"').eq_ignore_ascii_case(&md5);
        Ok(equal.then(|| self.done(range, &part.etag, crc64)))
    }

    /// Returns the CRC-64 of a part as it is sent.
    fn crc64(&self, range: PartRange) -> Result<u64, CosClientError> {
        if self.key.is_some() {
            return sending::crc64(self.file.section(range)).map_err(CosClientError::unreadable_body);
        }
        crc64(self.file.file, range).map_err(|e| CosClientError::local(self.file.path, "cannot read", e))
    }

    fn stored_len(&self, range: PartRange) -> u64 {
        self.file.section(range).len().unwrap_or(range.len)
    }

    fn done(&self, range: PartRange, etag: &str, crc64: u64) -> Done {
        Done::new(range.number, etag, Some(crc64), self.stored_len(range))
    }
}

/// What became of the object when the file of an upload changed before it was done.
const UNFINISHED: &str = "nothing was completed";

/// The identity of an open file: it tells whether the file is still the same, and unchanged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    len: u64,
    modified: Option<SystemTime>,
    /// When anything about it changed, which no program can put back.
    changed: Option<(i64, i64)>,
    /// Device and number of the file, where the system has such.
    place: Option<(u64, u64)>,
}

impl FileIdentity {
    pub(crate) fn of(file: &File, path: &Path) -> Result<Self, CosClientError> {
        let found = file.metadata().map_err(|e| CosClientError::local(path, "cannot read", e))?;
        let refused = |why: &str| CosClientError::local(path, "cannot upload", io::Error::other(why));
        if !found.is_file() {
            return Err(refused("it is not a file"));
        }
        // The system makes some files while they are read, and says that they are empty.
        if found.len() == 0 && read_at(file, &mut [0], 0).is_ok_and(|read| read > 0) {
            return Err(refused("it holds more than its length says"));
        }
        Ok(Self::from(&found))
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the identity as text, for a later process to compare.
    pub(crate) fn state(&self) -> String {
        let modified = self.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        format!("{} {:?} {:?} {:?}", self.len, modified, self.changed, self.place)
    }

    /// Fails if the file changed since, or if another one stands in its place.
    pub(crate) fn check(&self, file: &File, path: &Path) -> Result<(), CosClientError> {
        self.check_until(file, path, UNFINISHED)
    }

    /// The same, where so much has happened by then.
    fn check_until(&self, file: &File, path: &Path, so_far: &str) -> Result<(), CosClientError> {
        let there = fs::metadata(path).is_ok_and(|found| Self::from(&found) == *self);
        // Where files have numbers, what stands at the path is the open file.
        if there && (self.place.is_some() || Self::of(file, path)? == *self) {
            return Ok(());
        }
        let why = format!("{} changed while it was uploaded; {so_far}", path.display());
        Err(CosClientError::new(ClientErrorKind::SourceChanged, why))
    }
}

impl From<&Metadata> for FileIdentity {
    fn from(found: &Metadata) -> Self {
        #[cfg(unix)]
        let (place, changed) = {
            use std::os::unix::fs::MetadataExt;
            (Some((found.dev(), found.ino())), Some((found.ctime(), found.ctime_nsec())))
        };
        #[cfg(not(unix))]
        let (place, changed) = (None, None);
        Self { len: found.len(), modified: found.modified().ok(), changed, place }
    }
}

/// How much is read at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// Returns the CRC-64 of a part.
pub(crate) fn crc64(file: &File, range: PartRange) -> io::Result<u64> {
    let mut crc = Crc64::new();
    each(file, range, |bytes| crc.update(bytes))?;
    Ok(crc.value())
}

/// Returns the MD5 in hex and the CRC-64 of a part.
pub(crate) fn md5_and_crc64(file: &File, range: PartRange) -> io::Result<(String, u64)> {
    let (mut md5, mut crc) = (Md5::new(), Crc64::new());
    each(file, range, |bytes| {
        md5.update(bytes);
        crc.update(bytes);
    })?;
    Ok((hex(&md5.finalize()), crc.value()))
}

fn each(file: &File, range: PartRange, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let (mut at, end) = (range.offset, range.offset + range.len);
    while at < end {
        let wanted = buffer.len().min((end - at) as usize);
        match read_at(file, &mut buffer[..wanted], at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                take(&buffer[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
