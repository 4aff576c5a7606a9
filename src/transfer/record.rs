//! What a download in ranges keeps beside its destination: a checkpoint and a temporary file.

use std::fs::File;
use std::io;
use std::path::absolute;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::local::{Folder, Place, hidden, stem, unique};
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
        Self { version: VERSION, of, id: unique() }
    }

    /// Whether it is of this download.
    pub(crate) fn is_of(&self, of: &Source) -> bool {
        let named = self.id.len() == 32 && self.id.bytes().all(|b| b.is_ascii_hexdigit());
        self.version == VERSION && named && self.of == *of
    }
}

/// Where the files of a download are.
pub(crate) struct Places {
    pub(crate) checkpoint: Place,
    destination: Place,
    /// A checksum of what is downloaded where.
    download: String,
}

impl Places {
    /// The checkpoint is beside the destination, or in `folder`.
    pub(crate) fn new(destination: &Place, bucket: &str, key: &str, folder: Option<&Folder>) -> io::Result<Self> {
        let mut md5 = Md5::new();
        for text in [bucket, key, &absolute(destination.path())?.to_string_lossy()] {
            md5.update(text);
            md5.update([0]);
        }
        let download = hex(&md5.finalize());
        let checkpoint = folder.unwrap_or(destination.folder()).place(hidden(destination, &download, "record"));
        Ok(Self { checkpoint, destination: destination.clone(), download })
    }

    /// Returns where the temporary file is: beside the destination, its name made of checksum and id alone.
    pub(crate) fn temporary(&self, head: &Head) -> Place {
        self.destination.beside(format!("{}{}{TEMPORARY}", self.temporaries(), head.id))
    }

    fn temporaries(&self) -> String {
        format!(".{}.{}.", stem(&self.destination), self.download)
    }

    /// Removes the temporary files of this download, whatever checkpoint named them, and what was made to learn the
    /// usual rights.
    pub(crate) fn remove_temporaries(&self) {
        let Ok(names) = self.destination.folder().names() else { return };
        let ours = self.temporaries();
        for name in names.flatten() {
            if name.to_str().is_some_and(|name| name.starts_with(&ours) && name.contains(TEMPORARY)) {
                let _ = self.destination.beside(name).remove();
            }
        }
    }
}

/// How the name of a temporary file ends.
const TEMPORARY: &str = ".cos-part";

/// Opens the temporary file of a download: the one that is there, or a new one that only its owner can read.
pub(crate) fn open_temporary(place: &Place, resumed: bool) -> io::Result<File> {
    if resumed { place.open_for_writing() } else { place.create() }
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
        let destination = Place::of(&folder.path().join("a.bin")).unwrap();
        let places = Places::new(&destination, "b-1", "k", None).unwrap();
        let other = Places::new(&destination, "b-1", "other", None).unwrap();
        let (one, two) = (Head::new(source()), Head::new(source()));
        let paths = [places.temporary(&one), places.temporary(&two), other.temporary(&one)];
        for path in &paths {
            assert_eq!(path.path().parent(), Some(folder.path()));
            open_temporary(path, false).unwrap();
        }
        let mode = folder.path().join(format!("{}-mode", paths[0].name().to_string_lossy()));
        std::fs::write(&mode, "").unwrap();
        places.remove_temporaries();
        assert_eq!(paths.map(|path| path.path().exists()), [false, false, true]);
        assert!(!mode.exists());
    }
}
