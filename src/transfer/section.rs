//! A part of a local file as a body.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::plan::PartRange;
use super::pool::Stop;
use super::progress::Progress;
use crate::error::{ClientErrorKind, CosClientError};
use crate::local::read_at;
use crate::wire::body::Source;

/// Reads one part of a file, at positions of its own, so that parts share the open file.
pub(crate) struct Section<'t> {
    file: &'t File,
    range: PartRange,
    read: u64,
    /// Whether what is read is progress.
    counts: bool,
    progress: &'t Progress<'t>,
    stop: &'t Stop,
}

impl<'t> Section<'t> {
    pub(crate) fn new(file: &'t File, range: PartRange, progress: &'t Progress<'t>, stop: &'t Stop) -> Self {
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

impl Source for Section<'_> {
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

/// What tells whether a file is still the one that was opened, unchanged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    len: u64,
    modified: Option<SystemTime>,
    /// Device and number of the file, where the system has such.
    place: Option<(u64, u64)>,
}

impl Identity {
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

impl From<&Metadata> for Identity {
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
