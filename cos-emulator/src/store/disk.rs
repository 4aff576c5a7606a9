//! The data directory.
//!
//! ```text
//! {bucket}/bucket.json            the bucket's record
//! {bucket}/objects/{key}.json     one file a key: all its versions, each naming its blobs
//! {bucket}/uploads/{id}.json      an upload under way
//! {bucket}/uploads/{id}/{n}.json  one of its parts
//! {bucket}/blobs/{name}           bytes of objects and parts
//! ```
//! Records are written beside their place and renamed into it, so a reader finds the old or the
//! new one. Blobs no record names are left over from a crash and swept away at the next start.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::model::{BucketInfo, ObjectInfo, Part, PartInfo, Upload, UploadInfo, Version};
use crate::blob::{Blob, Data, Place, sweep};
use crate::checksum::hex;

#[derive(Debug)]
pub(crate) struct BucketDir(PathBuf);

/// The content of a bucket's directory.
pub(super) struct Kept {
    pub(super) info: BucketInfo,
    pub(super) dir: BucketDir,
    pub(super) objects: BTreeMap<String, Vec<Version>>,
    pub(super) uploads: Vec<Upload>,
}

#[derive(Serialize, Deserialize)]
struct ObjectRecord {
    key: String,
    versions: Vec<VersionRecord>,
}

#[derive(Serialize, Deserialize)]
struct VersionRecord {
    #[serde(flatten)]
    info: ObjectInfo,
    blobs: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct PartRecord {
    #[serde(flatten)]
    info: PartInfo,
    blobs: Vec<String>,
}

impl BucketDir {
    pub(super) fn create(root: &Path, info: &BucketInfo) -> io::Result<Self> {
        let dir = Self(root.join(&info.name));
        for sub in ["objects", "uploads", "blobs"] {
            fs::create_dir_all(dir.0.join(sub))?;
        }
        dir.write_bucket(info)?;
        Ok(dir)
    }

    pub(super) fn place(&self) -> Place {
        Place::Directory(self.0.join("blobs"))
    }

    pub(super) fn remove(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.0)
    }

    pub(super) fn write_bucket(&self, info: &BucketInfo) -> io::Result<()> {
        write(&self.0.join("bucket.json"), info)
    }

    pub(super) fn write_object(&self, key: &str, versions: &[Version]) -> io::Result<()> {
        let path = self.0.join("objects").join(file_name(key));
        if versions.is_empty() {
            return fs::remove_file(path);
        }
        let versions = versions
            .iter()
            .map(|version| VersionRecord { info: version.info.clone(), blobs: version.data.names() })
            .collect();
        let key = key.to_owned();
        write(&path, &ObjectRecord { key, versions })
    }

    pub(super) fn write_upload(&self, info: &UploadInfo) -> io::Result<()> {
        fs::create_dir_all(self.parts(&info.id))?;
        write(&self.upload(&info.id), info)
    }

    pub(super) fn write_part(&self, id: &str, part: &Part) -> io::Result<()> {
        let path = self.parts(id).join(format!("{}.json", part.info.number));
        let record = PartRecord { info: part.info.clone(), blobs: part.data.names() };
        write(&path, &record)
    }

    pub(super) fn remove_upload(&self, id: &str) -> io::Result<()> {
        // The upload's own record goes first: parts without it are ignored.
        fs::remove_file(self.upload(id))?;
        fs::remove_dir_all(self.parts(id))
    }

    fn upload(&self, id: &str) -> PathBuf {
        self.0.join("uploads").join(format!("{id}.json"))
    }

    fn parts(&self, id: &str) -> PathBuf {
        self.0.join("uploads").join(id)
    }

    fn data(&self, blobs: &[String], named: &mut HashSet<String>) -> io::Result<Data> {
        let blob = |name: &String| {
            named.insert(name.clone());
            Blob::existing(self.0.join("blobs").join(name)).map(Arc::new)
        };
        blobs.iter().map(blob).collect::<io::Result<_>>().map(Data::new)
    }

    fn load(self) -> io::Result<Kept> {
        let mut named = HashSet::new();
        let info: BucketInfo = read(&self.0.join("bucket.json"))?;
        let mut objects = BTreeMap::new();
        for path in records(&self.0.join("objects"))? {
            let record: ObjectRecord = read(&path)?;
            let mut versions = Vec::new();
            for version in record.versions {
                let data = self.data(&version.blobs, &mut named)?;
                let info = version.info;
                versions.push(Version { info, data });
            }
            objects.insert(record.key, versions);
        }
        let mut uploads = Vec::new();
        for path in records(&self.0.join("uploads"))? {
            let info: UploadInfo = read(&path)?;
            let mut parts = BTreeMap::new();
            for path in records(&self.parts(&info.id))? {
                let record: PartRecord = read(&path)?;
                let data = self.data(&record.blobs, &mut named)?;
                let info = record.info;
                parts.insert(info.number, Part { info, data });
            }
            uploads.push(Upload { info, parts });
        }
        sweep(&self.0.join("blobs"), &named)?;
        Ok(Kept { info, dir: self, objects, uploads })
    }
}

/// Every bucket of a data directory.
pub(super) fn load(root: &Path) -> io::Result<Vec<Kept>> {
    let mut buckets = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.join("bucket.json").is_file() {
            buckets.push(BucketDir(path).load()?);
        }
    }
    Ok(buckets)
}

/// A readable beginning for people, and a hash: keys are longer than file names may be, and may
/// differ only in case.
fn file_name(key: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    let readable: String = utf8_percent_encode(key, KEPT).to_string().chars().take(100).collect();
    format!("{readable}-{}.json", hex(&Sha1::digest(key)))
}

fn records(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let invalid = |error| {
        let message = format!("{}: {error}", path.display());
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    serde_json::from_slice(&fs::read(path)?).map_err(invalid)
}

fn write(path: &Path, record: &impl Serialize) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, serde_json::to_vec(record)?)?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_fit_and_differ() {
        let long = "键".repeat(280);
        for key in ["a", "A", "../x", "a/b", "", "\u{1}", &long] {
            let name = file_name(key);
            assert!(name.len() < 200, "{name}");
            assert!(!name.contains('/'), "{name}");
        }
        assert_ne!(file_name("a").to_lowercase(), file_name("A").to_lowercase());
    }
}
