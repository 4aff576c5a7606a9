//! What a download in ranges keeps beside its destination: a checkpoint and a temporary file.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::local::folder_of;
use crate::wire::sign::hex;

const VERSION: u32 = 2;

/// The first line of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    version: u32,
    of: Source,
    /// Names the temporary file; 32 hex digits.
    id: String,
}

/// The object and how it is cut; a checkpoint of anything else is of no use.
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

/// A part that is in the temporary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedPart {
    pub(crate) number: u32,
    pub(crate) crc64: u64,
}

impl Head {
    pub(crate) fn new(of: Source) -> Self {
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { version: VERSION, of, id }
    }

    /// Whether it is of this download.
    pub(crate) fn is_of(&self, of: &Source) -> bool {
        let named = self.id.len() == 32 && self.id.bytes().all(|b| b.is_ascii_hexdigit());
        self.version == VERSION && named && self.of == *of
    }
}

/// Where the files of a download are.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) checkpoint: PathBuf,
    destination: PathBuf,
    /// A checksum of what is downloaded where.
    download: String,
}

impl Places {
    /// The checkpoint is beside the destination, or in `folder`.
    pub(crate) fn new(destination: &Path, bucket: &str, key: &str, folder: Option<&Path>) -> Self {
        let mut md5 = Md5::new();
        for text in [bucket, key, &destination.to_string_lossy()] {
            md5.update(text);
            md5.update([0]);
        }
        let download = hex(&md5.finalize());
        let name = format!(".{}.{download}.cos-record", stem(destination));
        let checkpoint = folder.unwrap_or_else(|| folder_of(destination)).join(name);
        Self { checkpoint, destination: destination.to_path_buf(), download }
    }

    /// Returns the temporary file's path: beside the destination, its name made of checksum and id alone.
    pub(crate) fn temporary(&self, head: &Head) -> PathBuf {
        folder_of(&self.destination).join(format!("{}{}{TEMPORARY}", self.temporaries(), head.id))
    }

    fn temporaries(&self) -> String {
        format!(".{}.{}.", stem(&self.destination), self.download)
    }

    /// Removes the temporary files of this download, whatever checkpoint named them.
    pub(crate) fn remove_temporaries(&self) {
        let Ok(entries) = fs::read_dir(folder_of(&self.destination)) else { return };
        let ours = self.temporaries();
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(&ours) && name.ends_with(TEMPORARY)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// How the name of a temporary file ends.
const TEMPORARY: &str = ".cos-part";

fn stem(destination: &Path) -> String {
    destination.file_name().unwrap_or_default().to_string_lossy().chars().take(40).collect()
}

/// Opens the temporary file of a download: the one that is there, or a new one that only its owner can read.
pub(crate) fn open_temporary(path: &Path, resumed: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
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
    fn a_head_knows_its_download() {
        assert!(Head::new(source()).is_of(&source()));
        assert!(!Head::new(source()).is_of(&Source { etag: "\"other\"".into(), ..source() }));
        for id in ["", "../../../../../../../../etc/passwd", "0123456789abcdef0123456789abcde/"] {
            assert!(!Head { id: id.to_owned(), ..Head::new(source()) }.is_of(&source()), "{id}");
        }
    }

    #[test]
    fn temporary_files_stay_beside_the_destination_and_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::new(&folder.path().join("a.bin"), "b-1", "k", None);
        let other = Places::new(&folder.path().join("a.bin"), "b-1", "other", None);
        let (one, two) = (Head::new(source()), Head::new(source()));
        let paths = [places.temporary(&one), places.temporary(&two), other.temporary(&one)];
        for path in &paths {
            assert_eq!(path.parent(), Some(folder.path()));
            open_temporary(path, false).unwrap();
        }
        places.remove_temporaries();
        assert_eq!(paths.map(|path| path.exists()), [false, false, true]);
    }
}
