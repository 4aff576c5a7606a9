//! The checkpoint of an upload in parts, of a file or of a copy: which upload it is, and which parts it has.
//!
//! It marks the upload as our own, so that it can be resumed or aborted even if others upload to the same key.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::session::Done;
use crate::local::Folder;
use crate::transfer::checkpoint::{Journal, Opened};
use crate::transfer::plan::Plan;
use crate::wire::headers::NOT_OF_THE_OBJECT;
use crate::wire::limits::MIB;
use crate::wire::sign::hex;

const VERSION: u32 = 1;

/// The upload that a checkpoint belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::transfer) struct UploadIdentity {
    pub(in crate::transfer) bucket: String,
    pub(in crate::transfer) key: String,
    /// Where the bytes come from.
    pub(in crate::transfer) source: String,
    /// The identity of the source, which changes with it.
    pub(in crate::transfer) state: String,
    pub(in crate::transfer) size: u64,
    pub(in crate::transfer) part_size: u64,
    /// The headers of the object, as a checksum.
    pub(in crate::transfer) options: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    of: UploadIdentity,
}

#[derive(Serialize, Deserialize)]
enum Entry {
    /// The upload was started.
    Id(String),
    Part {
        number: u32,
        etag: String,
        crc64: Option<u64>,
    },
}

/// A part that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::transfer) struct SavedPart {
    pub(in crate::transfer) etag: String,
    pub(in crate::transfer) crc64: Option<u64>,
}

/// The upload that an earlier call left.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::transfer) enum Earlier {
    Nothing,
    /// It was killed when it started an upload: there may be one without parts.
    Begun,
    /// An upload of ours; `same` if the source has not changed since.
    Upload {
        id: String,
        same: bool,
        parts: HashMap<u32, SavedPart>,
    },
    /// An upload of ours that is of no use: cut otherwise, or for an object with other headers.
    Obsolete {
        id: String,
    },
}

/// The checkpoint, where one can be kept.
pub(in crate::transfer) struct UploadCheckpoint {
    of: UploadIdentity,
    journal: Mutex<Option<Journal>>,
}

impl Earlier {
    /// Returns what is left to clean up if the key of the upload is gone.
    pub(in crate::transfer) fn without_key(self) -> Self {
        match self {
            Self::Upload { id, .. } | Self::Obsolete { id } => Self::Obsolete { id },
            Self::Nothing | Self::Begun => self,
        }
    }
}

impl UploadCheckpoint {
    /// Makes one that is not kept.
    pub(in crate::transfer) fn none(of: UploadIdentity) -> Self {
        Self { of, journal: Mutex::new(None) }
    }

    /// Opens the checkpoint in `folder`, by default the user's, if the upload is to `resume`. An upload is done without
    /// a checkpoint, too. `None`: what could be resumed belongs to another transfer, which is running. With `any_plan`
    /// the part size is that of the checkpoint.
    pub(in crate::transfer) fn open(
        mut of: UploadIdentity,
        resume: bool,
        folder: Option<&Path>,
        any_plan: bool,
    ) -> (Self, Option<Earlier>) {
        if !resume {
            return (Self::none(of), None);
        }
        let opened = match folder.map(Path::to_path_buf).or_else(default_folder) {
            Some(folder) => open(&of, &folder),
            None => Err(io::Error::other("there is no home folder")),
        };
        match opened {
            // Nobody would find it.
            Ok(Opened::Ours(journal, _)) if journal.is_transient() => (Self::none(of), Some(Earlier::Nothing)),
            Ok(Opened::Ours(journal, found)) => {
                if any_plan && let Some((head, _)) = found.as_ref().filter(|(head, _)| is_plan(&head.of)) {
                    of.part_size = head.of.part_size;
                }
                let earlier = found.map_or(Earlier::Nothing, |(head, entries)| earlier(&of, &head, entries));
                (Self { of, journal: Mutex::new(Some(journal)) }, Some(earlier))
            }
            Ok(Opened::Held) => {
                log::warn!("{:?} is being uploaded to by another transfer, too; this one keeps no checkpoint", of.key);
                (Self::none(of), None)
            }
            Err(error) => {
                log::warn!("no checkpoint of the upload to {:?} can be kept: {error}", of.key);
                (Self::none(of), Some(Earlier::Nothing))
            }
        }
    }

    fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, write: impl FnOnce(&Journal) -> io::Result<()>) {
        let mut journal = self.journal();
        if let Some(Err(error)) = journal.as_ref().map(write) {
            // The upload is worth more than its checkpoint.
            log::warn!("the checkpoint of the upload to {:?} ends here: {error}", self.of.key);
            *journal = None;
        }
    }

    pub(in crate::transfer) fn part_size(&self) -> u64 {
        self.of.part_size
    }

    /// Notes that an upload is about to be started, in parts of this size if it is not the one that was planned.
    pub(in crate::transfer) fn begin(&self, part_size: Option<u64>) {
        let part_size = part_size.unwrap_or(self.of.part_size);
        let of = UploadIdentity { part_size, ..self.of.clone() };
        self.write(|journal| journal.begin(&Header { version: VERSION, of }));
    }

    pub(in crate::transfer) fn started(&self, id: &str) {
        self.write(|journal| journal.append(&Entry::Id(id.to_owned())));
    }

    pub(in crate::transfer) fn part(&self, done: &Done) {
        let entry = Entry::Part { number: done.part.part_number, etag: done.part.etag.clone(), crc64: done.crc64 };
        self.write(|journal| journal.append(&entry));
    }

    /// Tells whether a later call can resume the upload.
    pub(in crate::transfer) fn is_kept(&self) -> bool {
        self.journal().is_some()
    }

    /// Removes it: the upload ended.
    pub(in crate::transfer) fn remove(&self) {
        if let Some(journal) = self.journal().take() {
            journal.remove();
        }
    }
}

fn open(of: &UploadIdentity, folder: &Path) -> io::Result<Opened<Header, Entry>> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut md5 = Md5::new();
    for text in [&of.bucket, &of.key, &of.source] {
        md5.update(text);
        md5.update([0]);
    }
    Journal::open(&Folder::open(folder)?.place(format!("{}.cos-upload", hex(&md5.finalize()))))
}

/// Whether an upload may be cut so.
fn is_plan(of: &UploadIdentity) -> bool {
    of.part_size >= MIB && Plan::upload(of.size, of.part_size).part_size() == of.part_size
}

fn earlier(of: &UploadIdentity, head: &Header, entries: Vec<Entry>) -> Earlier {
    let names = |upload: &UploadIdentity| (upload.bucket.clone(), upload.key.clone(), upload.source.clone());
    if head.version != VERSION || names(&head.of) != names(of) {
        log::warn!("the checkpoint of the upload to {:?} is of something else, and ignored", of.key);
        return Earlier::Nothing;
    }
    let (mut id, mut parts) = (None, HashMap::new());
    for entry in entries {
        match entry {
            Entry::Id(started) => id = Some(started),
            Entry::Part { number, etag, crc64 } => {
                parts.insert(number, SavedPart { etag, crc64 });
            }
        }
    }
    let fits = (head.of.size, head.of.part_size, &head.of.options) == (of.size, of.part_size, &of.options);
    match id {
        None => Earlier::Begun,
        Some(id) if fits => Earlier::Upload { id, same: head.of.state == of.state, parts },
        Some(id) => Earlier::Obsolete { id },
    }
}

/// Returns a checksum of the headers that are stored with the object.
pub(in crate::transfer) fn options(headers: &HeaderMap) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .filter(|(name, _)| !NOT_OF_THE_OBJECT.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    hex(&Md5::digest(lines.join("\n")))
}

/// Returns the default folder for checkpoints of uploads. A file's own folder may not be writable, and a copy has none.
pub(in crate::transfer) fn default_folder() -> Option<PathBuf> {
    // A relative one would be another folder for each folder that the program is started in.
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        set("XDG_STATE_HOME").or_else(|| Some(std::env::home_dir()?.join(".local/state")))
    };
    Some(state?.join("qcloud_cos"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: &str) -> UploadIdentity {
        UploadIdentity {
            bucket: "b-1".into(),
            key: "k".into(),
            source: "/s".into(),
            state: state.into(),
            size: 3,
            part_size: 1,
            options: options(&HeaderMap::new()),
        }
    }

    #[test]
    fn an_upload_is_known_again_by_what_it_is_of() {
        let folder = tempfile::tempdir().unwrap();
        let open = |of| UploadCheckpoint::open(of, true, Some(folder.path()), false);
        let (saved, earlier) = open(of("1"));
        assert_eq!(earlier, Some(Earlier::Nothing));
        saved.begin(None);
        drop(saved);
        let (saved, earlier) = open(of("1"));
        assert_eq!(earlier, Some(Earlier::Begun));
        saved.started("u");
        saved.part(&Done::new(2, "e", Some(7), 1));
        let held = open(of("1"));
        assert_eq!(held.1, None);
        drop((saved, held));
        let parts = HashMap::from([(2, SavedPart { etag: "e".into(), crc64: Some(7) })]);
        let expected = |same| Some(Earlier::Upload { id: "u".into(), same, parts: parts.clone() });
        assert_eq!(open(of("1")).1, expected(true));
        assert_eq!(open(of("2")).1, expected(false));
        assert_eq!(open(UploadIdentity { part_size: 2, ..of("1") }).1, Some(Earlier::Obsolete { id: "u".into() }));
        open(of("1")).0.remove();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_longest_upload_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let open = || UploadCheckpoint::open(of("1"), true, Some(folder.path()), false);
        let (saved, _) = open();
        saved.begin(None);
        saved.started("u");
        let etag = "\"0123456789abcdef0123456789abcdef\"";
        for part_number in 1..=10_000 {
            saved.part(&Done::new(part_number, etag, Some(u64::MAX), 1));
        }
        drop(saved);
        let Some(Earlier::Upload { parts, .. }) = open().1 else { panic!("it is not known") };
        assert_eq!(parts.len(), 10_000);
    }

    #[test]
    fn what_is_of_another_version_or_another_upload_is_ignored() {
        let found = |version, upload| earlier(&of("1"), &Header { version, of: upload }, vec![Entry::Id("u".into())]);
        assert_eq!(found(VERSION, of("1")), Earlier::Upload { id: "u".into(), same: true, parts: HashMap::new() });
        assert_eq!(found(VERSION + 1, of("1")), Earlier::Nothing);
        for other in [
            UploadIdentity { bucket: "b-2".into(), ..of("1") },
            UploadIdentity { key: "other".into(), ..of("1") },
            UploadIdentity { source: "/other".into(), ..of("1") },
        ] {
            assert_eq!(found(VERSION, other.clone()), Earlier::Nothing, "{other:?}");
        }
    }

    #[test]
    fn the_options_are_those_of_the_object_and_hold_no_key() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        let plain = options(&headers(&[("x-cos-acl", "private"), ("x-cos-meta-a", "1")]));
        assert_eq!(plain, options(&headers(&[("x-cos-meta-a", "1"), ("x-cos-acl", "private")])));
        assert_ne!(plain, options(&headers(&[("x-cos-acl", "private"), ("x-cos-meta-a", "2")])));
        let key = "x-cos-server-side-encryption-customer-key";
        assert_eq!(plain, options(&headers(&[("x-cos-acl", "private"), ("x-cos-meta-a", "1"), (key, "secret")])));
    }
}
