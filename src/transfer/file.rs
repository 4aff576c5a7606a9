//! A part of a local file as a body.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use md5::{Digest, Md5};

use super::plan::{PartRange, Plan};
use super::pool::StopSignal;
use super::progress::Progress;
use crate::cipher::Cipher;
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::read_at;
use crate::ops::object::put::SINGLE_UPLOAD_LIMIT;
use crate::wire::body::{Body, BodySource};
use crate::wire::crc64::Crc64;
use crate::wire::sign::hex;

/// Reads one part of a file, at positions of its own, so that parts share the open file.
pub(crate) struct Section<'t> {
    file: &'t File,
    range: PartRange,
    read: u64,
    /// Whether what is read is progress.
    counts: bool,
    progress: &'t Progress<'t>,
    stop: &'t StopSignal,
}

impl<'t> Section<'t> {
    pub(crate) fn new(file: &'t File, range: PartRange, progress: &'t Progress<'t>, stop: &'t StopSignal) -> Self {
        Self { file, range, read: 0, counts: true, progress, stop }
    }
}

impl Read for Section<'_> {
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
}

impl BodySource for Section<'_> {
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

/// What all parts of an upload share.
pub(super) struct FileUpload<'t> {
    pub(super) file: &'t File,
    pub(super) path: &'t Path,
    pub(super) identity: &'t FileIdentity,
    pub(super) progress: &'t Progress<'t>,
    pub(super) control: &'t Control,
    pub(super) stop: &'t StopSignal,
    pub(super) cipher: Option<&'t Arc<dyn Cipher>>,
}

impl<'t> FileUpload<'t> {
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

    /// Has parts begin where the cipher can begin; refuses those that grow too long for a request.
    pub(super) fn sealable(&self, plan: Plan) -> Result<Plan, CosClientError> {
        let Some(cipher) = self.cipher else { return Ok(plan) };
        let plan = plan.in_units(cipher.unit());
        let stored = cipher.stored_len(plan.part_size());
        if stored > SINGLE_UPLOAD_LIMIT {
            let why =
                format!("a part has {stored} bytes once it is encrypted, more than one request can carry (5 GiB)");
            return Err(CosClientError::invalid("part_size", why));
        }
        Ok(plan)
    }
}

/// What tells whether a file is still the one that was opened, unchanged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    len: u64,
    modified: Option<SystemTime>,
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

    /// Returns what a later process compares, to tell whether the file is still the same.
    pub(crate) fn state(&self) -> String {
        let modified = self.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        format!("{} {:?} {:?}", self.len, modified, self.place)
    }

    /// Fails if the file changed since, or if another one stands in its place.
    pub(crate) fn check(&self, file: &File, path: &Path) -> Result<(), CosClientError> {
        let still_there = fs::metadata(path).is_ok_and(|found| Self::from(&found).place == self.place);
        if still_there && Self::of(file, path)? == *self {
            return Ok(());
        }
        let why = format!("{} changed while it was uploaded; nothing was completed", path.display());
        Err(CosClientError::new(ClientErrorKind::SourceChanged, why))
    }
}

impl From<&Metadata> for FileIdentity {
    fn from(found: &Metadata) -> Self {
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt;
            Some((found.dev(), found.ino()))
        };
        #[cfg(not(unix))]
        let place = None;
        Self { len: found.len(), modified: found.modified().ok(), place }
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
