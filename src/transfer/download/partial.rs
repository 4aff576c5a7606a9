//! A download in ranges as it stands on the disk: temporary file and checkpoint.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, absolute};
use std::sync::{Mutex, MutexGuard, PoisonError};

use md5::{Digest, Md5};
use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use crate::transfer::checkpoint::{Journal, Opened};
use crate::transfer::file;
use crate::transfer::plan::Plan;
use crate::transfer::pool::{StopSignal, run};
use crate::transfer::progress::Progress;

use crate::cipher::Cipher;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{DirEntry, Folder, hidden, stem, unique};
use crate::ops::object::head::HeadObjectOutput;
use crate::ops::response::Response;
use crate::wire::crc64::combine;
use crate::wire::sign::hex;

/// A download: its object, its plan and its destination.
pub(super) struct Download<'t> {
    pub(super) bucket: &'t str,
    pub(super) key: &'t str,
    pub(super) head: &'t Response<HeadObjectOutput>,
    pub(super) plan: Plan,
    /// The most parts of another plan, if that of an earlier call counts.
    pub(super) any_plan: Option<u64>,
    pub(super) destination: &'t DirEntry,
    pub(super) record_dir: Option<&'t Path>,
}

/// The temporary file of a download, and its checkpoint.
pub(super) struct Partial<'t> {
    pub(super) plan: Plan,
    download: &'t Download<'t>,
    pub(super) file: File,
    pub(super) temporary: DirEntry,
    journal: Journal,
    /// The CRC-64 of each part that is there.
    parts: Mutex<BTreeMap<u32, u64>>,
}

impl<'t> Partial<'t> {
    /// Resumes the download of an earlier call, or starts over.
    pub(super) fn open(
        download: &'t Download<'t>,
        pool: &ThreadPool,
        stop: &StopSignal,
        progress: &Progress<'_>,
    ) -> Result<Self, CosError> {
        let Download { bucket, key, head, mut plan, any_plan, destination, record_dir } = *download;
        let records = record_dir.map(|folder| {
            let opened = fs::create_dir_all(folder).and_then(|()| Folder::open(folder));
            opened.map_err(|e| CosClientError::local(folder, "cannot create", e))
        });
        let places = DownloadFiles::new(destination, bucket, key, records.transpose()?.as_ref())
            .map_err(|e| CosClientError::local(&destination.path(), "cannot use", e))?;
        let recording = |e| CosClientError::local(&places.checkpoint.path(), "cannot write the download record", e);
        let (journal, found) = match Journal::open::<Header, RecordedPart>(&places.checkpoint).map_err(recording)? {
            Opened::Ours(journal, found) => (journal, found),
            Opened::Held => {
                let why = format!("{} is being downloaded to by another transfer", destination.path().display());
                return Err(CosClientError::new(ClientErrorKind::Locked, why).into());
            }
        };
        if let (Some(max_count), Some((earlier, _))) = (any_plan, &found) {
            let planned = Plan::download(head.content_length, earlier.of.part_size.max(1), max_count);
            plan = if planned.part_size() == earlier.of.part_size { planned } else { plan };
        }
        let source = DownloadSource {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            etag: head.etag.clone(),
            last_modified: head.last_modified.clone(),
            size: head.content_length,
            part_size: plan.part_size(),
        };
        let left = found.is_some();
        if let Some((head, recorded)) = found.filter(|(head, _)| head.is_of(&source)) {
            let temporary = places.temporary(&head);
            if let Some(file) = open_temporary(&temporary, true).ok().filter(|_| temporary.is_own()) {
                let parts = verified(&file, recorded, plan, (pool, stop))?;
                progress.forward(parts.keys().filter_map(|number| plan.part(*number)).map(|part| part.len).sum());
                return Ok(Self { download, plan, file, temporary, journal, parts: Mutex::new(parts) });
            }
        }
        if left {
            let (record, path) = (places.checkpoint.path(), destination.path());
            log::warn!("the record {} is of no use, starting {} anew", record.display(), path.display());
        }
        if !journal.is_transient() {
            places.remove_temporaries();
        }
        let head = Header::new(source);
        let temporary = places.temporary(&head);
        let begun = journal.begin(&head).map_err(recording).and_then(|()| {
            open_temporary(&temporary, false).map_err(|e| CosClientError::local(&temporary.path(), "cannot create", e))
        });
        let file = match begun {
            Ok(file) => file,
            Err(error) => {
                journal.remove();
                return Err(error.into());
            }
        };
        Ok(Self { download, plan, file, temporary, journal, parts: Mutex::default() })
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<u32, u64>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.parts().contains_key(&number)
    }

    /// Notes a part whose bytes were all written.
    pub(super) fn note(&self, number: u32, crc64: u64) {
        self.parts().insert(number, crc64);
        if let Err(error) = self.journal.append(&RecordedPart { number, crc64 }) {
            log::warn!("part {number} would be fetched again after a break: {error}");
        }
    }

    /// Checks the whole and puts it in its place.
    pub(super) fn finish(self, cipher: Option<&dyn Cipher>) -> Result<(), CosError> {
        let (Download { head, destination, .. }, plan) = (self.download, self.plan);
        let parts = std::mem::take(&mut *self.parts());
        let crc = parts.iter().filter_map(|(number, crc)| Some((*crc, plan.part(*number)?.len)));
        let crc = crc.fold(0, |whole, (part, len)| combine(whole, part, len));
        if let Some(stored) = head.crc64.filter(|stored| *stored != crc) {
            self.discard();
            let why = format!("crc64: received {crc}, but COS stored {stored}");
            return Err(CosClientError::answered(ClientErrorKind::Integrity, why).into());
        }
        let failed = |doing: &str, e| CosClientError::local(&destination.path(), doing, e);
        if let Some(cipher) = cipher {
            // In place: should this break off, the record's checksums tell the next call what to fetch again.
            match cipher.open_file(&self.file, head.content_length).map_err(io::Error::downcast::<CosClientError>) {
                Ok(()) => {}
                Err(Ok(undecryptable)) => {
                    self.discard();
                    return Err(undecryptable.into());
                }
                Err(Err(e)) => return Err(failed("cannot write", e).into()),
            }
        }
        self.temporary.set_usual_mode(&self.file);
        self.file.sync_all().map_err(|e| failed("cannot write", e))?;
        destination.take(&self.temporary).map_err(|e| failed("cannot replace", e))?;
        self.journal.remove();
        Ok(())
    }

    /// Keeps what the next call can resume, and nothing else.
    pub(super) fn keep_or_discard(self, error: &CosError, discard: bool) {
        let useless = error.kind() == Some(&ClientErrorKind::ObjectChanged);
        if useless || discard || self.journal.is_transient() || self.parts().is_empty() {
            self.discard();
        }
    }

    fn discard(self) {
        let _ = self.temporary.remove();
        self.journal.remove();
    }
}

/// Returns those recorded parts whose bytes are really in the file. The last word on a part counts.
fn verified(
    file: &File,
    recorded: Vec<RecordedPart>,
    plan: Plan,
    (pool, stop): (&ThreadPool, &StopSignal),
) -> Result<BTreeMap<u32, u64>, CosError> {
    let recorded: BTreeMap<u32, u64> = recorded.into_iter().map(|part| (part.number, part.crc64)).collect();
    let checked = run(pool, stop, recorded.into_iter(), |&(number, crc64)| {
        let range = plan.part(number);
        let same = range.is_some_and(|range| file::crc64(file, range).is_ok_and(|crc| crc == crc64));
        Ok(same.then_some((number, crc64)))
    })?;
    Ok(checked.into_iter().flatten().collect())
}

const VERSION: u32 = 2;

/// The first line of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    version: u32,
    of: DownloadSource,
    /// Names the temporary file; 32 hex digits.
    id: String,
}

/// The object and how it is cut; a checkpoint of anything else is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownloadSource {
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

impl Header {
    pub(crate) fn new(of: DownloadSource) -> Self {
        Self { version: VERSION, of, id: unique() }
    }

    /// Whether it is of this download.
    pub(crate) fn is_of(&self, of: &DownloadSource) -> bool {
        let named = self.id.len() == 32 && self.id.bytes().all(|b| b.is_ascii_hexdigit());
        self.version == VERSION && named && self.of == *of
    }
}

/// Where the files of a download are.
pub(crate) struct DownloadFiles {
    pub(crate) checkpoint: DirEntry,
    destination: DirEntry,
    /// A checksum of bucket, key and destination.
    download: String,
}

impl DownloadFiles {
    /// The checkpoint is beside the destination, or in `folder`.
    pub(crate) fn new(destination: &DirEntry, bucket: &str, key: &str, folder: Option<&Folder>) -> io::Result<Self> {
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
    pub(crate) fn temporary(&self, head: &Header) -> DirEntry {
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
pub(crate) fn open_temporary(place: &DirEntry, resumed: bool) -> io::Result<File> {
    if resumed { place.open_for_writing() } else { place.create() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> DownloadSource {
        DownloadSource {
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
        assert!(Header::new(source()).is_of(&source()));
        assert!(!Header::new(source()).is_of(&DownloadSource { etag: "\"other\"".into(), ..source() }));
        for id in ["", "../../../../../../../../etc/passwd", "0123456789abcdef0123456789abcde/"] {
            assert!(!Header { id: id.to_owned(), ..Header::new(source()) }.is_of(&source()), "{id}");
        }
    }

    #[test]
    fn temporary_files_stay_beside_the_destination_and_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let destination = DirEntry::of(&folder.path().join("a.bin")).unwrap();
        let places = DownloadFiles::new(&destination, "b-1", "k", None).unwrap();
        let other = DownloadFiles::new(&destination, "b-1", "other", None).unwrap();
        let (one, two) = (Header::new(source()), Header::new(source()));
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
