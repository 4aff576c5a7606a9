//! The record of a download that broke off: which parts are in the temporary file.
//!
//! It is written after the bytes it speaks of are on the disk, and replaced as a whole. A record that
//! cannot be read, or is about another object, counts as none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::error::CosClientError;
use crate::local::{folder_of, sync_folder};
use crate::wire::crc64::Crc64;
use crate::wire::sign::hex;

const VERSION: u32 = 1;
/// A record of 10,000 parts is far below it, in bytes.
const SIZE_LIMIT: u64 = 4 * 1024 * 1024;

/// What is downloaded, and what of it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    version: u32,
    pub(crate) of: Source,
    /// Names the temporary file; 32 hex digits.
    pub(crate) id: String,
    pub(crate) parts: Vec<RecordedPart>,
}

/// The object and how it is cut; a record of anything else is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) etag: String,
    pub(crate) last_modified: String,
    pub(crate) size: u64,
    pub(crate) part_size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedPart {
    pub(crate) number: u32,
    pub(crate) crc64: u64,
}

/// A record on the disk, with the CRC-64 of its own text.
#[derive(Serialize, Deserialize)]
struct Sealed {
    crc64: u64,
    record: String,
}

impl Record {
    pub(crate) fn new(of: Source) -> Self {
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { version: VERSION, of, id, parts: Vec::new() }
    }

    /// Reads a record; none if there is none that is whole and speaks of `of`.
    pub(crate) fn load(path: &Path, of: &Source) -> Option<Self> {
        let record = Self::load_any(path)?;
        if record.of != *of {
            log::debug!("the download record {} is of another download", path.display());
            return None;
        }
        Some(record)
    }

    /// Reads a record of whatever download; none if there is none that is whole.
    pub(crate) fn load_any(path: &Path) -> Option<Self> {
        let record = match read(path) {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                log::warn!("the download record {} is ignored: {error}", path.display());
                return None;
            }
        };
        let known =
            record.version == VERSION && record.id.len() == 32 && record.id.bytes().all(|b| b.is_ascii_hexdigit());
        known.then_some(record)
    }

    /// Writes the record, replacing the one before.
    pub(crate) fn save(&self, path: &Path) -> Result<(), CosClientError> {
        let failed = |e| CosClientError::local(path, "cannot write the download record", e);
        let record = serde_json::to_string(self).map_err(|e| failed(e.into()))?;
        let sealed = serde_json::to_vec(&Sealed { crc64: crc64(&record), record }).map_err(|e| failed(e.into()))?;
        let mut file = tempfile::NamedTempFile::new_in(folder_of(path)).map_err(failed)?;
        file.write_all(&sealed).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(path).map_err(|e| failed(e.error))?;
        sync_folder(path);
        Ok(())
    }

    /// Returns the temporary file's path: beside the destination, its name made of the record's id alone.
    pub(crate) fn temporary(&self, destination: &Path) -> PathBuf {
        hidden(destination, &self.id, "part")
    }
}

fn read(path: &Path) -> io::Result<Record> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() || found.len() > SIZE_LIMIT {
        return Err(io::Error::other("it is no record"));
    }
    let sealed: Sealed = serde_json::from_slice(&fs::read(path)?)?;
    if sealed.crc64 != crc64(&sealed.record) {
        return Err(io::Error::other("it is damaged"));
    }
    Ok(serde_json::from_str(&sealed.record)?)
}

fn crc64(text: &str) -> u64 {
    let mut crc = Crc64::new();
    crc.update(text.as_bytes());
    crc.value()
}

/// Returns where the record of a download is kept: beside the destination, or in `folder`.
pub(crate) fn path(destination: &Path, bucket: &str, key: &str, folder: Option<&Path>) -> PathBuf {
    let mut md5 = Md5::new();
    for text in [bucket, key, &destination.to_string_lossy()] {
        md5.update(text);
        md5.update([0]);
    }
    let name = hidden(destination, &hex(&md5.finalize()), "record");
    match folder {
        Some(folder) => folder.join(name.file_name().unwrap_or_default()),
        None => name,
    }
}

fn hidden(destination: &Path, id: &str, kind: &str) -> PathBuf {
    let stem: String = destination.file_name().unwrap_or_default().to_string_lossy().chars().take(40).collect();
    folder_of(destination).join(format!(".{stem}.{id}.cos-{kind}"))
}

/// Opens the temporary file of a record: the one that is there, or a new one.
pub(crate) fn open_temporary(path: &Path, resumed: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    if resumed {
        // A link planted under the name must not be written through.
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
    } else {
        options.create_new(true);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source {
            bucket: "b-1".into(),
            key: "k".into(),
            etag: "\"e\"".into(),
            last_modified: "t".into(),
            size: 3,
            part_size: 1,
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let mut record = Record::new(source());
        record.parts.push(RecordedPart { number: 2, crc64: u64::MAX });
        record.save(&path).unwrap();
        assert_eq!(Record::load(&path, &source()), Some(record));
    }

    #[test]
    fn damaged_and_foreign_records_count_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        assert_eq!(Record::load(&path, &source()), None);
        Record::new(source()).save(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        assert_eq!(Record::load(&path, &Source { etag: "\"other\"".into(), ..source() }), None);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(Record::load(&path, &source()), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(Record::load(&path, &source()), None, "cut at {at}");
        }
    }

    #[test]
    fn the_temporary_file_stays_beside_the_destination() {
        let record = Record::new(source());
        let path = record.temporary(Path::new("/downloads/a.bin"));
        assert_eq!(path.parent(), Some(Path::new("/downloads")));
        assert_ne!(record.id, Record::new(source()).id);
    }
}
