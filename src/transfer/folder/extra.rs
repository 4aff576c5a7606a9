//! What `delete_extra` deletes: whatever exists only on the destination's side.

use rayon::ThreadPool;

use super::filter::Filter;
use super::keys::argument;
use super::report::{FileOutcome, Results};
use super::schedule::each;
use super::walk::{FoundFile, Walk};
use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// A folder and a prefix, of which one becomes like the other.
pub(super) struct Extra<'t> {
    pub(super) client: &'t CosS3Client,
    pub(super) bucket: &'t str,
    pub(super) prefix: &'t str,
    pub(super) filter: &'t Filter,
    pub(super) pool: &'t ThreadPool,
    pub(super) control: &'t Control,
    pub(super) dry_run: bool,
}

/// An object below the prefix.
struct Listed {
    key: String,
    size: u64,
    /// Where in the key its path starts.
    start: usize,
}

impl Listed {
    fn name(&self) -> &str {
        &self.key[self.start..]
    }
}

impl Extra<'_> {
    /// Deletes the objects that have no file, once no file has failed. Keys that end in `/` stand for folders and stay.
    pub(super) fn delete_objects(
        &self,
        files: Walk<'_>,
        found_any: bool,
        results: &Results<'_>,
    ) -> Result<(), CosError> {
        if !self.may_delete(found_any, "local_dir", "the folder has no files", results)? {
            return Ok(());
        }
        let path = files.root().to_path_buf();
        each(
            self.pool,
            self.control,
            |hand_out| {
                let mut files = files.peekable();
                for object in self.objects() {
                    let object = object?;
                    let name = object.name();
                    // Both come in the order of their names. Behind a folder that cannot be read, objects may have files.
                    while let Some(file) = files.next_if(|file| file.name.as_str() < name || file.is_unreadable()) {
                        file.check_readable()?;
                    }
                    let has_file = files.peek().is_some_and(|file| file.name == name);
                    if !has_file && !name.is_empty() && !name.ends_with('/') && self.filter.takes(name) {
                        hand_out(object)?;
                    }
                }
                Ok(())
            },
            |object: Listed| {
                let deleted = if self.dry_run {
                    Ok(())
                } else {
                    self.client.delete_object(self.bucket, argument(&object.key)).send().map(drop)
                };
                let outcome = deleted.map(|()| FileOutcome::Deleted);
                results.add(object.key, path.clone(), object.size, outcome);
            },
        )
    }

    /// Deletes the files that have no object, once no object has failed. Links, devices and folders stay.
    pub(super) fn delete_files(
        &self,
        files: Option<Walk<'_>>,
        found_any: bool,
        results: &Results<'_>,
    ) -> Result<(), CosError> {
        let may_delete = self.may_delete(found_any, "prefix", "it has no objects", results)?;
        let Some(files) = files.filter(|_| may_delete) else { return Ok(()) };
        each(
            self.pool,
            self.control,
            |hand_out| {
                let mut objects = self.objects().peekable();
                for found in files {
                    found.check_readable()?;
                    // Both come in the order of their names.
                    let before = |object: &Result<Listed, CosError>| {
                        object.as_ref().map_or(true, |object| object.name() < found.name.as_str())
                    };
                    while let Some(object) = objects.next_if(before) {
                        object?;
                    }
                    let has_object = matches!(objects.peek(), Some(Ok(object)) if object.name() == found.name);
                    // A file system may show a file under another name than the one that its object has.
                    if !has_object && found.file.as_ref().is_ok_and(FoundFile::claim) {
                        hand_out(found)?;
                    }
                }
                Ok(())
            },
            |found| {
                let Ok(file) = found.file else { return };
                let deleted = if self.dry_run { Ok(()) } else { file.remove(&found.path) };
                let outcome = deleted.map(|()| FileOutcome::Deleted).map_err(CosError::from);
                results.add(format!("{}{}", self.prefix, found.name), found.path, file.len, outcome);
            },
        )
    }

    /// Whether the source is whole. An empty one is an error: a mistyped name or a disk that is not mounted looks so.
    fn may_delete(
        &self,
        found_any: bool,
        argument: &'static str,
        why: &str,
        results: &Results<'_>,
    ) -> Result<bool, CosError> {
        if results.has_failures() {
            log::warn!("delete_extra deletes nothing below {:?}, because a file failed", self.prefix);
            return Ok(false);
        }
        if !found_any {
            let why =
                format!("{why}: delete_extra would delete everything on the other side; empty_source(true) allows it");
            return Err(CosClientError::invalid(argument, why).into());
        }
        Ok(true)
    }

    /// Lists the objects below the prefix. A list that is not in order, or names others, is an error: what it leaves out
    /// would be deleted.
    fn objects(&self) -> impl Iterator<Item = Result<Listed, CosError>> {
        let mut last = String::new();
        self.client.list_objects(self.bucket).prefix(self.prefix).objects().map(move |object| {
            let object = object?;
            let (key, start) = (object.key, self.prefix.len());
            if !key.starts_with(self.prefix) || key < last {
                let why = format!("the list for prefix {:?} names {key:?} after {last:?}", self.prefix);
                return Err(CosClientError::answered(ClientErrorKind::Protocol, why).into());
            }
            last.clone_from(&key);
            Ok(Listed { key, size: object.size, start })
        })
    }
}
