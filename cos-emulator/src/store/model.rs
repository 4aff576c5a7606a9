//! The records of buckets, objects and uploads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::acl::Acl;
use crate::blob::Data;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct BucketInfo {
    pub(crate) name: String,
    pub(crate) created: u64,
    pub(crate) acl: Acl,
    pub(crate) multi_zone: bool,
    pub(crate) metadata_acceleration: bool,
    pub(crate) versioning: Versioning,
    /// Configurations as they were put, by sub-resource.
    pub(crate) configurations: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) live_channels: BTreeMap<String, LiveChannel>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LiveChannel {
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) frag_duration: u32,
    pub(crate) frag_count: u32,
    pub(crate) playlist_name: String,
    pub(crate) modified: u64,
}

/// One version of an object, without its bytes. Dates are milliseconds since 1970.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ObjectInfo {
    /// `None` is the version COS calls `null`.
    pub(crate) version_id: Option<String>,
    pub(crate) delete_marker: bool,
    pub(crate) modified: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) crc64: u64,
    pub(crate) storage_class: String,
    /// Headers given at upload and returned at download.
    pub(crate) headers: Vec<(String, String)>,
    /// `None` inherits the bucket's.
    pub(crate) acl: Option<Acl>,
    pub(crate) tags: Vec<(String, String)>,
    /// The Base64 MD5 of the customer's key, if the object needs one.
    pub(crate) customer_key_md5: Option<String>,
    pub(crate) appendable: bool,
    /// Until when an archived object can be read.
    pub(crate) restored_until: Option<u64>,
    /// The key that a symlink names.
    #[serde(default)]
    pub(crate) symlink_target: Option<String>,
    /// Until when it must neither be replaced nor deleted.
    #[serde(default)]
    pub(crate) locked_until: Option<u64>,
}

impl ObjectInfo {
    /// Whether a version id in a request means this version.
    pub(crate) fn is_version(&self, id: &str) -> bool {
        self.version_id.as_deref().unwrap_or("null") == id
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Version {
    pub(crate) info: ObjectInfo,
    pub(crate) data: Data,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UploadInfo {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) initiated: u64,
    /// The attributes of the future object.
    pub(crate) object: ObjectInfo,
}

#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) info: UploadInfo,
    pub(crate) parts: BTreeMap<u32, Part>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PartInfo {
    pub(crate) number: u32,
    pub(crate) modified: u64,
    pub(crate) md5: [u8; 16],
    pub(crate) size: u64,
    pub(crate) crc64: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) info: PartInfo,
    pub(crate) data: Data,
}
