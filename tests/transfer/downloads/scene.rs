//! What the tests of downloads share.

use std::ops::Deref;

use cos_emulator::{CosEmulator, Fault};
use qcloud_cos::CosS3Client;
use qcloud_cos::transfer::DownloadFile;

use crate::common::destination::Destination;
pub(crate) use crate::common::destination::range;
use crate::common::{BUCKET, MIB, noise, put, refused, requests, start};

/// The size of the object: two whole ranges of 1 MiB and a short one.
pub(crate) const SIZE: usize = 2 * MIB + 5;

/// An object and a folder in which an old file waits to be replaced.
pub(crate) struct Scene {
    pub(crate) cos: CosEmulator,
    pub(crate) client: CosS3Client,
    pub(crate) destination: Destination,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let (cos, client) = start();
        let content = noise(seed, SIZE);
        put(&client, "k", &content);
        cos.clear_requests();
        Self { cos, client, destination: Destination::new(content) }
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

    pub(crate) fn ranges(&self) -> Vec<String> {
        requests(&self.cos, "GET", "").iter().map(|get| get.header("range").unwrap_or("none").to_owned()).collect()
    }
}

/// The old file and the content that is to replace it.
impl Deref for Scene {
    type Target = Destination;

    fn deref(&self) -> &Destination {
        &self.destination
    }
}
