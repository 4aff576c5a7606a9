//! A download in ranges as it stands on the disk: temporary file and checkpoint.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;

use super::hash;
use super::journal::{Journal, Opened};
use super::plan::Plan;
use super::pool::{Stop, run};
use super::progress::Progress;
use super::record::{Head, Places, RecordedPart, Source, open_temporary};
use crate::cipher::Cipher;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{Folder, Place};
use crate::ops::object::head::HeadObjectOutput;
use crate::ops::response::Response;
use crate::wire::crc64::combine;

/// What is downloaded where.
pub(super) struct Download<'t> {
    pub(super) bucket: &'t str,
    pub(super) key: &'t str,
    pub(super) head: &'t Response<HeadObjectOutput>,
    pub(super) plan: Plan,
    pub(super) destination: &'t Place,
    pub(super) record_dir: Option<&'t Path>,
}

/// The temporary file of a download, and its checkpoint.
pub(super) struct Partial<'t> {
    download: &'t Download<'t>,
    pub(super) file: File,
    pub(super) temporary: Place,
    journal: Journal,
    /// The CRC-64 of each part that is there.
    parts: Mutex<BTreeMap<u32, u64>>,
}

impl<'t> Partial<'t> {
    /// Takes up what an earlier call left, or starts anew.
    pub(super) fn open(
        download: &'t Download<'t>,
        pool: &ThreadPool,
        stop: &Stop,
        progress: &Progress<'_>,
    ) -> Result<Self, CosError> {
        let Download { bucket, key, head, plan, destination, record_dir } = *download;
        let records = record_dir.map(|folder| {
            let opened = fs::create_dir_all(folder).and_then(|()| Folder::open(folder));
            opened.map_err(|e| CosClientError::local(folder, "cannot create", e))
        });
        let places = Places::new(destination, bucket, key, records.transpose()?.as_ref())
            .map_err(|e| CosClientError::local(&destination.path(), "cannot use", e))?;
        let source = Source {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            etag: head.etag.clone(),
            last_modified: head.last_modified.clone(),
            size: head.content_length,
            part_size: plan.part_size(),
        };
        let recording = |e| CosClientError::local(&places.checkpoint.path(), "cannot write the download record", e);
        let (journal, found) = match Journal::open::<Head, RecordedPart>(&places.checkpoint).map_err(recording)? {
            Opened::Ours(journal, found) => (journal, found),
            Opened::Held => {
                let why = format!("{} is being downloaded to by another transfer", destination.path().display());
                return Err(CosClientError::new(ClientErrorKind::Locked, why).into());
            }
        };
        let left = found.is_some();
        if let Some((head, recorded)) = found.filter(|(head, _)| head.is_of(&source)) {
            let temporary = places.temporary(&head);
            if let Ok(file) = open_temporary(&temporary, true) {
                let parts = verified(&file, recorded, plan, (pool, stop))?;
                progress.forward(parts.keys().filter_map(|number| plan.part(*number)).map(|part| part.len).sum());
                return Ok(Self { download, file, temporary, journal, parts: Mutex::new(parts) });
            }
        }
        if left {
            let (record, path) = (places.checkpoint.path(), destination.path());
            log::warn!("the record {} is of no use, starting {} anew", record.display(), path.display());
        }
        places.remove_temporaries();
        let head = Head::new(source);
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
        Ok(Self { download, file, temporary, journal, parts: Mutex::default() })
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
        let Download { head, plan, destination, .. } = *self.download;
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

    /// Leaves what can be gone on with, and nothing else.
    pub(super) fn keep_or_discard(self, error: &CosError, discard: bool) {
        let useless = error.kind() == Some(&ClientErrorKind::ObjectChanged);
        if useless || discard || self.parts().is_empty() {
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
    (pool, stop): (&ThreadPool, &Stop),
) -> Result<BTreeMap<u32, u64>, CosError> {
    let recorded: BTreeMap<u32, u64> = recorded.into_iter().map(|part| (part.number, part.crc64)).collect();
    let checked = run(pool, stop, recorded.into_iter(), |&(number, crc64)| {
        let range = plan.part(number);
        let same = range.is_some_and(|range| hash::crc64(file, range).is_ok_and(|crc| crc == crc64));
        Ok(same.then_some((number, crc64)))
    })?;
    Ok(checked.into_iter().flatten().collect())
}
