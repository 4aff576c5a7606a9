//! Transfers of files: planned purely, then executed in parallel parts.

pub(crate) mod checkpoint;
pub(crate) mod copy;
pub(crate) mod download;
mod file;
pub(crate) mod folder;
pub(crate) mod handle;
mod multipart;
mod plan;
mod pool;
mod progress;
pub(crate) mod upload;
pub(crate) mod upload_buffer;

use http::{HeaderMap, HeaderValue};

/// One MiB, the unit of `part_size`, in bytes.
const MIB: u64 = 1024 * 1024;
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
