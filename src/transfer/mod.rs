//! Transfers of files and folders: in one request or in parallel parts, resumed where they broke off.

pub(crate) mod checkpoint;
mod file;
pub(crate) mod handle;
mod multipart;
mod plan;
mod pool;
mod progress;

// In the order of the client's page in the documentation; blank lines keep it.
pub(crate) mod upload;
pub(crate) mod upload_buffer;

pub(crate) mod download;

pub(crate) mod copy;

pub(crate) mod folder;

pub use copy::{CopyOutput, CopyTransfer};
pub use download::DownloadFile;
pub use download::fetch::DownloadFileOutput;
pub use folder::delete::{DeletePrefix, DeletePrefixReport};
pub use folder::download::DownloadDirectory;
pub use folder::report::{DirectoryReport, FileOutcome, FileResult};
pub use folder::skip::SkipIdentical;
pub use folder::upload::UploadDirectory;
pub use upload::{UploadFile, UploadFileOutput};
pub use upload_buffer::UploadFileFromBuffer;

use http::{HeaderMap, HeaderValue};

use crate::wire::limits::MIB;

/// Up to how many bytes a file goes in one request, as the documents say: 20 MiB.
const SINGLE_REQUEST: u64 = 20 * MIB;

/// Has every part come from the object that was looked up, unless the caller set this condition himself.
fn pin(headers: &mut HeaderMap, condition: &'static str, etag: &str) {
    // That there is any object is no such condition.
    let set = headers.get(condition).is_some_and(|set| set != "*");
    if let (false, false, Ok(etag)) = (set, etag.is_empty(), HeaderValue::from_str(etag)) {
        headers.insert(condition, etag);
    }
}
