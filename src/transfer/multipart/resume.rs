//! Finding what an earlier call left of an upload: by its own checkpoint, or as the official SDK does, the
//! newest open upload of the key, if all its parts equal the file's.

use std::collections::{HashMap, HashSet};

use rayon::ThreadPool;

use super::checkpoint::{Earlier, SavedPart, UploadCheckpoint};
use super::complete::{Done, sum};
use super::session::{Destination, OpenUpload};
use crate::error::{CosClientError, CosError};
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, Part};
use crate::ops::multipart::list_parts::ListedPart;
use crate::transfer::file::{self, FileUpload};
use crate::transfer::plan::{PartRange, Plan};
use crate::transfer::pool::run;

/// What an upload begins with.
pub(in crate::transfer) enum Begun<'t> {
    /// The upload, and the parts that it has.
    Upload(OpenUpload<'t>, Vec<Done>),
    /// The object is there already.
    Completed(Box<CompleteMultipartUploadOutput>),
}

/// What an upload is made of, and what of an earlier one is of use to it.
pub(in crate::transfer) trait PartSource<'t> {
    /// Returns an open upload that no checkpoint names, and its parts; `begun` if one may be ours that was
    /// only just started.
    fn stray(&self, begun: bool) -> Result<Option<(OpenUpload<'t>, Vec<Done>)>, CosError>;

    /// Returns the parts of our own upload that can stay; none if there is no such upload, or no use in it any more.
    /// `same` if the source has not changed since.
    fn own(
        &self,
        upload: &OpenUpload<'t>,
        same: bool,
        recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError>;

    /// Returns length and CRC-64 of the object, if our own upload, with these parts, can have been completed.
    fn completed(&self, recorded: &HashMap<u32, SavedPart>) -> Result<Option<(u64, Option<u64>)>, CosError>;
}

/// Takes up what there may be of an earlier call, or starts an upload; with no `earlier` in any case.
pub(in crate::transfer) fn begin<'t>(
    to: Destination<'t>,
    source: &impl PartSource<'t>,
    saved: &UploadCheckpoint,
    earlier: Option<Earlier>,
) -> Result<Begun<'t>, CosError> {
    let found = match earlier {
        None => None,
        Some(Earlier::Nothing) => source.stray(false)?,
        Some(Earlier::Begun) => source.stray(true)?,
        Some(Earlier::Obsolete { id }) => {
            to.upload(id).give_up();
            None
        }
        Some(Earlier::Upload { id, same, parts }) => {
            let upload = to.upload(id);
            match source.own(&upload, same, &parts)? {
                Some(done) if same => return Ok(Begun::Upload(upload, done)),
                Some(done) => Some((upload, done)),
                None => {
                    // It may have been completed, by the very call that could not remove the checkpoint any more.
                    let whole = if same { source.completed(&parts)? } else { None };
                    if let Some(output) = whole.and_then(|whole| upload.look(whole)) {
                        return Ok(Begun::Completed(Box::new(output)));
                    }
                    None
                }
            }
        }
    };
    saved.begin();
    let (upload, there) = match found {
        Some(found) => found,
        None => (to.start()?, Vec::new()),
    };
    saved.started(&upload.id);
    for done in &there {
        saved.part(done);
    }
    Ok(Begun::Upload(upload, there))
}

/// Returns the parts that are not there.
pub(in crate::transfer) fn missing(plan: Plan, there: &[Done]) -> Vec<PartRange> {
    let numbers: HashSet<u32> = there.iter().map(|done| done.part.part_number).collect();
    plan.parts().filter(|part| !numbers.contains(&part.number)).collect()
}

/// A file, some of whose parts may be there.
pub(in crate::transfer) struct FileSource<'t> {
    pub(in crate::transfer) to: Destination<'t>,
    pub(in crate::transfer) job: &'t FileUpload<'t>,
    pub(in crate::transfer) pool: &'t ThreadPool,
    pub(in crate::transfer) plan: Plan,
}

impl<'t> PartSource<'t> for FileSource<'t> {
    /// One without parts has nothing to go on with, and may be another program's that has only begun; it is
    /// taken only if `begun`.
    fn stray(&self, begun: bool) -> Result<Option<(OpenUpload<'t>, Vec<Done>)>, CosError> {
        let Some(upload) = self.to.newest()? else { return Ok(None) };
        // None: somebody completed or aborted it since.
        let Some(listed) = upload.parts()? else { return Ok(None) };
        if listed.is_empty() {
            return Ok(begun.then_some((upload, Vec::new())));
        }
        let Some(ranges) = listed.iter().map(|part| self.range(part)).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let pairs = listed.into_iter().zip(ranges).collect();
        let hashed = self.each(pairs, |part, range| self.equal(part, range))?;
        let (id, key, found, plan) = (&upload.id, self.to.key, hashed.len(), self.plan.count());
        let Some(done) = hashed.into_iter().collect::<Option<Vec<_>>>() else {
            log::debug!("the open upload {id} of {key:?} is of other content; a new one is started");
            return Ok(None);
        };
        log::debug!("going on with upload {id} of {key:?}: {found} of {plan} parts are there");
        Ok(Some((upload, done)))
    }

    /// Of an unchanged file the recorded checksums tell which parts equal the file's, otherwise the parts' MD5.
    fn own(
        &self,
        upload: &OpenUpload<'t>,
        _: bool,
        recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError> {
        let Some(listed) = upload.parts()? else { return Ok(None) };
        let pairs = listed.into_iter().filter_map(|part| self.range(&part).map(|range| (part, range)));
        let checked = self.each(pairs.collect(), |part, range| match recorded.get(&part.part_number) {
            Some(SavedPart { etag, crc64: Some(crc64) }) if *etag == part.etag => {
                Ok((self.crc64(range)? == *crc64).then(|| done(range, etag, *crc64)))
            }
            _ => self.equal(part, range),
        })?;
        Ok(Some(checked.into_iter().flatten().collect()))
    }

    /// Only of a file all of whose parts are recorded, and still the same.
    fn completed(&self, recorded: &HashMap<u32, SavedPart>) -> Result<Option<(u64, Option<u64>)>, CosError> {
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
        let all: Option<Vec<Done>> = checked.into_iter().collect();
        Ok(all.map(|all| sum(&all)))
    }
}

impl FileSource<'_> {
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
        let hashes = file::md5_and_crc64(self.job.file, range);
        let (md5, crc64) = hashes.map_err(|e| CosClientError::local(self.job.path, "cannot read", e))?;
        let equal = part.etag.trim_matches('"').eq_ignore_ascii_case(&md5);
        Ok(equal.then(|| done(range, &part.etag, crc64)))
    }

    fn crc64(&self, range: PartRange) -> Result<u64, CosClientError> {
        file::crc64(self.job.file, range).map_err(|e| CosClientError::local(self.job.path, "cannot read", e))
    }
}

fn done(range: PartRange, etag: &str, crc64: u64) -> Done {
    let part = Part { part_number: range.number, etag: etag.to_owned() };
    Done { part, crc64: Some(crc64), len: range.len }
}
