//! One bucket: changes to its objects, versions and uploads.

use std::collections::BTreeMap;

use super::disk::{BucketDir, Kept};
use super::model::{BucketInfo, Part, Upload, UploadInfo, Version, Versioning};
use crate::blob::Place;
use crate::error::{Code, Error};
use crate::ids;

pub(crate) struct Bucket {
    pub(crate) info: BucketInfo,
    /// Versions of each key, newest first, never an empty list.
    pub(crate) objects: BTreeMap<String, Vec<Version>>,
    /// By key and upload id, the order COS lists them in.
    pub(crate) uploads: BTreeMap<(String, String), Upload>,
    dir: Option<BucketDir>,
}

/// The result of a deletion.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Removed {
    /// A delete marker was added or removed.
    pub(crate) delete_marker: bool,
    /// The version added or removed, in a bucket that has versions.
    pub(crate) version_id: Option<String>,
}

impl Bucket {
    pub(super) fn new(info: BucketInfo, dir: Option<BucketDir>) -> Self {
        Self { info, objects: BTreeMap::new(), uploads: BTreeMap::new(), dir }
    }

    /// The bucket that a data directory holds.
    pub(super) fn restored(kept: Kept) -> Self {
        let uploads = kept.uploads.into_iter();
        let uploads = uploads.map(|upload| ((upload.info.key.clone(), upload.info.id.clone()), upload)).collect();
        Self { info: kept.info, objects: kept.objects, uploads, dir: Some(kept.dir) }
    }

    /// Where to write bytes meant for this bucket.
    pub(crate) fn place(&self) -> Place {
        self.dir.as_ref().map_or(Place::Memory, BucketDir::place)
    }

    pub(super) fn destroy(&mut self) -> Result<(), Error> {
        if let Some(dir) = &self.dir {
            dir.remove()?;
        }
        Ok(())
    }

    /// Changes the bucket's own record.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut BucketInfo)) -> Result<(), Error> {
        let mut info = self.info.clone();
        change(&mut info);
        if let Some(dir) = &self.dir {
            dir.write_bucket(&info)?;
        }
        self.info = info;
        Ok(())
    }

    /// The version a request means: the named one, or else the latest.
    ///
    /// A delete marker counts as absent, as COS has it.
    pub(crate) fn version(&self, key: &str, id: Option<&str>) -> Result<&Version, Error> {
        let versions = self.objects.get(key).map_or(&[][..], Vec::as_slice);
        match id {
            None => match versions.first() {
                Some(latest) if !latest.info.delete_marker => Ok(latest),
                Some(marker) => Err(Error::from(Code::NoSuchKey)
                    .with("x-cos-delete-marker", "true")
                    .with("x-cos-version-id", version_name(marker))),
                None => Err(Code::NoSuchKey.into()),
            },
            Some(id) => match versions.iter().find(|version| version.info.is_version(id)) {
                Some(marker) if marker.info.delete_marker => {
                    Err(Error::from(Code::NoSuchKey).with("x-cos-delete-marker", "true").with("x-cos-version-id", id))
                }
                Some(version) => Ok(version),
                None => Err(Code::NoSuchVersion.into()),
            },
        }
    }

    /// The latest version, unless there is none or it is a delete marker.
    pub(crate) fn latest(&self, key: &str) -> Option<&Version> {
        self.version(key, None).ok()
    }

    /// Adds a version of a key, and says which id it got while versioning is enabled: while it is suspended,
    /// answers to uploads do not name the version `null`.
    pub(crate) fn add(&mut self, key: &str, mut version: Version) -> Result<Option<String>, Error> {
        let mut versions = self.objects.get(key).cloned().unwrap_or_default();
        let mut dropped = Vec::new();
        if self.info.versioning == Versioning::Enabled {
            version.info.version_id = Some(ids::version_id());
        } else {
            version.info.version_id = None;
            versions.retain(|old| {
                let stays = old.info.version_id.is_some();
                if !stays {
                    dropped.push(old.data.clone());
                }
                stays
            });
        }
        let data = version.data.clone();
        let id = version.info.version_id.clone();
        versions.insert(0, version);
        self.replace(key, versions)?;
        for old in dropped {
            old.keep(false);
        }
        data.keep(true);
        Ok(id)
    }

    /// Changes the record of an existing version.
    pub(crate) fn change(
        &mut self,
        key: &str,
        id: Option<&str>,
        change: impl FnOnce(&mut Version),
    ) -> Result<(), Error> {
        self.version(key, id)?;
        let mut versions = self.objects.get(key).cloned().unwrap_or_default();
        let at = id.and_then(|id| versions.iter().position(|version| version.info.is_version(id)));
        let version = &mut versions[at.unwrap_or(0)];
        change(version);
        let data = version.data.clone();
        self.replace(key, versions)?;
        data.keep(true);
        Ok(())
    }

    /// Deletes a key, or one version of it.
    pub(crate) fn remove(&mut self, key: &str, id: Option<&str>, now: u64) -> Result<Removed, Error> {
        let Some(id) = id else {
            return self.remove_latest(key, now);
        };
        let mut versions = self.objects.get(key).cloned().unwrap_or_default();
        let Some(at) = versions.iter().position(|version| version.info.is_version(id)) else {
            return Ok(Removed::default());
        };
        let gone = versions.remove(at);
        self.replace(key, versions)?;
        gone.data.keep(false);
        Ok(Removed { delete_marker: gone.info.delete_marker, version_id: Some(id.to_owned()) })
    }

    fn remove_latest(&mut self, key: &str, now: u64) -> Result<Removed, Error> {
        if self.info.versioning == Versioning::Never {
            let Some(versions) = self.objects.get(key).cloned() else {
                return Ok(Removed::default());
            };
            self.replace(key, Vec::new())?;
            for version in versions {
                version.data.keep(false);
            }
            return Ok(Removed::default());
        }
        let mut marker = Version::default();
        marker.info.delete_marker = true;
        marker.info.modified = now;
        let version_id = self.add(key, marker)?.unwrap_or_else(|| "null".to_owned());
        Ok(Removed { delete_marker: true, version_id: Some(version_id) })
    }

    /// The `x-cos-version-id` of a version, if this bucket ever had versions.
    pub(crate) fn version_header(&self, version: &Version) -> Option<String> {
        (self.info.versioning != Versioning::Never).then(|| version_name(version).to_owned())
    }

    fn replace(&mut self, key: &str, versions: Vec<Version>) -> Result<(), Error> {
        if let Some(dir) = &self.dir {
            dir.write_object(key, &versions)?;
        }
        if versions.is_empty() {
            self.objects.remove(key);
        } else {
            self.objects.insert(key.to_owned(), versions);
        }
        Ok(())
    }

    pub(crate) fn start_upload(&mut self, info: UploadInfo) -> Result<(), Error> {
        if let Some(dir) = &self.dir {
            dir.write_upload(&info)?;
        }
        let parts = BTreeMap::new();
        self.uploads.insert((info.key.clone(), info.id.clone()), Upload { info, parts });
        Ok(())
    }

    pub(crate) fn upload(&self, key: &str, id: &str) -> Result<&Upload, Error> {
        self.uploads.get(&(key.to_owned(), id.to_owned())).ok_or_else(|| Code::NoSuchUpload.into())
    }

    pub(crate) fn add_part(&mut self, key: &str, id: &str, part: Part) -> Result<(), Error> {
        let upload = self.uploads.get_mut(&(key.to_owned(), id.to_owned())).ok_or(Code::NoSuchUpload)?;
        if let Some(dir) = &self.dir {
            dir.write_part(id, &part)?;
        }
        part.data.keep(true);
        if let Some(old) = upload.parts.insert(part.info.number, part) {
            old.data.keep(false);
        }
        Ok(())
    }

    /// Turns an upload into an object: `data` is what stays of its parts.
    pub(crate) fn finish_upload(&mut self, key: &str, id: &str, version: Version) -> Result<Option<String>, Error> {
        let data = version.data.clone();
        let version_id = self.add(key, version)?;
        self.drop_upload(key, id)?;
        data.keep(true);
        Ok(version_id)
    }

    /// Forgets an upload and its parts.
    pub(crate) fn drop_upload(&mut self, key: &str, id: &str) -> Result<(), Error> {
        let upload = self.uploads.remove(&(key.to_owned(), id.to_owned())).ok_or(Code::NoSuchUpload)?;
        for part in upload.parts.values() {
            part.data.keep(false);
        }
        if let Some(dir) = &self.dir {
            dir.remove_upload(id)?;
        }
        Ok(())
    }
}

fn version_name(version: &Version) -> &str {
    version.info.version_id.as_deref().unwrap_or("null")
}
