//! The one engine for objects that are uploaded in parts, from files, copies and readers: it resumes or starts an
//! upload, has its parts sent, completes it, and keeps or deletes the parts if something fails.

pub(in crate::transfer) mod checkpoint;
pub(in crate::transfer) mod session;

use std::collections::{HashMap, HashSet};

use self::checkpoint::{Earlier, SavedPart, UploadCheckpoint};
use self::session::{Destination, Done, OpenUpload};
use super::plan::{PartRange, Plan};
use crate::control::Control;
use crate::error::{ClientErrorKind, CosError, CosServiceError};
use crate::ops::multipart::complete::CompleteMultipartUploadOutput;
use crate::ops::response::Response;

/// Whether the parts of a failed upload stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transfer) enum OnFailure {
    /// They stay, for the next call to resume.
    Keep,
    /// They stay, unless the next call would fail in the same way or cannot find them.
    AbortIfRefused,
    /// They are deleted, because nobody can resume the upload.
    Abort,
}

/// An object that is uploaded in parts.
pub(in crate::transfer) struct MultipartUpload<'t> {
    pub(in crate::transfer) to: Destination<'t>,
    pub(in crate::transfer) checkpoint: UploadCheckpoint,
    pub(in crate::transfer) on_failure: OnFailure,
    /// Deletes the parts also when the transfer is cancelled.
    pub(in crate::transfer) discard_on_cancel: bool,
    /// The CRC-64 of the whole, if it is known from elsewhere than the parts.
    pub(in crate::transfer) crc64: Option<u64>,
}

/// The source of an upload's parts.
pub(in crate::transfer) trait PartSource<'t> {
    /// Sends the parts that are not there yet and returns them.
    fn send_missing(
        &self,
        upload: &OpenUpload<'t>,
        there: &[Done],
        checkpoint: &UploadCheckpoint,
    ) -> Result<Vec<Done>, CosError>;

    /// Returns the size of the parts, if it may be another than the one that was planned.
    fn part_size(&self) -> Option<u64> {
        None
    }

    /// Tells whether a later call can resume the upload, after this error if there was one.
    fn can_be_resumed(&self, _checkpoint: &UploadCheckpoint, _error: Option<&CosError>) -> bool {
        true
    }

    /// Prepares to send all parts again, for a new upload. False: this source can be read only once.
    fn restart(&self) -> bool {
        false
    }

    /// Returns an open upload that no checkpoint names, and its parts. `begun`: an earlier call of ours may have
    /// started it and written down no id.
    fn find_unrecorded(&self, _begun: bool) -> Result<Option<(OpenUpload<'t>, Vec<Done>)>, CosError> {
        Ok(None)
    }

    /// Returns the parts of our own upload that can stay. `None`: there is no such upload any more, or it is of no
    /// use. `same`: the source has not changed since.
    fn usable_parts(
        &self,
        _upload: &OpenUpload<'t>,
        _same: bool,
        _recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError> {
        Ok(None)
    }

    /// Returns length and CRC-64 of the object, if our own upload with these parts can have been completed.
    fn completed(&self, _recorded: &HashMap<u32, SavedPart>) -> Result<Option<(u64, Option<u64>)>, CosError> {
        Ok(None)
    }
}

/// The start of an upload.
enum Begun<'t> {
    /// The upload, and the parts that it has.
    Upload(OpenUpload<'t>, Vec<Done>),
    /// The object is there already.
    Completed(Box<Response<CompleteMultipartUploadOutput>>),
}

impl<'t> MultipartUpload<'t> {
    /// Uploads the object. With an `earlier` upload it tries to resume that; `None` starts a new one.
    pub(in crate::transfer) fn run(
        &self,
        source: &impl PartSource<'t>,
        earlier: Option<Earlier>,
    ) -> Result<Response<CompleteMultipartUploadOutput>, CosError> {
        let output = match self.run_once(source, earlier) {
            // Somebody else completed or aborted the upload meanwhile. A new one is ours alone.
            Err(CosError::Service(error)) if error.get_error_code() == "NoSuchUpload" && source.restart() => {
                log::warn!("the upload of {:?} vanished, starting over: {error}", self.to.key);
                self.run_once(source, None)
            }
            result => result,
        }?;
        self.checkpoint.remove();
        Ok(output)
    }

    fn run_once(
        &self,
        source: &impl PartSource<'t>,
        earlier: Option<Earlier>,
    ) -> Result<Response<CompleteMultipartUploadOutput>, CosError> {
        let (upload, there) = match self.begin(source, earlier)? {
            Begun::Upload(upload, there) => (upload, there),
            Begun::Completed(output) => return Ok(*output),
        };
        let ends = self.on_failure == OnFailure::Abort || !source.can_be_resumed(&self.checkpoint, None);
        let _guard = ends.then(|| upload.abort_on_panic());
        let sent = source.send_missing(&upload, &there, &self.checkpoint);
        let mut parts = sent.inspect_err(|error| self.clean_up(source, &upload, error))?;
        parts.extend(there);
        upload.complete(parts, self.crc64).inspect_err(|error| {
            // To abort an upload whose completion is under way could prevent the object, which only a caller who
            // cancelled accepts.
            if self.is_cancelled() || !may_be_completed(error) {
                self.clean_up(source, &upload, error);
            } else if ends {
                log::warn!("the parts of upload {} of {:?} stay: it may be completed: {error}", upload.id, self.to.key);
            }
        })
    }

    /// Resumes the upload of an earlier call, or starts one.
    fn begin(&self, source: &impl PartSource<'t>, earlier: Option<Earlier>) -> Result<Begun<'t>, CosError> {
        let found = match earlier {
            None => None,
            Some(Earlier::Nothing) => source.find_unrecorded(false)?,
            Some(Earlier::Begun) => source.find_unrecorded(true)?,
            Some(Earlier::Obsolete { id }) => {
                self.to.upload(id).abort();
                None
            }
            Some(Earlier::Upload { id, same, parts }) => {
                let upload = self.to.upload(id);
                let usable = source.usable_parts(&upload, same, &parts);
                let usable = usable.inspect_err(|error| {
                    if !source.can_be_resumed(&self.checkpoint, Some(error)) {
                        upload.abort();
                        self.checkpoint.remove();
                    }
                });
                match usable? {
                    Some(done) if same => return Ok(Begun::Upload(upload, done)),
                    Some(done) => Some((upload, done)),
                    None => {
                        // The call that completed it may have been unable to remove the checkpoint any more.
                        let whole = if same { source.completed(&parts)? } else { None };
                        if let Some(output) = whole.and_then(|whole| upload.completed_object(whole)) {
                            return Ok(Begun::Completed(Box::new(output)));
                        }
                        None
                    }
                }
            }
        };
        self.checkpoint.begin(source.part_size());
        let (upload, there) = match found {
            Some(found) => found,
            None => (self.to.start()?, Vec::new()),
        };
        self.checkpoint.started(&upload.id);
        for done in &there {
            self.checkpoint.part(done);
        }
        Ok(Begun::Upload(upload, there))
    }

    fn is_cancelled(&self) -> bool {
        self.to.client.control().is_some_and(Control::is_cancelled)
    }

    /// Deletes the parts after a failure, if they are of no use to anybody.
    fn clean_up(&self, source: &impl PartSource<'t>, upload: &OpenUpload<'t>, error: &CosError) {
        let useless = match self.on_failure {
            OnFailure::Abort => true,
            OnFailure::AbortIfRefused => !self.checkpoint.is_kept() || is_lasting(error),
            OnFailure::Keep => !source.can_be_resumed(&self.checkpoint, Some(error)),
        };
        if useless || (self.discard_on_cancel && self.is_cancelled()) {
            upload.abort();
            self.checkpoint.remove();
        }
    }
}

/// Returns the parts that are not there.
pub(in crate::transfer) fn missing(plan: Plan, there: &[Done]) -> Vec<PartRange> {
    let numbers: HashSet<u32> = there.iter().map(|done| done.part.part_number).collect();
    plan.parts().filter(|part| !numbers.contains(&part.number)).collect()
}

/// Tells whether the object may be there, or come to be, though its completion failed so. A 404 may be the answer to
/// a second attempt of one that succeeded.
fn may_be_completed(error: &CosError) -> bool {
    let kind = matches!(error.kind(), Some(ClientErrorKind::Ambiguous | ClientErrorKind::Integrity));
    kind || error.is_not_found() || error.all_attempts().may_have_succeeded
}

/// Tells whether the next call would fail in the same way.
fn is_lasting(error: &CosError) -> bool {
    let status = error.service().map(CosServiceError::get_status_code);
    let refused = status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 404 | 408 | 429));
    refused || matches!(error.kind(), Some(ClientErrorKind::ObjectChanged | ClientErrorKind::Integrity))
}
