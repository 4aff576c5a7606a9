//! What the tests of downloads share.

use std::fs;
use std::path::PathBuf;

use cos_emulator::{CosEmulator, Fault, Match};
use qcloud_cos::{CosS3Client, DownloadFile};
use tempfile::TempDir;

use crate::common::{BUCKET, MIB, names, noise, put, refused, requests, start};

/// The size of the object: two whole ranges of 1 MiB and a short one.
pub(crate) const SIZE: usize = 2 * MIB + 5;

/// An object and a folder in which an old file waits to be replaced.
pub(crate) struct Scene {
    pub(crate) cos: CosEmulator,
    pub(crate) client: CosS3Client,
    pub(crate) folder: TempDir,
    pub(crate) content: Vec<u8>,
    pub(crate) path: PathBuf,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let (cos, client) = start();
        let content = noise(seed, SIZE);
        put(&client, "k", &content);
        cos.clear_requests();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        Self { cos, client, folder, content, path }
    }

    /// A download in ranges of 1 MiB, one after the other.
    pub(crate) fn download(&self) -> DownloadFile<'_> {
        self.client.download_file(BUCKET, "k", &self.path).part_size(1).multipart_threshold(0).max_thread(1)
    }

    /// A scene whose download stopped at the second range.
    pub(crate) fn broken_off(seed: u64) -> Self {
        let scene = Self::new(seed);
        scene.cos.inject(Fault::error(500, "InternalError"), range(1), usize::MAX);
        assert_eq!(refused(scene.download().send()).get_status_code(), 500);
        scene.cos.clear_faults();
        scene.cos.clear_requests();
        scene.assert_old();
        scene
    }

    #[track_caller]
    pub(crate) fn assert_old(&self) {
        assert_eq!(fs::read(&self.path).unwrap(), b"old");
    }

    /// The old file is there and nothing else.
    #[track_caller]
    pub(crate) fn assert_untouched(&self) {
        self.assert_old();
        assert_eq!(names(self.folder.path()), ["file"]);
    }

    /// The new file is there and nothing else.
    #[track_caller]
    pub(crate) fn assert_new(&self) {
        assert!(fs::read(&self.path).unwrap() == self.content);
        assert_eq!(names(self.folder.path()), ["file"]);
    }

    pub(crate) fn ranges(&self) -> Vec<String> {
        requests(&self.cos, "GET", "").iter().map(|get| get.header("range").unwrap_or("none").to_owned()).collect()
    }
}

/// GET requests of the range with this number, from 0 on.
pub(crate) fn range(number: usize) -> Match {
    Match::any().method("GET").header("range", format!("bytes={}-", number * MIB))
}
