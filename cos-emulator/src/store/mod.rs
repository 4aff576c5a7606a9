//! The stored data: buckets, their objects in all versions, uploads in progress.
//!
//! Everything but the bytes of objects lives in memory behind one lock; with a data directory
//! each change is also recorded on disk before it shows.

mod bucket;
mod disk;
mod model;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use bucket::Bucket;
pub(crate) use model::{BucketInfo, LiveChannel, ObjectInfo, Part, PartInfo, Upload, UploadInfo, Version, Versioning};

use crate::error::{Code, Error};
use disk::BucketDir;

/// All buckets, by name.
pub(crate) struct Store {
    root: Option<PathBuf>,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

/// The buckets, while nobody else changes them. Never held while a body moves.
pub(crate) struct Buckets<'a> {
    root: Option<&'a Path>,
    all: MutexGuard<'a, BTreeMap<String, Bucket>>,
}

impl Store {
    /// Opens a data directory, or starts empty in memory.
    pub(crate) fn open(root: Option<PathBuf>) -> io::Result<Self> {
        let mut buckets = BTreeMap::new();
        if let Some(root) = &root {
            std::fs::create_dir_all(root)?;
            for kept in disk::load(root)? {
                buckets.insert(kept.info.name.clone(), Bucket::restored(kept));
            }
        }
        Ok(Self { root, buckets: Mutex::new(buckets) })
    }

    pub(crate) fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    pub(crate) fn lock(&self) -> Buckets<'_> {
        Buckets { root: self.root.as_deref(), all: self.buckets.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl Buckets<'_> {
    pub(crate) fn find(&mut self, name: &str) -> Result<&mut Bucket, Error> {
        self.all.get_mut(name).ok_or_else(|| Code::NoSuchBucket.into())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bucket> {
        self.all.values()
    }

    pub(crate) fn create(&mut self, info: BucketInfo) -> Result<(), Error> {
        if self.all.contains_key(&info.name) {
            return Err(Code::BucketAlreadyOwnedByYou.into());
        }
        let dir = match self.root {
            Some(root) => Some(BucketDir::create(root, &info)?),
            None => None,
        };
        self.all.insert(info.name.clone(), Bucket::new(info, dir));
        Ok(())
    }

    /// Deletes all buckets with all that is in them.
    pub(crate) fn clear(&mut self) -> Result<(), Error> {
        while let Some((name, mut bucket)) = self.all.pop_first() {
            if let Err(error) = bucket.destroy() {
                self.all.insert(name, bucket);
                return Err(error);
            }
        }
        Ok(())
    }

    pub(crate) fn delete(&mut self, name: &str) -> Result<(), Error> {
        let bucket = self.find(name)?;
        if !bucket.objects.is_empty() || !bucket.uploads.is_empty() {
            return Err(Code::BucketNotEmpty.into());
        }
        bucket.destroy()?;
        self.all.remove(name);
        Ok(())
    }
}
