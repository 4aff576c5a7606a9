//! Finding what an earlier call left of an upload: by its own checkpoint, or as the official SDK does, the
//! newest open upload of the key, if all its parts equal the file's.

use std::collections::HashMap;

use rayon::ThreadPool;

use super::finish::Done;
use super::hash;
use super::plan::{PartRange, Plan};
use super::pool::run;
use super::saved::SavedPart;
use super::upload::Job;
use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{CosClientError, CosError};
use crate::ops::multipart::complete::Part;
use crate::ops::multipart::list_parts::ListedPart;

/// The key whose open uploads are looked at.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) client: &'t CosS3Client,
    pub(super) bucket: &'t str,
    pub(super) key: &'t str,
    pub(super) control: &'t Control,
}

/// What looking for an upload of a file needs.
pub(super) struct Search<'t> {
    pub(super) place: Place<'t>,
    pub(super) job: &'t Job<'t>,
    pub(super) pool: &'t ThreadPool,
    pub(super) plan: Plan,
}

impl Place<'_> {
    /// Returns the parts of an upload; none if there is no such upload.
    pub(super) fn parts(&self, upload_id: &str) -> Result<Option<Vec<ListedPart>>, CosError> {
        let listed = || self.client.list_parts(self.bucket, self.key, upload_id).parts().collect();
        match self.control.repeat(listed) {
            Ok(listed) => Ok(Some(listed)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the newest open upload of the key.
    pub(super) fn newest(&self) -> Result<Option<String>, CosError> {
        let name = self.key.strip_prefix('/').unwrap_or(self.key);
        self.control.repeat(|| {
            let mut newest = None;
            for upload in self.client.list_multipart_uploads(self.bucket).prefix(name).uploads() {
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
        })
    }
}

impl Search<'_> {
    /// Returns an open upload of anybody's and its parts. One without parts has nothing to go on with, and
    /// may be another program's that has only begun; it is taken only if `begun` by us.
    pub(super) fn anybodys(&self, begun: bool) -> Result<Option<(String, Vec<Done>)>, CosError> {
        let Some(upload_id) = self.place.newest()? else { return Ok(None) };
        // None: somebody completed or aborted it since.
        let Some(listed) = self.place.parts(&upload_id)? else { return Ok(None) };
        if listed.is_empty() {
            return Ok(begun.then_some((upload_id, Vec::new())));
        }
        let Some(ranges) = listed.iter().map(|part| self.range(part)).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let pairs = listed.into_iter().zip(ranges).collect();
        let hashed = self.each(pairs, |part, range| self.equal(part, range))?;
        let (key, found, plan) = (self.place.key, hashed.len(), self.plan.count());
        let Some(done) = hashed.into_iter().collect::<Option<Vec<_>>>() else {
            log::debug!("the open upload {upload_id} of {key:?} is of other content; a new one is started");
            return Ok(None);
        };
        log::debug!("going on with upload {upload_id} of {key:?}: {found} of {plan} parts are there");
        Ok(Some((upload_id, done)))
    }

    /// Returns those parts of our own upload that equal the file's; none if the upload is not there any more.
    /// Of an unchanged file the recorded checksums tell, otherwise the parts' MD5.
    pub(super) fn own(
        &self,
        upload_id: &str,
        recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError> {
        let Some(listed) = self.place.parts(upload_id)? else { return Ok(None) };
        let pairs = listed.into_iter().filter_map(|part| self.range(&part).map(|range| (part, range)));
        let checked = self.each(pairs.collect(), |part, range| match recorded.get(&part.part_number) {
            Some(SavedPart { etag, crc64: Some(crc64) }) if *etag == part.etag => {
                Ok((self.crc64(range)? == *crc64).then(|| done(range, etag, *crc64)))
            }
            _ => self.equal(part, range),
        })?;
        Ok(Some(checked.into_iter().flatten().collect()))
    }

    /// Returns all parts of the file, if a checkpoint has them all and they are still the same.
    pub(super) fn all(&self, recorded: &HashMap<u32, SavedPart>) -> Result<Option<Vec<Done>>, CosError> {
        if recorded.len() != self.plan.count() {
            return Ok(None);
        }
        let part = |range: PartRange| {
            let SavedPart { etag, crc64 } = recorded.get(&range.number)?;
            Some((range, etag, (*crc64)?))
        };
        let Some(parts) = self.plan.parts().map(part).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let checked = run(self.pool, self.job.stop, parts.into_iter(), |(range, etag, crc64)| {
            Ok((self.crc64(*range)? == *crc64).then(|| done(*range, etag, *crc64)))
        })?;
        Ok(checked.into_iter().collect())
    }

    fn each(
        &self,
        parts: Vec<(ListedPart, PartRange)>,
        check: impl Fn(&ListedPart, PartRange) -> Result<Option<Done>, CosError> + Sync,
    ) -> Result<Vec<Option<Done>>, CosError> {
        run(self.pool, self.job.stop, parts.into_iter(), |(part, range)| check(part, *range))
    }

    /// Returns which bytes of the file a part is, if it is cut as planned.
    fn range(&self, part: &ListedPart) -> Option<PartRange> {
        self.plan.part(part.part_number).filter(|range| range.len == part.size)
    }

    /// Returns the part if its ETag is the MD5 of the file's bytes.
    fn equal(&self, part: &ListedPart, range: PartRange) -> Result<Option<Done>, CosError> {
        let hashes = hash::md5_and_crc64(self.job.file, range);
        let (md5, crc64) = hashes.map_err(|e| CosClientError::local(self.job.path, "cannot read", e))?;
        let equal = part.etag.trim_matches('"').eq_ignore_ascii_case(&md5);
        Ok(equal.then(|| done(range, &part.etag, crc64)))
    }

    fn crc64(&self, range: PartRange) -> Result<u64, CosClientError> {
        hash::crc64(self.job.file, range).map_err(|e| CosClientError::local(self.job.path, "cannot read", e))
    }
}

fn done(range: PartRange, etag: &str, crc64: u64) -> Done {
    let part = Part { part_number: range.number, etag: etag.to_owned() };
    Done { part, crc64: Some(crc64), len: range.len }
}
