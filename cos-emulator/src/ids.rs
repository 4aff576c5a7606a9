//! Identifiers that never repeat: of requests, uploads, versions, files.

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha1::{Digest, Sha1};

use crate::checksum::{base64, hex};

/// A number larger than every one given before, also by an earlier run on the same clock.
fn next() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let step = |last: u64| Some(now.max(last + 1));
    LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).map_or(now, |last| now.max(last + 1))
}

/// Forty hexadecimal digits.
pub(crate) fn unique() -> String {
    hex(&Sha1::digest(format!("{}-{}", process::id(), next())))
}

pub(crate) fn request_id() -> String {
    base64(&unique().as_bytes()[..24])
}

pub(crate) fn trace_id() -> String {
    base64(format!("{}{}", unique(), unique()).as_bytes())
}

pub(crate) fn upload_id() -> String {
    format!("{:016x}{}", next(), unique())
}

pub(crate) fn version_id() -> String {
    base64(format!("{:020}", u64::MAX - next()).as_bytes()).trim_end_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_differ() {
        let ids: HashSet<String> = (0..1000).flat_map(|_| [request_id(), upload_id(), version_id()]).collect();
        assert_eq!(ids.len(), 3000);
    }
}
