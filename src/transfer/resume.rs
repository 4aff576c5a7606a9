//! Finding an upload that broke off, as the official SDK does: the newest open one of the key, if all its
//! parts equal the file's.

use rayon::ThreadPool;

use super::finish::Done;
use super::hash;
use super::plan::Plan;
use super::pool::run;
use super::upload::Job;
use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::multipart::complete::Part;
use crate::ops::multipart::list_parts::ListedPart;

/// Returns the upload and its parts. One without parts has nothing to go on with, and may be another
/// program's that has only begun.
pub(super) fn find_upload(
    client: &CosS3Client,
    (bucket, key): (&str, &str),
    job: &Job<'_>,
    pool: &ThreadPool,
    plan: Plan,
) -> Result<Option<(String, Vec<Done>)>, CosError> {
    let name = key.strip_prefix('/').unwrap_or(key);
    let Some(upload_id) = newest(client, bucket, name)? else { return Ok(None) };
    let listed: Result<Vec<ListedPart>, CosError> = client.list_parts(bucket, key, &upload_id).parts().collect();
    let listed = match listed {
        Ok(listed) => listed,
        // Somebody completed or aborted it since.
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let fits = |part: &ListedPart| plan.part(part.part_number).filter(|range| range.len == part.size);
    let ranges = listed.iter().map(fits).collect::<Option<Vec<_>>>().filter(|ranges| !ranges.is_empty());
    let Some(ranges) = ranges else { return Ok(None) };
    let pairs = listed.into_iter().zip(ranges);
    let hashed = run(pool, job.stop, pairs.collect::<Vec<_>>().into_iter(), |(part, range)| {
        let hashes = hash::md5_and_crc64(job.file, range);
        let (md5, crc64) = hashes.map_err(|e| CosClientError::local(job.path, "cannot read", e))?;
        let equal = part.etag.trim_matches('"').eq_ignore_ascii_case(&md5);
        let part = Part { part_number: part.part_number, etag: part.etag };
        Ok((equal, Done { part, crc64: Some(crc64), len: range.len }))
    })?;
    if !hashed.iter().all(|(equal, _)| *equal) {
        log::debug!("the open upload {upload_id} of {name:?} is of other content; a new one is started");
        return Ok(None);
    }
    log::debug!("going on with upload {upload_id} of {name:?}: {} of {} parts are there", hashed.len(), plan.count());
    Ok(Some((upload_id, hashed.into_iter().map(|(_, done)| done).collect())))
}

fn newest(client: &CosS3Client, bucket: &str, name: &str) -> Result<Option<String>, CosError> {
    let mut newest = None;
    for upload in client.list_multipart_uploads(bucket).prefix(name).uploads() {
        match upload {
            Ok(upload) if upload.key == name => newest = Some(upload.upload_id),
            Ok(_) => {}
            // Who may write need not be allowed to list; then there is nothing to go on with.
            Err(CosError::Service(error)) if error.get_status_code() == 403 => {
                log::warn!("cannot look for an upload of {name:?} to go on with: {error}");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(newest)
}
