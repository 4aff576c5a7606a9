//! What files share that one call puts into folders, one after the other: what is found out for each folder is found
//! out once for files that follow each other into it.

use std::collections::HashSet;
use std::fs::Permissions;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::dir::{Dir, Identity};

/// The files of one call.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The files that were placed, if the call keeps a record.
    taken: Option<Mutex<HashSet<Identity>>>,
    usual: Mutex<Option<(Identity, Permissions)>>,
    /// The folder of the latest renames.
    unsynced: Mutex<Option<(Identity, Arc<Dir>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Batch {
    pub(super) fn remembering() -> Self {
        let mut batch = Self::default();
        batch.taken = Some(Mutex::default());
        batch
    }

    pub(super) fn taken(&self) -> Option<MutexGuard<'_, HashSet<Identity>>> {
        self.taken.as_ref().map(lock)
    }

    /// Returns the permissions that new files get in a folder, if its latest file told.
    pub(super) fn usual(&self, folder: Identity) -> Option<Permissions> {
        lock(&self.usual).as_ref().filter(|(known, _)| *known == folder).map(|(_, usual)| usual.clone())
    }

    pub(super) fn learn_usual(&self, folder: Identity, usual: &Permissions) {
        *lock(&self.usual) = Some((folder, usual.clone()));
    }

    /// Syncs a folder when files go to another one, or at the end.
    pub(super) fn sync_later(&self, folder: Identity, dir: &Arc<Dir>) {
        let mut unsynced = lock(&self.unsynced);
        if unsynced.as_ref().is_some_and(|(known, _)| *known == folder) {
            return;
        }
        let before = unsynced.replace((folder, Arc::clone(dir)));
        drop(unsynced);
        if let Some((_, before)) = before {
            sync(&before);
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some((_, dir)) = lock(&self.unsynced).take() {
            sync(&dir);
        }
    }
}

/// Syncs a folder, so that renames in it survive a power cut where the system supports that.
pub(super) fn sync(dir: &Dir) {
    #[cfg(test)]
    SYNCS.set(SYNCS.get() + 1);
    // Some file systems refuse to sync a folder; the rename itself has succeeded.
    let _ = dir.sync();
}

#[cfg(test)]
thread_local! {
    /// How often this thread synced a folder.
    pub(super) static SYNCS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}
