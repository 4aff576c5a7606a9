//! Deleting the objects below a prefix that have no file in a folder.

use std::path::Path;

use rayon::ThreadPool;

use super::filter::Filter;
use super::keys::argument;
use super::report::{FileOutcome, Results};
use super::schedule::each;
use super::walk::Walk;
use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// The folder, and the prefix that is made like it.
pub(super) struct Extra<'t> {
    pub(super) client: &'t CosS3Client,
    pub(super) bucket: &'t str,
    pub(super) prefix: &'t str,
    pub(super) path: &'t Path,
    pub(super) filter: &'t Filter,
    pub(super) follow_links: bool,
    pub(super) dry_run: bool,
}

impl Extra<'_> {
    /// Deletes the objects that have no file. What the patterns leave out is left alone, and so are keys that end in
    /// `/`, which stand for folders.
    pub(super) fn delete(&self, pool: &ThreadPool, control: &Control, results: &Results<'_>) -> Result<(), CosError> {
        let mut files = Walk::new(self.path, self.filter, self.follow_links)?.map(|found| found.name).peekable();
        each(
            pool,
            control,
            |hand_out| {
                for object in self.client.list_objects(self.bucket).prefix(self.prefix).objects() {
                    let object = object?;
                    let Some(name) = object.key.strip_prefix(self.prefix) else {
                        let why = format!("the list for prefix {:?} names {:?}", self.prefix, object.key);
                        return Err(CosClientError::answered(ClientErrorKind::Protocol, why).into());
                    };
                    // Both come in the order of their names.
                    while files.next_if(|file| file.as_str() < name).is_some() {}
                    let has_file = files.peek().is_some_and(|file| file == name);
                    if !has_file && !name.is_empty() && !name.ends_with('/') && self.filter.takes(name) {
                        hand_out((object.key, object.size))?;
                    }
                }
                Ok(())
            },
            |(key, size)| {
                let deleted = if self.dry_run {
                    Ok(())
                } else {
                    self.client.delete_object(self.bucket, argument(&key)).send().map(drop)
                };
                results.add(key, self.path.to_path_buf(), size, deleted.map(|()| FileOutcome::Deleted));
            },
        )
    }
}
