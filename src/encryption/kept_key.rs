//! The key of an upload of a file, kept for the next call: wrapped, with a journal of what was encrypted with it.
//!
//! One key must never encrypt two different contents at one place. So the journal has a batch before its first byte is
//! sent, and a journal is believed only if it is complete: if its process closed it, or if the system has not been
//! restarted since. A killed process loses none of its writes; a power cut loses those that the system had not yet
//! written to the disk.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest;
use serde::Serialize;

use super::ctr::BLOCK;
use super::frames::{FRAME, stored_len};
use super::journal::{self, Chain, Entry, Header, Upload};
use super::keyring::Keyring;
use super::ledger::{Batch, Ledger, Mark, Notes};
use super::mode::EncryptionMode;
use super::native;
use super::tag::ObjectName;
use crate::cipher::{EncryptedFile, FileCipher, FileToEncrypt, KeptKey};
use crate::error::CosClientError;
use crate::local::{DirEntry, Folder, try_lock, write_all_at};
use crate::wire::sign::hex;

/// The largest journal that is read, in bytes: more than 600 GiB of content.
const SIZE_LIMIT: u64 = 256 * 1024 * 1024;

/// Makes the keys of files that are uploaded to one object.
pub(crate) struct FileKeys {
    pub(crate) keyring: Keyring,
    pub(crate) name: Result<ObjectName, CosClientError>,
}

impl FileCipher for FileKeys {
    fn unit(&self) -> u64 {
        if self.keyring.mode == EncryptionMode::Native { FRAME } else { BLOCK }
    }

    fn stored_len(&self, content: u64) -> u64 {
        if self.keyring.mode == EncryptionMode::Native { stored_len(content) } else { content }
    }

    fn begin(&self, file: &FileToEncrypt<'_>, resume: Option<&str>) -> Result<EncryptedFile, CosClientError> {
        let name = self.name.as_ref().map_err(CosClientError::again)?;
        // Nothing in Python's format shows other content under the same key stream. And a public key cannot unwrap.
        let keeps = self.keyring.mode == EncryptionMode::Native && self.keyring.provider.can_unwrap();
        let Some(folder) = file.folder.filter(|_| keeps) else { return self.fresh(name) };
        let of = Upload {
            bucket: name.bucket.clone(),
            key: name.key.clone(),
            source: file.source.to_owned(),
            state: file.state.to_owned(),
            size: file.size,
            part_size: file.part_size,
        };
        let slot = match Slot::open(folder, &of) {
            Ok(slot) => slot,
            Err(why) => {
                log::warn!("the upload to {:?} cannot be resumed if it is interrupted: {why}", name.key);
                return self.fresh(name);
            }
        };
        match resume.map(|upload_id| self.resume(&slot, name, &of, upload_id)) {
            Some(Ok(resumed)) => return Ok(resumed),
            Some(Err(why)) => log::warn!("the upload to {:?} starts anew with a new key: {why}", name.key),
            None => {}
        }
        let (keys, headers) = native::create(&self.keyring.provider, name, &*self.keyring.random)?;
        let metadata = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let kept = KeptFile::begin(slot, Chain::new(keys.journal()), &Header::new(of, metadata));
        let kept = kept.inspect_err(|why| log::warn!("the upload to {:?} cannot be resumed: {why}", name.key)).ok();
        let kept = kept.map(Arc::new);
        let ledger = Ledger::default();
        let ledger = match &kept {
            Some(kept) => ledger.noted_in(Arc::clone(kept) as Arc<dyn Notes>),
            None => ledger,
        };
        let cipher = Arc::new(keys.frame_key(ledger));
        Ok(EncryptedFile { cipher, headers, resumed: false, kept: kept.map(|kept| kept as Arc<dyn KeptKey>) })
    }
}

impl FileKeys {
    fn fresh(&self, name: &ObjectName) -> Result<EncryptedFile, CosClientError> {
        let sealing = self.keyring.seal(name.clone())?;
        Ok(EncryptedFile { cipher: sealing.cipher, headers: sealing.headers, resumed: false, kept: None })
    }

    /// Takes the key of an earlier call, if its journal can be believed and belongs to this upload.
    fn resume(&self, slot: &Slot, name: &ObjectName, of: &Upload, upload_id: &str) -> io::Result<EncryptedFile> {
        let refused = |why: &str| io::Error::other(why.to_owned());
        let mut text = Vec::new();
        (&slot.file).take(SIZE_LIMIT + 1).read_to_end(&mut text)?;
        if text.len() as u64 > SIZE_LIMIT {
            return Err(refused("its journal is too large"));
        }
        let header = Header::read(&text).ok_or_else(|| refused("there is no journal of an earlier call"))?;
        // Proven to be those of this object by the commitment.
        let (keys, headers) =
            native::reopen(&self.keyring.provider, name, &header.metadata).map_err(io::Error::other)?;
        let found =
            journal::read(&text, keys.journal()).ok_or_else(|| refused("its journal was damaged or changed"))?;
        if found.header.of != *of || found.upload_id.as_deref() != Some(upload_id) {
            return Err(refused("its journal is of another upload, or the file changed"));
        }
        let boot = boot_id();
        if !found.closed && (boot.is_none() || found.boot != boot) {
            return Err(refused("the system was restarted since, so that its journal may lack what was sent last"));
        }
        let state = State { chain: found.chain, len: found.len as u64, kept: true };
        let kept = KeptFile { entry: slot.entry.clone(), file: slot.file.try_clone()?, state: Mutex::new(state) };
        kept.file.set_len(found.len as u64)?;
        // If the journal loses its end in a power cut, it must not look closed.
        kept.append(&Entry::Opened { boot })?;
        kept.file.sync_data()?;
        let kept = Arc::new(kept);
        let ledger = found.ledger.noted_in(Arc::clone(&kept) as Arc<dyn Notes>);
        Ok(EncryptedFile { cipher: Arc::new(keys.frame_key(ledger)), headers, resumed: true, kept: Some(kept) })
    }
}

/// The file of a journal, locked.
struct Slot {
    entry: DirEntry,
    file: File,
}

impl Slot {
    /// Opens it. No other process may hold it, and no other user may be able to replace it by an earlier one.
    fn open(folder: &Path, of: &Upload) -> io::Result<Self> {
        let found = fs::metadata(folder)?;
        if !is_closed_to_others(&found) {
            return Err(io::Error::other("other users can write to the folder of checkpoints"));
        }
        let mut names = digest::Context::new(&digest::SHA256);
        for text in [&of.bucket, &of.key, &of.source] {
            names.update(&(text.len() as u64).to_be_bytes());
            names.update(text.as_bytes());
        }
        let entry = Folder::open(folder)?.place(format!("{}.cos-key", hex(names.finish().as_ref())));
        let mut file = entry.open_or_create()?;
        if !is_the_callers_alone(&found, &file.metadata()?) {
            entry.remove()?;
            file = entry.create()?;
        }
        try_lock(&file)
            .map_err(|error| io::Error::other(format!("{} cannot be locked: {error}", entry.path().display())))?;
        if !entry.has(&file)? {
            return Err(io::Error::other("another transfer has just ended"));
        }
        Ok(Self { entry, file })
    }
}

#[cfg(unix)]
fn is_closed_to_others(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    folder.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_closed_to_others(_: &fs::Metadata) -> bool {
    true
}

/// Whether no other user can have written to a file, and the file has no second name.
#[cfg(unix)]
fn is_the_callers_alone(folder: &fs::Metadata, file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let open_to_others = file.mode() & 0o077 != 0;
    file.is_file() && file.nlink() == 1 && !open_to_others && file.uid() == folder.uid()
}

#[cfg(not(unix))]
fn is_the_callers_alone(_: &fs::Metadata, file: &fs::Metadata) -> bool {
    file.is_file()
}

/// Returns an id of this start of the system; `None` if the system has none.
fn boot_id() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// A journal that is being written.
struct KeptFile {
    entry: DirEntry,
    file: File,
    state: Mutex<State>,
}

struct State {
    chain: Chain,
    /// How many bytes of the file are whole lines.
    len: u64,
    /// Whether the file is still there.
    kept: bool,
}

impl KeptFile {
    fn begin(slot: Slot, chain: Chain, header: &Header) -> io::Result<Self> {
        let Slot { entry, file } = slot;
        let kept = Self { entry, file, state: Mutex::new(State { chain, len: 0, kept: true }) };
        let begun = kept.file.set_len(0).and_then(|()| kept.append(header));
        match begun.and_then(|()| kept.append(&Entry::Opened { boot: boot_id() })) {
            Ok(()) => Ok(kept),
            Err(error) => {
                kept.remove();
                Err(error)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, value: &impl Serialize) -> io::Result<()> {
        let mut state = self.state();
        if !state.kept {
            return Ok(());
        }
        let line = state.chain.line(value)?;
        write_all_at(&self.file, line.as_bytes(), state.len)?;
        state.len += line.len() as u64;
        Ok(())
    }

    /// Adds a line. If that fails, the journal is removed: a journal that lacks a line must never be believed.
    fn append_or_remove(&self, value: &impl Serialize) -> io::Result<()> {
        self.append(value).or_else(|error| {
            log::warn!("the journal of an upload ends, and the upload cannot be resumed: {error}");
            self.try_remove()
        })
    }

    fn try_remove(&self) -> io::Result<()> {
        let mut state = self.state();
        if !state.kept {
            return Ok(());
        }
        // Either makes it useless.
        let emptied = self.file.set_len(0);
        let removed = self.entry.remove();
        state.kept = false;
        emptied.or(removed)
    }
}

impl Notes for KeptFile {
    fn note(&self, batch: Batch, mark: Mark) -> Result<(), CosClientError> {
        let noted = self.append_or_remove(&Entry::encrypted(batch, mark));
        noted.map_err(|e| CosClientError::local(&self.entry.path(), "cannot write", e))
    }
}

impl KeptKey for KeptFile {
    fn started(&self, upload_id: &str) {
        // A line that is missing here makes the journal useless by itself: what follows makes no sense without it.
        let _ = self.append_or_remove(&Entry::Started(upload_id.to_owned()));
    }

    fn is_kept(&self) -> bool {
        self.state().kept
    }

    fn close(&self) {
        let closed = self.file.sync_data().and_then(|()| self.append(&Entry::Closed));
        if let Err(error) = closed.and_then(|()| self.file.sync_data()) {
            log::warn!("an upload may have to start anew once the system was restarted: {error}");
        }
    }

    fn remove(&self) {
        if let Err(error) = self.try_remove() {
            log::warn!("{} stays: {error}", self.entry.path().display());
        }
    }
}
